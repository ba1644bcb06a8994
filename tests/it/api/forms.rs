//! Other forms of a pick over REST: the branch alone with a compare link, and the repository's template filled.

use axum::body::Body;
use axum::http::Request;
use bakeoff::domain::token::Scope;
use bakeoff::sim::github::{Change, Fault};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::prs::ask;
use super::{Client, end, only};
use crate::support::world::{ADA, ADMIN, GREET, REPO, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_link_pushes_the_branch_and_leaves_the_pull_request_to_a_person() {
    let world = World::new().await;
    let client = Client::admin(&world);
    let (prs, runs) = client.candidates(&["gpt", "claude"]).await;
    let wish = json!({ "selected_run_id": runs[0], "title": "Greet & meet", "body": "As agreed." });
    let linked = client.post(&format!("{prs}/link"), wish.clone()).await;
    assert_eq!((linked.status, linked.text("base").as_str()), (200, "main"), "{linked:?}");
    let branch = linked.text("branch");
    let url = url::Url::parse(&linked.text("url")).unwrap();
    assert_eq!(url.path(), format!("/{REPO}/compare/main...{branch}"));
    let words: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    assert!(words.contains(&("title".into(), "Greet & meet".into())), "{words:?}");
    assert!(words.contains(&("body".into(), "As agreed.".into())), "{words:?}");
    let head = world.hub.branches(REPO).into_iter().find(|(name, _)| *name == branch).unwrap().1;
    assert!(world.file(&head, "greet.py").contains("Hello, "));
    assert!(world.hub.pulls(REPO).is_empty());
    assert_eq!(client.get(&prs).await.body, json!([]));
    assert_eq!(client.post(&format!("{prs}/link"), wish).await.body, linked.body, "the same again");
    // A person follows the link: from then on it is the task's one open pull request.
    let number = world.hub.open_pull(REPO, ADA, &branch, "Greet & meet", "As agreed.");
    let known = async || {
        loop {
            let all = client.get(&prs).await.body;
            if let Some(first) = all.get(0) {
                return first.clone();
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    let pull = tokio::time::timeout(std::time::Duration::from_secs(30), known()).await.expect("not taken for ours");
    assert_eq!(
        (&pull["number"], &pull["branch"], &pull["title"]),
        (&json!(number), &json!(branch), &json!("Greet & meet"))
    );
    for (path, run) in [(prs.clone(), &runs[1]), (format!("{prs}/link"), &runs[1]), (format!("{prs}/link"), &runs[0])] {
        let refused = client.post(&path, json!({ "selected_run_id": run })).await;
        assert_eq!(refused.status, 409, "{path}: {refused:?}");
    }
    world.hub.merge_pull(REPO, number, ADA);
    world.hub.wait_for("the merge", bakeoff::sim::github::Hub::answered).await;
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_keeps_another_choice_open_until_somebody_follows_it() {
    let world = World::new().await;
    let client = Client::admin(&world);
    let (prs, runs) = client.candidates(&["gpt", "claude"]).await;
    assert_eq!(client.post(&format!("{prs}/link"), json!({ "selected_run_id": runs[0] })).await.status, 200);
    let opened = client.post(&prs, json!({ "selected_run_id": runs[1] })).await;
    assert_eq!(opened.status, 201, "{opened:?}");
    // Followed too late: a task has one open pull request of ours, and this is not it.
    let branch = world.hub.branches(REPO).into_keys();
    let mut branch = branch.filter(|name| name.starts_with("bakeoff/") && *name != opened.text("branch"));
    let branch = branch.next().unwrap();
    world.hub.open_pull(REPO, ADA, &branch, "Late", "");
    world.hub.settled().await;
    crate::support::invariants::settle(&world).await;
    assert_eq!(client.get(&prs).await.body.as_array().unwrap().len(), 1);
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_form_that_takes_long_is_promised() {
    let world = World::new().await;
    let client = Client::admin(&world);
    for form in ["", "/auto", "/link"] {
        let (prs, runs) = client.candidates(&["gpt"]).await;
        let gate = CancellationToken::new();
        world.hub.fault(Fault::on("GET", "/repos/*/git/ref/*").always().until(&gate));
        let body = Body::from(json!({ "selected_run_id": runs[0] }).to_string());
        let path = format!("{prs}{form}");
        let request = Request::post(&path).header("authorization", format!("Bearer {ADMIN}")).body(body).unwrap();
        let response = ask(&world, &CancellationToken::new(), request).await;
        assert_eq!(response.status().as_u16(), 202, "{form}");
        gate.cancel();
        world.hub.clear_faults();
        let kept = client.post(&path, json!({ "selected_run_id": runs[0] })).await;
        assert!(kept.status < 202, "{form}: {kept:?}");
    }
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_refused_like_a_pick() {
    let world = World::new().await;
    world.hub.create_user("eve");
    world.hub.set_permission(REPO, "eve", "read");
    let client = Client::admin(&world);
    let (prs, runs) = client.candidates(&["gpt"]).await;
    let wish = json!({ "selected_run_id": runs[0] });
    for form in ["link", "auto"] {
        let path = format!("{prs}/{form}");
        let eve = Client::with(&world, &[Scope::Pick], |t| t.github_login = Some("eve".into())).await;
        assert_eq!(eve.post(&path, wish.clone()).await.status, 403, "M11: {form}");
        let other = Client::with(&world, &[Scope::Pick], only("octo/other")).await;
        assert_eq!(other.post(&path, wish.clone()).await.said(), (404, "Task not found"));
        assert_eq!(client.post(&path, json!({ "selected_run_id": "nonsense" })).await.said(), (404, "Run not found"));
        assert_eq!(client.post(&path, json!({})).await.status, 422);
        let nowhere = client.post(&format!("/v1/tasks/nonsense/prs/{form}"), wish.clone()).await;
        assert_eq!(nowhere.said(), (404, "Task not found"));
        world.hub.fault(Fault::on("GET", "/repos/*/git/ref/*").always().status(500));
        assert_eq!(client.post(&path, wish.clone()).await.status, 502, "{form}");
        world.hub.clear_faults();
    }
    let task = prs.trim_end_matches("/prs").rsplit('/').next().unwrap().to_owned();
    world.models.script("local-model", vec![bakeoff::sim::models::Reply::text("NO CHANGES NEEDED"); 3]);
    let empty = client.start(&task, &["local"]).await.remove(0);
    client.ended(&empty).await;
    for form in ["link", "auto"] {
        let without = client.post(&format!("{prs}/{form}"), json!({ "selected_run_id": empty })).await;
        assert_eq!(without.said(), (400, "Run has no patch to apply"), "{form}");
    }
    let moved = GREET.replace("Helo, ", "Good day, ");
    world.hub.push_commit(REPO, "main", &[Change::text("greet.py", &moved)]);
    let stale = client.post(&format!("{prs}/link"), wish).await;
    assert!(stale.status == 409 && stale.said().1.contains("greet.py"), "F062: {stale:?}");
    assert!(world.hub.branches(REPO).iter().all(|(name, _)| !name.starts_with("bakeoff/")), "nothing was pushed");
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_repositorys_template_is_filled_and_nothing_of_it_acts() {
    let world = World::new().await;
    let template = "<!-- Tell @octo/team -->\n## Description\n\nSee #99 and <img src=x>\n\n## Changes\n\n## Checklist\n\
                    - [x] I ran the tests\n- [ ] Docs\n";
    world.hub.push_commit(REPO, "main", &[Change::text(".github/PULL_REQUEST_TEMPLATE.md", template)]);
    let client = Client::admin(&world);
    let (prs, runs) = client.candidates(&["gpt"]).await;
    let wish = json!({ "selected_run_id": runs[0], "title": "not taken" });
    let opened = client.post(&format!("{prs}/auto"), wish.clone()).await;
    assert_eq!((opened.status, opened.body["number"].is_i64()), (201, true), "{opened:?}");
    let pull = world.pull().await;
    assert!(pull.title.starts_with("Greet"), "{}", pull.title);
    let told = pull.body.unwrap_or_default();
    for line in
        ["### Description", "> The greeting was misspelt", "### Changes", "- `greet.py`", "- [ ] I ran the tests"]
    {
        assert!(told.contains(line), "no {line:?} in\n{told}");
    }
    for gone in ["@octo/team", "<img", "[x]"] {
        assert!(!told.contains(gone), "{gone:?} in\n{told}");
    }
    assert!(told.contains("patch SHA-256"), "our own facts stay");
    assert_eq!(client.post(&format!("{prs}/auto"), wish).await.body, opened.body, "the same again");
    let kept: Value = client.get(&format!("{prs}/{}", opened.text("pr_id"))).await.body;
    assert!(kept["body"].as_str().unwrap().contains("### Checklist"));
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn i4_the_thread_tells_of_a_branch_and_of_the_pull_request_that_a_person_opens_from_it() {
    let world = World::new().await;
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.candidate(issue, "A").await;
    crate::support::invariants::settle(&world).await;
    let client = Client::admin(&world);
    let task = client.get("/v1/tasks").await.body[0]["id"].as_str().unwrap().to_owned();
    let run = client.get(&format!("/v1/tasks/{task}/runs")).await.body[0]["id"].clone();
    let linked = client.post(&format!("/v1/tasks/{task}/prs/link"), json!({ "selected_run_id": run })).await;
    assert_eq!(linked.status, 200, "{linked:?}");
    world.status_says(issue, "its pull request is left to a person").await;
    let number = world.hub.open_pull(REPO, ADA, &linked.text("branch"), "Greet", "");
    world.status_says(issue, &format!("Pull request #{number}")).await;
    world.hub.close_pull(REPO, number, ADA);
    world.status_says(issue, "closed without merging").await;
    end(world).await;
}
