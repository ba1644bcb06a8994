//! `POST …/prs/link`: the candidate's branch is pushed, and a person opens the pull request from GitHub's own page.

use axum::extract::State;

use super::auth::Caller;
use super::body::Body;
use super::error::ApiError;
use super::form::Decided;
use super::input::Ids;
use super::prs::{Chosen, NewPull, choose, decided, unopened};
use super::{ApiState, show};
use crate::domain::pick::PickForm;
use crate::engine::render::branch_name;
use crate::service::rest::prs::{Outcome, compare_url};

pub(super) async fn link(
    State(state): State<ApiState>,
    caller: Caller,
    ids: Ids,
    Body { fields, .. }: Body<NewPull>,
) -> Result<Decided<200, show::Link>, ApiError> {
    let chosen = choose(&state, &caller, &ids, fields, PickForm::Branch).await?;
    match decided(&state, chosen.pick).await? {
        Outcome::Linked(pick) => {
            let url = compare_url(&state.services, &chosen.repo, &pick, chosen.task.title.as_deref());
            Ok(Decided::Now(show::Link::new(url, pick.branch.as_ref(), pick.target.as_ref())))
        }
        Outcome::Opening => Ok(promised(&chosen)),
        other => Err(unopened(other)),
    }
}

/// Still at work: the same wish again gives the link.
fn promised(Chosen { task, run, .. }: &Chosen) -> Decided<200, show::Link> {
    let branch = branch_name(task.issue.as_ref().map(|issue| issue.number), task.id, run.letter, run.id, 1);
    Decided::Later(show::Link::new(None, Some(&branch), None), format!("/v1/tasks/{}/prs", task.id))
}
