//! Real `git upload-pack` and `git receive-pack` behind HTTP, with faults on demand.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, RawQuery, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use bakeoff::adapters::git::Remote;
use base64::Engine;
use tokio::io::AsyncWriteExt;
use url::Url;

use super::work::command;

/// One thing to go wrong, with the next request that it fits.
#[derive(Debug, Clone)]
pub enum Fault {
    /// The answer to a fetch ends after so many bytes, as if it were whole.
    CutFetch(usize),
    /// A bit of the answer to a fetch is turned, so many bytes before its end.
    TurnBit(usize),
    /// The push is taken, and the answer lost.
    LosePushAnswer,
    /// This status instead of an answer.
    Status(u16),
    /// Never mind `Git-Protocol`, as servers do whose proxy drops it; stays.
    OldProtocol,
}

#[derive(Debug, Default)]
struct Inner {
    root: PathBuf,
    token: Option<String>,
    fault: Mutex<Option<Fault>>,
    /// Method, path and bytes of each answer.
    log: Mutex<Vec<(String, usize)>>,
}

/// A server on loopback that stops with the test.
pub struct GitServer {
    pub base: Url,
    inner: Arc<Inner>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for GitServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl GitServer {
    /// Serves the bare repositories below `root`; with a token, only to who knows it.
    pub async fn start(root: PathBuf, token: Option<&str>) -> Self {
        let inner = Arc::new(Inner { root, token: token.map(str::to_owned), ..Inner::default() });
        let app = Router::new().fallback(answer).layer(DefaultBodyLimit::disable()).with_state(Arc::clone(&inner));
        let (base, task) = serve(app).await;
        Self { base, inner, task }
    }

    pub fn remote(&self, name: &str) -> Remote {
        let token = self.inner.token.clone().map(Into::into);
        Remote { url: self.base.join(name).unwrap(), token }
    }

    pub fn fail_next(&self, fault: Fault) {
        *self.inner.fault.lock().unwrap() = Some(fault);
    }

    /// Answers since the last call: what was asked, and the bytes of the body.
    pub fn take_log(&self) -> Vec<(String, usize)> {
        std::mem::take(&mut self.inner.log.lock().unwrap())
    }
}

/// Serves an app on a free port.
pub async fn serve(app: Router) -> (Url, tokio::task::JoinHandle<()>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    (base, tokio::spawn(async move { axum::serve(listener, app).await.unwrap() }))
}

async fn answer(
    State(inner): State<Arc<Inner>>,
    method: Method,
    uri: Uri,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let fault = inner.fault.lock().unwrap().clone();
    if let Some(Fault::Status(status)) = fault {
        inner.fault.lock().unwrap().take();
        return StatusCode::from_u16(status).unwrap().into_response();
    }
    if !knows_token(&inner, &headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let path = uri.path().trim_start_matches('/');
    let (repo, asked) = path.split_once("/info/").unwrap_or_else(|| path.rsplit_once('/').unwrap_or((path, "")));
    let folder = inner.root.join(format!("{}.git", repo.trim_end_matches(".git")));
    if !folder.is_dir() {
        return StatusCode::NOT_FOUND.into_response();
    }
    let protocol = headers.get("git-protocol").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let protocol = if matches!(fault, Some(Fault::OldProtocol)) { String::new() } else { protocol };
    let query = query.unwrap_or_default();
    let (service, advertise) = match (method, asked) {
        (Method::GET, "refs") => (query.strip_prefix("service=").unwrap_or_default().to_owned(), true),
        (Method::POST, service) => (service.to_owned(), false),
        _ => return StatusCode::METHOD_NOT_ALLOWED.into_response(),
    };
    let bytes = run(&folder, &service, advertise, &protocol, &body).await;
    inner.log.lock().unwrap().push((format!("{service} {}", if advertise { "refs" } else { "call" }), bytes.len()));
    let fetch = !advertise && body.windows(13).any(|w| w == b"command=fetch");
    let bytes = match fault {
        Some(Fault::CutFetch(at)) if fetch => bytes[..at.min(bytes.len())].to_vec(),
        Some(Fault::TurnBit(at)) if fetch => {
            let mut bytes = bytes;
            let place = bytes.len() - at;
            bytes[place] ^= 1;
            bytes
        }
        Some(Fault::LosePushAnswer) if !advertise && service == "git-receive-pack" => {
            inner.fault.lock().unwrap().take();
            return StatusCode::BAD_GATEWAY.into_response();
        }
        _ => bytes,
    };
    if fetch {
        inner.fault.lock().unwrap().take();
    }
    let kind = format!("application/x-{service}-{}", if advertise { "advertisement" } else { "result" });
    ([(header::CONTENT_TYPE, kind)], Body::from(bytes)).into_response()
}

fn knows_token(inner: &Inner, headers: &HeaderMap) -> bool {
    let Some(token) = &inner.token else { return true };
    let right = base64::prelude::BASE64_STANDARD.encode(format!("x-access-token:{token}"));
    headers.get(header::AUTHORIZATION).is_some_and(|v| v.as_bytes() == format!("Basic {right}").as_bytes())
}

async fn run(folder: &Path, service: &str, advertise: bool, protocol: &str, body: &[u8]) -> Vec<u8> {
    let name = service.strip_prefix("git-").unwrap();
    let mut args = vec![name, "--stateless-rpc"];
    if advertise {
        args.push("--http-backend-info-refs");
    }
    args.push(".");
    let mut git = tokio::process::Command::from(command(folder, &args));
    let mut child = git.env("GIT_PROTOCOL", protocol).stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let body = body.to_vec();
    let feed = tokio::spawn(async move {
        // git may close its end early when it refuses.
        let _ = stdin.write_all(&body).await;
    });
    let output = child.wait_with_output().await.unwrap();
    feed.await.unwrap();
    let mut bytes = Vec::new();
    if advertise && protocol.is_empty() {
        let line = format!("# service={service}\n");
        bytes.extend_from_slice(format!("{:04x}{line}0000", line.len() + 4).as_bytes());
    }
    bytes.extend_from_slice(&output.stdout);
    bytes
}
