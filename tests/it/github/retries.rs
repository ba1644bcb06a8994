//! What is sent again and what never is (M51), damaged answers (F052, F053), deadlines and caps (M50).

use std::time::Duration;

use bakeoff::adapters::github::{GitHub, GithubError};
use bakeoff::domain::ids::CommentId;
use serde_json::{Value, json};

use super::server::{Reply, html, ok, status};
use super::{Bench, config};

pub fn comment(id: i64) -> Value {
    json!({
        "id": id, "node_id": format!("IC_{id}"), "body": "text",
        "user": {"id": 5, "login": "ann", "type": "User"},
        "performed_via_github_app": null,
        "issue_url": "https://api.github.com/repos/octo/hello/issues/12",
        "html_url": "https://github.com/octo/hello/issues/12#issuecomment-1",
        "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:01Z",
        "reactions": {"url": "https://x", "total_count": 3, "+1": 0, "rocket": 2, "eyes": 1}
    })
}

fn faults() -> Vec<(&'static str, Reply)> {
    let whole = comment(1).to_string();
    vec![
        ("500", status(500, json!({"message": "Server Error"}))),
        ("502 page", html(502)),
        ("page with 200", html(200)),
        ("page with 404", html(404)),
        ("truncated JSON", Reply::Answer { status: 200, headers: vec![], body: whole[..40].into() }),
        ("cut body", Reply::CutBody(whole, 40)),
        ("closed", Reply::Close),
        ("empty 200", Reply::Answer { status: 200, headers: vec![], body: String::new() }),
    ]
}

#[tokio::test]
async fn m51_a_post_is_never_sent_again() {
    for (name, fault) in faults() {
        let bench = Bench::new().await;
        bench.server.on("POST", "/repos/octo/hello/issues/12/comments", [fault]);
        let result = bench.repo().create_comment(12, "hi").await;
        assert_eq!(result, Err(GithubError::UnknownOutcome), "{name}");
        assert_eq!(bench.server.seen("POST", "/repos/octo/hello/issues/12/comments").len(), 1, "{name}");
    }
}

#[tokio::test]
async fn f052_f053_f056_reads_and_edits_are_sent_again() {
    for (name, fault) in faults() {
        let bench = Bench::new().await;
        let path = "/repos/octo/hello/issues/comments/1";
        for method in ["GET", "PATCH"] {
            bench.server.on(method, path, [fault.clone(), fault.clone(), ok(comment(1))]);
        }
        let read = bench.repo().comment(CommentId(1)).await.unwrap().unwrap();
        let edited = bench.repo().update_comment(CommentId(1), "text").await.unwrap();
        assert_eq!(read, edited, "{name}");
        assert_eq!(bench.server.seen("PATCH", path).len(), 3, "{name}");
        assert_eq!(bench.server.seen("PATCH", path)[2].body, json!({"body": "text"}), "{name}");
    }
}

#[tokio::test]
async fn m51_reads_give_up_after_the_set_number() {
    let bench = Bench::with(|config| config.retries = 2).await;
    bench.server.on("GET", "/repos/octo/hello", [status(503, json!({}))]);
    assert_eq!(bench.repo().get().await, Err(GithubError::Unavailable("it has an error of its own")));
    assert_eq!(bench.server.seen("GET", "/repos/octo/hello").len(), 3);
}

#[tokio::test]
async fn m50_silence_ends_at_the_deadline() {
    let bench = Bench::with(|config| {
        config.request_timeout = Duration::from_millis(200);
        config.retries = 0;
    })
    .await;
    bench.server.on("GET", "/repos/octo/hello", [Reply::Hang]);
    bench.server.on("POST", "/repos/octo/hello/issues/12/comments", [Reply::Hang]);
    assert_eq!(bench.repo().get().await, Err(GithubError::Unavailable("it does not answer in time")));
    assert_eq!(bench.repo().create_comment(12, "hi").await, Err(GithubError::UnknownOutcome));
}

#[tokio::test]
async fn m50_a_long_answer_is_not_read() {
    let bench = Bench::with(|config| config.max_body = 1000).await;
    let long = json!({"x": "y".repeat(2000)});
    bench.server.on("GET", "/repos/octo/hello", [ok(long.clone())]);
    bench.server.on("POST", "/repos/octo/hello/pulls", [ok(long)]);
    assert_eq!(bench.repo().get().await, Err(GithubError::Unavailable("its answer is too long")));
    assert_eq!(bench.server.seen("GET", "/repos/octo/hello").len(), 1);
}

#[tokio::test]
async fn what_was_never_sent_has_no_unknown_outcome() {
    let bench = Bench::new().await;
    let nobody = {
        let port = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", port.local_addr().unwrap())
    };
    let github = GitHub::new(config(&nobody), bench.clock.clone()).unwrap();
    let repo = github.repo(bench.repo().installation(), bench.repo().id(), bench.repo().name());
    let result = repo.create_comment(12, "hi").await;
    assert_eq!(result, Err(GithubError::Unavailable("it cannot be reached")));
}
