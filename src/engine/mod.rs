//! The craft: reading commands, choosing context, asking models, judging and showing patches.

pub mod agent;
pub mod command;
pub mod context;
pub mod evidence;
pub mod highlight;
pub mod manifest;
pub mod patch;
pub mod render;
pub mod repofile;
