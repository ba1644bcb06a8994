//! Repositories.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::auth::Caller;
use super::body::Body;
use super::error::ApiError;
use super::form::{Created, Example, Family, Shown, family, get, post};
use super::input::Ids;
use super::{ApiState, show};
use crate::domain::repo::{Repo, RepoName};
use crate::domain::token::Scope;
use crate::service::repos::{CloneError, clone_repo, name_of_url, select_repo};
use crate::service::rest::lookup;

/// A repository to know.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CloneRepository {
    #[schema(min_length = 1, max_length = 2000)]
    repo_url: String,
    /// A branch, tag or commit that must be there.
    #[serde(rename = "ref")]
    #[schema(max_length = 244)]
    reference: Option<String>,
}

impl Example for CloneRepository {
    fn example() -> Self {
        Self { repo_url: "https://github.com/octo/hello".into(), reference: None }
    }
}

/// A repository to know by its name on the configured GitHub.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SelectRepository {
    #[schema(min_length = 1, max_length = 100)]
    owner: String,
    #[schema(min_length = 1, max_length = 100)]
    repo: String,
    /// A branch that must be there.
    #[schema(max_length = 244)]
    branch: Option<String>,
}

impl Example for SelectRepository {
    fn example() -> Self {
        Self { owner: "octo".into(), repo: "hello".into(), branch: None }
    }
}

pub(super) fn routes() -> Family {
    family(
        "Repositories",
        "Repositories that bakeoff knows: those where the App is installed, and those named here.",
        vec![
            post("/v1/repos/clone", Scope::Run, "Makes a repository known, or refreshes it", clone)
                .about("The same URL is the same repository.")
                .fails(400, "Failed to clone: Ref not found: v2")
                .fails(502, "GitHub cannot be reached.")
                .unknown(show::REPO),
            post("/v1/repos/select", Scope::Run, "Makes a repository known by its name, or refreshes it", select)
                .fails(400, "Failed to select repository: Ref not found: v2")
                .fails(502, "GitHub cannot be reached.")
                .unknown(show::REPO),
            get("/v1/repos/{id}", Scope::Read, "Shows a repository", one).unknown(show::REPO),
        ],
    )
}

async fn one(State(state): State<ApiState>, caller: Caller, ids: Ids) -> Result<Shown<show::Repo>, ApiError> {
    let found = lookup::repo(&state.services, ids.read(0, show::REPO)?).await?;
    let repo = found.filter(|repo| caller.sees(repo)).ok_or_else(|| ApiError::not_found(show::REPO))?;
    Ok(Shown((&repo).into()))
}

async fn clone(
    State(state): State<ApiState>,
    caller: Caller,
    Body { mut fields, .. }: Body<CloneRepository>,
) -> Result<Created<show::Repo>, ApiError> {
    let url = fields.text("repo_url", (1, 2000));
    let reference = fields.optional_text("ref", (0, 244)).filter(|name| !name.is_empty());
    fields.finish()?;
    let svc = &state.services;
    let name = name_of_url(svc, &url).map(|name| name.to_string()).unwrap_or_default();
    if !caller.may_name(&name) {
        return Err(ApiError::not_found(show::REPO));
    }
    taken(&caller, clone_repo(svc, &url, reference.as_deref()).await?)
}

async fn select(
    State(state): State<ApiState>,
    caller: Caller,
    Body { mut fields, .. }: Body<SelectRepository>,
) -> Result<Created<show::Repo>, ApiError> {
    let (owner, repo) = (fields.text("owner", (1, 100)), fields.text("repo", (1, 100)));
    let branch = fields.optional_text("branch", (0, 244)).filter(|name| !name.is_empty());
    let name = RepoName::new(&owner, &repo);
    if name.is_none() {
        fields.problem("value_error", "repo", "Input should be the owner and the name of a repository");
    }
    fields.finish()?;
    let name = name.filter(|name| caller.may_name(&name.to_string())).ok_or_else(|| ApiError::not_found(show::REPO))?;
    taken(&caller, select_repo(&state.services, &name, branch.as_deref()).await?)
}

fn taken(caller: &Caller, outcome: Result<Repo, CloneError>) -> Result<Created<show::Repo>, ApiError> {
    match outcome {
        // A renamed repository may answer under another name than the one that was asked for.
        Ok(repo) if !caller.sees(&repo) => Err(ApiError::not_found(show::REPO)),
        Ok(repo) => Ok(Created((&repo).into())),
        Err(refused) => Err(ApiError::said(StatusCode::BAD_REQUEST, refused.to_string())),
    }
}
