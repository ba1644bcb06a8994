//! Reactions have no webhook: a round's candidate comments are looked at on a schedule, and the pick reaction (🚀 unless
//! the repository chose another) of somebody who may command counts when it is still there after the grace (M15); 👍 and
//! 👎 are votes.

use std::time::Duration;

use crate::adapters::github::{AccountKind, CommentRollup, GithubError, Reaction, RepoClient};
use crate::adapters::store::{picks, pulls, repos, rounds, runs, tasks, watches};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{PullId, RoundId, TaskId};
use crate::domain::job::Job;
use crate::domain::pick::{Pick, PickForm, PickSource, PickStatus};
use crate::domain::pull::PullStatus;
use crate::domain::reaction::ReactionContent;
use crate::domain::repo::Repo;
use crate::domain::round::{Round, RoundStatus};
use crate::domain::watch::{PendingReaction, Watch};

use super::Services;
use super::jobs::Flow;
use super::pick::{Choice, PickRequest, accept};
use super::round_state::advance;
use super::votes;

/// GitHub's times are whole seconds.
const ONE_SECOND: Duration = Duration::from_secs(1);

/// One look at a round's reactions; comes back by itself while there is something to choose.
pub async fn watch_round(svc: &Services, round: RoundId) -> anyhow::Result<Flow> {
    let Some(watched) = load(svc, round).await? else { return Ok(Flow::Done) };
    if expired(svc, &watched.round).await? {
        return Ok(Flow::Done);
    }
    if watched.watches.is_empty() {
        // Nothing to look at; only the end of the choice is left.
        return Ok(watched.round.expires_at.map_or(Flow::Done, Flow::Again));
    }
    let (client, button) = (svc.client(&watched.repo)?, watched.round.terms.pick_reaction);
    if let Some(wait) = rate_pause(&client, svc.now()) {
        return Ok(Flow::Again(wait));
    }
    let rollups = match client.comment_rollups(watched.issue).await {
        Ok(rollups) => rollups,
        Err(error) if error.is_gone() => return Ok(Flow::Done),
        Err(error) => return Err(error.into()),
    };
    let mut next = next_look(svc, &watched);
    for watch in &watched.watches {
        let Some(seen) = rollups.comments.iter().find(|c| c.id == watch.comment_id) else { continue };
        if let Some(again) = look(svc, &client, watch, seen, button).await? {
            next = next.min(again);
        }
    }
    Ok(Flow::Again(next))
}

/// Looks soon at a task's newest round, whatever the schedule says: its page was opened. Many of these are one look.
pub async fn look_soon(svc: &Services, task: TaskId) -> anyhow::Result<()> {
    let newest = rounds::newest(&mut *svc.store.read().await?, task).await?;
    look_soon_at(svc, newest).await
}

/// The same for the newest round of a thread in which something happened: that of our pull request, or the issue's.
pub async fn look_soon_under(svc: &Services, task: TaskId, pull: Option<PullId>) -> anyhow::Result<()> {
    let newest = rounds::newest_under(&mut *svc.store.read().await?, task, pull).await?;
    look_soon_at(svc, newest).await
}

async fn look_soon_at(svc: &Services, round: Option<Round>) -> anyhow::Result<()> {
    let Some(round) = round else { return Ok(()) };
    let mut conn = svc.store.read().await?;
    let watched = !watches::list_round(&mut conn, round.id).await?.is_empty();
    drop(conn);
    if !watched || !matches!(round.status, RoundStatus::Running | RoundStatus::Choosing) {
        return Ok(());
    }
    let mut tx = svc.store.begin().await?;
    let at = svc.now().plus(svc.policy.poll_floor / 10);
    svc.enqueue_at(&mut tx, Job::WatchRound { round_id: round.id }, at, None, None).await?;
    Ok(tx.commit().await?)
}

struct Watched {
    round: Round,
    repo: Repo,
    issue: i64,
    watches: Vec<Watch>,
}

async fn load(svc: &Services, id: RoundId) -> anyhow::Result<Option<Watched>> {
    let mut conn = svc.store.read().await?;
    let Some(round) = rounds::get(&mut conn, id).await? else { return Ok(None) };
    if !matches!(round.status, RoundStatus::Running | RoundStatus::Choosing) {
        return Ok(None);
    }
    let Some(task) = tasks::get(&mut conn, round.task_id).await? else { return Ok(None) };
    let Some(repo) = repos::by_id(&mut conn, task.repo_id).await?.filter(|r| !r.gone) else { return Ok(None) };
    let watches = watches::list_round(&mut conn, id).await?;
    let issue = match round.pull_id {
        Some(pull) => pulls::get(&mut conn, pull).await?.map(|pull| pull.number),
        None => task.issue.map(|issue| issue.number),
    };
    Ok(issue.map(|issue| Watched { round, repo, issue, watches }))
}

