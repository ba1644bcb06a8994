//! The web flow of a GitHub App: `/login/oauth/authorize` and `/login/oauth/access_token`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use axum::http::{Method, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::{Url, form_urlencoded};

use super::Refusal;
use crate::sim::github::entry::{Call, header};
use crate::sim::github::hub::Hub;
use crate::sim::github::world::{AccountKind, Code, Consent, TOKEN_LIFE, World, opaque_token};

type Fields = BTreeMap<String, String>;

/// Whether a path is of the web flow.
pub fn is_asked(path: &str) -> bool {
    path.starts_with("/login/oauth/")
}

/// Answers it.
pub fn serve(hub: &Hub, call: &Call) -> Response {
    let uri = &call.parts.uri;
    let answer = match (&call.parts.method, uri.path()) {
        (&Method::GET, "/login/oauth/authorize") => {
            authorize(hub, &read(uri.query().unwrap_or_default().as_bytes()), uri.query().unwrap_or_default())
        }
        (&Method::POST, "/login/oauth/access_token") => access_token(hub, call),
        _ => nothing(),
    };
    hub.notify();
    answer
}

/// Whether a path asks about a person's token as the App: `/applications/{client_id}/token`.
pub fn is_about_a_token(path: &str) -> bool {
    path.starts_with("/api/v3/applications/")
}

/// Looks a token up (POST) or ends it (DELETE), for who has the App's client id and secret.
pub fn token(hub: &Hub, call: &Call) -> Response {
    let mut world = hub.world();
    let (id, secret) = (world.app.client_id.clone(), world.app.client_secret.clone());
    let shown = call.parts.headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    if shown != format!("Basic {}", BASE64_STANDARD.encode(format!("{id}:{secret}"))) {
        return Refusal::plain(401, "Bad credentials").into_response();
    }
    let body: Value = serde_json::from_slice(&call.body).unwrap_or_default();
    let Some(token) = body.get("access_token").and_then(Value::as_str) else {
        return Refusal::invalid("Token", "access_token", "missing_field").into_response();
    };
    if call.parts.uri.path() != format!("/api/v3/applications/{id}/token") {
        return Refusal::not_found().into_response();
    }
    let Some(user) = world.signed_in(token) else { return Refusal::not_found().into_response() };
    let answer = match call.parts.method {
        Method::POST => {
            let shown = json!({ "id": 1, "token": "", "user": world.show_account(user), "app": { "client_id": id } });
            axum::Json(shown).into_response()
        }
        Method::DELETE => {
            world.signing_in.tokens.remove(token);
            StatusCode::NO_CONTENT.into_response()
        }
        _ => Refusal::not_found().into_response(),
    };
    drop(world);
    hub.notify();
    answer
}

