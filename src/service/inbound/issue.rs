//! Issues: commands in their first text, the label `bakeoff`, and what people do with them later.

use crate::adapters::store::{rounds, tasks};
use crate::domain::clock::Timestamp;
use crate::domain::repo::Repo;
use crate::domain::round::RoundStatus;
use crate::engine::command::{Command, Options, read_comment};

use super::comment::facts;
use super::payload::Payload;
use super::{Handled, is_too_old};
use crate::service::commands::{Asked, Carrier, IssueFacts, handle};
use crate::service::jobs::{Flow, Try};
use crate::service::{Services, cancel};

/// The label that starts the default round.
const LABEL: &str = "bakeoff";

pub(super) async fn opened(svc: &Services, repo: &Repo, payload: &Payload, attempt: Try) -> anyhow::Result<Handled> {
    let (Some(issue), Some(person)) =
        (payload.issue.as_ref().and_then(facts), payload.sender.as_ref().and_then(super::payload::Account::person))
    else {
        return Ok(Handled::Ignored("Not a person's issue."));
    };
    let found = read_comment(&issue.body);
    if found.is_empty() {
        return Ok(Handled::Ignored("No command in it."));
    }
    let at = moment(svc, payload.issue.as_ref().and_then(|issue| issue.created_at.as_deref()));
    if is_too_old(svc, at) {
        return Ok(Handled::Ignored("The issue is too old to act on."));
    }
    let client = svc.client(repo)?;
    let carrier = Carrier::Opening { body: issue.body.clone() };
    for (ordinal, read) in (0..).zip(&found) {
        let (issue, person, carrier) = (&issue, &person, &carrier);
        let asked = Asked { repo, client: &client, issue, person, carrier, ordinal, line: &read.line, at };
        if let Flow::Again(at) = handle(svc, &asked, &read.command, attempt).await? {
            return Ok(Handled::Later(at));
        }
    }
    Ok(Handled::Yes)
}

/// When it happened, as the payload says: the same at every try.
fn moment(svc: &Services, said: Option<&str>) -> Timestamp {
    said.and_then(Timestamp::parse_rfc3339).unwrap_or_else(|| svc.now())
}

/// Whether the label is the one that starts a round.
pub(super) fn is_ours(payload: &Payload) -> bool {
    let label = payload.label.as_ref().and_then(|l| l.name.as_deref());
    label.is_some_and(|label| label.eq_ignore_ascii_case(LABEL))
}

pub(super) async fn labeled(svc: &Services, repo: &Repo, payload: &Payload, attempt: Try) -> anyhow::Result<Handled> {
    if !is_ours(payload) {
        return Ok(Handled::Ignored("Another label."));
    }
    let (Some(issue), Some(person)) =
        (payload.issue.as_ref().and_then(facts), payload.sender.as_ref().and_then(super::payload::Account::person))
    else {
        return Ok(Handled::Ignored("Not a person's label."));
    };
    if commanded(&issue) {
        // Label and command at opening start one round: the command's, which may say more.
        return Ok(Handled::Ignored("The issue's own command starts the round."));
    }
    let at = moment(svc, payload.issue.as_ref().and_then(|issue| issue.updated_at.as_deref()));
    if is_too_old(svc, at) {
        return Ok(Handled::Ignored("The label is too old to act on."));
    }
    let client = svc.client(repo)?;
    let command = Ok(Command::Run { models: Vec::new(), options: Options::default(), instruction: String::new() });
    let (issue, person, carrier) = (&issue, &person, &Carrier::Label);
    let asked = Asked { repo, client: &client, issue, person, carrier, ordinal: 0, line: "", at };
    match handle(svc, &asked, &command, attempt).await? {
        Flow::Again(at) => Ok(Handled::Later(at)),
        Flow::Done => Ok(Handled::Yes),
    }
}

fn commanded(issue: &IssueFacts) -> bool {
    read_comment(&issue.body).iter().any(|read| matches!(read.command, Ok(Command::Run { .. })))
}

/// A deleted or transferred issue has no thread to work for; a closed one may still be picked.
pub(super) async fn changed(svc: &Services, repo: &Repo, payload: &Payload, action: &str) -> anyhow::Result<Handled> {
    let Some(number) = payload.issue.as_ref().and_then(|issue| issue.number) else {
        return Ok(Handled::Ignored("The issue has no number."));
    };
    if !matches!(action, "deleted" | "transferred") {
        return Ok(Handled::Ignored("Nothing to do for it."));
    }
    let mut conn = svc.store.read().await?;
    let Some(task) = tasks::find_issue(&mut conn, repo.id, number).await? else {
        return Ok(Handled::Ignored("No task for it."));
    };
    let all = rounds::list(&mut conn, task.id).await?;
    drop(conn);
    for round in all.iter().filter(|round| round.status == RoundStatus::Running) {
        cancel::cancel_round(svc, round.id, "github").await?;
    }
    Ok(Handled::Yes)
}
