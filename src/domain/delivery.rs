//! A webhook delivery: received once, handled once.

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryStatus {
    /// Its job waits or runs.
    Queued,
    /// Done.
    Handled,
    /// Nothing to do (too old, own event, no command).
    Ignored,
    /// Given up after the last attempt.
    Failed,
}

impl DeliveryStatus {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Queued, Self::Handled, Self::Ignored, Self::Failed];

    /// The word stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Handled => "handled",
            Self::Ignored => "ignored",
            Self::Failed => "failed",
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == word)
    }
}

/// A delivery row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The `X-GitHub-Delivery` header as received, up to 128 characters; a redelivery keeps it.
    pub guid: String,
    /// The `X-GitHub-Event` header.
    pub event: String,
    /// The payload's `action`.
    pub action: Option<String>,
    /// The raw JSON.
    pub payload: String,
    /// Where it stands.
    pub status: DeliveryStatus,
    /// How often a worker took it.
    pub attempts: i64,
    /// When it came.
    pub received_at: Timestamp,
    /// When it was done.
    pub handled_at: Option<Timestamp>,
    /// One sentence when it failed or was ignored.
    pub error: Option<String>,
}
