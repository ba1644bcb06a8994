//! A form that came from one of our own pages (M42).

use axum::Form;
use axum::extract::{FromRequest, FromRequestParts as _, Request};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;

use super::WebState;
use super::page::foreign_form;
use super::visitor::Visitor;

/// A form with the proof that its page was ours.
pub(super) trait Proven {
    /// The page it stands on, for who must open it again.
    const PAGE: &'static str;

    /// The proof.
    fn proof(&self) -> &str;
}

/// Who sent a form of ours, and what it says.
pub(super) struct OwnForm<T>(pub(super) Visitor, pub(super) T);

impl<T: Proven + DeserializeOwned> FromRequest<WebState> for OwnForm<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &WebState) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let visitor = Visitor::from_request_parts(&mut parts, state).await.map_err(IntoResponse::into_response)?;
        let headers = parts.headers.clone();
        let form = Form::<T>::from_request(Request::from_parts(parts, body), state).await;
        let Form(form) = form.map_err(IntoResponse::into_response)?;
        proven(&visitor, form.proof(), &headers, T::PAGE)?;
        Ok(Self(visitor, form))
    }
}

/// Refuses a form without the proof of this visitor's session.
pub(super) fn proven(visitor: &Visitor, proof: &str, headers: &HeaderMap, page: &str) -> Result<(), Response> {
    if visitor.csrf().proves(proof, headers) { Ok(()) } else { Err(foreign_form(page)) }
}
