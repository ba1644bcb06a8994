//! What the status and candidate comments are made from: plain domain data, filled in by the services.

use std::time::Duration;

use crate::domain::clock::Timestamp;
use crate::domain::ids::{EffectId, RunId};
use crate::domain::money::{Usage, UsdMicros};
use crate::domain::patch::FileDiff;
use crate::domain::reaction::ReactionContent;
use crate::domain::repo::CommitSha;
use crate::domain::round::RoundStatus;
use crate::domain::run::Letter;
use crate::domain::sha256::Sha256Hex;

/// One round's status comment.
#[derive(Debug, Clone)]
pub struct StatusView {
    /// The effect that posts it; goes into the hidden marker.
    pub effect: EffectId,
    /// The round's number within the task.
    pub round: i64,
    /// Where the round stands.
    pub status: RoundStatus,
    /// The branch, tag or commit that was named or is the default.
    pub base_ref: String,
    /// The pinned commit.
    pub base_commit: CommitSha,
    /// The pull request that a pick adds a commit to; `None` opens one.
    pub adds_to: Option<i64>,
    /// The candidate it goes on from: its letter and the number of its round.
    pub starts_from: Option<(Letter, i64)>,
    /// Who asked: a login or a token's name.
    pub requester: String,
    /// In order of letter.
    pub candidates: Vec<CandidateRow>,
    /// The most the round may spend.
    pub budget: UsdMicros,
    /// What it has spent.
    pub spent: UsdMicros,
    /// Hidden characters taken out of the text and the instruction (M20); 0 says nothing.
    pub hidden_characters: usize,
    /// What came later, oldest first.
    pub notes: Vec<Note>,
    /// The page that compares the candidates; `None` without a public URL.
    pub compare_url: Option<String>,
    /// When the choice ends; shown while the round is being chosen from.
    pub expires_at: Option<Timestamp>,
    /// The candidates with their diffs, when they have no comments of their own.
    pub whole: Vec<CandidateView>,
    /// The reaction that picks on a candidate's comment; `None` where there are no such comments.
    pub button: Option<ReactionContent>,
}

/// One candidate's row in the status comment.
#[derive(Debug, Clone)]
pub struct CandidateRow {
    /// Its letter.
    pub letter: Letter,
    /// The run behind it; goes into the checkbox's hidden marker.
    pub run: RunId,
    /// The model's name for people.
    pub model: String,
    /// What came of it.
    pub outcome: Outcome,
    /// Result of the checks in a few words ("2 of 2 pass"); `None` when none ran.
    pub checks: Option<String>,
    /// What it has cost so far.
    pub cost: UsdMicros,
    /// How long it worked; `None` before it began.
    pub took: Option<Duration>,
    /// Its comment, once posted.
    pub comment_url: Option<String>,
}

/// What came of a candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Waits for a worker.
    Queued,
    /// At work.
    Running,
    /// A patch.
    Patch {
        /// Files changed.
        files: usize,
        /// Lines added.
        added: i64,
        /// Lines removed.
        removed: i64,
        /// Whether something in it should be looked at twice (M32, M36).
        warned: bool,
    },
    /// Nothing to change.
    NoChange,
    /// No usable answer, and why in one sentence.
    Failed(String),
    /// Stopped by a person.
    Canceled,
}

/// Something that happened to a round after its candidates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// A person chose.
    Picked {
        /// The candidate.
        letter: Letter,
        /// The login, or the REST token's name.
        by: String,
    },
    /// Its pull request is there.
    PullOpened {
        /// GitHub's number.
        number: i64,
        /// The page.
        url: String,
    },
    /// It was closed without merging: another pick opens a new one.
    PullClosed {
        /// GitHub's number.
        number: i64,
    },
    /// It was merged: nothing can be picked any more.
    PullMerged {
        /// GitHub's number.
        number: i64,
    },
    /// The branch went on meanwhile, without conflict.
    BaseMoved {
        /// How many commits.
        commits: usize,
    },
    /// The branch went on and conflicts: nothing was pushed.
    Stale {
        /// The candidate.
        letter: Letter,
        /// The conflicting paths.
        paths: Vec<String>,
    },
    /// A pull request that was open got one more commit.
    CommitAdded {
        /// GitHub's number.
        number: i64,
        /// The page.
        url: String,
        /// The commit; `None` when its branch held the change already.
        commit: Option<CommitSha>,
        /// How many commits the branch had gone on meanwhile.
        moved: Option<usize>,
    },
    /// The pull request's branch went on and conflicts: nothing was pushed.
    PullStale {
        /// The candidate.
        letter: Letter,
        /// GitHub's number.
        number: i64,
        /// The conflicting paths.
        paths: Vec<String>,
    },
    /// A pick that came to nothing, and why in one sentence.
    PickFailed {
        /// The candidate.
        letter: Letter,
        /// The reason.
        reason: String,
    },
    /// A candidate's branch was pushed for a person to open its pull request.
    BranchStands {
        /// The candidate.
        letter: Letter,
        /// The branch.
        branch: String,
    },
    /// Nobody chose in time.
    Expired,
    /// A person stopped the round.
    CanceledBy {
        /// The login; `None` when the command itself was deleted.
        login: Option<String>,
    },
    /// A newer round took its place.
    Superseded {
        /// Its number.
        round: i64,
    },
    /// Labels that GitHub did not take.
    NoLabel(Vec<String>),
    /// People and teams whom GitHub did not ask for a review.
    NotAsked(Vec<String>),
    /// The round began while the repository's file could not be read.
    FileBroken,
    /// Anything else, one sentence of ours.
    Said(String),
}

/// One line of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceRow {
    /// What was looked at ("applies", "check test").
    pub name: String,
    /// What was found, in a few words.
    pub found: String,
}

/// One candidate's comment.
#[derive(Debug, Clone)]
pub struct CandidateView {
    /// The effect that posts it; goes into the hidden marker.
    pub effect: EffectId,
    /// The round's number within the task.
    pub round: i64,
    /// Its letter.
    pub letter: Letter,
    /// The run behind it.
    pub run: RunId,
    /// The model's name for people.
    pub model: String,
    /// The model's own words; empty text counts as none.
    pub summary: Option<String>,
    /// The pinned commit.
    pub base_commit: CommitSha,
    /// The diff by file.
    pub files: Vec<FileDiff>,
    /// The whole patch's hash.
    pub patch_sha256: Sha256Hex,
    /// What was looked at.
    pub evidence: Vec<EvidenceRow>,
    /// What a reviewer should know, one sentence each (M32 …); hidden characters are found here by ourselves (M36).
    pub warnings: Vec<String>,
    /// Tokens of all its calls.
    pub usage: Usage,
    /// Their price.
    pub cost: UsdMicros,
    /// How long it worked.
    pub took: Option<Duration>,
    /// The pull request that a pick adds a commit to; `None` opens one.
    pub adds_to: Option<i64>,
    /// The page that compares the candidates; `None` without a public URL.
    pub compare_url: Option<String>,
    /// The reaction that picks.
    pub button: ReactionContent,
}
