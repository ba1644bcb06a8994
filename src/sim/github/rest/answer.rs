//! Around every REST answer: credentials, renamed repositories, limits, ETag, the headers GitHub adds.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use tower::ServiceExt;

use super::access::METADATA;
use super::auth::caller;
use super::page::ListAddress;
use super::{Caller, Refusal};
use crate::domain::clock::Timestamp;
use crate::domain::sha256::Sha256Hex;
use crate::sim::github::entry::{Call, Door, header};
use crate::sim::github::hub::{Hub, locked};

/// Answers below `/api/`.
pub async fn answer(door: &Door, call: Call) -> Response {
    let hub = &door.hub;
    let (method, headers) = (call.parts.method.clone(), call.parts.headers.clone());
    let caller = match admit(hub, &headers) {
        Ok(caller) => caller,
        Err(refusal) => return finish(hub, refusal.into_response(), &method, &headers, &Caller::Anonymous).await,
    };
    let inner = match prepare(hub, call, &caller) {
        Ok(request) => match door.rest.clone().oneshot(request).await {
            Ok(answer) => answer,
            Err(never) => match never {},
        },
        Err(refusal) => refusal.into_response(),
    };
    finish(hub, inner, &method, &headers, &caller).await
}

fn admit(hub: &Hub, headers: &HeaderMap) -> Result<Caller, Refusal> {
    if headers.get("user-agent").is_none_or(HeaderValue::is_empty) {
        let words = "Request forbidden by administrative rules. Please make sure your request has a User-Agent header";
        return Err(Refusal::plain(403, words));
    }
    caller(hub, headers)
}

/// Checks the limits and finds the repository by number or former name.
fn prepare(hub: &Hub, call: Call, caller: &Caller) -> Result<Request, Refusal> {
    let now = hub.now();
    if locked(&hub.limits).standing(&caller.counter(), now, false).remaining() == 0 {
        return Err(Refusal::plain(403, "API rate limit exceeded for installation."));
    }
    let (mut parts, body) = (call.parts, call.body);
    let uri = parts.uri.clone();
    if let Some(path) = by_number(hub, uri.path()) {
        let query = uri.query().map(|q| format!("?{q}")).unwrap_or_default();
        parts.uri = format!("{path}{query}").parse::<Uri>().map_err(|_| Refusal::not_found())?;
    }
    if let Some(to) = renamed(hub, caller, &parts.uri) {
        return Err(Refusal::moved(parts.method == Method::GET, to));
    }
    let last = parts.uri.path().rsplit('/').next().unwrap_or_default();
    let makes_content = parts.method == Method::POST && ["comments", "issues", "pulls"].contains(&last);
    let wait = makes_content.then(|| locked(&hub.limits).content(&caller.counter(), now)).flatten();
    if let Some(seconds) = wait {
        return Err(Refusal::secondary(seconds));
    }
    parts.extensions.insert(caller.clone());
    parts.extensions.insert(list_address(hub, parts.uri.path()));
    Ok(Request::from_parts(parts, Body::from(body)))
}

/// `/repositories/ID…` stands for `/repos/OWNER/NAME…`.
fn by_number(hub: &Hub, path: &str) -> Option<String> {
    let below = path.strip_prefix("/api/v3/repositories/")?;
    let (id, rest) = below.split_once('/').map_or((below, String::new()), |(id, rest)| (id, format!("/{rest}")));
    let world = hub.world();
    let repo = world.repos.get(&id.parse().ok()?).filter(|r| !r.deleted)?;
    Some(format!("/api/v3/repos/{}{rest}", world.full_name(repo)))
}

/// Links of a repository's lists name it by number, as GitHub's do.
fn list_address(hub: &Hub, path: &str) -> ListAddress {
    let world = hub.world();
    let named = path.strip_prefix("/api/v3/repos/").and_then(|below| {
        let mut parts = below.splitn(3, '/');
        let id = world.repo_id(&format!("{}/{}", parts.next()?, parts.next()?))?;
        Some(format!("/api/v3/repositories/{id}/{}", parts.next().unwrap_or_default()))
    });
    ListAddress(format!("{}{}", world.base, named.as_deref().unwrap_or(path)))
}

/// The new address of a repository that once had this name, if the caller may see it.
fn renamed(hub: &Hub, caller: &Caller, uri: &Uri) -> Option<String> {
    let below = uri.path().strip_prefix("/api/v3/repos/")?;
    let mut parts = below.splitn(3, '/');
    let name = format!("{}/{}", parts.next()?, parts.next()?).to_ascii_lowercase();
    let world = hub.world();
    if world.repo_id(&name).is_some() {
        return None;
    }
    let repo = world.former_names.get(&name).and_then(|id| world.repos.get(id)).filter(|r| !r.deleted)?;
    world.may(caller, repo, METADATA).ok()?;
    let rest = parts.next().map(|r| format!("/{r}")).unwrap_or_default();
    let query = uri.query().map(|q| format!("?{q}")).unwrap_or_default();
    Some(format!("{}/api/v3/repositories/{}{rest}{query}", world.base, repo.id))
}

async fn finish(hub: &Hub, answer: Response, method: &Method, asked: &HeaderMap, caller: &Caller) -> Response {
    let (mut parts, body) = answer.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let mut counted = true;
    let mut body = body;
    if method == Method::GET && parts.status == StatusCode::OK {
        // An ETag is bound to the token, as on GitHub: a new token makes every answer new.
        let token = asked.get("authorization").map(HeaderValue::as_bytes).unwrap_or_default();
        let etag = format!("W/\"{}\"", Sha256Hex::of([token, b"\n", &body].concat()));
        if asked.get("if-none-match").is_some_and(|v| v.as_bytes() == etag.as_bytes()) {
            parts.status = StatusCode::NOT_MODIFIED;
            parts.headers.remove("content-length");
            body.clear();
            counted = false;
        }
        if let Ok(etag) = etag.parse() {
            parts.headers.insert("etag", etag);
        }
    }
    if parts.headers.get("content-type").is_some_and(|t| t == "application/json") {
        parts.headers.insert("content-type", HeaderValue::from_static("application/json; charset=utf-8"));
    }
    let mut answer = Response::from_parts(parts, Body::from(body));
    let now = hub.now();
    let standing = locked(&hub.limits).standing(&caller.counter(), now, counted);
    let fixed = [
        ("x-ratelimit-limit", standing.limit.to_string()),
        ("x-ratelimit-remaining", standing.remaining().to_string()),
        ("x-ratelimit-used", standing.used.to_string()),
        ("x-ratelimit-reset", standing.reset_secs.to_string()),
        ("x-ratelimit-resource", "core".into()),
        ("x-github-media-type", "github.v3; format=json".into()),
        ("x-github-request-id", uuid::Uuid::new_v4().simple().to_string().to_uppercase()),
        ("cache-control", "private, max-age=60, s-maxage=60".into()),
        ("date", http_date(now)),
    ];
    for (name, value) in fixed {
        header(&mut answer, name, Some(value));
    }
    answer
}

/// The `Date` header, by GitHub's clock.
fn http_date(at: Timestamp) -> String {
    let at = chrono::DateTime::from_timestamp_millis(at.0).unwrap_or_default();
    at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
