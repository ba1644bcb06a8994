//! Repositories.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Json, Response};

use super::auth::Caller;
use super::body::Fields;
use super::error::ApiError;
use super::input::Ids;
use super::{ApiState, show};
use crate::service::repos::{clone_repo, name_of_url};
use crate::service::rest::lookup;

pub(super) async fn one(State(state): State<ApiState>, caller: Caller, ids: Ids) -> Result<Response, ApiError> {
    let found = lookup::repo(&state.services, ids.read(0, show::REPO)?).await?;
    let repo = found.filter(|repo| caller.sees(repo)).ok_or_else(|| ApiError::not_found(show::REPO))?;
    Ok(Json(show::repo(&repo)).into_response())
}

pub(super) async fn clone(
    State(state): State<ApiState>,
    caller: Caller,
    mut body: Fields,
) -> Result<Response, ApiError> {
    let url = body.text("repo_url", (1, 2000));
    let reference = body.optional_text("ref", (0, 244)).filter(|name| !name.is_empty());
    body.finish()?;
    let svc = &state.services;
    let name = name_of_url(svc, &url).map(|name| name.to_string()).unwrap_or_default();
    if !caller.may_name(&name) {
        return Err(ApiError::not_found(show::REPO));
    }
    match clone_repo(svc, &url, reference.as_deref()).await? {
        // A renamed repository may answer under another name than the one that was asked for.
        Ok(repo) if !caller.sees(&repo) => Err(ApiError::not_found(show::REPO)),
        Ok(repo) => Ok((StatusCode::CREATED, Json(show::repo(&repo))).into_response()),
        Err(refused) => Err(ApiError::said(StatusCode::BAD_REQUEST, refused.to_string())),
    }
}
