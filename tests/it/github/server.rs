//! A far end that answers what it is told, byte by byte, and remembers what it was asked.

use std::collections::{HashMap, VecDeque};
use std::fmt::Write;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use bakeoff::domain::clock::{Clock, ManualClock, Timestamp};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: String,
    /// With the query.
    pub path: String,
    pub headers: HashMap<String, String>,
    pub body: Value,
    pub at: Instant,
    /// How many others were being answered.
    pub beside: usize,
}

impl Seen {
    pub fn bearer(&self) -> &str {
        self.headers["authorization"].strip_prefix("Bearer ").unwrap()
    }
}

/// What to do with a request.
#[derive(Debug, Clone)]
pub enum Reply {
    Answer {
        status: u16,
        headers: Vec<(String, String)>,
        body: String,
    },
    /// As an answer, but the connection ends after this many bytes of the body.
    CutBody(String, usize),
    /// The connection ends without a word.
    Close,
    /// No answer at all.
    Hang,
}

pub fn ok(body: Value) -> Reply {
    status(200, body)
}

pub fn status(status: u16, body: Value) -> Reply {
    Reply::Answer { status, headers: vec![], body: body.to_string() }
}

pub fn html(status: u16) -> Reply {
    let headers = vec![("content-type".into(), "text/html; charset=utf-8".into())];
    Reply::Answer { status, headers, body: "<html><body>Unicorn! ghs_leak</body></html>".into() }
}

impl Reply {
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name.into(), value.to_string()));
        }
        self
    }
}

type Routes = Mutex<HashMap<(String, String), VecDeque<Reply>>>;

#[derive(Clone)]
pub struct Server {
    pub url: String,
    inner: Arc<Inner>,
}

struct Inner {
    clock: Arc<ManualClock>,
    ahead_ms: AtomicI64,
    routes: Routes,
    seen: Mutex<Vec<Seen>>,
    busy: AtomicUsize,
    minted: AtomicUsize,
    check_jwt: std::sync::atomic::AtomicBool,
}

impl Server {
    pub async fn start(clock: Arc<ManualClock>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let inner = Arc::new(Inner {
            clock,
            ahead_ms: AtomicI64::new(0),
            routes: Mutex::default(),
            seen: Mutex::default(),
            busy: AtomicUsize::new(0),
            minted: AtomicUsize::new(0),
            check_jwt: false.into(),
        });
        let shared = inner.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let inner = shared.clone();
                tokio::spawn(async move {
                    inner.serve(stream).await;
                });
            }
        });
        Self { url, inner }
    }

    /// Answers in this order; the last one stays.
    pub fn on(&self, method: &str, path: &str, replies: impl IntoIterator<Item = Reply>) {
        self.inner.routes.lock().unwrap().insert((method.into(), path.into()), replies.into_iter().collect());
    }

    /// What was asked at a path (without looking at the query unless it is given).
    pub fn seen(&self, method: &str, path: &str) -> Vec<Seen> {
        let all = self.inner.seen.lock().unwrap();
        let same = |seen: &&Seen| seen.method == method && (seen.path == path || bare(&seen.path) == path);
        all.iter().filter(same).cloned().collect()
    }

    pub fn everything(&self) -> Vec<Seen> {
        self.inner.seen.lock().unwrap().clone()
    }

    /// Sets GitHub's clock beside ours.
    pub fn ahead_by(&self, ms: i64) {
        self.inner.ahead_ms.store(ms, Ordering::SeqCst);
    }

    /// From now on the App's token must be right by GitHub's clock.
    pub fn check_jwt(&self) {
        self.inner.check_jwt.store(true, Ordering::SeqCst);
    }

    pub fn now(&self) -> Timestamp {
        self.inner.now()
    }
}

fn bare(path: &str) -> &str {
    path.split('?').next().unwrap()
}

impl Inner {
    fn now(&self) -> Timestamp {
        Timestamp(self.clock.now().0 + self.ahead_ms.load(Ordering::SeqCst))
    }

