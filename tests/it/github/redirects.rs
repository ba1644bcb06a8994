//! Renamed, moved and replaced repositories (F054, F074, F077).

use bakeoff::adapters::github::GithubError;
use bakeoff::domain::ids::GithubRepoId;
use bakeoff::domain::repo::{BranchName, RepoName};
use serde_json::json;

use super::Bench;
use super::auth::repository;
use super::retries::comment;
use super::server::{Server, ok, status};

const OLD: &str = "/repos/octo/hello";

fn to(code: u16, location: &str) -> super::server::Reply {
    status(code, json!({"message": "Moved Permanently"})).with("location", location)
}

#[tokio::test]
async fn f054_a_renamed_repository_is_followed_and_its_name_told() {
    let bench = Bench::new().await;
    bench.server.on("GET", OLD, [to(301, &format!("{}/repositories/42", bench.server.url))]);
    bench.server.on("GET", "/repositories/42", [ok(repository(42, "octo/renamed"))]);
    let path = "/repositories/42/issues/12/comments";
    bench.server.on("POST", "/repos/octo/hello/issues/12/comments", [to(307, path)]);
    bench.server.on("POST", path, [status(201, comment(1))]);
    let repo = bench.repo();
    repo.create_comment(12, "hi").await.unwrap();
    assert_eq!(bench.server.seen("POST", path)[0].body, json!({"body": "hi"}));
    assert!(repo.moved());
    let new = RepoName::new("octo", "renamed").unwrap();
    assert_eq!(repo.get().await.unwrap().name, new);
    assert_eq!((repo.name(), repo.moved()), (new, false));
}

#[tokio::test]
async fn f054_no_other_host_is_followed() {
    let bench = Bench::new().await;
    let other = Server::start(bench.clock.clone()).await;
    for location in [format!("{}/repositories/42", other.url), "https://evil.example/x".into(), "ftp://x".into()] {
        bench.server.on("GET", OLD, [to(301, &location)]);
        assert_eq!(bench.repo().get().await, Err(GithubError::Unavailable("it redirects to another server")));
    }
    assert!(other.everything().is_empty(), "our token went nowhere else");
}

#[tokio::test]
async fn f054_circles_end() {
    let bench = Bench::new().await;
    bench.server.on("GET", OLD, [to(302, OLD)]);
    assert_eq!(bench.repo().get().await, Err(GithubError::Unavailable("it redirects in circles")));
    assert_eq!(bench.server.seen("GET", OLD).len(), 4);
}

#[tokio::test]
async fn f077_a_stranger_under_the_old_name_is_not_ours() {
    let bench = Bench::new().await;
    bench.server.on("GET", OLD, [ok(repository(666, "octo/hello"))]);
    bench.server.on("GET", "/repositories/42", [ok(repository(42, "other/hello"))]);
    let info = bench.repo().get().await.unwrap();
    assert_eq!((info.id, info.name.to_string()), (GithubRepoId(42), "other/hello".into()));
}

#[tokio::test]
async fn f055_a_lost_repository_is_not_found() {
    let bench = Bench::new().await;
    assert_eq!(bench.repo().get().await, Err(GithubError::NotFound));
}

#[tokio::test]
async fn f074_a_transferred_issue_is_told() {
    let bench = Bench::new().await;
    bench.server.on("GET", "/repos/octo/hello/issues/12", [to(301, "/repositories/43/issues/3")]);
    let expected = GithubError::Transferred { repo: Some(GithubRepoId(43)), name: None };
    assert_eq!(bench.repo().issue(12).await, Err(expected));
    assert!(bench.server.seen("GET", "/repositories/43/issues/3").is_empty());
}

#[tokio::test]
async fn f077_pulls_are_found_again_under_the_new_owner() {
    let bench = Bench::new().await;
    let moved = format!("{}/repositories/42/pulls?state=all", bench.server.url);
    bench.server.on("GET", "/repos/octo/hello/pulls", [to(301, &moved)]);
    bench.server.on("GET", "/repositories/42/pulls", [ok(json!([]))]);
    bench.server.on("GET", OLD, [to(301, "/repositories/42")]);
    bench.server.on("GET", "/repositories/42", [ok(repository(42, "neu/hello"))]);
    let pull = super::writing::pull(9, "bakeoff/x", json!(null));
    bench.server.on("GET", "/repos/neu/hello/pulls", [ok(json!([pull]))]);
    let found = bench.repo().pulls_by_head(&BranchName::parse("bakeoff/x").unwrap()).await.unwrap();
    assert_eq!(found.len(), 1);
    let query = &bench.server.seen("GET", "/repos/neu/hello/pulls")[0].path;
    assert!(query.ends_with("head=neu%3Abakeoff%2Fx"), "{query}");
}
