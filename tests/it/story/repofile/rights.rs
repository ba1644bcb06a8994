//! Who may command and pick: fewer than may write, never more.

use bakeoff::domain::token::Scope;
use bakeoff::sim::github::Hub;
use serde_json::json;

use super::{with_file, write};
use crate::api::{Client, end};
use crate::support::world::{ADA, REPO, World};

async fn with_people(text: &str) -> World {
    let world = with_file(text).await;
    for (login, role) in [("bob", "write"), ("mia", "maintain"), ("rex", "read")] {
        world.hub.create_user(login);
        world.hub.set_permission(REPO, login, role);
    }
    world
}

/// A 😕 on the comment and no words.
async fn refused(world: &World, issue: i64, by: &str, text: &str) {
    let before = world.hub.bot_comments(REPO, issue).len();
    let comment = world.hub.comment(REPO, issue, by, text);
    let confused = |hub: &Hub| hub.reactions(REPO, comment).iter().any(|r| r.content == "confused").then_some(());
    world.hub.wait_for("a 😕", confused).await;
    assert_eq!(world.hub.bot_comments(REPO, issue).len(), before, "no words");
}

#[tokio::test(flavor = "multi_thread")]
async fn m11_only_who_is_named_commands_and_picks() {
    let world = with_people("commanders: [ada]\n").await;
    let issue = world.issue();
    refused(&world, issue, "bob", "/bakeoff gpt").await;
    refused(&world, issue, "bob", "/bakeoff help").await;
    assert!(world.models.requests().is_empty());
    world.say(issue, "/bakeoff gpt");
    let a = world.candidate(issue, "A").await;
    refused(&world, issue, "bob", "/bakeoff pick A").await;
    world.hub.react(REPO, a.id, "bob", "rocket");
    let looked = |hub: &Hub| (hub.calls("GET", "*/collaborators/bob/permission").len() >= 4).then_some(());
    world.hub.wait_for("bob's rocket to be judged", looked).await;
    assert!(world.hub.pulls(REPO).is_empty());
    // The file of the moment counts, also for a choice that began under another.
    write(&world, "commanders: [ada, bob]\n");
    world.hub.comment(REPO, issue, "bob", "/bakeoff pick A");
    world.pull().await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rights_and_numbers_narrow() {
    let world = with_people("commanders: maintain\n").await;
    let issue = world.issue();
    refused(&world, issue, "bob", "/bakeoff gpt").await;
    world.hub.comment(REPO, issue, "mia", "/bakeoff gpt");
    world.candidate(issue, "A").await;
    write(&world, "commanders: admin\n");
    refused(&world, issue, "mia", "/bakeoff pick A").await;
    let bob = world.hub.create_user("bob").id;
    write(&world, &format!("commanders: [{bob}]\n"));
    world.hub.rename_user("bob", "bobby");
    world.hub.create_user("bob");
    world.hub.set_permission(REPO, "bob", "write");
    refused(&world, issue, "bob", "/bakeoff pick A").await;
    world.hub.comment(REPO, issue, "bobby", "/bakeoff pick A");
    world.pull().await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m11_a_file_lets_nobody_in() {
    let world = with_people("commanders: [rex, write]\n").await;
    let issue = world.issue();
    refused(&world, issue, "rex", "/bakeoff gpt").await;
    world.hub.comment(REPO, issue, ADA, "/bakeoff gpt");
    world.candidate(issue, "A").await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_custom_role_counts_as_the_right_it_stands_on() {
    let world = with_people("commanders: maintain\n").await;
    world.hub.create_user("cai");
    world.hub.set_custom_role(REPO, "cai", "maintain", "write");
    let issue = world.issue();
    refused(&world, issue, "cai", "/bakeoff gpt").await;
    world.hub.set_custom_role(REPO, "cai", "release captain", "maintain");
    world.hub.comment(REPO, issue, "cai", "/bakeoff gpt");
    world.candidate(issue, "A").await;
    world.end().await;
}

/// A token that acts for a person is that person; one that acts for nobody is its scope.
#[tokio::test(flavor = "multi_thread")]
async fn commanders_hold_for_rounds_over_rest_too() {
    let world = with_people("commanders: [ada]\n").await;
    let admin = Client::admin(&world);
    let task = admin.task().await;
    let path = format!("/v1/tasks/{task}/runs");
    let wish = json!({ "instruction": "Greet rightly.", "model_ids": [admin.model("gpt").await] });
    for login in ["bob", "nobody-here"] {
        let other = Client::with(&world, &[Scope::Run], |token| token.github_login = Some(login.into())).await;
        let refused = other.post(&path, wish.clone()).await;
        let why = format!("The repository's .github/bakeoff.yml does not let {login} start rounds.");
        assert_eq!(refused.said(), (403, why.as_str()));
    }
    assert_eq!(admin.get(&path).await.body, json!([]), "nothing was left behind");
    let ada = Client::with(&world, &[Scope::Run], |token| token.github_login = Some("ADA".into())).await;
    assert_eq!(ada.post(&path, wish.clone()).await.status, 201);
    let nobody = Client::with(&world, &[Scope::Run], |_| {}).await;
    assert_eq!(nobody.post(&path, wish).await.status, 201);
    end(world).await;
}
