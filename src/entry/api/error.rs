//! Every answer that is not a success: `{"detail": …}`.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use serde_json::{Value, json};

use crate::adapters::git::GitError;
use crate::adapters::github::GithubError;
use crate::adapters::store::StoreError;

/// Why a request was not carried out.
#[derive(Debug)]
pub(super) enum ApiError {
    /// No token, or none that is good; the same words for every reason.
    Unauthorized,
    /// A status and a sentence.
    Said(StatusCode, String),
    /// What is wrong with the body or the query, each as FastAPI writes it.
    Invalid(Vec<Value>),
    /// The database cannot answer now.
    Unavailable,
    /// A failure of ours; the log has the cause.
    Internal(anyhow::Error),
}

impl ApiError {
    /// A status and a sentence.
    pub(super) fn said(status: StatusCode, detail: impl Into<String>) -> Self {
        Self::Said(status, detail.into())
    }

    /// It does not exist, or not for this caller.
    pub(super) fn not_found(what: &str) -> Self {
        Self::said(StatusCode::NOT_FOUND, format!("{what} not found"))
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        if error.is_temporary() { Self::Unavailable } else { Self::Internal(error.into()) }
    }
}

impl From<anyhow::Error> for ApiError {
    fn from(error: anyhow::Error) -> Self {
        let error = match error.downcast::<StoreError>() {
            Ok(store) => return store.into(),
            Err(error) => error,
        };
        if let Some(github) = error.downcast_ref::<GithubError>() {
            return Self::said(StatusCode::BAD_GATEWAY, github.to_string());
        }
        if let Some(git) = error.downcast_ref::<GitError>() {
            return Self::said(StatusCode::BAD_GATEWAY, format!("Git failed: {git}."));
        }
        Self::Internal(error)
    }
}

/// A JSON answer with one sentence.
pub(super) fn detail(status: StatusCode, text: &str) -> Response {
    (status, Json(json!({ "detail": text }))).into_response()
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        match self {
            Self::Unauthorized => {
                let mut response = detail(StatusCode::UNAUTHORIZED, "A valid token is needed.");
                response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
                response
            }
            Self::Said(status, text) => {
                let mut response = detail(status, &text);
                if status == StatusCode::SERVICE_UNAVAILABLE {
                    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
                }
                response
            }
            Self::Invalid(problems) => {
                (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "detail": problems }))).into_response()
            }
            Self::Unavailable => {
                let mut response = detail(StatusCode::SERVICE_UNAVAILABLE, "The database cannot answer now.");
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
                response
            }
            Self::Internal(error) => {
                tracing::error!(error = format!("{error:#}"), "a request failed");
                detail(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
            }
        }
    }
}
