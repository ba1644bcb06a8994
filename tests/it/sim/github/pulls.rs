//! Pull requests.

use bakeoff::sim::github::{Change, FakeGithub};
use serde_json::{Value, json};

use super::wire::{Answer, get, send};
use super::{REPO, world};

async fn open(hub: &FakeGithub, token: &str, more: Value) -> Answer {
    let mut body = json!({ "title": "Mend it", "head": "fix", "base": "main", "body": "for #1", "draft": true });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    send(hub, "POST", &format!("/repos/{REPO}/pulls"), token, body).await
}

#[tokio::test]
async fn what_cannot_be_a_pull_request_is_refused_in_github_s_words() {
    let hub = world().await;
    let token = hub.app_token(REPO);
    hub.push_commit(REPO, "fix", &[Change::text("a", "b\n")]);
    hub.force_push(REPO, "same", &hub.branches(REPO)["main"]);
    let orphan = hub.orphan_commit(REPO, &[Change::text("x", "y\n")]);
    hub.force_push(REPO, "orphan", &orphan);
    let cases = [
        (json!({ "head": "none" }), "head invalid"),
        (json!({ "base": "none" }), "base invalid"),
        (json!({ "head": "same" }), "No commits between main and same"),
        (json!({ "head": "orphan" }), "The orphan branch has no history in common with main"),
        (json!({ "title": "" }), "title missing_field"),
        (json!({ "body": "x".repeat(65_537) }), "body is too long (maximum is 65536 characters)"),
    ];
    for (more, words) in cases {
        let refused = open(&hub, &token, more).await;
        assert_eq!((refused.status, refused.error().as_str()), (422, words));
    }
    assert_eq!(open(&hub, &token, json!({})).await.status, 201);
    let twice = open(&hub, &token, json!({})).await;
    assert_eq!((twice.status, twice.error().as_str()), (422, "A pull request already exists for octo:fix."));
    assert_eq!(hub.pulls(REPO).len(), 1);
}

#[tokio::test]
async fn a_pull_request_is_found_by_its_head() {
    let hub = world().await;
    let token = hub.app_token(REPO);
    let sha = hub.push_commit(REPO, "fix", &[Change::text("a", "b\n")]);
    let made = open(&hub, &token, json!({})).await.body;
    assert_eq!(
        (&made["draft"], &made["head"]["sha"], &made["base"]["ref"]),
        (&json!(true), &json!(sha), &json!("main"))
    );
    assert_eq!(
        (&made["user"]["login"], &made["commits"], &made["additions"]),
        (&json!("bakeoff[bot]"), &json!(1), &json!(1))
    );
    hub.close_pull(REPO, made["number"].as_i64().unwrap(), "ada");
    let path = format!("/repos/{REPO}/pulls?head=octo:fix&state=");
    let count = |answer: Answer| answer.body.as_array().unwrap().len();
    assert_eq!(count(get(&hub, &format!("{path}all"), &token).await), 1);
    assert_eq!(count(get(&hub, &format!("{path}open"), &token).await), 0);
    assert_eq!(count(get(&hub, &format!("/repos/{REPO}/pulls?state=all&head=octo:other"), &token).await), 0);
    assert_eq!(open(&hub, &token, json!({})).await.status, 201, "a closed one is no hindrance");
    let as_issue = get(&hub, &format!("/repos/{REPO}/issues/2"), &token).await.body;
    assert!(as_issue["pull_request"]["url"].is_string(), "{as_issue}");
}

#[tokio::test]
async fn merging_moves_the_base_and_is_told() {
    let hub = world().await;
    let token = hub.app_token(REPO);
    hub.push_commit(REPO, "fix", &[Change::text("a", "b\n")]);
    let number = open(&hub, &token, json!({})).await.body["number"].as_i64().unwrap();
    let merge = hub.merge_pull(REPO, number, "ada");
    assert_eq!(hub.branches(REPO)["main"], merge);
    assert_eq!(hub.tree(REPO, "main")["a"], (0o100_644, b"b\n".to_vec()));
    let told = hub.last_delivery("pull_request", Some("closed")).unwrap();
    let body = hub.delivery_body(told.id).unwrap();
    assert_eq!((&body["pull_request"]["merged"], &body["sender"]["login"]), (&json!(true), &json!("ada")));
    let shown = get(&hub, &format!("/repos/{REPO}/pulls/{number}"), &token).await.body;
    assert_eq!((&shown["state"], &shown["merge_commit_sha"]), (&json!("closed"), &json!(merge)));
}

#[tokio::test]
async fn a_conflict_and_labels_show() {
    let hub = world().await;
    let token = hub.app_token(REPO);
    hub.push_commit(REPO, "fix", &[Change::text("README.md", "one\n")]);
    hub.push_commit(REPO, "main", &[Change::text("README.md", "two\n")]);
    let number = open(&hub, &token, json!({})).await.body["number"].as_i64().unwrap();
    let shown = get(&hub, &format!("/repos/{REPO}/pulls/{number}"), &token).await.body;
    assert_eq!((&shown["mergeable"], &shown["mergeable_state"]), (&json!(false), &json!("dirty")));
    let path = format!("/repos/{REPO}/issues/{number}/labels");
    let labels = send(&hub, "POST", &path, &token, json!({ "labels": ["bakeoff"] })).await;
    assert_eq!((labels.status, &labels.body[0]["name"]), (200, &json!("bakeoff")));
    assert_eq!(hub.pulls(REPO)[0].labels, ["bakeoff"]);
    let changed =
        send(&hub, "PATCH", &format!("/repos/{REPO}/pulls/{number}"), &token, json!({ "state": "closed" })).await;
    assert_eq!(changed.body["state"], "closed");
}
