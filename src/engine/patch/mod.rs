//! Edits out of a model's answer, and the only way they become changes of files: everything checked, nothing
//! written. Bytes in, bytes out; no working copy, no git, no file system.
//!
//! ```text
//! answer ─parse→ edits ─apply→ Applied { patch, changes, warnings }   or   Refusal
//!                               stored patch ─replay→ changes (exact; builds the commit)
//! ```

pub mod base;
pub mod ci;
pub mod edit;
pub mod fold;
pub mod forbidden;
pub mod glob;
pub mod path;
pub mod refusal;
pub mod rules;

mod apply;
mod parse;
mod print;
mod quick;
mod quote;
mod replay;
mod text;

pub use apply::{Applied, apply, apply_answer, from_changes};
pub use base::{Action, BaseEntry, BaseFiles, FileChange, MemoryFiles, Mode, Overlay};
pub use ci::executed_by_ci;
pub use edit::{Body, Edit, Hunk, HunkLine, Numbers, Tag};
pub use parse::{Parsed, Problem, parse};
pub use refusal::{Refusal, RefusalCode, Tier, Warning};
pub use replay::{ReplayError, replay};
pub use rules::{Limits, Rules};
