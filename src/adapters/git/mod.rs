//! Git: smart HTTP by our own client, objects by libgit2, one bare mirror for each repository.
//!
//! libgit2 never talks to the network here and nothing of ours is ever a loose object (M61): what is
//! fetched arrives as one pack that is renamed into place, what is built lives in memory until it is
//! pushed. A mirror can be thrown away at any time.

mod cache;
mod edit;
mod error;
mod fetch;
mod guard;
mod http;
mod incoming;
mod keeper;
mod listing;
mod local;
mod memo;
mod mirror;
mod mirrors;
mod pkt;
mod pool;
mod push;
mod rawtree;
mod refs;
mod remote;
mod settings;
mod sideband;
mod slot;
mod spec;
mod store;
mod tree;
mod version0;
mod workshop;

pub use error::GitError;
pub use guard::allowed_clone_url;
pub use mirror::Mirror;
pub use mirrors::Mirrors;
pub use remote::{Head, Refs, Remote};
pub use settings::{GitSettings, GitStats};
pub use spec::{BuiltCommit, CommitSpec, MergeOutcome, Merged, Person, PushOutcome};
pub use tree::{BlobId, FileEntry, TreeView};
