//! Git's smart protocol over HTTP: credentials and rules here, the protocol itself by the real `git http-backend`.

use std::path::Path;
use std::process::Stdio;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::push::{Order, orders, refuse};
use crate::sim::github::entry::{Call, header};
use crate::sim::github::hub::Hub;
use crate::sim::github::rest::{Caller, access, caller_of_token};

/// What may be asked below a repository.
struct Asked {
    repo: i64,
    folder: std::path::PathBuf,
    /// `info/refs`, `git-upload-pack`, `git-receive-pack`.
    below: String,
    caller: Caller,
}

/// What git asks for below a repository.
const SERVICES: [&str; 3] = ["/info/refs", "/git-upload-pack", "/git-receive-pack"];

/// Whether a path is git's.
pub fn is_asked(path: &str) -> bool {
    SERVICES.iter().any(|s| path.ends_with(s))
}

/// Answers git, with or without `.git` after the repository's name.
pub async fn serve(hub: &Hub, call: Call) -> Response {
    let asked = match admit(hub, &call) {
        Ok(asked) => asked,
        Err(away) => return away.into_response(),
    };
    if asked.below != "git-receive-pack" {
        return backend(&asked, &call).await;
    }
    let (orders, wishes) = orders(&call.body);
    let refused = hub.refused(&asked, &orders);
    if refused.iter().any(Option::is_some) {
        return report(refuse(&orders, &refused, &wishes));
    }
    let answer = backend(&asked, &call).await;
    if took_back_workflows(&asked, &orders) {
        let words = "refusing to allow a GitHub App to create or update workflow without `workflows` permission";
        let all: Vec<_> = orders.iter().map(|_| Some(words.to_owned())).collect();
        return report(refuse(&orders, &all, &wishes));
    }
    let by = caller_account(hub, &asked.caller);
    hub.pushed(&mut hub.world(), asked.repo, by);
    answer
}

fn caller_account(hub: &Hub, caller: &Caller) -> i64 {
    let world = hub.world();
    caller.acts_as(&world).unwrap_or_default()
}

fn report(body: Vec<u8>) -> Response {
    ([("content-type", "application/x-git-receive-pack-result"), ("cache-control", "no-cache")], body).into_response()
}

