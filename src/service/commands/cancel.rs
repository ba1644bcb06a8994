//! `/bakeoff cancel [B]`.

use crate::domain::run::{Letter, Run, RunStatus};
use crate::engine::render::Reply;

use super::{Answer, Asked, by_letter, newest, no_round};
use crate::service::{Services, audit, cancel};

pub(super) async fn cancel(svc: &Services, asked: &Asked<'_>, letter: Option<Letter>) -> anyhow::Result<Answer> {
    let Some((_, round, runs)) = newest(svc, asked).await? else { return Ok(no_round(asked).into()) };
    let actor = audit::actor(asked.person);
    let stopped = match letter.map(|letter| by_letter(&runs, letter)) {
        None => cancel::cancel_round(svc, round.id, &actor).await?,
        Some(Ok(run)) => usize::from(cancel::cancel_run(svc, run.id, &actor).await?),
        Some(Err(reply)) => return Ok(reply.into()),
    };
    // A second delivery of the command finds nothing at work and must not contradict the first.
    let before = |run: &Run| run.status == RunStatus::Canceled && run.completed_at.is_some_and(|at| at >= asked.at);
    let again = runs.iter().filter(|run| letter.is_none_or(|l| run.letter == l)).any(before);
    Ok(if stopped == 0 && !again { Reply::NothingToCancel.into() } else { Answer::Quiet })
}
