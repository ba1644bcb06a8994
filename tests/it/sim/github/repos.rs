//! Repositories: permission words, renames, refs, archive.

use serde_json::json;

use super::wire::{get, jwt, request, send};
use super::{REPO, world};
use bakeoff::sim::github::Change;

#[tokio::test]
async fn m11_permission_words_are_mapped_as_github_maps_them() {
    let hub = world().await;
    hub.set_custom_role(REPO, "rea", "release-captain", "write");
    let token = hub.app_token(REPO);
    let cases = [
        ("ada", "admin", "admin"),
        ("mo", "write", "maintain"),
        ("will", "write", "write"),
        ("tri", "read", "triage"),
        ("rea", "write", "release-captain"),
        ("stranger", "read", "read"),
    ];
    for (login, permission, role) in cases {
        let answer = get(&hub, &format!("/repos/{REPO}/collaborators/{login}/permission"), &token).await;
        assert_eq!(
            (&answer.body["permission"], &answer.body["role_name"]),
            (&json!(permission), &json!(role)),
            "{login}"
        );
        assert_eq!(answer.body["user"]["login"], login);
    }
    for nobody in ["nobody", "bakeoff%5Bbot%5D"] {
        let answer = get(&hub, &format!("/repos/{REPO}/collaborators/{nobody}/permission"), &token).await;
        assert_eq!(answer.status, 404, "{nobody}");
    }
    hub.make_private(REPO);
    let answer = get(&hub, &format!("/repos/{REPO}/collaborators/stranger/permission"), &token).await;
    assert_eq!(answer.body["permission"], "none");
}

#[tokio::test]
async fn f054_a_renamed_repository_is_found_by_its_number() {
    let hub = world().await;
    let token = hub.app_token(REPO);
    hub.rename_repo(REPO, "hallo");
    let moved = get(&hub, &format!("/repos/{REPO}/issues/1?x=1"), &token).await;
    assert_eq!(moved.status, 301);
    let to = moved.header("location").to_owned();
    assert!(to.contains("/api/v3/repositories/") && to.ends_with("/issues/1?x=1"), "{to}");
    assert_eq!(get(&hub, &to, &token).await.body["title"], "It is broken");
    let posted = send(&hub, "POST", &format!("/repos/{REPO}/issues/1/comments"), &token, json!({ "body": "x" })).await;
    assert_eq!(posted.status, 307);
    hub.make_private("octo/hallo");
    assert_eq!(get(&hub, &format!("/repos/{REPO}"), "").await.status, 404, "the new name stays hidden from strangers");
}

#[tokio::test]
async fn refs_commits_and_comparisons() {
    let hub = world().await;
    let token = hub.app_token(REPO);
    let start = hub.branches(REPO)["main"].clone();
    let next = hub.push_commit(REPO, "feature/x", &[Change::text("new.txt", "new\n"), Change::delete("README.md")]);
    let at = |path: &str| format!("/repos/{REPO}/{path}");
    assert_eq!(get(&hub, &at("branches/feature/x"), &token).await.body["commit"]["sha"], next);
    assert_eq!(get(&hub, &at("git/ref/heads/feature/x"), &token).await.body["object"]["sha"], next);
    assert_eq!(get(&hub, &at("commits/main"), &token).await.body["sha"], start);
    assert_eq!(get(&hub, &at(&format!("commits/{}", &next[..7])), &token).await.body["parents"][0]["sha"], start);
    assert_eq!(get(&hub, &at("branches/none"), &token).await.body["message"], "Branch not found");
    assert_eq!(get(&hub, &at("git/ref/heads/none"), &token).await.status, 404);
    assert_eq!(get(&hub, &at("commits/none"), &token).await.status, 422);
    let compared = get(&hub, &at("compare/main...feature/x"), &token).await.body;
    assert_eq!(
        (&compared["status"], &compared["ahead_by"], &compared["behind_by"]),
        (&json!("ahead"), &json!(1), &json!(0))
    );
    assert_eq!((compared["files"].as_array().unwrap().len(), &compared["commits"][0]["sha"]), (2, &json!(next)));
    let second = get(&hub, &at("compare/main...feature/x?per_page=1&page=2"), &token).await.body;
    assert_eq!((&second["files"], &second["commits"], &second["ahead_by"]), (&json!([]), &json!([]), &json!(1)));
    let asked = request(&hub, reqwest::Method::GET, &at("commits/feature%2Fx"), &token);
    let bare = asked.header("accept", "application/vnd.github.sha").send().await.unwrap().text().await.unwrap();
    assert_eq!(bare, next);
    hub.create_repo("octo/empty", &[]);
    assert_eq!(get(&hub, "/repos/octo/empty/commits/main", "").await.status, 409);
}

#[tokio::test]
async fn an_archived_repository_is_read_only() {
    let hub = world().await;
    let token = hub.app_token(REPO);
    hub.archive_repo(REPO, true);
    let path = format!("/repos/{REPO}/issues/1/comments");
    assert_eq!(get(&hub, &path, &token).await.status, 200);
    assert_eq!(send(&hub, "POST", &path, &token, json!({ "body": "x" })).await.status, 403);
}

#[tokio::test]
async fn objects_hold_what_github_sends() {
    let hub = world().await;
    let app = get(&hub, "/app", &jwt(&hub)).await.body;
    assert!(
        app["owner"]["login"].is_string() && app["permissions"]["contents"] == "write" && app["node_id"].is_string()
    );
    let repo = get(&hub, &format!("/repos/{REPO}"), "").await.body;
    for field in
        ["id", "node_id", "full_name", "owner", "private", "default_branch", "clone_url", "archived", "visibility"]
    {
        assert!(!repo[field].is_null(), "{field}");
    }
    assert!(repo["id"].as_i64().unwrap() > i64::from(u32::MAX), "ids no longer fit 32 bits");
}
