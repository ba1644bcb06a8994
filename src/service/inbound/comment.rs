//! Comments under issues: commands, ticks in our status comment, edits and deletions.

use crate::adapters::store::{commands as claims, effects, rounds, runs};
use crate::domain::clock::Timestamp;
use crate::domain::ids::CommentId;
use crate::domain::issue::IssueRef;
use crate::domain::permission::Person;
use crate::domain::pick::{PickForm, PickSource};
use crate::domain::repo::Repo;
use crate::domain::round::RoundStatus;
use crate::engine::command::read_comment;
use crate::engine::render::{Tick, newly_ticked};

use super::payload::{Comment, Issue, Payload};
use super::{Handled, is_too_old};
use crate::service::commands::{Asked, Carrier, IssueFacts, handle};
use crate::service::jobs::{Flow, Try};
use crate::service::pick::{PickRequest, accept};
use crate::service::{Services, audit, cancel};

/// The issue as the payload tells it; `None` when something needed is missing.
pub(super) fn facts(issue: &Issue) -> Option<IssueFacts> {
    Some(IssueFacts {
        issue: IssueRef { number: issue.number?, url: issue.html_url.clone()? },
        title: issue.title.clone().unwrap_or_default(),
        body: issue.body.clone().unwrap_or_default(),
        is_pull: issue.pull_request.is_some(),
    })
}

pub(super) struct Said {
    issue: IssueFacts,
    person: Person,
    pub(super) id: CommentId,
    pub(super) body: String,
    at: Timestamp,
}

pub(super) fn said(svc: &Services, payload: &Payload) -> Option<Said> {
    let comment: &Comment = payload.comment.as_ref()?;
    // M09: only people command; what an App wrote for a person is an App's text.
    let person = payload.sender.as_ref()?.person()?;
    if comment.performed_via_github_app.is_some() {
        return None;
    }
    Some(Said {
        issue: facts(payload.issue.as_ref()?)?,
        person,
        id: comment.comment_id()?,
        body: comment.body.clone().unwrap_or_default(),
        at: comment.created_at.as_deref().and_then(Timestamp::parse_rfc3339).unwrap_or_else(|| svc.now()),
    })
}

pub(super) async fn created(
    svc: &Services,
    repo: &Repo,
    payload: &Payload,
    guid: &str,
    attempt: Try,
) -> anyhow::Result<Handled> {
    let Some(said) = said(svc, payload) else { return Ok(Handled::Ignored("Not a person's comment.")) };
    let found = read_comment(&said.body);
    if found.is_empty() {
        return Ok(Handled::Ignored("No command in it."));
    }
    if is_too_old(svc, said.at) {
        return Ok(Handled::Ignored("The comment is too old to act on."));
    }
    let client = svc.client(repo)?;
    let carrier = Carrier::Comment { id: said.id, body: said.body.clone() };
    for (ordinal, read) in (0..).zip(&found) {
        if !claim(svc, said.id, ordinal, guid).await? {
            continue;
        }
        let asked = Asked {
            repo,
            client: &client,
            issue: &said.issue,
            person: &said.person,
            carrier: &carrier,
            ordinal,
            line: &read.line,
            at: said.at,
        };
        if let Flow::Again(at) = handle(svc, &asked, &read.command, attempt).await? {
            return Ok(Handled::Later(at));
        }
    }
    Ok(Handled::Yes)
}

/// M05: a repository hook and an organisation hook bring one comment under two GUIDs; the first one acts.
async fn claim(svc: &Services, comment: CommentId, ordinal: i64, guid: &str) -> anyhow::Result<bool> {
    let mut tx = svc.store.begin().await?;
    let mine = claims::claim(&mut tx, comment, ordinal, guid, svc.now()).await?;
    tx.commit().await?;
    Ok(mine)
}

/// An edit runs nothing. On our status comment it may hold a tick (M37).
pub(super) async fn edited(svc: &Services, repo: &Repo, payload: &Payload) -> anyhow::Result<Handled> {
    let Some(person) = payload.sender.as_ref().and_then(super::payload::Account::person) else {
        return Ok(Handled::Ignored("Not a person's edit."));
    };
    let (Some(comment), Some(changes)) = (&payload.comment, &payload.changes) else {
        return Ok(Handled::Ignored("The edit does not say what changed."));
    };
    let Some(id) = comment.comment_id() else { return Ok(Handled::Ignored("The comment has no number.")) };
    let mut conn = svc.store.read().await?;
    let ours = effects::by_external(&mut conn, "status:", id.0).await?;
    drop(conn);
    if ours.is_none() {
        return Ok(Handled::Ignored("An edited command never runs."));
    }
    let from = changes.body.as_ref().and_then(|b| b.from.as_deref()).unwrap_or_default();
    let ticks = newly_ticked(from, comment.body.as_deref().unwrap_or_default());
    let Some(tick) = ticks.first() else { return Ok(Handled::Ignored("No new tick in it.")) };
    ticked(svc, repo, *tick, person).await?;
    Ok(Handled::Yes)
}

async fn ticked(svc: &Services, _repo: &Repo, tick: Tick, person: Person) -> anyhow::Result<()> {
    let mut conn = svc.store.read().await?;
    let shown = runs::get(&mut conn, tick.run).await?.and_then(|run| run.result.patch_sha256);
    drop(conn);
    let source = PickSource::Checkbox;
    let request = PickRequest {
        run_id: tick.run,
        source,
        person: Some(person),
        token_name: None,
        pull_id: None,
        form: PickForm::Pull,
        shown,
        title: None,
        body: None,
    };
    let choice = accept(svc, request).await?;
    tracing::info!(run.id = %tick.run, choice = ?choice, "checkbox ticked");
    Ok(())
}

/// A deleted command cancels what it started.
pub(super) async fn deleted(svc: &Services, payload: &Payload) -> anyhow::Result<Handled> {
    let Some(id) = payload.comment.as_ref().and_then(Comment::comment_id) else {
        return Ok(Handled::Ignored("The comment has no number."));
    };
    let mut conn = svc.store.read().await?;
    let started = rounds::by_comment(&mut conn, id).await?;
    drop(conn);
    let actor = payload
        .sender
        .as_ref()
        .and_then(super::payload::Account::person)
        .map_or_else(|| "github".into(), |p| audit::actor(&p));
    for round in started.iter().filter(|round| round.status == RoundStatus::Running) {
        cancel::cancel_round(svc, round.id, &actor).await?;
    }
    Ok(if started.is_empty() { Handled::Ignored("It started nothing.") } else { Handled::Yes })
}
