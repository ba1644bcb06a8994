//! Every text a person reads on GitHub: pure functions over plain data.
//!
//! What a model or a person wrote stands in fences and code spans only (M34): it can mention nobody, link nowhere
//! and bring no markup. Our own comments are found again by the hidden marker on their first line.

mod answer;
mod candidate;
mod file;
pub mod marker;
mod message;
mod note;
mod pull;
pub mod redact;
mod reply;
mod status;
mod template;
mod text;
mod tick;
mod title;
mod view;

pub use answer::reply_text;
pub use candidate::candidate_comment;
pub use file::repo_file_broken;
pub use message::commit_message;
pub use note::file_broken;
pub use pull::{PullView, branch_name, pull_body, pull_title};
pub use reply::{ModelLine, MoneyLine, Reply, TaskStatus, reply};
pub use status::status_comment;
pub use text::without_markdown;
pub use tick::{Tick, newly_ticked};
pub use title::safe_title;
pub use view::{CandidateRow, CandidateView, EvidenceRow, Note, Outcome, StatusView};

/// The longest text we send, in bytes; GitHub's own limit is 65,536 characters.
pub const MAX_COMMENT_BYTES: usize = 60_000;
