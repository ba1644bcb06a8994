//! Caps that are kept: in the place of the defaults, below the settings, for every process at once.

use bakeoff::domain::money::UsdMicros;
use bakeoff::domain::token::Scope;
use bakeoff::service::kept_caps;
use serde_json::{Value, json};

use super::{Answer, Client, end, only, sent};
use crate::support::world::{REPO, World};

async fn put(client: &Client<'_>, body: Value) -> Answer {
    sent(client.request("PUT", "/v1/budgets").json(&body)).await
}

/// Cap and source of a scope.
fn cap(answer: &Answer, scope: &str) -> (f64, String) {
    assert_eq!(answer.status, 200, "{answer:?}");
    let found = answer.body.as_array().unwrap().iter().find(|cap| cap["scope"] == scope);
    let found = found.unwrap_or_else(|| panic!("no {scope} in {answer:?}"));
    (found["cap_usd"].as_f64().unwrap(), found["source"].as_str().unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn caps_are_kept_shown_and_taken_away() {
    let world = World::new().await;
    let admin = Client::admin(&world);
    assert_eq!(cap(&admin.get("/v1/budgets").await, "day"), (100.0, "default".into()));
    let kept = put(&admin, json!({ "day_usd": 250, "run_usd": 0.5, "user_day_usd": 2.5 })).await;
    assert_eq!(cap(&kept, "day"), (250.0, "kept".into()));
    assert_eq!((cap(&kept, "run").0, cap(&kept, "person_day").0, cap(&kept, "round").0), (0.5, 2.5, 3.0));
    let again = put(&admin, json!({ "day_usd": null })).await;
    assert_eq!((cap(&again, "day"), cap(&again, "run")), ((100.0, "default".into()), (0.5, "kept".into())));
    let untouched = put(&admin, json!({})).await;
    assert_eq!(cap(&untouched, "run"), (0.5, "kept".into()), "what is left out stays");
    let trail = admin.get("/v1/audit?action=budgets.change").await.body;
    assert_eq!(trail.as_array().unwrap().len(), 2, "what changes nothing is no entry: {trail}");
    assert_eq!(trail[0]["details"], json!({ "day_usd": null }));
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_goes_above_the_settings_or_past_their_scope() {
    let world = World::with(|settings| {
        settings.budget_repo_day = UsdMicros(20_000_000);
        settings.budget_ceilings.repo_day = Some(UsdMicros(20_000_000));
    })
    .await;
    let admin = Client::admin(&world);
    let refused = put(&admin, json!({ "repo_day_usd": 20.01, "run_usd": 0.1 })).await;
    assert_eq!(refused.status, 422);
    let told = &refused.body["detail"][0];
    assert_eq!(told["loc"], json!(["body", "repo_day_usd"]));
    assert!(told["msg"].as_str().unwrap().contains("BAKEOFF_BUDGET_REPO_DAY_USD"), "{told}");
    let repo = admin.repo().await;
    let there = admin.get(&format!("/v1/budgets?repo_id={repo}")).await;
    assert_eq!(cap(&there, "repository_day"), (20.0, "settings".into()));
    assert_eq!(cap(&there, "run"), (1.0, "default".into()), "all or none");
    put(&admin, json!({ "repo_day_usd": 12 })).await;
    let there = admin.get(&format!("/v1/budgets?repo_id={repo}")).await;
    assert_eq!(cap(&there, "repository_day"), (12.0, "kept".into()));
    for wrong in [json!({ "day_usd": -1 }), json!({ "day_usd": "1" }), json!({ "day_usd": true }), json!([])] {
        assert_eq!(put(&admin, wrong.clone()).await.status, 422, "{wrong}");
    }
    let picker = Client::with(&world, &[Scope::Read, Scope::Run, Scope::Pick], |_| {}).await;
    assert_eq!(put(&picker, json!({ "day_usd": 1 })).await.status, 403);
    let limited = Client::with(&world, &[Scope::Admin], only(REPO)).await;
    assert_eq!(put(&limited, json!({ "day_usd": 1 })).await.status, 403);
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lowered_cap_holds_at_once_in_every_process() {
    let world = World::new().await;
    let admin = Client::admin(&world);
    let other = world.other_process().await;
    put(&admin, json!({ "day_usd": 0.5 })).await;
    let there = kept_caps::in_force(&other).await.unwrap();
    assert_eq!(there.policy.budget_day, UsdMicros(500_000));
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.bot_says(issue, "$0.50").await;
    assert!(world.models.requests().is_empty(), "nothing was asked");
    put(&admin, json!({ "day_usd": null })).await;
    world.say(issue, "/bakeoff gpt");
    world.candidate(issue, "A").await;
    end(world).await;
}
