//! What the App sees on GitHub, repositories taken by name, and the preferences of clients.

use bakeoff::domain::token::Scope;
use bakeoff::sim::github::{Change, Fault};
use serde_json::{Value, json};

use super::{Client, end, only};
use crate::support::world::{GREET, REPO, World};

const NEXT: &str = "octo/next";

async fn world() -> World {
    let world = World::new().await;
    world.hub.create_repo(NEXT, &[("greet.py", 0o100_644, GREET.as_bytes())]);
    world.hub.install_app(NEXT);
    world.hub.create_repo("octo/closed", &[("greet.py", 0o100_644, GREET.as_bytes())]);
    world
}

fn names(body: &Value) -> Vec<&str> {
    body.as_array().unwrap().iter().map(|repo| repo["full_name"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_apps_repositories_and_their_branches_are_listed() {
    let world = world().await;
    let client = Client::admin(&world);
    let all = client.get("/v1/github/repos").await.body;
    assert_eq!(names(&all), [REPO, NEXT]);
    let first = &all[0];
    assert_eq!(
        (&first["name"], &first["owner"], &first["default_branch"], first["private"].is_boolean()),
        (&json!("hello"), &json!("octo"), &json!("main"), true)
    );
    let piece = client.get("/v1/github/repos?limit=1").await;
    let next = piece.headers["link"].to_str().unwrap().split(['<', '>']).nth(1).unwrap().to_owned();
    assert_eq!(names(&client.get(&next).await.body), [NEXT]);
    let limited = Client::with(&world, &[Scope::Read], only(NEXT)).await;
    assert_eq!(names(&limited.get("/v1/github/repos").await.body), [NEXT]);
    world.hub.push_commit(NEXT, "release/2", &[Change::text("greet.py", "x = 1\n")]);
    // Known to us only by asking, then by its row.
    let path = format!("/v1/github/repos/{NEXT}/branches");
    assert_eq!(client.get(&path).await.body, json!(["main", "release/2"]));
    client.post("/v1/repos/select", json!({ "owner": "octo", "repo": "next" })).await;
    assert_eq!(limited.get(&format!("{path}?limit=1")).await.body, json!(["main"]));
    for hidden in ["octo/closed", "octo/none", "..%2F..%2Fapp/x"] {
        let answer = client.get(&format!("/v1/github/repos/{hidden}/branches")).await;
        assert_eq!(answer.said(), (404, "Repository not found"), "{hidden}");
    }
    assert_eq!(limited.get(&format!("/v1/github/repos/{REPO}/branches")).await.status, 404);
    world.hub.fault(Fault::on("GET", "/installation/repositories").always().status(500));
    assert_eq!(client.get("/v1/github/repos").await.status, 502);
    world.hub.clear_faults();
    world.hub.fault(Fault::on("GET", "/repos/*/branches").always().status(503));
    assert_eq!(client.get(&path).await.status, 502);
    world.hub.clear_faults();
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_app_there_is_nothing_to_list() {
    let world = World::with(|settings| settings.app = None).await;
    let client = Client::admin(&world);
    for path in ["/v1/github/repos", "/v1/github/repos/octo/hello/branches"] {
        assert_eq!(client.get(path).await.said(), (400, "The GitHub App is not set up."), "{path}");
    }
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_is_taken_by_its_name() {
    let world = world().await;
    let client = Client::admin(&world);
    let head = world.hub.push_commit(NEXT, "release/2", &[Change::text("greet.py", "x = 1\n")]);
    let wish = json!({ "owner": "octo", "repo": "next", "branch": "release/2" });
    let taken = client.post("/v1/repos/select", wish.clone()).await;
    assert_eq!((taken.status, taken.text("latest_commit")), (201, head), "{taken:?}");
    assert_eq!(client.post("/v1/repos/select", wish.clone()).await.text("id"), taken.text("id"));
    let other = Client::with(&world, &[Scope::Run], only(REPO)).await;
    assert_eq!(other.post("/v1/repos/select", wish).await.said(), (404, "Repository not found"));
    for (wish, status) in [
        (json!({ "owner": "octo", "repo": "none" }), 400),
        (json!({ "owner": "octo", "repo": "next", "branch": "none" }), 400),
        (json!({ "owner": "octo" }), 422),
        (json!({ "owner": "octo/..", "repo": "next" }), 422),
    ] {
        let answer = client.post("/v1/repos/select", wish.clone()).await;
        assert_eq!(answer.status, status, "{wish}");
        let said = answer.said().1;
        assert!(status == 422 || said.starts_with("Failed to select repository: "), "{said}");
    }
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn preferences_are_kept_whole() {
    let mut world = World::new().await;
    let empty = json!({
        "default_repo_owner": null, "default_repo_name": null, "default_branch": null,
        "default_branch_prefix": null, "default_pr_creation_mode": "create",
    });
    assert_eq!(Client::admin(&world).get("/v1/preferences").await.body, empty);
    let wish = json!({
        "default_repo_owner": "octo", "default_repo_name": "hello", "default_branch": "main",
        "default_branch_prefix": "team/", "default_pr_creation_mode": "link",
    });
    let saved = Client::admin(&world).post("/v1/preferences", wish.clone()).await;
    assert_eq!((saved.status, &saved.body), (200, &wish));
    world.restart().await;
    let client = Client::admin(&world);
    assert_eq!(client.get("/v1/preferences").await.body, wish);
    let reader = Client::with(&world, &[Scope::Read], only("octo/other")).await;
    assert_eq!(reader.get("/v1/preferences").await.body["default_repo_name"], Value::Null, "not theirs to know");
    assert_eq!(reader.post("/v1/preferences", wish).await.status, 403);
    let limited = Client::with(&world, &[Scope::Admin], only(REPO)).await;
    assert_eq!(limited.post("/v1/preferences", json!({})).await.status, 403);
    for (field, value) in [
        ("default_repo_owner", json!("a/b")),
        ("default_repo_name", json!(7)),
        ("default_branch", json!("a..b")),
        ("default_branch_prefix", json!("-x")),
        ("default_branch_prefix", json!("x".repeat(101))),
        ("default_pr_creation_mode", json!("merge")),
    ] {
        let answer = client.post("/v1/preferences", json!({ field: value })).await;
        let wrong = answer.body["detail"].as_array().unwrap().iter().any(|d| d["loc"] == json!(["body", field]));
        assert!(answer.status == 422 && wrong, "{field}: {answer:?}");
    }
    assert_eq!(client.post("/v1/preferences", json!({})).await.body, empty, "what is left out is cleared");
    end(world).await;
}
