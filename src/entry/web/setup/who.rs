//! Who may set the App up: who sits at the machine (local mode); while there is no App whoever reads the log or holds
//! the operator's token; once there is one, admins.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use secrecy::ExposeSecret as _;

use super::super::WebState;
use super::super::cookies::Cookie;
use super::super::guard::is_this_machine;
use super::super::page::{failed, message};
use super::super::sign_in::known;
use super::super::visitor::Visitor;
use crate::service::setup;

/// By what right somebody is here.
pub(super) enum Right {
    /// Somebody with every right, by the audit's name.
    Admin(String),
    /// Somebody who brought the log's key or the operator's token, by the audit's name.
    Visit(String),
}

impl Right {
    /// As the audit names them.
    pub(super) fn actor(self) -> String {
        match self {
            Self::Admin(actor) | Self::Visit(actor) => actor,
        }
    }
}

/// By what right this request comes; `None` for a stranger.
pub(super) async fn right(
    state: &WebState,
    visitor: Option<&Visitor>,
    headers: &HeaderMap,
) -> anyhow::Result<Option<Right>> {
    if let Some(visitor) = visitor.filter(|visitor| visitor.is_admin()) {
        return Ok(Some(Right::Admin(visitor.actor())));
    }
    let Some(visit) = state.jar().get(headers, Cookie::Setup) else { return Ok(None) };
    Ok(setup::visitor(&state.services, visit.expose_secret()).await?.map(Right::Visit))
}

/// Says who looks, where that is known, and lets strangers through: the pages decide.
pub(in crate::entry::web) async fn anybody(
    State(state): State<WebState>,
    mut request: Request,
    next: Next,
) -> Response {
    let visitor = if state.local {
        if !is_this_machine(request.headers()) {
            let text = "The local web view answers this machine only, without a proxy in between.";
            return message(StatusCode::FORBIDDEN, "This machine only", text);
        }
        Some(Visitor::owner(state.csrf.clone()))
    } else {
        let signed_in = match state.sign_in() {
            Some(with) => known(&state, &with, request.headers()).await,
            None => Ok(None),
        };
        match signed_in {
            Ok(visitor) => visitor,
            Err(error) => return failed(&error),
        }
    };
    request.extensions_mut().insert(visitor);
    let mut answer = next.run(request).await;
    // A key may stand in it.
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}
