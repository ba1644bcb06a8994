//! A model that cannot be asked, and the one that answers in its place.

use bakeoff::adapters::store::runs;
use bakeoff::app::settings::Settings;
use bakeoff::domain::model::ToolUse;
use bakeoff::domain::money::{Prices, UsdMicros};
use bakeoff::domain::run::Run;
use bakeoff::sim::models::{Fault, Reply, ReplyStop};

use crate::support::world::{World, replace, right};

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

fn with_tools_first(settings: &mut Settings) {
    with_fallback(settings);
    settings.models.iter_mut().filter(|m| m.alias.as_deref() == Some("gpt")).for_each(|m| m.tools = ToolUse::Auto);
}

fn edits_then_fails() -> Vec<Reply> {
    let edit = serde_json::json!({"path": "greet.py", "old": "Helo", "new": "Hello"});
    vec![Reply::text("").call("edit", edit), status(401, "")]
}

async fn log_of(world: &World) -> String {
    let sql = "SELECT content FROM run_logs ORDER BY line_number";
    let mut conn = world.store().read().await.unwrap();
    let rows = sqlx::query(sql).fetch_all(&mut *conn).await.unwrap();
    rows.iter().map(|row| sqlx::Row::get::<String, _>(row, 0) + "\n").collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fallback_without_tools_goes_on_in_one_answer_from_the_edits_so_far() {
    let world = World::with(with_tools_first).await;
    world.models.script("gpt-model", edits_then_fails());
    let bye = replace("greet.py", "    return \"Bye, \" + name", "    return \"Goodbye, \" + name");
    world.models.script("claude-model", vec![bye]);
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    let shown = world.candidate(issue, "A").await;
    for part in [SHOWN, "+    return \"Hello, \" + name", "+    return \"Goodbye, \" + name"] {
        assert!(shown.body.contains(part), "{part}\n{}", shown.body);
    }
    let asked: Vec<_> = world.models.requests().into_iter().filter(|seen| seen.model == "claude-model").collect();
    let [asked] = asked.as_slice() else { panic!("{} requests", asked.len()) };
    assert!(asked.body.get("tools").is_none(), "{}", asked.body);
    assert!(asked.body.to_string().contains("Hello, "), "it sees what was changed: {}", asked.body);
    let log = log_of(&world).await;
    assert!(log.contains("takes no tools; it is asked for all edits in one answer, on top of the edits made"), "{log}");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_before_the_fallback_is_not_lost_with_its_answer() {
    let world = World::with(with_tools_first).await;
    world.models.script("gpt-model", edits_then_fails());
    world.models.script("claude-model", vec![Reply::text("I cannot say.")]);
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    let shown = world.candidate(issue, "A").await;
    assert!(shown.body.contains("+    return \"Hello, \" + name"), "{}", shown.body);
    assert!(shown.body.contains("went on without tools brought no usable answer"), "{}", shown.body);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fallback_without_tools_is_asked_from_the_beginning_when_nothing_was_changed() {
    let world = World::with(with_tools_first).await;
    world.models.script("gpt-model", vec![status(402, "")]);
    world.models.script("claude-model", vec![right()]);
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.candidate(issue, "A").await;
    assert!(!log_of(&world).await.contains("on top of the edits"));
    world.end().await;
}
