//! Votes, the leaderboard and the caps in force.

use bakeoff::domain::token::Scope;
use bakeoff::sim::github::{Change, Fault};
use serde_json::{Value, json};

use super::{Client, end, only};
use crate::support::world::{ADA, REPO, World, right};

async fn candidates(client: &Client<'_>, aliases: &[&str]) -> (String, Vec<String>) {
    let task = client.task().await;
    let runs = client.start(&task, aliases).await;
    for run in &runs {
        client.ended(run).await;
    }
    (task, runs)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_voter_has_one_vote_and_may_change_it() {
    let world = World::new().await;
    let client = Client::admin(&world);
    let (task, runs) = candidates(&client, &["gpt"]).await;
    let path = format!("/v1/runs/{}/votes", runs[0]);
    let script = Client::with(&world, &[Scope::Run], |_| {}).await;
    let ada = Client::with(&world, &[Scope::Run], |t| t.github_login = Some(ADA.into())).await;
    let ada_again = Client::with(&world, &[Scope::Run], |t| t.github_login = Some("ADA".into())).await;
    for (who, vote, up, down) in [
        (&client, "up", 1, 0),
        (&client, "up", 1, 0),
        (&script, "up", 2, 0),
        (&ada, "down", 2, 1),
        (&ada_again, "up", 3, 0),
        (&client, "down", 2, 1),
        (&client, "none", 2, 0),
    ] {
        let answer = who.post(&path, json!({ "vote": vote })).await;
        assert_eq!((answer.status, &answer.body["vote"]), (200, &json!(vote)), "{answer:?}");
        assert_eq!((&answer.body["up"], &answer.body["down"]), (&json!(up), &json!(down)), "{vote}");
    }
    let compared = client.get(&format!("/v1/tasks/{task}/compare")).await.body;
    assert_eq!(compared["candidates"][0]["votes"], json!({ "up": 2, "down": 0 }));
    assert!(world.hub.pulls(REPO).is_empty(), "a vote picks nothing");
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_look_may_not_vote() {
    let world = World::new().await;
    let client = Client::admin(&world);
    let (_, runs) = candidates(&client, &["gpt"]).await;
    let path = format!("/v1/runs/{}/votes", runs[0]);
    let up = json!({ "vote": "up" });
    let nobody = Client::with(&world, &[Scope::Run], |t| t.github_login = Some("nobody".into())).await;
    assert_eq!(nobody.post(&path, up.clone()).await.status, 403);
    let stranger = Client::with(&world, &[Scope::Run], only("octo/other")).await;
    assert_eq!(stranger.post(&path, up.clone()).await.said(), (404, "Run not found"));
    assert_eq!(client.post("/v1/runs/nonsense/votes", up.clone()).await.said(), (404, "Run not found"));
    for wrong in [json!({}), json!({ "vote": "sideways" }), json!({ "vote": 1 })] {
        let answer = client.post(&path, wrong.clone()).await;
        assert_eq!((answer.status, &answer.body["detail"][0]["loc"]), (422, &json!(["body", "vote"])), "{wrong}");
    }
    let ada = Client::with(&world, &[Scope::Run], |t| t.github_login = Some(ADA.into())).await;
    world.hub.fault(Fault::on("GET", "/repos/*/collaborators/*").always().status(502));
    assert_eq!(ada.post(&path, up.clone()).await.status, 502, "M12: an unknown right is no right");
    world.hub.clear_faults();
    world.models.script("local-model", vec![bakeoff::sim::models::Reply::text("I cannot."); 3]);
    let (_, failed) = candidates(&client, &["local"]).await;
    assert_eq!(client.post(&format!("/v1/runs/{}/votes", failed[0]), up).await.status, 409);
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_leaderboard_tells_what_became_of_the_candidates() {
    let world = World::new().await;
    world.models.script("gpt-model", vec![right().usage(1_000, 100, 0)]);
    world.models.script("local-model", vec![bakeoff::sim::models::Reply::text("I cannot."); 3]);
    let client = Client::admin(&world);
    assert_eq!(client.get("/v1/leaderboard").await.body, json!([]));
    let (task, runs) = candidates(&client, &["gpt", "claude", "local"]).await;
    client.post(&format!("/v1/runs/{}/votes", runs[0]), json!({ "vote": "up" })).await;
    let opened = client.post(&format!("/v1/tasks/{task}/prs"), json!({ "selected_run_id": runs[0] })).await;
    world.hub.merge_pull(REPO, opened.body["number"].as_i64().unwrap(), ADA);
    world.hub.settled().await;
    crate::support::invariants::settle(&world).await;
    let board = client.get("/v1/leaderboard").await.body;
    let line = |name: &str| board.as_array().unwrap().iter().find(|l| l["model_name"] == name).unwrap();
    let gpt = line("gpt-model");
    for (field, value) in [
        ("runs", json!(1)),
        ("patches", json!(1)),
        ("picks", json!(1)),
        ("merges", json!(1)),
        ("votes_up", json!(1)),
        ("cost_usd", json!(0.0015)),
        ("cost_per_merge_usd", json!(0.0015)),
        ("cost_per_pick_usd", json!(0.0015)),
        ("reverts", json!(0)),
    ] {
        assert_eq!(gpt[field], value, "{field} in {gpt}");
    }
    assert_eq!(board[0], *gpt, "the strongest first");
    let (claude, local) = (line("claude-model"), line("local-model"));
    assert!(gpt["strength"].as_f64() > claude["strength"].as_f64(), "{board:#}");
    assert_eq!(
        (&local["failed"], &local["strength"], &claude["cost_per_merge_usd"]),
        (&json!(1), &Value::Null, &Value::Null)
    );
    assert_eq!(local["failures"], json!({ "no_usable_edit": 1 }));
    assert!(gpt["median_ms"].is_i64() && local["median_ms"].is_null(), "{board:#}");
    let interval = [&gpt["strength_low"], &gpt["strength"], &gpt["strength_high"]].map(|v| v.as_f64().unwrap());
    assert!(interval.is_sorted(), "{interval:?}");
    let limited = Client::with(&world, &[Scope::Read], only(REPO)).await;
    assert_eq!(limited.get("/v1/leaderboard").await.status, 403);
    let repo = client.repo().await;
    assert_eq!(limited.get(&format!("/v1/leaderboard?repo_id={repo}")).await.body, board);
    assert_eq!(client.get("/v1/leaderboard?repo_id=x").await.said(), (404, "Repository not found"));
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_that_github_takes_back_counts_as_reverted_until_it_stands_again() {
    let world = World::new().await;
    let client = Client::admin(&world);
    let (task, runs) = candidates(&client, &["gpt", "claude"]).await;
    let opened = client.post(&format!("/v1/tasks/{task}/prs"), json!({ "selected_run_id": runs[0] })).await;
    let number = opened.body["number"].as_i64().unwrap();
    world.hub.merge_pull(REPO, number, ADA);
    let reverts = async |expected: i64| {
        world.hub.settled().await;
        crate::support::invariants::settle(&world).await;
        let board = client.get("/v1/leaderboard").await.body;
        let line = board.as_array().unwrap().iter().find(|l| l["model_name"] == "gpt-model").unwrap().clone();
        assert_eq!((&line["merges"], &line["reverts"]), (&json!(1), &json!(expected)), "{line}");
    };
    let take_back = |number: i64| {
        let branch = format!("revert-{number}-something");
        world.hub.push_commit(REPO, &branch, &[Change::text("greet.py", &format!("# without #{number}\n"))]);
        let body = format!("Reverts {REPO}#{number}");
        world.hub.open_pull(REPO, ADA, &branch, "Revert \"Spell it right\"", &body)
    };
    let back = take_back(number);
    reverts(0).await;
    world.hub.merge_pull(REPO, back, ADA);
    reverts(1).await;
    let again = take_back(back);
    world.hub.merge_pull(REPO, again, ADA);
    reverts(0).await;
    end(world).await;
}

fn caps(body: &Value) -> Vec<(&str, f64)> {
    body.as_array()
        .unwrap()
        .iter()
        .map(|cap| (cap["scope"].as_str().unwrap(), cap["cap_usd"].as_f64().unwrap()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_caps_in_force_are_told_with_what_counts_against_them() {
    let world = World::new().await;
    world.models.script("gpt-model", vec![right().usage(1_000, 100, 0)]);
    let client = Client::admin(&world);
    candidates(&client, &["gpt"]).await;
    let all = client.get("/v1/budgets").await.body;
    assert_eq!(caps(&all), [("run", 1.0), ("round", 3.0), ("day", 100.0)]);
    let day = &all[2];
    assert_eq!(
        (&day["spent_usd"], &day["reserved_usd"], &day["left_usd"]),
        (&json!(0.0015), &json!(0.0), &json!(99.9985))
    );
    assert!(day["resets_at"].as_str().unwrap().ends_with("T00:00:00.000Z"), "{day}");
    assert_eq!(all[0]["spent_usd"], Value::Null);
    let repo = client.repo().await;
    let path = format!("/v1/budgets?repo_id={repo}");
    assert_eq!(
        caps(&client.get(&path).await.body),
        [("run", 1.0), ("round", 3.0), ("repository_day", 20.0), ("day", 100.0)]
    );
    let file = "budgets:\n  run: 0.5\n  round: 50\n  day: 5\n";
    world.hub.push_commit(REPO, "main", &[Change::text(".github/bakeoff.yml", file)]);
    let limited = Client::with(&world, &[Scope::Read], only(REPO)).await;
    let own = limited.get(&path).await.body;
    assert_eq!(caps(&own), [("run", 0.5), ("round", 3.0), ("repository_day", 5.0)], "lowered by the repository's file");
    assert_eq!(limited.get("/v1/budgets").await.status, 403);
    let other = Client::with(&world, &[Scope::Read], only("octo/other")).await;
    assert_eq!(other.get(&path).await.said(), (404, "Repository not found"));
    world.hub.fault(Fault::on("GET", "/repos/*/contents/*").always().status(502));
    assert_eq!(client.get(&path).await.status, 502);
    world.hub.clear_faults();
    end(world).await;
}
