//! Making an App from a manifest: the page that a form of ours is posted to, its button, and the code's exchange.

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use super::{Refusal, Reply, Shared, created};
use crate::sim::github::entry::Call;
use crate::sim::github::hub::Hub;
use crate::sim::github::show::add;
use crate::sim::github::world::{AccountKind, Consent, Draft, World};

/// GitHub's longest name of an App.
const MOST_NAME: usize = 34;
const EVENTS: [(&str, &[&str]); 3] =
    [("issue_comment", &["issues", "pull_requests"]), ("issues", &["issues"]), ("pull_request", &["pull_requests"])];
const PERMISSIONS: [&str; 7] = ["actions", "checks", "contents", "issues", "metadata", "pull_requests", "workflows"];
const KEYS: [&str; 11] = [
    "name",
    "url",
    "hook_attributes",
    "redirect_url",
    "callback_urls",
    "setup_url",
    "description",
    "public",
    "default_events",
    "default_permissions",
    "request_oauth_on_install",
];

/// The pages of the manifest flow; `None` for every other address.
pub fn make_app(hub: &Hub, call: &Call) -> Option<Response> {
    let path = call.parts.uri.path();
    let parts: Vec<_> = path.trim_matches('/').split('/').collect();
    let owner = match parts.as_slice() {
        ["settings", "apps", "new"] => None,
        ["organizations", org, "settings", "apps", "new"] => Some((*org).to_owned()),
        ["settings", "apps", "manifest", draft] if call.parts.method == Method::POST => {
            return Some(press(hub, draft, &call.body));
        }
        _ => return None,
    };
    if call.parts.method != Method::POST {
        return Some(told(StatusCode::OK, "Register new GitHub App"));
    }
    let Query(asked) = Query::<HashMap<String, String>>::try_from_uri(&call.parts.uri).unwrap_or_default();
    let manifest = form_urlencoded::parse(&call.body).find(|(name, _)| name == "manifest").map(|(_, v)| v.into_owned());
    Some(show(hub, owner.as_deref(), asked.get("state").cloned(), manifest.as_deref()))
}

fn told(status: StatusCode, text: &str) -> Response {
    (
        status,
        Html(format!("<!doctype html><html lang=\"en\"><title>GitHub</title><main><p>{}</p></main>", escaped(text))),
    )
        .into_response()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The page with the button. GitHub asks who is not signed in to do so first.
fn show(hub: &Hub, org: Option<&str>, state: Option<String>, manifest: Option<&str>) -> Response {
    let mut world = hub.world();
    let Some(Consent::As(person)) = world.signing_in.consent else { return told(StatusCode::OK, "Sign in to GitHub") };
    let owner = match org {
        None => person,
        Some(org) => match world.account(org).filter(|account| account.kind == AccountKind::Organization) {
            Some(account) => account.id,
            None => return told(StatusCode::NOT_FOUND, "Not Found"),
        },
    };
    let read = manifest.and_then(|text| serde_json::from_str::<Value>(text).ok());
    let Some(manifest) = read.filter(Value::is_object) else {
        return told(StatusCode::UNPROCESSABLE_ENTITY, "The manifest is not valid JSON.");
    };
    let faults = faults(&manifest);
    if !faults.is_empty() {
        return told(
            StatusCode::UNPROCESSABLE_ENTITY,
            &format!("Invalid GitHub App configuration: {}", faults.join(" ")),
        );
    }
    let name = manifest.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let draft = format!("{:x}", world.next_id());
    world.drafts.insert(draft.clone(), Draft { owner, state, manifest });
    Html(format!(
        "<!doctype html><html lang=\"en\"><title>Create GitHub App</title><main><h1>Create GitHub App for {}</h1>\
         <form method=\"post\" action=\"/settings/apps/manifest/{draft}\"><label>GitHub App name <input name=\"integration[name]\" \
         value=\"{}\"></label><button>Create GitHub App</button></form></main>",
        escaped(&world.login(owner)),
        escaped(&name)
    ))
    .into_response()
}

/// The button: the App is made and the browser sent back with a code.
fn press(hub: &Hub, draft: &str, body: &[u8]) -> Response {
    let name =
        form_urlencoded::parse(body).find(|(name, _)| name == "integration[name]").map(|(_, value)| value.into_owned());
    let mut world = hub.world();
    let Some(known) = world.drafts.get(draft).cloned() else { return told(StatusCode::NOT_FOUND, "Not Found") };
    let name = name.unwrap_or_default();
    if let Some(fault) = name_fault(&world, &name) {
        return told(StatusCode::UNPROCESSABLE_ENTITY, fault);
    }
    world.drafts.remove(draft);
    let to = known.manifest.get("redirect_url").and_then(Value::as_str).and_then(|url| Url::parse(url).ok());
    let Some(mut to) = to else { return told(StatusCode::NOT_FOUND, "Not Found") };
    let code = world.create_app(&name, &known);
    to.query_pairs_mut().append_pair("code", &code);
    if let Some(state) = &known.state {
        to.query_pairs_mut().append_pair("state", state);
    }
    drop(world);
    hub.notify();
    (StatusCode::FOUND, [(header::LOCATION, to.to_string())]).into_response()
}

fn name_fault(world: &World, name: &str) -> Option<&'static str> {
    match () {
        () if name.trim().is_empty() => Some("Name can't be blank"),
        () if name.chars().count() > MOST_NAME => Some("Name is too long (maximum is 34 characters)"),
        () if world.app_names.contains(&name.to_ascii_lowercase()) => Some("Name is already taken"),
        () => None,
    }
}

