//! REST tokens: listed, made, revoked. A secret is shown once.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use secrecy::ExposeSecret as _;

use super::super::WebState;
use super::super::page::{failed, not_found, render};
use super::super::visitor::Top;
use super::super::words::moment;
use super::Admin;
use super::form::Typed;
use super::press::Press;
use super::said::{Said, heard, once, then};
use crate::domain::clock::Timestamp;
use crate::domain::ids::TokenId;
use crate::domain::repo::RepoName;
use crate::domain::token::{Scope, Token};
use crate::service::rest::tokens::{Ungiven, give, list as list_tokens, revoke as revoke_token};
use crate::service::tokens::NewToken;

/// Repositories of one token, at most.
const MAX_REPOSITORIES: usize = 1000;

struct Line {
    id: String,
    name: String,
    scopes: String,
    repositories: String,
    login: Option<String>,
    /// `live`, `ended` or `revoked`, and the class of its colour.
    state: (&'static str, &'static str),
    until: Option<String>,
    used: Option<String>,
    made: String,
}

impl Line {
    fn of(token: Token, now: Timestamp) -> Self {
        let names =
            token.repositories.as_ref().map(|all| all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
        let state = match () {
            () if token.revoked_at.is_some() => ("revoked", "quiet"),
            () if token.expires_at.is_some_and(|end| end <= now) => ("ended", "quiet"),
            () => ("live", "good"),
        };
        Self {
            id: token.id.to_string(),
            name: token.name,
            scopes: token.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(", "),
            repositories: names.unwrap_or_else(|| "all repositories".into()),
            login: token.github_login,
            state,
            until: token.expires_at.map(moment),
            used: token.last_used_at.map(moment),
            made: moment(token.created_at),
        }
    }
}

/// What a scope allows, in a few words.
fn about(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "look at everything",
        Scope::Run => "start and stop work",
        Scope::Pick => "open pull requests",
        Scope::Admin => "everything, with keys and tokens",
    }
}

#[derive(Template)]
#[template(path = "settings_tokens.html")]
struct Page {
    top: Top,
    here: &'static str,
    said: Option<Said>,
    lines: Vec<Line>,
    /// Word and meaning of each.
    scopes: Vec<(&'static str, &'static str)>,
    form: Typed,
    token: String,
}

async fn page(state: &WebState, admin: &Admin, said: Option<Said>, form: Typed) -> Response {
    let all = match list_tokens(&state.services, None).await {
        Ok(all) => all,
        Err(error) => return failed(&error.into()),
    };
    let now = state.services.now();
    let status = if form.is_refused() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = Page {
        top: admin.0.top(),
        here: "tokens",
        said: said.clone(),
        lines: all.into_iter().map(|token| Line::of(token, now)).collect(),
        scopes: Scope::ALL.into_iter().map(|scope| (scope.as_str(), about(scope))).collect(),
        form,
        token: admin.0.csrf().masked(),
    };
    once(render(status, &page), state, said.as_ref())
}

/// `GET /settings/tokens`.
pub(super) async fn list(State(state): State<WebState>, admin: Admin, headers: HeaderMap) -> Response {
    page(&state, &admin, heard(&state, &headers), Typed::default()).await
}

fn read(typed: &mut Typed) -> NewToken {
    let name = typed.short("token_name", 100);
    if name.is_none() {
        typed.refuse("token_name", "Say what it is for.");
    }
    let words: Vec<String> =
        typed.text("repositories").split([',', ' ', '\n', '\r']).filter(|w| !w.is_empty()).map(str::to_owned).collect();
    let names: Vec<RepoName> = words.iter().filter_map(|word| RepoName::parse(word)).collect();
    if names.len() < words.len() || names.len() > MAX_REPOSITORIES {
        typed.refuse("repositories", "Repositories are written as owner/name, at most 1000 of them.");
    }
    let scopes: Vec<Scope> = Scope::ALL.into_iter().filter(|scope| typed.has("scopes", scope.as_str())).collect();
    if scopes.is_empty() {
        typed.refuse("scopes", "Tick at least one.");
    }
    let day = typed.given("expires_at");
    // A token is good to the end of the day that is named.
    let expires_at = day.as_ref().and_then(|day| Timestamp::parse_rfc3339(&format!("{day}T23:59:59Z")));
    if day.is_some() && expires_at.is_none() {
        typed.refuse("expires_at", "This must be a day, such as 2030-01-31.");
    }
    NewToken {
        name: name.unwrap_or_default(),
        scopes,
        repositories: Some(names).filter(|names| !names.is_empty()),
        github_login: typed.short("github_login", 39),
        expires_at,
    }
}

/// `POST /settings/tokens`.
pub(super) async fn create(State(state): State<WebState>, Press { admin, mut typed }: Press) -> Response {
    let new = read(&mut typed);
    if typed.is_refused() {
        return page(&state, &admin, None, typed).await;
    }
    match give(&state.services, new, None, &admin.0.actor()).await {
        Ok(Ok(made)) => {
            let text = "The token is made. Copy it now: it is shown this once.";
            then(&state, "/settings/tokens", true, text, Some(made.secret.expose_secret().to_owned()))
        }
        Ok(Err(Ungiven::Invalid(invalid))) => {
            let field = if invalid.field == "name" { "token_name" } else { invalid.field };
            typed.refuse(field, format!("This is refused: {}.", invalid.message));
            page(&state, &admin, None, typed).await
        }
        Ok(Err(Ungiven::More(why))) => {
            typed.refuse("token_name", why);
            page(&state, &admin, None, typed).await
        }
        Err(error) => failed(&error.into()),
    }
}

/// `POST /settings/tokens/{id}/revoke`.
pub(super) async fn revoke(
    State(state): State<WebState>,
    Path(id): Path<String>,
    Press { admin, .. }: Press,
) -> Response {
    let Ok(id) = id.parse::<TokenId>() else { return not_found() };
    match revoke_token(&state.services, None, id, &admin.0.actor()).await {
        Ok(true) => then(&state, "/settings/tokens", true, "The token is revoked; it opens nothing any more.", None),
        Ok(false) => not_found(),
        Err(error) => failed(&error.into()),
    }
}
