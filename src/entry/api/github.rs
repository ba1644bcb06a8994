//! What the App sees on GitHub, for clients that let a person choose.

use axum::extract::State;
use axum::http::StatusCode;

use super::auth::Caller;
use super::error::ApiError;
use super::form::{Family, Kind, Piece, family, get};
use super::input::Ids;
use super::paging::Paging;
use super::{ApiState, show};
use crate::adapters::github::GithubError;
use crate::domain::clock::Timestamp;
use crate::domain::repo::RepoName;
use crate::domain::token::Scope;
use crate::service::rest::github;

const NO_APP: &str = "The GitHub App is not set up.";
const NO_ANSWER: &str = "GitHub cannot be reached.";

pub(super) fn routes() -> Family {
    family(
        "GitHub",
        "What the App's installations open.",
        vec![
            get(
                "/v1/github/repos",
                Scope::Read,
                "Lists the repositories in which the App is installed, by name",
                repos,
            )
            .fails(400, NO_APP)
            .fails(502, NO_ANSWER),
            get("/v1/github/repos/{owner}/{repo}/branches", Scope::Read, "Lists a repository's branches", branches)
                .part("owner", "The account.", Kind::Text)
                .part("repo", "The repository's name.", Kind::Text)
                .fails(400, NO_APP)
                .fails(502, NO_ANSWER)
                .unknown(show::REPO),
        ],
    )
}

/// An answer that needs the App.
fn with_app<T>(found: anyhow::Result<T>) -> Result<T, ApiError> {
    found.map_err(|error| match error.downcast_ref::<GithubError>() {
        Some(GithubError::NotConfigured(_)) => ApiError::said(StatusCode::BAD_REQUEST, NO_APP),
        _ => error.into(),
    })
}

async fn repos(
    State(state): State<ApiState>,
    caller: Caller,
    paging: Paging,
) -> Result<Piece<show::GithubRepository>, ApiError> {
    let mut all = with_app(github::repositories(&state.services).await)?;
    all.retain(|repo| caller.may_name(&repo.name.to_string()));
    // They have no time: what matters is that the order is the same for every piece.
    Ok(paging.cut(all, |repo| (Timestamp(0), repo.id.to_string()), |repo| Some((&repo).into())))
}

async fn branches(
    State(state): State<ApiState>,
    caller: Caller,
    ids: Ids,
    paging: Paging,
) -> Result<Piece<String>, ApiError> {
    let unknown = || ApiError::not_found(show::REPO);
    let (owner, name): (String, String) = (ids.read(0, show::REPO)?, ids.read(1, show::REPO)?);
    let name = RepoName::new(&owner, &name).filter(|name| caller.may_name(&name.to_string()));
    let found = github::branches(&state.services, &name.ok_or_else(unknown)?).await;
    let all = with_app(found)?.ok_or_else(unknown)?;
    Ok(paging.cut(all, |name| (Timestamp(0), name.clone()), Some))
}
