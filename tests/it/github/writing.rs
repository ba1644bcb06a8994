//! What is written: comments, reactions, labels, pull requests, folding away.

use bakeoff::adapters::github::{GithubError, NewPull};
use bakeoff::domain::ids::CommentId;
use bakeoff::domain::pull::PullStatus;
use bakeoff::domain::reaction::ReactionContent;
use bakeoff::domain::repo::BranchName;
use serde_json::{Value, json};

use super::Bench;
use super::server::{ok, status};

pub fn pull(number: i64, head: &str, merged_at: Value) -> Value {
    let state = if merged_at.is_null() { "open" } else { "closed" };
    json!({
        "number": number, "node_id": "PR_1", "html_url": "https://github.com/octo/hello/pull/9", "state": state,
        "merged_at": merged_at, "draft": true, "title": "Fix", "body": null,
        "user": {"id": 1234, "login": "bakeoff[bot]", "type": "Bot"},
        "head": {"ref": head, "sha": "b".repeat(40), "repo": {"id": 42}},
        "base": {"ref": "main", "sha": "a".repeat(40), "repo": {"id": 42}},
        "created_at": "2026-01-01T00:00:00Z"
    })
}

fn branch(name: &str) -> BranchName {
    BranchName::parse(name).unwrap()
}

#[tokio::test]
async fn a_pull_request_is_opened_as_told() {
    let bench = Bench::new().await;
    bench.server.on("POST", "/repos/octo/hello/pulls", [status(201, pull(9, "bakeoff/x", json!(null)))]);
    let new = NewPull {
        title: "Fix".into(),
        head: branch("bakeoff/x"),
        base: branch("main"),
        body: "why".into(),
        draft: true,
    };
    let opened = bench.repo().create_pull(&new).await.unwrap();
    assert_eq!((opened.number, opened.status, opened.draft, opened.body.as_str()), (9, PullStatus::Open, true, ""));
    let sent = &bench.server.seen("POST", "/repos/octo/hello/pulls")[0];
    assert_eq!(sent.body, json!({"title": "Fix", "head": "bakeoff/x", "base": "main", "body": "why", "draft": true}));
    assert_eq!(sent.headers["x-github-api-version"], "2022-11-28");
    assert!(sent.headers["user-agent"].starts_with("bakeoff/"));
}

#[tokio::test]
async fn f041_pulls_are_found_by_their_branch() {
    let bench = Bench::new().await;
    let mut fork = pull(3, "bakeoff/x", json!(null));
    fork["head"]["repo"]["id"] = 77.into();
    let merged = pull(2, "bakeoff/x", json!("2026-01-02T00:00:00Z"));
    let other = pull(4, "other", json!(null));
    bench.server.on("GET", "/repos/octo/hello/pulls", [ok(json!([fork, other, merged]))]);
    let found = bench.repo().pulls_by_head(&branch("bakeoff/x")).await.unwrap();
    let found: Vec<_> = found.iter().map(|p| (p.number, p.status)).collect();
    assert_eq!(found, [(2, PullStatus::Merged)]);
    let asked = &bench.server.seen("GET", "/repos/octo/hello/pulls")[0].path;
    assert!(asked.contains("state=all") && asked.ends_with("head=octo%3Abakeoff%2Fx"), "{asked}");
}

#[tokio::test]
async fn reactions_labels_and_reviewers_are_sent() {
    let bench = Bench::new().await;
    let sent = [
        ("/repos/octo/hello/issues/comments/1/reactions", json!({"content": "rocket"})),
        ("/repos/octo/hello/issues/12/reactions", json!({"content": "-1"})),
        ("/repos/octo/hello/issues/12/labels", json!({"labels": ["bakeoff"]})),
        ("/repos/octo/hello/pulls/9/requested_reviewers", json!({"reviewers": ["ann"]})),
    ];
    for (path, _) in &sent {
        bench.server.on("POST", path, [status(201, json!({}))]);
    }
    let repo = bench.repo();
    repo.react_to_comment(CommentId(1), ReactionContent::Rocket).await.unwrap();
    repo.react_to_issue(12, ReactionContent::MinusOne).await.unwrap();
    repo.add_labels(12, &["bakeoff".into()]).await.unwrap();
    repo.request_reviewers(9, &["ann".into()]).await.unwrap();
    for (path, body) in sent {
        assert_eq!(bench.server.seen("POST", path)[0].body, body, "{path}");
    }
}

#[tokio::test]
async fn old_comments_are_folded_away() {
    let error = |kind: &str| ok(json!({"data": null, "errors": [{"type": kind, "message": "ghs_leak"}]}));
    let done = ok(json!({"data": {"minimizeComment": {"minimizedComment": {"isMinimized": true}}}}));
    for (reply, expected) in [
        (done, Ok(())),
        (error("NOT_FOUND"), Err(GithubError::NotFound)),
        (error("FORBIDDEN"), Err(GithubError::Permission { missing: None })),
        (error("SOMETHING"), Err(GithubError::Unavailable("it has an error of its own"))),
    ] {
        let bench = Bench::new().await;
        bench.server.on("POST", "/graphql", [reply]);
        assert_eq!(bench.repo().minimize_comment("IC_1").await, expected);
        let sent = &bench.server.seen("POST", "/graphql")[0].body;
        assert_eq!(sent["variables"], json!({"id": "IC_1"}));
        assert!(sent["query"].as_str().unwrap().contains("classifier: OUTDATED"));
    }
}

#[tokio::test]
async fn ghes_lives_below_api_v3() {
    let bench = Bench::with(|config| config.api_url += "/api/v3").await;
    let token = json!({"token": "ghs_x", "expires_at": "2026-01-01T01:00:00Z"});
    bench.server.on("POST", "/api/v3/app/installations/7/access_tokens", [status(201, token)]);
    bench.server.on("POST", "/api/graphql", [ok(json!({"data": {}}))]);
    bench.repo().minimize_comment("IC_1").await.unwrap();
}
