//! What the original's client does, from its first call to the pull request.

use serde_json::json;

use super::{Client, end};
use crate::support::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn the_original_clients_whole_flow() {
    let world = World::new().await;
    let client = Client::admin(&world);
    let repo_id = client.repo().await;
    assert_eq!(client.repo().await, repo_id, "the same URL is the same repository");
    let repo = client.get(&format!("/v1/repos/{repo_id}")).await;
    assert_eq!(repo.body["default_branch"], "main", "{repo:?}");
    assert!(repo.text("workspace_path").starts_with("mirrors/"), "{repo:?}");

    let task = client.post("/v1/tasks", json!({ "repo_id": repo_id, "title": "Greet" })).await;
    assert_eq!((task.status, &task.body["title"]), (201, &json!("Greet")));
    assert!(task.text("created_at").ends_with('Z'));
    let task = task.text("id");
    let said = json!({ "role": "user", "content": "Spell it right" });
    let message = client.post(&format!("/v1/tasks/{task}/messages"), said).await;
    assert_eq!((message.status, &message.body["content"]), (201, &json!("Spell it right")));
    client.post(&format!("/v1/tasks/{task}/messages"), json!({ "role": "assistant", "content": "Yes" })).await;
    let messages = client.get(&format!("/v1/tasks/{task}/messages")).await.body;
    assert_eq!(messages[0]["id"], message.body["id"], "oldest first");

    let ids = client.start(&task, &["gpt", "claude", "gpt"]).await;
    let mut letters = Vec::new();
    for id in &ids {
        let run = client.ended(id).await;
        assert_eq!((&run["status"], &run["round"]), (&json!("succeeded"), &json!(1)), "{run}");
        assert!(run["patch"].as_str().unwrap().starts_with("diff --git a/greet.py b/greet.py"), "{run}");
        assert_eq!(run["files_changed"][0]["path"], "greet.py");
        letters.push(run["candidate"].as_str().unwrap().to_owned());
    }
    assert_eq!(letters, ["A", "B", "C"]);

    let prs = format!("/v1/tasks/{task}/prs");
    let wish = json!({ "selected_run_id": ids[1], "title": "Greet right", "body": "As asked." });
    let opened = client.post(&prs, wish.clone()).await;
    assert_eq!(opened.status, 201, "{opened:?}");
    let pull = world.pull().await;
    assert_eq!((opened.body["number"].as_i64(), pull.title.as_str()), (Some(pull.number), "Greet right"));
    assert_eq!(client.post(&prs, wish).await.body, opened.body, "the same run again is the same answer");
    let listed = client.get(&prs).await.body;
    assert_eq!(listed[0]["id"], opened.body["pr_id"]);
    let one = client.get(&format!("{prs}/{}", opened.text("pr_id"))).await;
    assert_eq!((one.text("status").as_str(), one.text("latest_commit")), ("open", pull.head_sha));

    let detail = client.get(&format!("/v1/tasks/{task}")).await.body;
    let counts = ["messages", "runs", "prs"].map(|list| detail[list].as_array().unwrap().len());
    assert_eq!(counts, [5, 3, 1], "each run says what it did: {detail}");
    end(world).await;
}
