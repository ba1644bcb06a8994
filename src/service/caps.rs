//! The caps on what is started: money by day, how many runs by day and task, a task's tokens, a thread's comments, room
//! on the disk.
//! Whoever asks holds them all until the transaction ends, so that commands at once never exceed one (M17).

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::adapters::disk::free_percent;
use crate::adapters::store::threads::{self, ThreadId};
use crate::adapters::store::{Conn, StoreError, usage};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{GithubUserId, PullId, TaskId};
use crate::domain::money::UsdMicros;
use crate::domain::repo::Repo;

use super::budget::{self, Budget};
use super::{Policy, kept_caps};

/// Caps that count something other than money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Runs of one task.
    pub runs_task: i64,
    /// Runs in a day (UTC) that one person asked for.
    pub runs_user_day: i64,
    /// Runs of one repository in a day (UTC).
    pub runs_repo_day: i64,
    /// Runs of all repositories of one installation of the App in a day (UTC).
    pub runs_installation_day: i64,
    /// Input and output tokens of one task.
    pub tokens_task: i64,
    /// Comments of ours under one issue or pull request.
    pub comments_thread: i64,
}

impl Default for Counts {
    fn default() -> Self {
        Self {
            runs_task: 2_000,
            runs_user_day: 5_000,
            runs_repo_day: 10_000,
            runs_installation_day: 20_000,
            tokens_task: 1_000_000_000,
            comments_thread: 300,
        }
    }
}

/// How much of what a cap allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Much {
    /// Money a day.
    Money(UsdMicros),
    /// Runs.
    Runs(i64),
    /// Tokens, both ways.
    Tokens(i64),
    /// Comments of ours.
    Comments(i64),
    /// The part of the disk that must stay free, in percent.
    FreeDisk(u64),
}

impl fmt::Display for Much {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Money(cap) => cap.fmt(f),
            Self::Runs(cap) => write!(f, "{cap} runs"),
            Self::Tokens(cap) => write!(f, "{cap} tokens"),
            Self::Comments(cap) => write!(f, "{cap} comments"),
            Self::FreeDisk(percent) => write!(f, "{percent} % of free disk"),
        }
    }
}

/// A cap that is reached. `Display` is the sentence for who asked over REST.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cap {
    /// Whose: "repository", "bakeoff installation", "person who asked", "GitHub installation", "task", "thread" or
    /// "machine".
    pub whose: &'static str,
    /// How much it is.
    pub limit: Much,
    /// When it starts anew; never for a task's or thread's.
    pub until: Option<Timestamp>,
}

impl fmt::Display for Cap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { whose, limit, until } = self;
        if let Much::FreeDisk(percent) = limit {
            return f.write_str(&no_room(*percent));
        }
        match until {
            Some(until) => {
                write!(f, "The daily limit of {limit} for the {whose} is reached until {}.", until.to_rfc3339())
            }
            None => write!(f, "The limit of {limit} for the {whose} does not hold this: go on in another task."),
        }
    }
}

/// Why nothing new starts on a machine whose disk is nearly full (M55), and who can change that.
pub fn no_room(percent: u64) -> String {
    format!(
        "Less than {percent} % of the disk under this bakeoff is free, so nothing new starts until its owner makes room; \
         what runs goes on."
    )
}

/// The disk that new work needs room on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiskFloor {
    /// A folder on it.
    pub folder: PathBuf,
    /// The part that must be free for anything to start, in percent.
    pub percent: u64,
}

impl DiskFloor {
    /// The cap, when less is free. A disk that cannot be asked has room.
    fn reached(&self, now: Timestamp) -> Option<Cap> {
        let is_low = free_percent(&self.folder).is_some_and(|free| free < self.percent);
        // Told again tomorrow if it still is so.
        is_low.then(|| Cap { whose: "machine", limit: Much::FreeDisk(self.percent), until: Some(day(now).1) })
    }
}

/// What is about to be started.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub repo: &'a Repo,
    pub task: TaskId,
    /// The pull request of ours under which it is told, if not under the task's issue.
    pub pull: Option<PullId>,
    /// Whose day it counts in; a token has none.
    pub person: Option<GithubUserId>,
    /// A round is told in a comment of its own, beside those of its candidates.
    pub new_round: bool,
    pub runs: usize,
    /// What each run may spend.
    pub budget: UsdMicros,
}

/// The start of the day (UTC) that holds `now`.
pub fn day_start(now: Timestamp) -> Timestamp {
    const DAY_MS: i64 = 24 * 3600 * 1000;
    Timestamp(now.0 - now.0.rem_euclid(DAY_MS))
}

