//! The whole program: a model with tools works, its candidate is picked, the pull request holds what it made.

use bakeoff::domain::model::ToolUse;
use bakeoff::sim::models::Reply;
use serde_json::json;

use super::bench::call;
use crate::support::world::{ADA, REPO, World};

#[tokio::test(flavor = "multi_thread")]
async fn models_with_tools_make_candidates_of_all_four_vendors_and_one_becomes_the_pull_request() {
    let world = World::with(|settings| settings.models.iter_mut().for_each(|m| m.tools = ToolUse::Auto)).await;
    for alias in ["gpt", "claude", "gemini", "local"] {
        let replies = vec![
            call("list", json!({})).thinking("Where?"),
            call("read", json!({"path": "greet.py"})).call("search", json!({"pattern": "Helo"})),
            call("edit", json!({"path": "greet.py", "old": "\"Helo, \"", "new": format!("\"Hello from {alias}, \"")})),
            call("finish", json!({"summary": format!("The greeting of {alias}.")})),
        ];
        world.models.script(&format!("{alias}-model"), replies);
    }
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt claude gemini local");
    let mut bodies = Vec::new();
    for letter in ["A", "B", "C", "D"] {
        bodies.push(world.candidate(issue, letter).await);
    }
    let chosen = bodies.iter().find(|comment| comment.body.contains("Hello from gemini")).unwrap();
    assert!(chosen.body.contains("The greeting of gemini."), "{}", chosen.body);
    world.hub.react(REPO, chosen.id, ADA, "rocket");
    let pull = world.pull().await;
    assert!(world.file(&pull.head_sha, "greet.py").contains("\"Hello from gemini, \""));
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_candidate_that_was_not_finished_says_so() {
    let world = World::with(|settings| settings.models.iter_mut().for_each(|m| m.tools = ToolUse::Auto)).await;
    let wrong = call("edit", json!({"path": "greet.py", "old": "nowhere", "new": "x"}));
    let edit = call("edit", json!({"path": "greet.py", "old": "Helo", "new": "Hello"}));
    world.models.script("gpt-model", vec![edit, Reply { text: "Trying more.".into(), ..wrong }]);
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    let candidate = world.candidate(issue, "A").await;
    assert!(candidate.body.contains("this is the patch so far"), "{}", candidate.body);
    world.end().await;
}
