//! A form of these pages that an admin has sent.

use axum::extract::{FromRequest, FromRequestParts as _, RawForm, Request};
use axum::response::{IntoResponse, Response};

use super::super::WebState;
use super::super::own_form::proven;
use super::Admin;
use super::form::Typed;

/// A form from our own page (M42): who sent it and what they typed.
pub(super) struct Press {
    pub(super) admin: Admin,
    pub(super) typed: Typed,
}

impl FromRequest<WebState> for Press {
    type Rejection = Response;

    async fn from_request(request: Request, state: &WebState) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let admin = Admin::from_request_parts(&mut parts, state).await.map_err(IntoResponse::into_response)?;
        let headers = parts.headers.clone();
        let form = RawForm::from_request(Request::from_parts(parts, body), state).await;
        let RawForm(body) = form.map_err(IntoResponse::into_response)?;
        let typed = Typed::read(&body);
        proven(&admin.0, typed.text("token"), &headers, "settings page")?;
        Ok(Self { admin, typed })
    }
}
