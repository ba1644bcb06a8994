//! A watched candidate comment: its reactions are polled, because GitHub sends no webhook for them (M15).

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;
use super::ids::{CommentId, RoundId, RunId};
use super::permission::Person;
use super::vote::Tally;

/// A pick reaction that counts once a second look after the grace still finds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingReaction {
    /// GitHub's number of the reaction.
    pub reaction_id: i64,
    /// Who reacted.
    pub person: Person,
    /// When we first saw it.
    pub first_seen_at: Timestamp,
    /// It was weighed and picked nothing; only a new reaction of that person is weighed again.
    pub judged: bool,
}

/// A watch row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watch {
    /// The candidate.
    pub run_id: RunId,
    /// Its round.
    pub round_id: RoundId,
    /// The comment that shows it.
    pub comment_id: CommentId,
    /// The reactions that the last look found, oldest first.
    pub pending: Vec<PendingReaction>,
    /// How many 👍 and 👎 the comment had when they were last read as votes.
    pub thumbs: Tally,
    /// When the comment was posted; the pace follows its age.
    pub created_at: Timestamp,
}
