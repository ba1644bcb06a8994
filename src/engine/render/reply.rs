//! Replies to commands: one sentence of reason, then what to do next.

use crate::domain::clock::Timestamp;
use crate::domain::ids::EffectId;
use crate::domain::money::{Prices, UsdMicros};
use crate::domain::round::RoundStatus;
use crate::domain::run::Letter;
use crate::engine::command::CommandError;

use super::answer::reply_text;
use super::marker::{Kind, marker};

/// A model that can be named, for the answer to `/bakeoff models`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelLine {
    /// The word in commands.
    pub alias: String,
    /// Its name for people.
    pub label: String,
    /// The vendor.
    pub provider: &'static str,
    /// Whether `/bakeoff` alone asks it.
    pub default: bool,
    /// What a million tokens cost; `None` when unknown.
    pub prices: Option<Prices>,
}

/// The answer to `/bakeoff status`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskStatus {
    /// The newest round's number; `None` before the first.
    pub round: Option<i64>,
    /// Its status comment.
    pub url: Option<String>,
    /// Candidates still waiting or working.
    pub running: usize,
    /// Candidates with a patch.
    pub patches: usize,
    /// The caps on money, the narrowest first.
    pub money: Vec<MoneyLine>,
    /// What is counted: for people, how many there are, how many there may be.
    pub counts: Vec<(&'static str, i64, i64)>,
    /// When the choice ends.
    pub expires_at: Option<Timestamp>,
    /// Whether this command renewed an expired choice.
    pub renewed: bool,
}

/// A cap on money and what counts against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoneyLine {
    /// What it is for, for people.
    pub what: &'static str,
    /// What was spent.
    pub spent: UsdMicros,
    /// What candidates at work may still spend.
    pub set_aside: UsdMicros,
    /// The cap.
    pub cap: UsdMicros,
}

/// Every answer to a command other than the status and candidate comments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// The list of commands.
    Help,
    /// What can be named.
    Models(Vec<ModelLine>),
    /// What is running, spent and left.
    Status(TaskStatus),
    /// The line cannot be read, or names a model that is not there.
    CannotRead(CommandError),
    /// Only `help` works on a pull request that is not ours.
    UseOnAnIssue,
    /// The command was edited before it started.
    EditedVoid,
    /// A round of this task still works.
    RoundRunning {
        /// Its number.
        round: i64,
        /// Its status comment.
        url: Option<String>,
    },
    /// There is no round yet.
    NoRound,
    /// The newest round has no such candidate.
    NoSuchCandidate {
        /// What was named.
        letter: Letter,
        /// What there is.
        known: Vec<Letter>,
    },
    /// That candidate has no patch.
    NoPatch {
        /// The candidate.
        letter: Letter,
    },
    /// That candidate is still at work.
    StillRunning {
        /// The candidate.
        letter: Letter,
    },
    /// Nothing failed, so nothing is tried again.
    NothingToRetry,
    /// Nothing is at work.
    NothingToCancel,
    /// What was asked to stop is stopping.
    Canceling {
        /// How many candidates.
        runs: usize,
    },
    /// The pull request of this task is open.
    PullOpen {
        /// GitHub's number.
        number: i64,
        /// The page.
        url: String,
    },
    /// Another person's pick is being opened, or was first.
    PickedFirst {
        /// The candidate that won.
        letter: Letter,
        /// The login, or the token's name.
        by: String,
    },
    /// The pull request of this task is merged.
    AlreadyMerged {
        /// GitHub's number.
        number: i64,
    },
    /// The pull request that was to be worked on is closed.
    PullClosed {
        /// GitHub's number.
        number: i64,
    },
    /// There is no round on this pull request yet.
    NoRoundOnPull,
    /// A candidate must be named to start from.
    NameCandidate,
    /// A revision has its base already.
    BaseGiven,
    /// The choice is over.
    ChoiceExpired,
    /// The round takes no more candidates.
    RoundOver {
        /// Where it stands.
        status: RoundStatus,
    },
    /// Nothing of the round's budget is left.
    RoundSpent {
        /// The budget.
        budget: UsdMicros,
    },
    /// The patch is not the one that was shown.
    PatchChanged {
        /// The candidate.
        letter: Letter,
    },
    /// No model is configured.
    NoModels,
    /// A model's price is neither known nor given.
    PriceUnknown {
        /// Its alias.
        alias: String,
    },
    /// More candidates than a round may have.
    TooManyCandidates {
        /// How many were asked for.
        asked: usize,
        /// How many a round may have.
        max: usize,
    },
    /// The budget named is above what a round may spend.
    BudgetAboveCap {
        /// What was asked for.
        asked: UsdMicros,
        /// The cap.
        cap: UsdMicros,
    },
    /// The budget cannot pay for a single call.
    BudgetTooSmall {
        /// What was asked for.
        asked: UsdMicros,
        /// The least that would do.
        needed: UsdMicros,
    },
    /// A cap by day is reached.
    CapReached {
        /// Whose ("repository", "person who asked").
        whose: &'static str,
        /// The cap as people read it ("$20.00", "50 runs").
        cap: String,
        /// When it counts from zero again.
        until: Timestamp,
    },
    /// The task may have no more of something.
    TaskFull {
        /// The cap as people read it ("50 runs").
        cap: String,
    },
    /// The thread holds as many comments of ours as it may.
    ThreadFull {
        /// How many.
        cap: i64,
    },
    /// The repository's file names a model that is not there.
    FileModelUnknown {
        /// What it names.
        alias: String,
    },
    /// The repository has this check, but checks do not run yet.
    CheckNotRun {
        /// What was named.
        name: String,
    },
    /// The repository has no check of that name.
    UnknownCheck {
        /// What was named.
        name: String,
    },
    /// The base does not exist.
    RefNotFound {
        /// What was named.
        name: String,
    },
    /// The folder does not exist at the base.
    PathNotFound {
        /// What was named.
        path: String,
    },
    /// The repository has no commit.
    EmptyRepository,
    /// GitHub did not say whether the person may (M12).
    PermissionUnknown,
    /// The issue is closed or locked.
    IssueClosed,
    /// A command was given up before it was done.
    GivenUp {
        /// Whether the process died with it.
        crashed: bool,
    },
    /// It went wrong on our side, after every try.
    Failed {
        /// One sentence of ours.
        reason: String,
    },
}

/// A reply as it is posted, with its hidden marker.
pub fn reply(effect: EffectId, what: &Reply) -> String {
    format!("{}\n{}", marker(effect, Kind::Reply), reply_text(what))
}
