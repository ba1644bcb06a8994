//! Servers that do not keep to the protocol, or keep to it for ever.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use bakeoff::adapters::git::{GitError, GitSettings, Mirrors, PushOutcome, Refs, Remote};
use bakeoff::domain::repo::CommitSha;
use futures::StreamExt;
use url::Url;

use super::server::serve;
use super::work::{branch, files_below, settings};

/// What a script answers to the advertisement and to calls.
#[derive(Clone)]
struct Script {
    advertisement: Answer,
    call: Answer,
}

#[derive(Clone)]
enum Answer {
    Bytes(Vec<u8>),
    /// The bytes once, then the packet again and again.
    Endless(Vec<u8>, Vec<u8>),
    /// The bytes once, then nothing and no end.
    Stall(Vec<u8>),
    Http(StatusCode, HashMap<header::HeaderName, String>),
}

fn pkt(bytes: &[u8]) -> Vec<u8> {
    [format!("{:04x}", bytes.len() + 4).as_bytes(), bytes].concat()
}

fn pkts(lines: &[&str]) -> Vec<u8> {
    let special = |line: &str| line.len() == 4 && line.starts_with("000");
    lines.iter().flat_map(|line| if special(line) { line.as_bytes().to_vec() } else { pkt(line.as_bytes()) }).collect()
}

fn version_2() -> Answer {
    let all = ["# service=git-upload-pack\n", "0000", "version 2\n", "ls-refs=unborn\n", "fetch=shallow\n", "0000"];
    Answer::Bytes(pkts(&all))
}

fn receive_pack() -> Answer {
    let zeros = format!("{} capabilities^{{}}\0report-status\n", "0".repeat(40));
    Answer::Bytes(pkts(&["# service=git-receive-pack\n", "0000", &zeros, "0000"]))
}

async fn answer(State(script): State<Script>, method: Method, uri: Uri, _body: Bytes) -> Response {
    let (answer, end) = match method {
        Method::GET => (script.advertisement, "advertisement"),
        _ => (script.call, "result"),
    };
    let service = if uri.to_string().contains("receive-pack") { "git-receive-pack" } else { "git-upload-pack" };
    let kind = [(header::CONTENT_TYPE, format!("application/x-{service}-{end}"))];
    match answer {
        Answer::Bytes(bytes) => (kind, bytes).into_response(),
        Answer::Endless(first, packet) => {
            let chunk = Bytes::from(packet.repeat(65_536 / packet.len()));
            let more = futures::stream::repeat(chunk);
            let all = futures::stream::iter([Bytes::from(first)]).chain(more).map(Ok::<_, std::io::Error>);
            (kind, Body::from_stream(all)).into_response()
        }
        Answer::Stall(first) => {
            let first = futures::stream::iter([Ok::<_, std::io::Error>(Bytes::from(first))]);
            (kind, Body::from_stream(first.chain(futures::stream::pending()))).into_response()
        }
        Answer::Http(status, headers) => {
            let mut response = (status, kind).into_response();
            for (name, value) in headers {
                response.headers_mut().insert(name, value.parse().unwrap());
            }
            response
        }
    }
}

struct Hostile {
    folder: tempfile::TempDir,
    remote: Remote,
    mirrors: Mirrors,
}

impl Hostile {
    async fn start(advertisement: Answer, call: Answer) -> Self {
        let app = Router::new().fallback(answer).with_state(Script { advertisement, call });
        let (base, _task) = serve(app).await;
        let folder = tempfile::tempdir().unwrap();
        let limits = GitSettings {
            max_pack_bytes: 1 << 20,
            max_refs_bytes: 1 << 20,
            idle_timeout: Duration::from_secs(2),
            ..settings()
        };
        let mirrors = Mirrors::new(folder.path().to_owned(), limits).unwrap();
        Self { folder, remote: Remote { url: base.join("o/n").unwrap(), token: None }, mirrors }
    }

    async fn refs(&self) -> Result<Refs, GitError> {
        self.mirrors.ls_refs(&self.remote, &["HEAD"]).await
    }

    /// Fetches; afterwards no byte of a pack may be on disk.
    async fn fetch(&self) -> GitError {
        let commit = CommitSha::parse(&"12".repeat(20)).unwrap();
        let error = self.mirrors.fetch("r.git", &self.remote, &commit).await.unwrap_err();
        let left: Vec<_> =
            files_below(self.folder.path()).into_iter().filter(|(name, _)| name.contains("pack")).collect();
        assert_eq!(left, []);
        error
    }
}

fn is_protocol(error: &GitError) -> bool {
    matches!(error, GitError::Protocol(_))
}

