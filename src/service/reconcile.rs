//! What GitHub did not bring: failed deliveries are asked for again, and comments are searched for commands that
//! never arrived (M08).

use std::time::Duration;

use crate::adapters::github::{AccountKind, Comment};
use crate::adapters::store::{commands as claims, repos};
use crate::domain::ids::RepoId;
use crate::domain::issue::IssueRef;
use crate::domain::job::Job;
use crate::domain::repo::Repo;
use crate::engine::command::read_comment;

use super::Services;
use super::commands::{Asked, Carrier, IssueFacts, handle};
use super::jobs::{Flow, Try};

/// GitHub keeps deliveries for this long.
pub(super) const DELIVERY_WINDOW: Duration = Duration::from_hours(72);
/// A comment younger than this may still be on its way as a delivery.
const IN_FLIGHT: Duration = Duration::from_mins(1);

/// Puts the periodic looks into the queue; called at start.
pub async fn schedule(svc: &Services) -> anyhow::Result<()> {
    let mut tx = svc.store.begin().await?;
    svc.enqueue(&mut tx, Job::Upkeep).await?;
    if svc.app.now().github.is_none() {
        return Ok(tx.commit().await?);
    }
    svc.enqueue(&mut tx, Job::RedeliverFailed).await?;
    for repo in repos::list(&mut tx, &crate::adapters::store::page::Page::ALL).await? {
        if repo.installation_id.is_some() {
            svc.enqueue(&mut tx, Job::ScanComments { repo_id: repo.id }).await?;
        }
    }
    Ok(tx.commit().await?)
}

/// Asks GitHub to send again what failed.
pub async fn redeliver_failed(svc: &Services) -> anyhow::Result<Flow> {
    let github = svc.github()?;
    let failed = github.failed_deliveries(svc.now().minus(DELIVERY_WINDOW)).await?;
    for delivery in &failed {
        github.redeliver(delivery.id).await?;
    }
    if !failed.is_empty() {
        tracing::info!(deliveries = failed.len(), "asked GitHub for failed deliveries");
    }
    Ok(Flow::Again(svc.now().plus(svc.policy.reconcile_every)))
}

/// Looks through a repository's comments since the last look for commands without a delivery.
pub async fn scan_comments(svc: &Services, id: RepoId, attempt: Try) -> anyhow::Result<Flow> {
    let mut conn = svc.store.read().await?;
    let Some(repo) = repos::by_id(&mut conn, id).await?.filter(|r| !r.gone && r.installation_id.is_some()) else {
        return Ok(Flow::Done);
    };
    let seen = repos::comments_seen_at(&mut conn, id).await?;
    drop(conn);
    let now = svc.now();
    let upto = now.minus(IN_FLIGHT.min(svc.policy.reconcile_every));
    let since = seen.unwrap_or_else(|| repo.created_at.max(now.minus(svc.policy.delivery_max_age)));
    let client = svc.client(&repo)?;
    for comment in client.repo_comments_since(since).await? {
        // Edited ones are void, younger ones still on their way (M14).
        let settled = comment.created_at == comment.updated_at && comment.created_at >= since;
        if settled
            && comment.created_at <= upto
            && let Flow::Again(at) = recover(svc, &repo, &client, &comment, attempt).await?
        {
            return Ok(Flow::Again(at));
        }
    }
    let mut tx = svc.store.begin().await?;
    repos::set_comments_seen_at(&mut tx, id, upto).await?;
    tx.commit().await?;
    Ok(Flow::Again(now.plus(svc.policy.reconcile_every)))
}

async fn recover(
    svc: &Services,
    repo: &Repo,
    client: &crate::adapters::github::RepoClient,
    comment: &Comment,
    attempt: Try,
) -> anyhow::Result<Flow> {
    let author = comment.author.as_ref().filter(|a| a.kind == AccountKind::User && comment.app_id.is_none());
    let found = read_comment(&comment.body);
    let (Some(author), false) = (author, found.is_empty()) else { return Ok(Flow::Done) };
    let guid = format!("scan:{}", comment.id);
    let issue = client.issue(comment.issue_number).await?;
    let facts = IssueFacts {
        issue: IssueRef { number: issue.number, url: issue.url.clone() },
        title: issue.title.clone(),
        body: issue.body.clone(),
        is_pull: issue.is_pull,
    };
    let carrier = Carrier::Comment { id: comment.id, body: comment.body.clone() };
    for (ordinal, read) in (0..).zip(&found) {
        let mut tx = svc.store.begin().await?;
        let mine = claims::claim(&mut tx, comment.id, ordinal, &guid, svc.now()).await?;
        tx.commit().await?;
        if !mine {
            continue;
        }
        tracing::info!(comment.id = comment.id.0, "a command without a delivery was found");
        let (issue, person, carrier, at) = (&facts, &author.person, &carrier, comment.created_at);
        let asked = Asked { repo, client, issue, person, carrier, ordinal, line: &read.line, at };
        if let Flow::Again(at) = handle(svc, &asked, &read.command, attempt).await? {
            return Ok(Flow::Again(at));
        }
    }
    Ok(Flow::Done)
}