/// The password of basic credentials; git needs no particular user name.
fn password(headers: &HeaderMap) -> Option<String> {
    let value = headers.get("authorization")?.to_str().ok()?;
    let (scheme, code) = value.split_once(' ')?;
    let pair = BASE64_STANDARD.decode(code.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    String::from_utf8(pair).ok()?.split_once(':').map(|(_, password)| password.to_owned())
}

/// Why git is turned away.
struct Away {
    status: StatusCode,
    words: &'static str,
    location: Option<String>,
}

impl IntoResponse for Away {
    fn into_response(self) -> Response {
        let mut answer = (self.status, format!("{}\n", self.words)).into_response();
        let ask = self.status == StatusCode::UNAUTHORIZED;
        header(&mut answer, "www-authenticate", ask.then(|| "Basic realm=\"GitHub\"".into()));
        header(&mut answer, "location", self.location);
        answer
    }
}

fn say(status: StatusCode, words: &'static str) -> Away {
    Away { status, words, location: None }
}

fn admit(hub: &Hub, call: &Call) -> Result<Asked, Away> {
    let missing = || say(StatusCode::NOT_FOUND, "Repository not found.");
    let uri = &call.parts.uri;
    let path = uri.path().trim_start_matches('/');
    let service = SERVICES.iter().find(|s| path.ends_with(**s)).ok_or_else(missing)?;
    let (name, below) = (path.strip_suffix(service).unwrap_or(path), service.trim_start_matches('/'));
    let name = name.strip_suffix(".git").unwrap_or(name);
    let pushing = below == "git-receive-pack" || uri.query().is_some_and(|q| q.contains("service=git-receive-pack"));
    if below == "info/refs" && uri.query().is_none() {
        return Err(missing());
    }
    let no = |words| say(StatusCode::UNAUTHORIZED, words);
    let caller = match password(&call.parts.headers) {
        Some(token) => caller_of_token(hub, &token).map_err(|_| no("Invalid username or token."))?,
        None if call.parts.headers.contains_key("authorization") => return Err(no("Invalid username or token.")),
        None => Caller::Anonymous,
    };
    let world = hub.world();
    let anonymous = matches!(caller, Caller::Anonymous);
    let unseen = || if anonymous { no("Authentication required.") } else { missing() };
    let Some(id) = world.repo_id(name) else {
        let moved = world.former_names.get(&name.to_ascii_lowercase()).and_then(|id| world.repos.get(id));
        let moved = moved.filter(|r| world.may(&caller, r, access::METADATA).is_ok()).ok_or_else(unseen)?;
        let query = uri.query().map(|q| format!("?{q}")).unwrap_or_default();
        let to = format!("{}/{}.git/{below}{query}", world.base, world.full_name(moved));
        return Err(Away { location: Some(to), ..say(StatusCode::MOVED_PERMANENTLY, "Moved Permanently") });
    };
    let repo = world.repos.get(&id).ok_or_else(unseen)?;
    let need = if pushing { access::WRITE_CODE } else { access::READ_CODE };
    if world.may(&caller, repo, need).is_err() {
        let sees = world.may(&caller, repo, access::METADATA).is_ok() && !anonymous;
        return Err(if sees {
            say(StatusCode::FORBIDDEN, "Write access to repository not granted.")
        } else {
            unseen()
        });
    }
    if pushing && repo.archived {
        return Err(say(StatusCode::FORBIDDEN, "This repository was archived so it is read-only."));
    }
    Ok(Asked { repo: id, folder: repo.folder.clone(), below: below.into(), caller })
}

impl Hub {
    /// For each order the reason why it is refused before anything is read.
    fn refused(&self, asked: &Asked, orders: &[Order]) -> Vec<Option<String>> {
        let world = self.world();
        let Some(repo) = world.repos.get(&asked.repo) else { return Vec::new() };
        let reason = |order: &Order| {
            let branch = order.name.strip_prefix("refs/heads/").unwrap_or(&order.name);
            let protected = repo.protected.iter().any(|p| crate::sim::github::fault::glob(p, branch));
            if protected {
                Some("protected branch hook declined".to_owned())
            } else {
                order.name.starts_with("refs/pull/").then(|| "deny updating a hidden ref".to_owned())
            }
        };
        orders.iter().map(reason).collect()
    }
}

/// Undoes a push that changed workflow files without the permission for it; whether it did.
fn took_back_workflows(asked: &Asked, orders: &[Order]) -> bool {
    let may = match &asked.caller {
        Caller::Installation(grant) => grant.permissions.get("workflows").is_some_and(|l| l == "write"),
        _ => true,
    };
    let Ok(objects) = super::Objects::open(&asked.folder) else { return false };
    let bad = !may && orders.iter().any(|o| o.makes_commit() && objects.touches_workflows(&o.new));
    for order in orders.iter().filter(|_| bad) {
        let _undone =
            if order.is_new() { objects.delete_ref(&order.name) } else { objects.set_ref(&order.name, &order.old) };
    }
    bad
}

/// Runs `git http-backend` as a CGI program and turns its answer into ours.
async fn backend(asked: &Asked, call: &Call) -> Response {
    match run(asked, call).await {
        Ok(output) => cgi(&output),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("git http-backend: {error}\n")).into_response(),
    }
}

async fn run(asked: &Asked, call: &Call) -> std::io::Result<Vec<u8>> {
    let from = |name: &str| call.parts.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let root = asked.folder.parent().unwrap_or(Path::new("/"));
    let name = asked.folder.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let mut git = Command::new("git");
    git.arg("http-backend").env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    git.env("HOME", root).env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_HTTP_EXPORT_ALL", "1");
    git.env("GIT_PROJECT_ROOT", root).env("PATH_INFO", format!("/{name}/{}", asked.below));
    git.env("REQUEST_METHOD", call.parts.method.as_str())
        .env("QUERY_STRING", call.parts.uri.query().unwrap_or_default());
    git.env("CONTENT_TYPE", from("content-type")).env("CONTENT_LENGTH", call.body.len().to_string());
    git.env("HTTP_CONTENT_ENCODING", from("content-encoding")).env("GIT_PROTOCOL", from("git-protocol"));
    git.env("REMOTE_USER", "sim").env("REMOTE_ADDR", "127.0.0.1");
    git.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let mut child = git.spawn()?;
    let body = call.body.clone();
    let input = child.stdin.take();
    let feed = async move {
        if let Some(mut input) = input {
            // A refused push is read only in part; what git says then matters, not the broken pipe.
            let _partly = input.write_all(&body).await;
        }
    };
    let ((), output) = tokio::join!(feed, child.wait_with_output());
    output.map(|o| o.stdout)
}

fn cgi(output: &[u8]) -> Response {
    let end = output.windows(4).position(|w| w == b"\r\n\r\n").unwrap_or(output.len());
    let head = String::from_utf8_lossy(output.get(..end).unwrap_or_default()).into_owned();
    let body = output.get(end + 4..).unwrap_or_default().to_vec();
    let mut answer = Response::new(Body::from(body));
    for (name, value) in head.lines().filter_map(|l| l.split_once(": ")) {
        if name.eq_ignore_ascii_case("status") {
            let code = value.get(..3).and_then(|c| c.parse().ok());
            *answer.status_mut() = code.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        } else if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value.parse()) {
            answer.headers_mut().insert(name, value);
        }
    }
    if output.is_empty() {
        *answer.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    }
    answer
}