/// The cap that `wanted` would break.
pub(super) async fn reached(
    conn: &mut Conn,
    policy: &Policy,
    wanted: &Wanted<'_>,
    now: Timestamp,
) -> Result<Option<Cap>, StoreError> {
    if let Some(cap) = policy.disk.as_ref().and_then(|floor| floor.reached(now)) {
        return Ok(Some(cap));
    }
    usage::hold(conn).await?;
    let policy = &policy.lowered(kept_caps::get(conn).await?);
    if let Some(cap) = money(conn, policy, wanted, now).await? {
        return Ok(Some(cap));
    }
    if let Some(cap) = runs(conn, &policy.counts, wanted, now).await? {
        return Ok(Some(cap));
    }
    of_task(conn, policy, wanted).await
}

async fn money(
    conn: &mut Conn,
    policy: &Policy,
    wanted: &Wanted<'_>,
    now: Timestamp,
) -> Result<Option<Cap>, StoreError> {
    let (since, until) = day(now);
    let mut all = budget::of_day(conn, policy, Some(wanted.repo.id), now).await?;
    if let (Some(cap), Some(installation)) = (policy.budget_installation_day, wanted.repo.installation_id) {
        let spend = usage::of_installation_since(conn, installation, since).await?;
        all.push(Budget { whose: "GitHub installation", cap, spend });
    }
    if let (Some(cap), Some(person)) = (policy.budget_user_day, wanted.person) {
        let spend = usage::of_person_since(conn, person, since).await?;
        all.push(Budget { whose: "person who asked", cap, spend });
    }
    let more = UsdMicros(wanted.budget.0.saturating_mul(count(wanted.runs)));
    let reached = all.into_iter().find(|budget| budget.spend.total().plus(more) > budget.cap);
    Ok(reached.map(|budget| Cap { whose: budget.whose, limit: Much::Money(budget.cap), until: Some(until) }))
}

async fn runs(
    conn: &mut Conn,
    counts: &Counts,
    wanted: &Wanted<'_>,
    now: Timestamp,
) -> Result<Option<Cap>, StoreError> {
    let (since, until) = day(now);
    let repo = usage::of_repo_since(conn, wanted.repo.id, since).await?.runs;
    let mut all = vec![("repository", counts.runs_repo_day, repo)];
    if let Some(installation) = wanted.repo.installation_id {
        let so_far = usage::of_installation_since(conn, installation, since).await?.runs;
        all.push(("GitHub installation", counts.runs_installation_day, so_far));
    }
    if let Some(person) = wanted.person {
        let so_far = usage::of_person_since(conn, person, since).await?.runs;
        all.push(("person who asked", counts.runs_user_day, so_far));
    }
    let reached = all.into_iter().find(|(_, cap, so_far)| so_far.saturating_add(count(wanted.runs)) > *cap);
    Ok(reached.map(|(whose, cap, _)| Cap { whose, limit: Much::Runs(cap), until: Some(until) }))
}

/// What a task and its thread hold has no day on which it starts anew.
async fn of_task(conn: &mut Conn, policy: &Policy, wanted: &Wanted<'_>) -> Result<Option<Cap>, StoreError> {
    let (counts, more) = (&policy.counts, count(wanted.runs));
    let so_far = usage::of_task(conn, wanted.task, policy.max_run_tokens).await?;
    let cap = |limit| Ok(Some(Cap { whose: "task", limit, until: None }));
    if so_far.runs.saturating_add(more) > counts.runs_task {
        return cap(Much::Runs(counts.runs_task));
    }
    if so_far.tokens.saturating_add(more.saturating_mul(policy.max_run_tokens)) > counts.tokens_task {
        return cap(Much::Tokens(counts.tokens_task));
    }
    let Some(thread) = threads::of_round(conn, wanted.task, wanted.pull).await? else { return Ok(None) };
    let more = more + i64::from(wanted.new_round);
    let full = room(conn, policy, thread).await? < more;
    Ok(full.then_some(Cap { whose: "thread", limit: Much::Comments(counts.comments_thread), until: None }))
}

/// How many more comments a thread takes, but for those that are on their way and the last one, which says that it is
/// full.
pub(super) async fn room(conn: &mut Conn, policy: &Policy, thread: ThreadId) -> Result<i64, StoreError> {
    Ok(policy.counts.comments_thread - 1 - threads::comments(conn, thread).await?.total())
}

fn day(now: Timestamp) -> (Timestamp, Timestamp) {
    let since = day_start(now);
    (since, since.plus(Duration::from_hours(24)))
}

fn count(runs: usize) -> i64 {
    i64::try_from(runs).unwrap_or(i64::MAX)
}
