//! Pull requests over REST: who may, what stands in the way, and the promise of one.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use bakeoff::domain::token::Scope;
use bakeoff::entry::api::{ApiState, router};
use bakeoff::sim::github::{Change, Fault};
use bakeoff::sim::models::Reply;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::{Answer, Client, end};
use crate::git::work::git;
use crate::support::world::{ADA, ADMIN, GREET, REPO, World};

/// A repository in a folder, for trials.
fn local_repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "-q", "-b", "main"]);
    std::fs::write(folder.path().join("greet.py"), GREET).unwrap();
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "-q", "-m", "Greet"]);
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn m11_a_tokens_person_must_be_able_to_write() {
    let world = World::new().await;
    world.hub.create_user("eve");
    world.hub.set_permission(REPO, "eve", "read");
    let admin = Client::admin(&world);
    let (prs, runs) = admin.candidates(&["gpt"]).await;
    let wish = json!({ "selected_run_id": runs[0] });
    let eve = Client::with(&world, &[Scope::Pick], |t| t.github_login = Some("eve".into())).await;
    assert_eq!(eve.post(&prs, wish.clone()).await.status, 403);
    assert!(world.hub.pulls(REPO).is_empty());
    let ada = Client::with(&world, &[Scope::Pick], |t| t.github_login = Some(ADA.into())).await;
    assert_eq!(ada.post(&prs, wish).await.status, 201);
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f067_another_candidate_of_a_task_with_an_open_pull_request_is_409() {
    let world = World::new().await;
    let client = Client::admin(&world);
    let (prs, runs) = client.candidates(&["gpt", "claude"]).await;
    assert_eq!(client.post(&prs, json!({ "selected_run_id": runs[0] })).await.status, 201);
    assert_eq!(client.post(&prs, json!({ "selected_run_id": runs[1] })).await.status, 409);
    assert_eq!(client.post(&prs, json!({ "selected_run_id": "nonsense" })).await.said(), (404, "Run not found"));
    assert_eq!(client.post(&prs, json!({})).await.status, 422);
    assert_eq!(client.get(&format!("{prs}/nonsense")).await.said(), (404, "PR not found"));
    assert_eq!(world.hub.pulls(REPO).len(), 1);
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f062_a_stale_candidate_is_409_and_a_refusal_of_github_502() {
    let world = World::new().await;
    let client = Client::admin(&world);
    let (prs, runs) = client.candidates(&["gpt"]).await;
    let wish = json!({ "selected_run_id": runs[0] });
    world.hub.fault(Fault::on("POST", "/repos/*/pulls").always().status(422));
    let failed = client.post(&prs, wish.clone()).await;
    assert_eq!(failed.status, 502, "{failed:?}");
    world.hub.clear_faults();
    let other = GREET.replace("Helo, ", "Good day, ");
    world.hub.push_commit(REPO, "main", &[Change::text("greet.py", &other)]);
    let stale = client.post(&prs, wish).await;
    assert_eq!(stale.status, 409, "{stale:?}");
    assert!(stale.said().1.contains("greet.py"), "{stale:?}");
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_without_the_app_can_be_worked_on_but_not_picked_for() {
    let world = World::new().await;
    world.hub.create_repo("octo/free", &[("greet.py", 0o100_644, GREET.as_bytes())]);
    let client = Client::admin(&world);
    let url = format!("{}/octo/free", world.hub.url().trim_end_matches('/'));
    let repo = client.post("/v1/repos/clone", json!({ "repo_url": url })).await;
    assert_eq!(repo.status, 201, "{repo:?}");
    let task = client.post("/v1/tasks", json!({ "repo_id": repo.text("id") })).await.text("id");
    let run = client.start(&task, &["gpt"]).await.remove(0);
    assert_eq!(client.ended(&run).await["status"], "succeeded");
    let refused = client.post(&format!("/v1/tasks/{task}/prs"), json!({ "selected_run_id": run })).await;
    assert_eq!(refused.status, 403, "{refused:?}");
    end(world).await;
}

/// The API once more beside the running one, so that its wait can be none at all.
pub(super) async fn ask(world: &World, stop: &CancellationToken, request: Request<Body>) -> axum::response::Response {
    let state = ApiState::new(world.services.clone(), Some(&SecretString::from(ADMIN)), stop.clone());
    router(state.with_pick_wait(Duration::ZERO), &[]).oneshot(request).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_request_that_takes_long_is_promised() {
    let world = World::new().await;
    let client = Client::admin(&world);
    let (prs, runs) = client.candidates(&["gpt"]).await;
    let gate = CancellationToken::new();
    world.hub.fault(Fault::on("POST", "/repos/*/pulls").times(1).until(&gate));
    let body = Body::from(json!({ "selected_run_id": runs[0] }).to_string());
    let request = Request::post(&prs).header("authorization", format!("Bearer {ADMIN}")).body(body).unwrap();
    let response = ask(&world, &CancellationToken::new(), request).await;
    assert_eq!(response.status().as_u16(), 202);
    let place = response.headers()["location"].to_str().unwrap().to_owned();
    let promised: Value = serde_json::from_slice(&body_of(response).await).unwrap();
    let id = promised["pr_id"].as_str().expect("the id it will have").to_owned();
    assert_eq!((&promised["url"], &promised["number"]), (&json!(null), &json!(null)), "{promised}");
    assert_eq!(place, format!("{prs}/{id}"));
    // Whoever looks there before it is open reads the promise again.
    let waiting = client.get(&place).await;
    assert_eq!((waiting.status, &waiting.body), (202, &promised));
    assert_eq!(client.get(&prs).await.body, json!([]), "the list holds what is there");
    gate.cancel();
    world.pull().await;
    let shown = opened(&client, &place).await;
    assert_eq!((shown.status, shown.text("id"), &shown.body["status"]), (200, id.clone(), &json!("open")));
    assert_eq!(shown.body["branch"], promised["branch"]);
    assert_eq!(client.get(&prs).await.body[0]["id"], json!(id));
    let again = client.post(&prs, json!({ "selected_run_id": runs[0] })).await;
    assert_eq!((again.status, again.text("pr_id")), (201, id));
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promise_that_was_not_kept_says_why() {
    let world = World::new().await;
    let client = Client::admin(&world);
    let (prs, runs) = client.candidates(&["gpt"]).await;
    let gate = CancellationToken::new();
    world.hub.fault(Fault::on("POST", "/repos/*/pulls").always().until(&gate).status(422));
    let body = Body::from(json!({ "selected_run_id": runs[0] }).to_string());
    let request = Request::post(&prs).header("authorization", format!("Bearer {ADMIN}")).body(body).unwrap();
    let response = ask(&world, &CancellationToken::new(), request).await;
    let place = response.headers()["location"].to_str().unwrap().to_owned();
    gate.cancel();
    let gone = opened(&client, &place).await;
    assert!(gone.status == 404 && gone.said().1.starts_with("PR not found: it could not be opened: "), "{gone:?}");
    let other = client.task().await;
    let elsewhere = place.rsplit('/').next().unwrap();
    assert_eq!(client.get(&format!("/v1/tasks/{other}/prs/{elsewhere}")).await.said(), (404, "PR not found"));
    end(world).await;
}

async fn body_of(response: axum::response::Response) -> Vec<u8> {
    axum::body::to_bytes(response.into_body(), 1_000_000).await.unwrap().to_vec()
}

/// What stands at the place of a promise once it is decided, as a client finds out: by asking again.
async fn opened(client: &Client<'_>, place: &str) -> Answer {
    let asking = async {
        loop {
            let answer = client.get(place).await;
            if answer.status != 202 {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), asking).await.expect("the promise was not decided")
}

#[tokio::test(flavor = "multi_thread")]
async fn m56_a_stopping_program_is_not_ready() {
    let world = World::new().await;
    let stop = CancellationToken::new();
    let ready = || Request::get("/readyz").body(Body::empty()).unwrap();
    assert_eq!(ask(&world, &stop, ready()).await.status(), 200);
    stop.cancel();
    assert_eq!(ask(&world, &stop, ready()).await.status(), 503);
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_without_a_patch_is_400_even_where_the_app_is_not() {
    let world = World::with(|settings| settings.allow_local_repos = true).await;
    world.models.script("gpt-model", vec![Reply::text("The greeting is right. No changes are needed.")]);
    let client = Client::admin(&world);
    let folder = local_repository();
    let url = format!("file://{}", folder.path().display());
    let repo = client.post("/v1/repos/clone", json!({ "repo_url": url })).await;
    let task =
        client.post("/v1/tasks", json!({ "repo_id": repo.body["id"] })).await.body["id"].as_str().unwrap().to_owned();
    let runs = client.start(&task, &["gpt", "claude"]).await;
    let idle = client.ended(&runs[0]).await;
    assert_eq!(
        (&idle["status"], &idle["patch"], &idle["summary"]),
        (&json!("succeeded"), &json!(""), &json!("No changes"))
    );
    let changed = client.ended(&runs[1]).await;
    assert_eq!(changed["files_changed"][0]["old_path"], json!(null), "{changed}");
    assert!(changed["files_changed"][0].as_object().unwrap().contains_key("old_path"));
    let prs = format!("/v1/tasks/{task}/prs");
    let wish = |run: &String| json!({ "selected_run_id": run });
    assert_eq!(client.post(&prs, wish(&runs[0])).await.said(), (400, "Run has no patch to apply"));
    assert_eq!(client.post(&prs, wish(&runs[1])).await.status, 403);
    end(world).await;
}