#[tokio::test]
async fn advertisements_that_are_wrong_are_refused() {
    let lines = |lines: &[&str]| Answer::Bytes(pkts(lines));
    for (name, advertisement) in [
        ("version 1", lines(&["# service=git-upload-pack\n", "0000", "0000"])),
        ("no version", lines(&["# service=git-upload-pack\n", "0000", "fetch=shallow\n", "0000"])),
        ("no fetch", lines(&["version 2\n", "ls-refs\n", "0000"])),
        ("no shallow", lines(&["version 2\n", "ls-refs\n", "fetch\n", "0000"])),
        ("sha256", lines(&["version 2\n", "ls-refs\n", "fetch=shallow\n", "object-format=sha256\n", "0000"])),
        ("html", Answer::Bytes(b"<!doctype html>".to_vec())),
        ("length 3", Answer::Bytes(b"0003".to_vec())),
        ("length too large", Answer::Bytes(b"fff8".to_vec())),
    ] {
        let error = Hostile::start(advertisement, Answer::Bytes(vec![])).await.refs().await.unwrap_err();
        assert!(is_protocol(&error), "{name}: {error:?}");
    }
    let cut = Answer::Bytes(pkts(&["version 2\n"]));
    assert!(matches!(Hostile::start(cut, version_2()).await.refs().await, Err(GitError::Network(_))));
    let half = Answer::Bytes(b"0030version".to_vec());
    assert!(matches!(Hostile::start(half, version_2()).await.refs().await, Err(GitError::Network(_))));
}

#[tokio::test]
async fn the_http_answer_must_be_git_uncompressed_and_no_redirect() {
    let headers = |pairs: &[(header::HeaderName, &str)]| {
        pairs.iter().map(|(name, value)| (name.clone(), (*value).to_owned())).collect::<HashMap<_, _>>()
    };
    let html = Answer::Http(StatusCode::OK, headers(&[(header::CONTENT_TYPE, "text/html")]));
    let gzip = Answer::Http(StatusCode::OK, headers(&[(header::CONTENT_ENCODING, "gzip")]));
    for (name, advertisement) in [("html", html), ("gzip", gzip)] {
        let error = Hostile::start(advertisement, Answer::Bytes(vec![])).await.refs().await.unwrap_err();
        assert!(is_protocol(&error), "{name}: {error:?}");
    }
    let hits = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&hits);
    let (elsewhere, _task) = serve(Router::new().fallback(move || {
        counted.fetch_add(1, Ordering::SeqCst);
        async { "here" }
    }))
    .await;
    for status in [StatusCode::MOVED_PERMANENTLY, StatusCode::FOUND, StatusCode::TEMPORARY_REDIRECT] {
        let to = Answer::Http(status, headers(&[(header::LOCATION, elsewhere.as_str())]));
        let hostile = Hostile::start(to.clone(), to).await;
        assert!(is_protocol(&hostile.refs().await.unwrap_err()));
    }
    assert_eq!(hits.load(Ordering::SeqCst), 0, "m46: no redirect is followed");
}

#[tokio::test]
async fn lists_of_refs_end_at_their_limit() {
    let line = pkt(format!("{} refs/heads/x\n", "12".repeat(20)).as_bytes());
    let endless = Hostile::start(version_2(), Answer::Endless(vec![], line)).await;
    assert!(matches!(endless.refs().await, Err(GitError::TooLarge { limit_bytes: 1_048_576, .. })));
    let stalled = Hostile::start(version_2(), Answer::Stall(b"00".to_vec())).await;
    assert!(matches!(stalled.refs().await, Err(GitError::Timeout { .. })), "m50");
}

#[tokio::test]
async fn f071_endless_packs_and_progress_end_at_their_limit_and_the_disk_is_free() {
    let start = || pkts(&["packfile\n"]);
    let pack = [&[1][..], b"PACK\0\0\0\x02\0\xff\xff\xff"].concat();
    let first = [start(), pkt(&pack)].concat();
    for (name, answer) in [
        // A blob of 2 MiB that never ends: 0xb0 0x80 0x80 0x08 is its header, then stored zlib blocks.
        ("data", Answer::Endless(first.clone(), pkt(&[&[1][..], &[0x30; 1000]].concat()))),
        ("progress", Answer::Endless(start(), pkt(b"\x02Counting objects\r"))),
        ("keep-alives", Answer::Endless(start(), pkt(b"\x01"))),
        ("sections", Answer::Endless(pkts(&["shallow-info\n"]), pkt(b"shallow x"))),
    ] {
        let error = Hostile::start(version_2(), answer).await.fetch().await;
        let limited = matches!(error, GitError::TooLarge { what: "the repository", limit_bytes: 1_048_576 });
        assert!(limited || (name == "data" && is_protocol(&error)), "{name}: {error:?}");
    }
}

