//! A delivery that is given up: its row says so, and the thread hears once that its command was not carried out (M53).

use crate::adapters::store::{commands as claims, deliveries, effects, rounds};
use crate::domain::delivery::{Delivery, DeliveryStatus};
use crate::domain::ids::CommentId;
use crate::domain::issue::IssueRef;
use crate::domain::job::Job;
use crate::domain::permission::Person;
use crate::domain::repo::Repo;
use crate::engine::command::read_comment;
use crate::engine::render::{self, Reply};

use super::payload::{Account, Payload};
use super::{comment, repository};
use crate::service::effects::{Said, Thread, say};
use crate::service::jobs::Flow;
use crate::service::{Services, rights};

/// Ends a delivery whose job was given up; `crashed` when the process died with it. A job of its own tells people, so
/// that what crashed this one cannot keep them from hearing of it.
pub async fn abandon(svc: &Services, app_id: i64, guid: &str, crashed: bool, reason: &str) -> anyhow::Result<()> {
    let mut tx = svc.store.begin().await?;
    let reason = svc.secrets.redact(reason).into_owned();
    let failed = DeliveryStatus::Failed;
    // The process did not live to count its own attempts.
    for _ in 0..if crashed { 2 } else { 1 } {
        deliveries::count_attempt(&mut tx, app_id, guid).await?;
    }
    if deliveries::set_handled(&mut tx, app_id, guid, failed, Some(&reason), svc.now()).await? {
        svc.enqueue(&mut tx, Job::TellGivenUp { app_id, guid: guid.to_owned(), crashed }).await?;
    }
    Ok(tx.commit().await?)
}

/// Tells the thread of a delivery that was given up. What cannot be told stays in the delivery's row and the log.
pub async fn tell(svc: &Services, app_id: i64, guid: &str, crashed: bool) -> anyhow::Result<Flow> {
    let mut conn = svc.store.read().await?;
    let delivery = deliveries::get(&mut conn, app_id, guid).await?;
    drop(conn);
    // It may have been sent again meanwhile, which lets it run once more (M06).
    let Some(delivery) = delivery.filter(|delivery| delivery.status == DeliveryStatus::Failed) else {
        return Ok(Flow::Done);
    };
    let Some(payload) = Payload::read(&delivery.payload) else { return Ok(Flow::Done) };
    let Some(repo) = repository(svc, &payload).await? else { return Ok(Flow::Done) };
    let Some(lost) = lost(svc, &repo, &delivery, &payload).await? else { return Ok(Flow::Done) };
    let client = svc.client(&repo)?;
    if !rights::may_command(svc, &repo, &client, &lost.person).await? {
        return Ok(Flow::Done);
    }
    let thread = Thread { client: &client, repo: repo.id, issue: lost.issue.number, task_id: None };
    let text = |effect| render::reply(effect, &Reply::GivenUp { crashed });
    let said = say(svc, &thread, &format!("reply:{}", lost.key), text).await?;
    tracing::info!(delivery.guid = guid, told = said.comment().is_some(), "a command was given up");
    Ok(if let Said::Later(at) = said { Flow::Again(at) } else { Flow::Done })
}

/// A command that nobody will carry out.
struct Lost {
    issue: IssueRef,
    person: Person,
    /// As the command's own reply has it: whoever was answered is not told.
    key: String,
}

async fn lost(svc: &Services, repo: &Repo, delivery: &Delivery, payload: &Payload) -> anyhow::Result<Option<Lost>> {
    let issue = payload.issue.as_ref().and_then(comment::facts);
    let (Some(issue), Some(person)) = (issue, payload.sender.as_ref().and_then(Account::person)) else {
        return Ok(None);
    };
    let place = (repo.id, issue.issue.number);
    let key = match (delivery.event.as_str(), payload.action()) {
        ("issue_comment", "created") => of_comment(svc, payload, &delivery.guid).await?,
        ("issues", "opened") if !read_comment(&issue.body).is_empty() => {
            Some(format!("opening:{}:{}:0", place.0, place.1))
        }
        ("issues", "labeled") if super::issue::is_ours(payload) => Some(format!("label-of:{}", delivery.guid)),
        _ => None,
    };
    let Some(key) = key else { return Ok(None) };
    let answered = effects::by_key(&mut *svc.store.read().await?, &format!("reply:{key}")).await?;
    let lost = Lost { issue: issue.issue, person, key };
    Ok(answered.is_none_or(|effect| effect.body_sha256.is_none()).then_some(lost))
}

/// The command of a comment that was under way, or that would have been the next. All that follow it are taken as void:
/// who sends the comment again would have them twice otherwise. The same at every call.
async fn of_comment(svc: &Services, payload: &Payload, guid: &str) -> anyhow::Result<Option<String>> {
    let Some(said) = comment::said(svc, payload) else { return Ok(None) };
    let void = format!("given-up:{guid}");
    let mut tx = svc.store.begin().await?;
    let (mut begun, mut next) = (None, None);
    for (ordinal, _) in (0..).zip(read_comment(&said.body)) {
        if claims::claim(&mut tx, said.id, ordinal, &void, svc.now()).await? {
            next = next.or(Some(ordinal));
        } else if claims::claimed_by(&mut tx, said.id, ordinal).await?.as_deref() == Some(guid) {
            // Those before it were done.
            begun = Some(ordinal);
        }
    }
    if let Some(ordinal) = begun
        && rounds::by_command(&mut tx, said.id, ordinal).await?.is_some()
    {
        begun = None;
    }
    tx.commit().await?;
    Ok(begun.or(next).map(|ordinal| key_of(said.id, ordinal)))
}

fn key_of(comment: CommentId, ordinal: i64) -> String {
    format!("comment:{comment}:{ordinal}")
}
