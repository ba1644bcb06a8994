//! `POST …/prs/{pr_id}/update`: one more commit from a run's patch, once, or the reason why not.

use axum::body::Body;
use axum::http::Request;
use bakeoff::domain::token::Scope;
use bakeoff::sim::github::{Change, Fault};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::prs::ask;
use super::{Client, end};
use crate::support::world::{ADA, ADMIN, GREET, REPO, World, replace, right};

/// A pull request from `gpt`'s run, and another run whose patch lies elsewhere in the file.
async fn opened(world: &World, client: &Client<'_>) -> (String, String, Vec<String>) {
    let goodbye = replace("greet.py", "    return \"Bye, \" + name", "    return \"Goodbye, \" + name");
    world.models.script("claude-model", vec![goodbye]);
    let task = client.task().await;
    let runs = client.start(&task, &["gpt", "claude"]).await;
    for run in &runs {
        assert_eq!(client.ended(run).await["status"], "succeeded");
    }
    let opened = client.post(&format!("/v1/tasks/{task}/prs"), json!({ "selected_run_id": runs[0] })).await;
    assert_eq!(opened.status, 201, "{opened:?}");
    let pull = format!("/v1/tasks/{task}/prs/{}", opened.text("pr_id"));
    (task, pull, runs)
}

#[tokio::test(flavor = "multi_thread")]
async fn i2_an_update_adds_one_commit_however_often_it_is_asked_for() {
    let world = World::new().await;
    let client = Client::admin(&world);
    let (_, pull, runs) = opened(&world, &client).await;
    let before = client.get(&pull).await.text("latest_commit");
    let wish = json!({ "selected_run_id": runs[1], "message": "Say Goodbye\n\nAs @team asked in #3." });
    let update = format!("{pull}/update");
    let (one, two) = tokio::join!(client.post(&update, wish.clone()), client.post(&update, wish.clone()));
    for answer in [&one, &two, &client.post(&update, wish).await] {
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.text("latest_commit"), one.text("latest_commit"));
        assert_eq!(answer.text("url"), client.get(&pull).await.text("url"));
    }
    let head = client.get(&pull).await.text("latest_commit");
    assert_eq!((&head, &world.hub.pulls(REPO)[0].head_sha), (&one.text("latest_commit"), &head));
    assert_eq!(world.hub.parents(REPO, &head), [before]);
    let file = world.file(&head, "greet.py");
    assert!(file.contains("Hello, ") && file.contains("Goodbye, "), "{file}");
    let message = world.hub.commit_message(REPO, &head);
    assert!(message.starts_with("Say Goodbye\n\nAs team asked in 3.\n"), "{message}");
    let same = client.post(&update, json!({ "selected_run_id": runs[0] })).await;
    assert_eq!((same.status, same.text("latest_commit")), (200, head), "the run it was opened from is in it already");
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_added_is_refused_and_nothing_is_pushed() {
    let world = World::new().await;
    let client = Client::admin(&world);
    let (task, pull, runs) = opened(&world, &client).await;
    let update = format!("{pull}/update");
    let with = |run: &str| json!({ "selected_run_id": run });
    world.models.script("gemini-model", vec![bakeoff::sim::models::Reply::status(401)]);
    let failed = client.start(&task, &["gemini"]).await.remove(0);
    client.ended(&failed).await;
    assert_eq!(client.post(&update, with(&failed)).await.said(), (400, "Run has no patch to apply"));
    world.models.script("local-model", vec![right()]);
    let elsewhere = client.task().await;
    let foreign = client.start(&elsewhere, &["local"]).await.remove(0);
    client.ended(&foreign).await;
    assert_eq!(client.post(&update, with(&foreign)).await.said(), (400, "Run does not belong to this task"));
    assert_eq!(client.post(&update, with("nonsense")).await.said(), (404, "Run not found"));
    let other = format!("/v1/tasks/{elsewhere}/prs/{}/update", pull.rsplit('/').next().unwrap());
    assert_eq!(client.post(&other, with(&foreign)).await.said(), (404, "PR not found"));
    assert_eq!(client.post(&update, json!({})).await.status, 422);
    world.hub.create_user("eve");
    world.hub.set_permission(REPO, "eve", "read");
    let eve = Client::with(&world, &[Scope::Pick], |t| t.github_login = Some("eve".into())).await;
    assert_eq!(eve.post(&update, with(&runs[1])).await.status, 403);
    let seen = world.hub.pulls(REPO).remove(0);
    let clash = GREET.replace("Bye, ", "So long, ");
    let head = world.hub.push_commit(REPO, &seen.head, &[Change::text("greet.py", &clash)]);
    let stale = client.post(&update, with(&runs[1])).await;
    assert_eq!(stale.status, 409, "{stale:?}");
    assert!(stale.said().1.contains("greet.py"), "{stale:?}");
    assert_eq!(world.hub.branches(REPO)[&seen.head], head);
    let round = client.get(&format!("/v1/tasks/{task}/rounds/1")).await;
    assert_eq!(round.body["status"], json!("picked"), "the pull request is still open, so nothing else can be picked");
    let root = world.hub.orphan_commit(REPO, &[Change::text("greet.py", GREET)]);
    world.hub.force_push(REPO, &seen.head, &root);
    assert_eq!(client.post(&update, with(&runs[1])).await.status, 400, "another history");
    world.hub.force_push(REPO, &seen.head, &head);
    world.hub.close_pull(REPO, seen.number, ADA);
    world
        .hub
        .wait_for("the closing to arrive", |hub| hub.deliveries().iter().all(|d| d.status != 0).then_some(()))
        .await;
    crate::support::invariants::settle(&world).await;
    assert_eq!(client.post(&update, with(&runs[1])).await.status, 409);
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_github_is_silent_an_update_is_502() {
    let world = World::new().await;
    let client = Client::admin(&world);
    let (_, pull, runs) = opened(&world, &client).await;
    world.hub.fault(Fault::on("GET", "/repos/*").always().status(502));
    let failed = client.post(&format!("{pull}/update"), json!({ "selected_run_id": runs[1] })).await;
    assert_eq!(failed.status, 502, "{failed:?}");
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_takes_long_is_promised() {
    let world = World::new().await;
    let client = Client::admin(&world);
    let (_, pull, runs) = opened(&world, &client).await;
    let update = format!("{pull}/update");
    let wish = json!({ "selected_run_id": runs[1] });
    let gate = CancellationToken::new();
    world.hub.fault(Fault::on("POST", "*/git-receive-pack").always().until(&gate));
    let body = Body::from(wish.to_string());
    let request = Request::post(&update).header("authorization", format!("Bearer {ADMIN}")).body(body).unwrap();
    assert_eq!(ask(&world, &CancellationToken::new(), request).await.status().as_u16(), 202);
    gate.cancel();
    world.hub.clear_faults();
    let kept = client.post(&update, wish).await;
    assert_eq!(kept.status, 200, "{kept:?}");
    end(world).await;
}
