//! Shapes this room hands out: small structs of our own, never GitHub's full objects.

mod account;
mod place;
mod thread;

pub use account::{AccountKind, Actor, AppInfo, HookDelivery, Installation, RateBudget, Standing};
pub use place::{Compare, CompareStatus, FileInfo, RepoInfo};
pub use thread::{Comment, CommentRollup, Issue, NewPull, PullInfo, Reaction, Rollups};