fn read(text: &[u8]) -> Fields {
    form_urlencoded::parse(text).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

fn nothing() -> Response {
    (StatusCode::NOT_FOUND, "This is not the web page you are looking for.\n").into_response()
}

/// Back to the App with these words added to the address.
fn back(to: &str, words: &[(&str, &str)], state: Option<&String>) -> Response {
    let Ok(mut url) = Url::parse(to) else { return nothing() };
    url.query_pairs_mut().extend_pairs(words);
    if let Some(state) = state {
        url.query_pairs_mut().append_pair("state", state);
    }
    let mut answer = StatusCode::FOUND.into_response();
    header(&mut answer, "location", Some(url.into()));
    answer
}

/// Asks the person, unless the scene has decided for them; then they go back with a code, or with an error.
fn authorize(hub: &Hub, asked: &Fields, query: &str) -> Response {
    let mut world = hub.world();
    let field = |name: &str| asked.get(name).filter(|value| !value.is_empty());
    if field("client_id") != Some(&world.app.client_id) {
        return nothing();
    }
    let Some(registered) = world.app.callback_urls.first().cloned() else { return nothing() };
    let wanted = field("redirect_uri").cloned().unwrap_or_else(|| registered.clone());
    if !world.app.callback_urls.contains(&wanted) {
        let words = [
            ("error", "redirect_uri_mismatch"),
            ("error_description", "The redirect_uri MUST match the registered callback URL for this application."),
        ];
        return back(&registered, &words, field("state"));
    }
    if field("code_challenge").is_some() && field("code_challenge_method").is_none_or(|method| method != "S256") {
        let words = [("error", "invalid_request"), ("error_description", "Only S256 is taken.")];
        return back(&wanted, &words, field("state"));
    }
    let said = match asked.get("sim_login").map(String::as_str) {
        Some("") => Some(Consent::No),
        Some(login) => world.account(login).map(|account| Consent::As(account.id)),
        None => world.signing_in.consent.clone(),
    };
    match said {
        None => page(&world, query),
        Some(Consent::No) => {
            let words =
                [("error", "access_denied"), ("error_description", "The user has denied your application access.")];
            back(&wanted, &words, field("state"))
        }
        Some(Consent::As(user)) => {
            let code: String = hex::encode(rand::random::<[u8; 10]>());
            let challenge = field("code_challenge").cloned();
            let kept = Code { user, redirect_uri: wanted.clone(), challenge, made_at: world.now() };
            world.signing_in.codes.insert(code.clone(), kept);
            back(&wanted, &[("code", &code)], field("state"))
        }
    }
}

/// Who might sit before the browser.
fn page(world: &World, query: &str) -> Response {
    let query = query.replace('&', "&amp;").replace(['"', '<', '>'], "");
    let mut html = String::from(
        "<!doctype html><html lang=\"en\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>Authorize bakeoff</title><h1>bakeoff would like to know who you are</h1><ul>",
    );
    for account in world.accounts.values().filter(|account| account.kind == AccountKind::User) {
        let login = &account.login;
        let _written = write!(html, "<li><a href=\"?{query}&amp;sim_login={login}\">Authorize as {login}</a></li>");
    }
    let _written = write!(html, "</ul><p><a href=\"?{query}&amp;sim_login=\">Cancel</a></p></html>");
    Html(html).into_response()
}

/// A code becomes a token, once. As on GitHub, a refusal has status 200.
fn access_token(hub: &Hub, call: &Call) -> Response {
    let from = |name: &str| call.parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let given = if from("content-type").starts_with("application/json") {
        let value: Value = serde_json::from_slice(&call.body).unwrap_or_default();
        let fields = value.as_object().into_iter().flatten();
        fields.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
    } else {
        read(&call.body)
    };
    let mut world = hub.world();
    if given.get("client_id") != Some(&world.app.client_id) {
        return (StatusCode::NOT_FOUND, axum::Json(json!({ "error": "Not Found" }))).into_response();
    }
    let answer = match redeem(&mut world, &given) {
        Ok(token) => json!({
            "access_token": token,
            "expires_in": TOKEN_LIFE.as_secs(),
            "refresh_token": opaque_token("ghr_"),
            "refresh_token_expires_in": 15_897_600,
            "scope": "",
            "token_type": "bearer",
        }),
        Err((error, description)) => json!({
            "error": error,
            "error_description": description,
            "error_uri": "https://docs.github.com/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors/",
        }),
    };
    if from("accept").contains("json") {
        return axum::Json(answer).into_response();
    }
    let mut form = form_urlencoded::Serializer::new(String::new());
    for (name, value) in answer.as_object().into_iter().flatten() {
        form.append_pair(name, &value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    }
    ([("content-type", "application/x-www-form-urlencoded; charset=utf-8")], form.finish()).into_response()
}

fn redeem(world: &mut World, given: &Fields) -> Result<String, (&'static str, &'static str)> {
    const BAD: (&str, &str) = ("bad_verification_code", "The code passed is incorrect or expired.");
    if given.get("client_secret") != Some(&world.app.client_secret) {
        return Err(("incorrect_client_credentials", "The client_id and/or client_secret passed are incorrect."));
    }
    let code = given.get("code").and_then(|code| world.take_code(code)).ok_or(BAD)?;
    if given.get("redirect_uri").is_some_and(|uri| *uri != code.redirect_uri) {
        return Err((
            "redirect_uri_mismatch",
            "The redirect_uri MUST match the registered callback URL for this application.",
        ));
    }
    let proved = |challenge: &String| {
        given.get("code_verifier").is_some_and(|v| BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(v)) == *challenge)
    };
    if !code.challenge.as_ref().is_none_or(proved) {
        return Err(BAD);
    }
    let token = opaque_token("ghu_");
    let ends_at = world.now().plus(TOKEN_LIFE);
    world.signing_in.tokens.insert(token.clone(), (code.user, ends_at));
    Ok(token)
}