/// What GitHub would not take.
fn faults(manifest: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut address = |value: Option<&Value>, name: &str| {
        let url = value.and_then(Value::as_str).and_then(|url| Url::parse(url).ok());
        if !url.is_some_and(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some()) {
            found.push(format!("{name} must be a valid URL."));
        }
    };
    address(manifest.get("url"), "url");
    address(manifest.get("redirect_url"), "redirect_url");
    address(manifest.pointer("/hook_attributes/url"), "hook_attributes.url");
    let callbacks = manifest.get("callback_urls").and_then(Value::as_array);
    callbacks.into_iter().flatten().for_each(|url| address(Some(url), "callback_urls"));
    if callbacks.is_some_and(|all| all.len() > 10) {
        found.push("callback_urls has too many entries.".into());
    }
    let strange = manifest.as_object().into_iter().flatten().map(|(key, _)| key);
    found.extend(strange.filter(|key| !KEYS.contains(&key.as_str())).map(|key| format!("{key} is unknown.")));
    if manifest.get("public").is_some_and(|value| !value.is_boolean()) {
        found.push("public must be true or false.".into());
    }
    let granted = |name: &str| manifest.pointer(&format!("/default_permissions/{name}")).is_some();
    for (name, level) in manifest.get("default_permissions").and_then(Value::as_object).into_iter().flatten() {
        if !PERMISSIONS.contains(&name.as_str()) || !matches!(level.as_str(), Some("read" | "write")) {
            found.push(format!("default_permissions {name} is not a permission."));
        }
    }
    for event in manifest.get("default_events").and_then(Value::as_array).into_iter().flatten() {
        let known = EVENTS.iter().find(|(name, _)| Some(*name) == event.as_str());
        if !known.is_some_and(|(_, needs)| needs.iter().any(|need| granted(need))) {
            found.push(format!("default_events: {event} is not supported by the permissions."));
        }
    }
    found
}

/// `POST /app-manifests/{code}/conversions`: nobody need be signed in; the code is good once and for an hour.
pub async fn convert(State(hub): Shared, Path(code): Path<String>) -> Reply {
    let mut world = hub.world();
    let now = world.now();
    let made_at = world.app_codes.remove(&code).ok_or_else(Refusal::not_found)?;
    if now.since(made_at) >= std::time::Duration::from_hours(1) {
        return Err(Refusal::not_found());
    }
    let mut shown = world.show_app();
    let app = &world.app;
    add(
        &mut shown,
        json!({
            "client_secret": app.client_secret,
            "webhook_secret": app.webhook_secret,
            "pem": app.private_key,
        }),
    );
    drop(world);
    hub.notify();
    Ok(created(shown))
}