    async fn serve(&self, mut stream: TcpStream) {
        let Some(mut seen) = read(&mut stream).await else { return };
        seen.beside = self.busy.fetch_add(1, Ordering::SeqCst);
        self.seen.lock().unwrap().push(seen.clone());
        let reply = self.reply(&seen);
        self.busy.fetch_sub(1, Ordering::SeqCst);
        match reply {
            Reply::Close => {}
            Reply::Hang => std::future::pending::<()>().await,
            Reply::CutBody(body, after) => {
                let head = self.head(200, &[], body.len());
                stream.write_all(head.as_bytes()).await.unwrap();
                stream.write_all(&body.as_bytes()[..after]).await.unwrap();
            }
            Reply::Answer { status, headers, body } => {
                let head = self.head(status, &headers, body.len());
                let _ = stream.write_all(head.as_bytes()).await;
                let _ = stream.write_all(body.as_bytes()).await;
            }
        }
    }

    fn head(&self, status: u16, headers: &[(String, String)], length: usize) -> String {
        let date = chrono::DateTime::from_timestamp_millis(self.now().0).unwrap();
        let date = date.format("%a, %d %b %Y %H:%M:%S GMT");
        let mut head = format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {length}\r\n");
        if !headers.iter().any(|(name, _)| name == "date") {
            write!(head, "date: {date}\r\n").unwrap();
        }
        if !headers.iter().any(|(name, _)| name == "content-type") {
            head += "content-type: application/json; charset=utf-8\r\n";
        }
        for (name, value) in headers {
            write!(head, "{name}: {value}\r\n").unwrap();
        }
        head + "\r\n"
    }

    fn reply(&self, seen: &Seen) -> Reply {
        if self.check_jwt.load(Ordering::SeqCst) && seen.path.starts_with("/app") && !self.jwt_is_right(seen) {
            return status(401, json!({"message": "'Expiration time' claim ('exp') is too far in the future"}));
        }
        let mut routes = self.routes.lock().unwrap();
        for path in [seen.path.as_str(), bare(&seen.path)] {
            if let Some(replies) = routes.get_mut(&(seen.method.clone(), path.to_owned())) {
                return if replies.len() > 1 { replies.pop_front().unwrap() } else { replies[0].clone() };
            }
        }
        if seen.path == "/app/installations/7/access_tokens" {
            return self.mint();
        }
        status(404, json!({"message": "Not Found"}))
    }

    fn mint(&self) -> Reply {
        let n = self.minted.fetch_add(1, Ordering::SeqCst) + 1;
        let expires_at = Timestamp(self.now().0 + 3_600_000).to_rfc3339();
        status(201, json!({"token": format!("ghs_secret{n}"), "expires_at": expires_at}))
    }

    fn jwt_is_right(&self, seen: &Seen) -> bool {
        use jsonwebtoken::{Algorithm, DecodingKey, Validation};
        let key = DecodingKey::from_rsa_pem(include_bytes!("test_key.pub.pem")).unwrap();
        let mut rules = Validation::new(Algorithm::RS256);
        rules.validate_exp = false;
        rules.required_spec_claims.clear();
        let claims = jsonwebtoken::decode::<Value>(seen.bearer(), &key, &rules).unwrap().claims;
        let now = self.now().0 / 1000;
        let (iat, exp) = (claims["iat"].as_i64().unwrap(), claims["exp"].as_i64().unwrap());
        claims["iss"] == "99" && iat <= now && exp > now && exp <= now + 600
    }
}

async fn read(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..head_end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, path) = (first.next()?.to_owned(), first.next()?.to_owned());
    let pairs = lines.filter_map(|line| line.split_once(": "));
    let headers: HashMap<_, _> = pairs.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    let length: usize = headers.get("content-length").map_or(0, |text| text.parse().unwrap());
    while bytes.len() < head_end + 4 + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let body = serde_json::from_slice(&bytes[head_end + 4..]).unwrap_or(Value::Null);
    Some(Seen { method, path, headers, body, at: Instant::now(), beside: 0 })
}
