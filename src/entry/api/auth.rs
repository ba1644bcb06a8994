//! Who calls: the operator's token, or a stored one with its scopes, its repositories and its end.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::ApiState;
use super::edge::too_many;
use super::error::ApiError;
use crate::adapters::crypto::{same_hash, secret_hash};
use crate::domain::ids::TokenId;
use crate::domain::repo::Repo;
use crate::domain::token::{Scope, Token};
use crate::service::audit;
use crate::service::rest::tokens;
use crate::service::tokens::ADMIN_NAME;

/// Why a token for some repositories may not look at what belongs to all of them.
pub(super) const LIMITED: &str = "This token is limited to repositories, and this belongs to all of them.";

/// Who calls.
#[derive(Debug, Clone)]
pub(super) enum Caller {
    /// The holder of the operator's token.
    Admin,
    /// The holder of a stored one.
    Token(Arc<Token>),
}

impl Caller {
    fn may(&self, scope: Scope) -> bool {
        match self {
            Self::Admin => true,
            Self::Token(token) => token.may(scope),
        }
    }

    /// Whether a repository exists for this caller.
    pub(super) fn sees(&self, repo: &Repo) -> bool {
        match self.limit() {
            None => true,
            Some(_) => repo.name.as_ref().is_some_and(|name| self.may_name(&name.to_string())),
        }
    }

    /// Whether `owner/name` is within the token's repositories.
    pub(super) fn may_name(&self, name: &str) -> bool {
        self.limit().is_none_or(|known| known.iter().any(|n| n.to_string().eq_ignore_ascii_case(name)))
    }

    /// The only repositories it may see; `None` for all.
    pub(super) fn limit(&self) -> Option<&[crate::domain::repo::RepoName]> {
        match self {
            Self::Admin => None,
            Self::Token(token) => token.repositories.as_deref(),
        }
    }

    /// The stored token; none for the operator.
    pub(super) fn token(&self) -> Option<&Token> {
        match self {
            Self::Admin => None,
            Self::Token(token) => Some(token),
        }
    }

    /// Refuses who sees some repositories only: what follows cannot be told apart by repository.
    pub(super) fn unlimited(&self) -> Result<(), ApiError> {
        if self.is_limited() { Err(ApiError::said(StatusCode::FORBIDDEN, LIMITED)) } else { Ok(()) }
    }

    /// Whether it sees some repositories only.
    pub(super) fn is_limited(&self) -> bool {
        self.limit().is_some()
    }

    /// The token's id, as answers are kept by; the operator's has none.
    pub(super) fn id(&self) -> String {
        match self {
            Self::Admin => ADMIN_NAME.to_owned(),
            Self::Token(token) => token.id.to_string(),
        }
    }

    fn token_id(&self) -> Option<TokenId> {
        match self {
            Self::Admin => None,
            Self::Token(token) => Some(token.id),
        }
    }

    /// The token's name.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Admin => ADMIN_NAME,
            Self::Token(token) => &token.name,
        }
    }

    /// The person whose right a pick is checked by.
    pub(super) fn login(&self) -> Option<String> {
        match self {
            Self::Admin => None,
            Self::Token(token) => token.github_login.clone(),
        }
    }

    /// As the audit names it.
    pub(super) fn actor(&self) -> String {
        audit::named(None, Some(self.name()))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        // Put there by the guard, without which no route is made.
        parts.extensions.get::<Self>().cloned().ok_or(ApiError::Unauthorized)
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

async fn caller(state: &ApiState, headers: &HeaderMap) -> Result<Caller, ApiError> {
    let presented = bearer(headers).ok_or(ApiError::Unauthorized)?;
    // Both sides are hashed, so the comparison tells neither length nor beginning.
    if state.admin.as_ref().is_some_and(|admin| same_hash(admin, &secret_hash(presented))) {
        return Ok(Caller::Admin);
    }
    let token = tokens::authenticate(&state.services, &state.known_tokens, presented).await?;
    token.map(Caller::Token).ok_or(ApiError::Unauthorized)
}

/// Lets through who holds the scope.
pub(super) async fn guard(
    State((state, scope)): State<(ApiState, Scope)>,
    mut request: Request,
    next: Next,
) -> Response {
    let caller = match caller(&state, request.headers()).await {
        Ok(caller) => caller,
        Err(error) => return error.into_response(),
    };
    if let Err(wait_s) = state.token_limit.check(&caller.token_id()) {
        return too_many(wait_s);
    }
    if !caller.may(scope) {
        let detail = format!("The token lacks the scope \"{}\".", scope.as_str());
        return ApiError::said(StatusCode::FORBIDDEN, detail).into_response();
    }
    request.extensions_mut().insert(caller);
    next.run(request).await
}
