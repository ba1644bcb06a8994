//! Acts on a stored delivery: from GitHub's payload to a use case.

mod comment;
mod given_up;
mod issue;
mod lifecycle;
pub mod payload;

use crate::adapters::store::{deliveries, pulls, tasks};
use crate::domain::clock::Timestamp;
use crate::domain::delivery::DeliveryStatus;
use crate::domain::repo::Repo;

use super::jobs::{Failure, Flow, Try, sort};
use super::{Services, repos};
use payload::Payload;

pub use given_up::{abandon, tell as tell_given_up};

/// What a delivery came to.
enum Handled {
    /// Something was done.
    Yes,
    /// Nothing to do, and why.
    Ignored(&'static str),
    /// Come back later.
    Later(Timestamp),
}

/// Whether it happened too long ago to be acted on (M06).
fn is_too_old(svc: &Services, at: Timestamp) -> bool {
    svc.now().since(at) > svc.policy.delivery_max_age
}

/// Acts on the delivery behind a GUID. Where no other try follows, its end is written down and told (M53).
pub async fn handle_delivery(svc: &Services, app_id: i64, guid: &str, attempt: Try) -> anyhow::Result<Flow> {
    let done = act(svc, app_id, guid, attempt).await;
    if let Err(error) = &done {
        let over = match sort(error, svc.now()) {
            Failure::Wait(_) => false,
            Failure::Retry => attempt.last,
            Failure::Final => true,
        };
        if over {
            abandon(svc, app_id, guid, false, &format!("{error:#}")).await?;
        } else {
            let mut tx = svc.store.begin().await?;
            deliveries::count_attempt(&mut tx, app_id, guid).await?;
            tx.commit().await?;
        }
    }
    done
}

async fn act(svc: &Services, app_id: i64, guid: &str, attempt: Try) -> anyhow::Result<Flow> {
    let known = deliveries::get(&mut *svc.store.read().await?, app_id, guid).await?;
    let Some(delivery) = known.filter(|delivery| delivery.status == DeliveryStatus::Queued) else {
        return Ok(Flow::Done);
    };
    let handled = match Payload::read(&delivery.payload) {
        Some(payload) => dispatch(svc, &delivery.event, &payload, guid, attempt).await?,
        None => Handled::Ignored("The payload is not a JSON object."),
    };
    let (status, reason) = match handled {
        Handled::Yes => (DeliveryStatus::Handled, None),
        Handled::Ignored(why) => (DeliveryStatus::Ignored, Some(why)),
        Handled::Later(at) => return Ok(Flow::Again(at)),
    };
    // Most deliveries come to nothing: one commit is all they cost.
    let mut tx = svc.store.begin().await?;
    deliveries::count_attempt(&mut tx, app_id, guid).await?;
    deliveries::set_handled(&mut tx, app_id, guid, status, reason, svc.now()).await?;
    tx.commit().await?;
    tracing::info!(delivery.guid = guid, delivery.event = %delivery.event, delivery.status = status.as_str(), "delivery done");
    Ok(Flow::Done)
}

async fn dispatch(svc: &Services, event: &str, payload: &Payload, guid: &str, attempt: Try) -> anyhow::Result<Handled> {
    match event {
        "installation" => return lifecycle::installation(svc, payload).await,
        "installation_repositories" => return lifecycle::repositories(svc, payload).await,
        "github_app_authorization" => return lifecycle::authorization(svc, payload).await,
        _ => {}
    }
    let Some(repo) = repository(svc, payload).await? else {
        return Ok(Handled::Ignored("The payload names no repository or installation."));
    };
    look_at_reactions(svc, &repo, payload).await?;
    match (event, payload.action()) {
        ("issue_comment", "created") => comment::created(svc, &repo, payload, guid, attempt).await,
        ("issue_comment", "edited") => comment::edited(svc, &repo, payload).await,
        ("issue_comment", "deleted") => comment::deleted(svc, payload).await,
        ("issues", "opened") => issue::opened(svc, &repo, payload, attempt).await,
        ("issues", "labeled") => issue::labeled(svc, &repo, payload, attempt).await,
        ("issues", action) => issue::changed(svc, &repo, payload, action).await,
        ("pull_request", action) => lifecycle::pull(svc, &repo, payload, action).await,
        _ => Ok(Handled::Ignored("The event is not used.")),
    }
}

/// Who comments may just have reacted as well, and reactions send no delivery of their own.
async fn look_at_reactions(svc: &Services, repo: &Repo, payload: &Payload) -> anyhow::Result<()> {
    let person = payload.sender.as_ref().and_then(payload::Account::person);
    let (Some(_), Some(number)) = (person, payload.issue.as_ref().and_then(|issue| issue.number)) else {
        return Ok(());
    };
    let mut conn = svc.store.read().await?;
    let task = tasks::find_issue(&mut conn, repo.id, number).await?;
    let pull = pulls::by_number(&mut conn, repo.id, number).await?;
    drop(conn);
    match (task, pull) {
        (Some(task), _) => super::watch::look_soon_under(svc, task.id, None).await,
        (None, Some(pull)) => super::watch::look_soon_under(svc, pull.task_id, Some(pull.id)).await,
        (None, None) => Ok(()),
    }
}

/// The repository's row, brought up to date with what the payload says.
async fn repository(svc: &Services, payload: &Payload) -> anyhow::Result<Option<Repo>> {
    let (Some(told), Some(installation)) = (&payload.repository, payload.installation_id()) else { return Ok(None) };
    let (Some(name), Some(github_id), Some(default_branch)) = (told.name(), told.github_id(), told.branch()) else {
        return Ok(None);
    };
    let private = told.private.unwrap_or(true);
    let seen = repos::Seen { name, github_id, installation, default_branch, private };
    Ok(Some(repos::seen(svc, &seen).await?))
}
