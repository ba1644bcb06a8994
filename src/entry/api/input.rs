//! Ids in the path and words in the query, read so that nothing odd is an error of the framework.

use std::collections::HashMap;
use std::str::FromStr;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::StatusCode;
use axum::http::request::Parts;

use super::auth::Caller;
use super::error::ApiError;
use super::{ApiState, show};
use crate::domain::repo::Repo;
use crate::domain::run::Run;
use crate::domain::task::Task;
use crate::service::rest::lookup;

/// The parts of the path, in order.
pub(super) struct Ids(Vec<String>);

impl<S: Send + Sync> FromRequestParts<S> for Ids {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let unknown = || ApiError::said(StatusCode::NOT_FOUND, "Not Found");
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| unknown())?;
        Ok(Self(params.iter().map(|(_, value)| value.to_owned()).collect()))
    }
}

impl Ids {
    /// The part at `index`; a malformed id answers like an unknown one.
    pub(super) fn read<T: FromStr>(&self, index: usize, what: &str) -> Result<T, ApiError> {
        self.0.get(index).and_then(|text| text.parse().ok()).ok_or_else(|| ApiError::not_found(what))
    }

    /// The task that the path names.
    pub(super) async fn task(&self, state: &ApiState, caller: &Caller) -> Result<(Task, Repo), ApiError> {
        let found = lookup::task(&state.services, self.read(0, show::TASK)?).await?;
        found.filter(|(_, repo)| caller.sees(repo)).ok_or_else(|| ApiError::not_found(show::TASK))
    }

    /// The run that the path names.
    pub(super) async fn run(&self, state: &ApiState, caller: &Caller) -> Result<(Run, Repo), ApiError> {
        let found = lookup::run(&state.services, self.read(0, show::RUN)?).await?;
        found.filter(|(_, repo)| caller.sees(repo)).ok_or_else(|| ApiError::not_found(show::RUN))
    }
}

/// The repository of an id in a body or query.
pub(super) async fn repo(state: &ApiState, caller: &Caller, id: &str) -> Result<Repo, ApiError> {
    let unknown = || ApiError::not_found(show::REPO);
    let found = lookup::repo(&state.services, id.parse().map_err(|_| unknown())?).await?;
    found.filter(|repo| caller.sees(repo)).ok_or_else(unknown)
}

/// The words of the query; the last of a name counts.
pub(super) struct Query(pub(super) HashMap<String, String>);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let text = parts.uri.query().unwrap_or_default();
        Ok(Self(url::form_urlencoded::parse(text.as_bytes()).into_owned().collect()))
    }
}