async fn expired(svc: &Services, round: &Round) -> anyhow::Result<bool> {
    let now = svc.now();
    if round.status != RoundStatus::Choosing || round.expires_at.is_none_or(|at| now < at) {
        return Ok(false);
    }
    let mut tx = svc.store.begin().await?;
    if advance(&mut tx, round, RoundStatus::Expired, now).await? {
        svc.enqueue(&mut tx, Job::Publish { round_id: round.id }).await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// Half of what GitHub's limit leaves is for others.
fn rate_pause(client: &RepoClient, now: Timestamp) -> Option<Timestamp> {
    let budget = client.budget()?;
    (budget.remaining < budget.limit / 2 && budget.remaining < 100 && budget.reset > now).then_some(budget.reset)
}

/// max(floor, 5 % of the age).
fn next_look(svc: &Services, watched: &Watched) -> Timestamp {
    let now = svc.now();
    let youngest = watched.watches.iter().map(|w| w.created_at).max().unwrap_or(now);
    let age: Duration = now.since(youngest);
    now.plus(svc.policy.poll_floor.max(age / 20))
}

/// Reads who reacted to one comment, where its counts ask for it; answers when to look again because of the grace.
async fn look(
    svc: &Services,
    client: &RepoClient,
    watch: &Watch,
    counts: &CommentRollup,
    button: ReactionContent,
) -> anyhow::Result<Option<Timestamp>> {
    let thumbs = votes::thumbs(counts, button);
    // One is our own button.
    let may_pick = counts.reactions.get(&button).is_some_and(|&count| count > 1);
    if !may_pick && thumbs == watch.thumbs {
        return Ok(None);
    }
    let reactions = match client.reactions(watch.comment_id).await {
        Ok(reactions) => reactions,
        Err(GithubError::NotFound | GithubError::Gone) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    if thumbs != watch.thumbs {
        votes::read(svc, watch, thumbs, &reactions, button).await?;
    }
    if may_pick { weigh(svc, watch, &reactions, button).await } else { Ok(None) }
}

/// Weighs the pick reactions of one comment; answers when to look again because of the grace.
async fn weigh(
    svc: &Services,
    watch: &Watch,
    reactions: &[Reaction],
    button: ReactionContent,
) -> anyhow::Result<Option<Timestamp>> {
    let now = svc.now();
    let spent = spent_until(svc, watch).await?;
    let buttons = reactions.iter().filter(|r| r.content == button);
    let mut seen = Watch { pending: buttons.filter_map(|r| pending(watch, r, now, spent)).collect(), ..watch.clone() };
    seen.pending.sort_by_key(|p| (p.first_seen_at, p.reaction_id));
    write_if_new(svc, watch, &seen).await?;
    let ripe_at = |p: &PendingReaction| p.first_seen_at.plus(svc.policy.pick_grace);
    let before = seen.clone();
    for reaction in seen.pending.iter_mut().filter(|p| !p.judged && now >= ripe_at(p)) {
        if picked(svc, watch, reaction.clone()).await? {
            return Ok(None);
        }
        reaction.judged = true;
    }
    write_if_new(svc, &before, &seen).await?;
    Ok(seen.pending.iter().filter(|p| !p.judged).map(ripe_at).min())
}

/// Until when a pick reaction on this candidate has had its effect: a pick of it came to nothing, or the task's pull request was
/// closed. What stood there before must not choose again by itself.
async fn spent_until(svc: &Services, watch: &Watch) -> anyhow::Result<Option<Timestamp>> {
    let mut conn = svc.store.read().await?;
    let Some(run) = runs::get(&mut conn, watch.run_id).await? else { return Ok(None) };
    let picks = picks::list(&mut conn, run.task_id).await?;
    let in_vain = |p: &&Pick| p.run_id == run.id && matches!(p.status, PickStatus::Stale | PickStatus::Failed);
    let pulls = pulls::list(&mut conn, run.task_id).await?;
    let closed = pulls.iter().filter(|p| p.status == PullStatus::Closed).map(|p| p.updated_at);
    Ok(picks.iter().filter(in_vain).map(|p| p.updated_at).chain(closed).max())
}

/// By GitHub's clock; a time before the comment's own is no time.
fn was_there(watch: &Watch, reaction: &Reaction, moment: Timestamp) -> bool {
    let told = reaction.created_at >= watch.created_at.minus(ONE_SECOND);
    told && reaction.created_at.plus(ONE_SECOND) <= moment
}

async fn write_if_new(svc: &Services, before: &Watch, watch: &Watch) -> anyhow::Result<()> {
    if before == watch {
        return Ok(());
    }
    let mut tx = svc.store.begin().await?;
    watches::update(&mut tx, watch).await?;
    Ok(tx.commit().await?)
}

/// The pick reaction of a person; ours and those of other bots are buttons, not choices.
fn pending(
    watch: &Watch,
    reaction: &Reaction,
    now: Timestamp,
    spent_until: Option<Timestamp>,
) -> Option<PendingReaction> {
    let author = reaction.author.as_ref().filter(|a| a.kind == AccountKind::User)?;
    let known = watch.pending.iter().find(|p| p.reaction_id == reaction.id);
    let (first_seen_at, judged) = known.map_or((now, false), |p| (p.first_seen_at, p.judged));
    let spent = spent_until.is_some_and(|until| first_seen_at <= until || was_there(watch, reaction, until));
    let judged = judged || spent;
    Some(PendingReaction { reaction_id: reaction.id, person: author.person.clone(), first_seen_at, judged })
}

async fn picked(svc: &Services, watch: &Watch, reaction: PendingReaction) -> anyhow::Result<bool> {
    let mut conn = svc.store.read().await?;
    let shown = runs::get(&mut conn, watch.run_id).await?.and_then(|run| run.result.patch_sha256);
    drop(conn);
    let request = PickRequest {
        run_id: watch.run_id,
        source: PickSource::Reaction,
        person: Some(reaction.person),
        token_name: None,
        pull_id: None,
        form: PickForm::Pull,
        shown,
        title: None,
        body: None,
    };
    Ok(matches!(accept(svc, request).await?, Choice::Accepted(_) | Choice::Same(_)))
}
