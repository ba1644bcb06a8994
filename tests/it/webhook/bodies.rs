//! The built program against bodies that are large, endless, slow or many.

use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit as _, Mac as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::cli::binary::{Place, Serving};

pub const SECRET: &str = "webhook-secret-of-this-test";
pub const MIB: usize = 1024 * 1024;

fn receiver(secrets: &str) -> (Place, Serving) {
    let mut place = Place::new();
    place.set("BAKEOFF_GITHUB_WEBHOOK_SECRETS", secrets);
    let serving = place.serve(&[]);
    (place, serving)
}

pub fn signature(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

/// A comment's payload of about so many bytes.
pub fn payload(bytes: usize) -> Vec<u8> {
    format!("{{\"action\":\"created\",\"pad\":\"{}\"}}", "x".repeat(bytes)).into_bytes()
}

pub async fn post(address: &str, secret: &str, body: Vec<u8>) -> (u16, bool) {
    try_post(address, secret, body).await.unwrap()
}

/// Status and whether it says when to come again; an error when it hung up before the body was sent.
async fn try_post(address: &str, secret: &str, body: Vec<u8>) -> Result<(u16, bool), reqwest::Error> {
    let request = reqwest::Client::new()
        .post(format!("http://{address}/webhooks/github"))
        .header("content-type", "application/json")
        .header("x-github-event", "issue_comment")
        .header("x-github-delivery", uuid::Uuid::new_v4().to_string())
        .header("x-hub-signature-256", signature(secret, &body));
    let answer = request.body(body).send().await?;
    Ok((answer.status().as_u16(), answer.headers().contains_key("retry-after")))
}

/// Sends the head of a delivery by hand; `length` is its last header.
async fn begin(address: &str, length: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /webhooks/github HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         X-GitHub-Event: issue_comment\r\nX-GitHub-Delivery: by-hand\r\nX-Hub-Signature-256: sha256={}\r\n{length}\r\n\r\n",
        "0".repeat(64)
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

async fn status_line(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> String {
    let mut start = [0; 64];
    let read = stream.read(&mut start).await.unwrap_or(0);
    String::from_utf8_lossy(&start[..read]).lines().next().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn m03_f011_24_mib_are_taken_and_26_are_refused_before_they_are_read() {
    let (_place, serving) = receiver(SECRET);
    assert_eq!(post(&serving.address, SECRET, payload(24 * MIB)).await.0, 202);
    // Not a byte of the body was sent.
    let mut stream = begin(&serving.address, &format!("Content-Length: {}", 26 * MIB)).await;
    assert!(status_line(&mut stream).await.starts_with("HTTP/1.1 413"));
    // Without a length it is counted.
    let (mut answer, mut body) = begin(&serving.address, "Transfer-Encoding: chunked").await.into_split();
    let chunk = format!("{:x}\r\n{}\r\n", MIB, "x".repeat(MIB));
    let sending = tokio::spawn(async move {
        for _ in 0..40 {
            // It may hang up as soon as it has seen enough.
            if body.write_all(chunk.as_bytes()).await.is_err() {
                break;
            }
        }
        body
    });
    assert!(status_line(&mut answer).await.starts_with("HTTP/1.1 413"));
    drop(sending.await);
}

#[tokio::test(flavor = "multi_thread")]
async fn m03_f012_a_dripping_body_is_cut_and_the_others_go_on() {
    let (_place, serving) = receiver(SECRET);
    let started = Instant::now();
    let mut slow = begin(&serving.address, "Content-Length: 100000").await;
    let (mut answer, mut body) = slow.split();
    let drip = async {
        let mut pace = tokio::time::interval(Duration::from_millis(500));
        while body.write_all(b" ").await.is_ok() {
            pace.tick().await;
        }
    };
    let others = async {
        let mut pace = tokio::time::interval(Duration::from_millis(500));
        loop {
            pace.tick().await;
            assert_eq!(post(&serving.address, SECRET, payload(100)).await.0, 202);
        }
    };
    let line = tokio::select! {
        line = status_line(&mut answer) => line,
        () = drip => "hung up".into(),
        () = others => unreachable!("they never end"),
    };
    let took = started.elapsed();
    assert!(line.starts_with("HTTP/1.1 408") || line == "hung up", "{line}");
    assert!((Duration::from_secs(9)..Duration::from_secs(30)).contains(&took), "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn m03_twenty_large_bodies_at_once_share_a_budget_of_memory() {
    let (_place, serving) = receiver(SECRET);
    let body = payload(24 * MIB);
    let sent = (0..20).map(|_| try_post(&serving.address, SECRET, body.clone()));
    // Whoever is still sending when it is refused may find the line closed before the answer; GitHub notes both alike.
    let answers: Vec<_> = futures::future::join_all(sent).await.into_iter().filter_map(Result::ok).collect();
    assert!(answers.iter().any(|(status, _)| *status == 202), "{answers:?}");
    assert!(answers.iter().all(|answer| [(202, false), (503, true)].contains(answer)), "{answers:?}");
    assert!(serving.get("/health").starts_with("HTTP/1.1 200"), "it lives on");
    let peak = serving.peak_memory_bytes() / MIB;
    // Together they are 480 MiB, read, parsed and stored without a budget four times that. What is stored is handled
    // meanwhile, on a slow machine several at once.
    assert!(peak < 800, "{peak} MiB");
}
