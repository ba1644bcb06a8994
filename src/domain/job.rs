//! Queued work: every kind of job, its payload and its defaults stand in this one table.

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;
use super::ids::{InstallationId, JobId, ModelId, PickId, RepoId, RoundId, RunId};

/// What a worker is asked to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Job {
    /// Act on a stored webhook delivery.
    HandleDelivery {
        /// The App it came to; two Apps share a GUID for one event.
        app_id: i64,
        /// The `X-GitHub-Delivery` header.
        guid: String,
    },
    /// Tell the thread of a delivery that was given up.
    TellGivenUp {
        /// The App it came to.
        app_id: i64,
        /// The `X-GitHub-Delivery` header.
        guid: String,
        /// Whether the process died with it.
        crashed: bool,
    },
    /// Let one model work.
    ExecuteRun {
        /// The run.
        run_id: RunId,
    },
    /// Bring the round's comments up to date.
    Publish {
        /// The round.
        round_id: RoundId,
    },
    /// Look for reactions on the round's comments, and end its choice when its time is over.
    WatchRound {
        /// The round.
        round_id: RoundId,
    },
    /// Turn an accepted pick into a pull request.
    OpenPull {
        /// The pick.
        pick_id: PickId,
    },
    /// Put labels on the pull request of a pick, and ask its reviewers.
    DressPull {
        /// The pick.
        pick_id: PickId,
    },
    /// Ask GitHub for deliveries that failed.
    RedeliverFailed,
    /// Let go of what is kept for a time only.
    Upkeep,
    /// Look through a repository's newest comments for commands without a delivery.
    ScanComments {
        /// The repository.
        repo_id: RepoId,
    },
}

impl Job {
    /// The payload's `kind`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::HandleDelivery { .. } => "handle_delivery",
            Self::TellGivenUp { .. } => "tell_given_up",
            Self::ExecuteRun { .. } => "execute_run",
            Self::Publish { .. } => "publish",
            Self::WatchRound { .. } => "watch_round",
            Self::OpenPull { .. } => "open_pull",
            Self::DressPull { .. } => "dress_pull",
            Self::RedeliverFailed => "redeliver_failed",
            Self::Upkeep => "upkeep",
            Self::ScanComments { .. } => "scan_comments",
        }
    }

    /// At most one waiting job has this key; adding it again only moves it forward.
    pub fn unique_key(&self) -> String {
        match self {
            Self::HandleDelivery { app_id, guid } => format!("delivery:{app_id}:{guid}"),
            Self::TellGivenUp { app_id, guid, .. } => format!("given-up:{app_id}:{guid}"),
            Self::ExecuteRun { run_id } => format!("run:{run_id}"),
            Self::Publish { round_id } => format!("publish:{round_id}"),
            Self::WatchRound { round_id } => format!("watch:{round_id}"),
            Self::OpenPull { pick_id } => format!("pull:{pick_id}"),
            Self::DressPull { pick_id } => format!("dress:{pick_id}"),
            Self::RedeliverFailed => "redeliver".into(),
            Self::Upkeep => "upkeep".into(),
            Self::ScanComments { repo_id } => format!("scan:{repo_id}"),
        }
    }

    /// Whether it may take minutes (a model works): such jobs have workers of their own, so that quick
    /// ones never wait for them.
    pub fn takes_long(&self) -> bool {
        matches!(self, Self::ExecuteRun { .. })
    }

    /// Whether it looks after something for as long as that exists: such a job is postponed when it fails, never
    /// given up, because nobody would start it again.
    pub fn is_standing(&self) -> bool {
        match self {
            Self::Publish { .. }
            | Self::WatchRound { .. }
            | Self::RedeliverFailed
            | Self::Upkeep
            | Self::ScanComments { .. } => true,
            Self::HandleDelivery { .. }
            | Self::TellGivenUp { .. }
            | Self::ExecuteRun { .. }
            | Self::OpenPull { .. }
            | Self::DressPull { .. } => false,
        }
    }

    /// Lower runs first.
    pub fn priority(&self) -> i64 {
        match self {
            Self::OpenPull { .. } => 0,
            Self::HandleDelivery { .. } => 1,
            Self::Publish { .. } | Self::DressPull { .. } | Self::TellGivenUp { .. } => 2,
            Self::WatchRound { .. } => 3,
            Self::ExecuteRun { .. } => 4,
            Self::RedeliverFailed | Self::Upkeep | Self::ScanComments { .. } => 5,
        }
    }
}

/// A job to put into the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// The work.
    pub job: Job,
    /// Not before this moment.
    pub run_at: Timestamp,
    /// Whose share of the workers it takes (M18).
    pub installation_id: Option<InstallationId>,
    /// Whose share of one model's limit it takes.
    pub model_id: Option<ModelId>,
}

/// A claimed job: whoever holds the token may finish it, nobody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The row.
    pub job_id: JobId,
    /// The work.
    pub job: Job,
    /// Grows with every claim of this row (fencing).
    pub token: i64,
    /// 1 for the first try.
    pub attempt: i64,
}
