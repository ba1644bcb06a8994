//! `/bakeoff pick B`.

use crate::domain::pick::{PickForm, PickSource};
use crate::domain::run::Letter;

use super::{Answer, Asked, by_letter, newest, no_round};
use crate::service::Services;
use crate::service::pick::{Choice, PickRequest, accept, refusal_reply};

pub(super) async fn pick(svc: &Services, asked: &Asked<'_>, letter: Letter) -> anyhow::Result<Answer> {
    let Some((_, _, runs)) = newest(svc, asked).await? else { return Ok(no_round(asked).into()) };
    let run = match by_letter(&runs, letter) {
        Ok(run) => run,
        Err(reply) => return Ok(reply.into()),
    };
    let request = PickRequest {
        run_id: run.id,
        source: PickSource::Command,
        person: Some(asked.person.clone()),
        token_name: None,
        pull_id: None,
        form: PickForm::Pull,
        shown: run.result.patch_sha256.clone(),
        title: None,
        body: None,
    };
    Ok(match accept(svc, request).await? {
        Choice::Accepted(_) | Choice::Same(_) => Answer::Quiet,
        Choice::Refused(refusal) => refusal_reply(&refusal).into(),
    })
}
