//! A model that cannot be asked, and the one that answers in its place.

use bakeoff::adapters::store::runs;
use bakeoff::app::settings::Settings;
use bakeoff::domain::money::{Prices, UsdMicros};
use bakeoff::domain::run::Run;
use bakeoff::sim::models::{Fault, Reply, ReplyStop};

use crate::support::world::{World, right};

const SHOWN: &str = "claude the model (fallback for gpt the model)";

fn with_fallback(settings: &mut Settings) {
    for model in &mut settings.models {
        match model.alias.as_deref() {
            Some("gpt") => model.fallback = Some("Claude".into()),
            Some("claude") => {
                let usd = |dollars: i64| UsdMicros(dollars * 1_000_000);
                model.prices = Some(Prices { input: usd(2), output: usd(8), cached_input: usd(2) });
            }
            _ => {}
        }
    }
}

async fn run_of(world: &World) -> Run {
    let mut conn = world.store().read().await.unwrap();
    let sql = "SELECT id FROM runs ORDER BY created_at DESC LIMIT 1";
    let id: String = sqlx::Row::get(&sqlx::query(sql).fetch_one(&mut *conn).await.unwrap(), 0);
    runs::get(&mut conn, id.parse().unwrap()).await.unwrap().unwrap()
}

fn status(status: u16, code: &str) -> Reply {
    Reply::fault(Fault::Status { status, headers: vec![], code: code.into() })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_asked_is_answered_by_its_fallback() {
    let causes = [
        status(401, ""),
        status(402, ""),
        status(404, ""),
        status(429, "insufficient_quota"),
        status(529, ""),
        Reply::fault(Fault::Redirect("http://127.0.0.1:1/".into())),
    ];
    for cause in causes {
        let world = World::with(with_fallback).await;
        world.models.script("gpt-model", vec![cause.clone()]);
        world.models.script("claude-model", vec![right().usage(500, 40, 0)]);
        let issue = world.issue();
        world.say(issue, "/bakeoff gpt");
        let shown = world.candidate(issue, "A").await;
        assert!(shown.body.contains(SHOWN), "{cause:?}\n{}", shown.body);
        world.status_says(issue, SHOWN).await;
        let run = run_of(&world).await;
        assert_eq!(run.result.answered_by.as_deref(), Some("claude the model"));
        // 500 tokens at two dollars a million, 40 at eight: the price of the one that answered.
        assert_eq!((run.result.cost, run.model_label.as_str()), (UsdMicros(1_320), "gpt the model"), "{cause:?}");
        world.end().await;
    }
}

/// An answer that was paid for, or that another model would refuse too, is not asked for again elsewhere.
#[tokio::test(flavor = "multi_thread")]
async fn a_bad_answer_is_not_asked_for_again_elsewhere() {
    for (cause, sentence) in [
        (right().stop(ReplyStop::Refusal), "declined"),
        (Reply::fault(Fault::NoEnd), "cut off"),
        (status(400, "odd_value"), "did not accept the request"),
    ] {
        let world = World::with(with_fallback).await;
        world.models.script("gpt-model", vec![cause]);
        let issue = world.issue();
        world.say(issue, "/bakeoff gpt");
        let said = world.status_says(issue, sentence).await;
        assert!(!said.body.contains("fallback"), "{}", said.body);
        assert!(world.models.requests().iter().all(|seen| seen.model == "gpt-model"));
        world.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_fallback_of_a_fallback_is_asked_and_its_failure_is_told() {
    let world = World::with(with_fallback).await;
    world.models.script("gpt-model", vec![status(401, "")]);
    world.models.script("claude-model", vec![status(402, "")]);
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    let said = world.status_says(issue, "credit or quota").await;
    assert!(said.body.contains(SHOWN), "{}", said.body);
    world.end().await;
}

/// Both together stay within the run's budget.
#[tokio::test(flavor = "multi_thread")]
async fn a_fallback_that_the_budget_does_not_pay_for_is_not_asked() {
    let world = World::with(|settings| {
        with_fallback(settings);
        for model in settings.models.iter_mut().filter(|model| model.alias.as_deref() == Some("claude")) {
            let dear = UsdMicros(900_000_000);
            model.prices = Some(Prices { input: dear, output: dear, cached_input: dear });
        }
    })
    .await;
    world.models.script("gpt-model", vec![status(401, "")]);
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.status_says(issue, "The budget leaves $1.00").await;
    assert!(world.models.requests().iter().all(|seen| seen.model == "gpt-model"));
    world.end().await;
}
