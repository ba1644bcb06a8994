//! What a model is told: cleaned words of people, and the files of the pinned commit that matter.

pub mod clean;
mod gather;
mod rank;
mod words;

pub use gather::{Context, ContextFile, Wanted, gather};