#[tokio::test]
async fn answers_to_a_fetch_are_taken_strictly() {
    let after = |packet: &[u8]| Answer::Bytes([pkts(&["packfile\n"]), pkt(packet), b"0000".to_vec()].concat());
    for (name, call) in [
        ("nothing", Answer::Bytes(b"0000".to_vec())),
        ("unknown section", Answer::Bytes(pkts(&["surprise\n", "0000"]))),
        ("no pack", Answer::Bytes(pkts(&["shallow-info\n", "0000"]))),
        ("band 9", after(b"\x09x")),
        ("empty packet", after(b"")),
        ("section in a pack", Answer::Bytes(pkts(&["packfile\n", "0001"]))),
        ("no pack at all", Answer::Bytes(pkts(&["packfile\n", "0000"]))),
        ("no PACK", after(b"\x01KCAP\0\0\0\x02\0\0\0\0")),
        ("version 9", after(b"\x01PACK\0\0\0\x09\0\0\0\0")),
        ("no trailer", after(b"\x01PACK\0\0\0\x02\0\0\0\0")),
        ("too many objects", after(b"\x01PACK\0\0\0\x02\xff\xff\xff\xff")),
    ] {
        let error = Hostile::start(version_2(), call).await.fetch().await;
        assert!(is_protocol(&error), "{name}: {error:?}");
    }
    let said = Hostile::start(version_2(), after(b"\x03access\x1b[2J denied\n")).await.fetch().await;
    assert_eq!(said, GitError::Remote("access [2J denied".into()));
    let said = Hostile::start(version_2(), Answer::Bytes(pkts(&["ERR no\nway"]))).await.fetch().await;
    assert_eq!(said, GitError::Remote("no way".into()));
    let stalled = Hostile::start(version_2(), Answer::Stall(pkts(&["packfile\n"]))).await.fetch().await;
    assert!(matches!(stalled, GitError::Timeout { .. }), "{stalled:?}");
}

#[tokio::test]
async fn a_fetch_that_is_given_up_in_the_middle_leaves_nothing() {
    let start = [pkts(&["packfile\n"]), pkt(b"\x01PACK\0\0\0\x02\0\0\0\x01\x33")].concat();
    let hostile = Hostile::start(version_2(), Answer::Stall(start)).await;
    let commit = CommitSha::parse(&"12".repeat(20)).unwrap();
    let arriving = || files_below(hostile.folder.path()).iter().any(|(name, _)| name.contains("incoming-"));
    let begun = async {
        while !arriving() {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        result = hostile.mirrors.fetch("r.git", &hostile.remote, &commit) => panic!("{result:?}"),
        () = begun => {}
    }
    while arriving() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_pack_without_the_commit_is_no_fetch() {
    let place = super::work::Place::empty().await;
    place.commit(&[("a", "1")]);
    let bare = place.bare();
    super::work::git(&bare, &["repack", "-adq"]);
    let (name, _) = files_below(&bare)
        .into_iter()
        .find(|(name, _)| name.contains("/pack-") && !name.ends_with('x') && !name.ends_with('v'))
        .unwrap();
    let pack = std::fs::read(bare.join(name)).unwrap();
    let answer = [pkts(&["packfile\n"]), pkt(&[&[1][..], &pack].concat()), b"0000".to_vec()].concat();
    let hostile = Hostile::start(version_2(), Answer::Bytes(answer)).await;
    let commit = CommitSha::parse(&"12".repeat(20)).unwrap();
    let result = hostile.mirrors.fetch("r.git", &hostile.remote, &commit).await;
    assert!(matches!(result, Err(GitError::Protocol(_))), "{result:?}");
}

#[tokio::test]
async fn reports_of_a_push_are_taken_strictly() {
    let built = bakeoff::adapters::git::BuiltCommit {
        sha: CommitSha::parse(&"12".repeat(20)).unwrap(),
        tree: CommitSha::parse(&"34".repeat(20)).unwrap(),
        pack: vec![0; 100],
    };
    let push = async |report: &[&str]| {
        let hostile = Hostile::start(receive_pack(), Answer::Bytes(pkts(report))).await;
        hostile.mirrors.push_branch(&hostile.remote, &branch("b"), &built, None).await
    };
    assert_eq!(push(&["unpack ok\n", "ok refs/heads/b\n", "0000"]).await, Ok(PushOutcome::Pushed));
    for (name, report) in [
        ("no report", &["0000"][..]),
        ("another branch", &["unpack ok\n", "ok refs/heads/main\n", "0000"]),
        ("nonsense", &["unpack ok\n", "hello\n", "0000"]),
    ] {
        let result = push(report).await;
        assert!(matches!(result, Err(GitError::Protocol(_))), "{name}: {result:?}");
    }
    let cut = push(&["unpack ok\n", "ok refs/heads/b\n"]).await;
    assert!(matches!(cut, Err(GitError::Network(_))), "{cut:?}");
}

#[tokio::test]
async fn what_cannot_be_reached_is_a_network_error_without_the_address() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let folder = tempfile::tempdir().unwrap();
    let mirrors = Mirrors::new(folder.path().to_owned(), settings()).unwrap();
    let url = Url::parse(&format!("http://127.0.0.1:{port}/o/n")).unwrap();
    let error = mirrors.head(&Remote { url, token: None }).await.unwrap_err();
    assert_eq!(error, GitError::Network("no connection"));
    for url in ["http://example.com/o/n", "https://x:y@example.com/o/n", "ssh://example.com/o/n", "file:///etc"] {
        let result = mirrors.head(&Remote { url: url.parse().unwrap(), token: None }).await;
        assert!(matches!(result, Err(GitError::UrlRefused(_))), "{url}");
    }
}
