//! The outgoing scan (M33): no secret leaves in a comment, title, commit, patch or log line.
//!
//! Two nets: shapes of well-known tokens, and the process's own secrets in any common spelling.

mod secrets;
mod shapes;
mod stream;

pub use secrets::Secrets;
pub use stream::RedactingStream;

/// What takes a secret's place.
pub const REDACTED: &str = "[redacted]";

/// Something that must not leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Its bytes in the text.
    pub range: std::ops::Range<usize>,
    /// What it looks like, for people ("a GitHub token"); never the thing itself.
    pub what: &'static str,
}
