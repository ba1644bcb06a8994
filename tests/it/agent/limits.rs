//! Every limit ends with the best patch so far, and says so.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bakeoff::domain::model::ToolUse;
use bakeoff::engine::agent::{Agent, LoopLimits};
use bakeoff::sim::models::{Fault, Reply};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::bench::{ANY, Bench, TestDesk, WIRES, call, failed, patch, task};

fn edit() -> Reply {
    call("edit", json!({"path": "src/greet.py", "old": "Helo", "new": "Hello"}))
}

fn look(n: usize) -> Reply {
    call("read", json!({"path": "src/greet.py", "from": n % 5 + 1}))
}

fn steps(steps: u32) -> impl FnOnce(&mut Agent) {
    move |agent| agent.loop_limits = LoopLimits { steps, ..LoopLimits::default() }
}

#[tokio::test]
async fn the_step_limit_keeps_the_patch_so_far_and_says_so() {
    for wire in WIRES {
        let bench = Bench::start().await;
        let (report, desk) = bench.run_as(wire, vec![edit(), look(1), look(2), look(3)], steps(3)).await;
        assert_eq!(patch(&report).patch.files().len(), 1, "{wire:?}");
        assert_eq!(report.note.as_deref(), Some("stopped at the limit of 3 steps; this is the patch so far"));
        assert!(report.summary.as_deref().is_some_and(|s| s.starts_with("Stopped at the limit of 3 steps;")));
        assert!(desk.said("stopped at the limit of 3 steps"));
        assert_eq!(bench.fake.requests().len(), 3, "{wire:?}");
        assert!(bench.sent()[2].contains("This is the last step (1)"), "{}", bench.sent()[2]);
    }
}

#[tokio::test]
async fn a_limit_before_any_edit_is_a_failure_in_one_sentence() {
    let bench = Bench::start().await;
    let (report, _) = bench.run_as(ANY, vec![look(1), look(2)], steps(2)).await;
    assert_eq!(failed(&report), "The run was stopped at the limit of 2 steps, before anything was changed.");
}

#[tokio::test]
async fn what_was_taken_back_is_no_patch() {
    let bench = Bench::start().await;
    let back = call("edit", json!({"path": "src/greet.py", "old": "Hello", "new": "Helo"}));
    let (report, _) = bench.run_as(ANY, vec![edit(), back, look(1)], steps(3)).await;
    assert!(failed(&report).contains("before anything was changed"), "{report:?}");
}

#[tokio::test]
async fn three_equal_failures_in_a_row_end_the_run() {
    let wrong = call("edit", json!({"path": "src/greet.py", "old": "nowhere", "new": "x"}));
    let bench = Bench::start().await;
    let (report, _) = bench.run(ANY, vec![edit(), wrong.clone(), look(1), wrong.clone()]).await;
    let note = report.note.as_deref().unwrap();
    assert_eq!(note, "stopped after the same failure 3 times in a row (edit); this is the patch so far");
    assert_eq!(bench.fake.requests().len(), 6, "an answer between two failures starts the count anew");
    let odd = call("rm -rf /\u{202e}", json!({}));
    let (report, _) = bench.run(ANY, vec![odd]).await;
    assert!(failed(&report).contains("(unknown tool)"), "what a model calls a tool is not told: {report:?}");
}

#[tokio::test]
async fn the_budget_is_never_passed_and_keeps_the_patch() {
    let bench = Bench::start().await;
    // Dear answers, as long as they may be: the money is over long before the steps are.
    let answers = AtomicUsize::new(0);
    bench.fake.script_with("m", move |seen| {
        let most = seen.body["max_tokens"].as_i64().unwrap();
        let reply = match answers.fetch_add(1, Ordering::SeqCst) {
            0 => edit(),
            n => look(n),
        };
        reply.usage(1_000, most.min(3_000), 0)
    });
    let desk = TestDesk::with(60_000);
    let report = bench.agent(ANY, ToolUse::Auto).run(&task(), &desk).await;
    assert_eq!(patch(&report).patch.files().len(), 1);
    assert_eq!(report.note.as_deref(), Some("stopped at the limit of its budget; this is the patch so far"));
    assert!(desk.left() >= 0 && bench.fake.requests().len() < 5, "{}", desk.left());
    let poor = TestDesk::with(100);
    let report = bench.agent(ANY, ToolUse::Auto).run(&task(), &poor).await;
    assert!(failed(&report).starts_with("The budget leaves"), "{report:?}");
}

/// The bytes of all texts in a request.
fn bytes(value: &Value) -> i64 {
    match value {
        Value::String(text) => i64::try_from(text.len()).unwrap(),
        Value::Array(all) => all.iter().map(bytes).sum(),
        Value::Object(all) => all.iter().map(|(key, value)| i64::try_from(key.len()).unwrap() + bytes(value)).sum(),
        _ => 0,
    }
}

/// A provider that counts a token for every byte, and uses all the output it may.
fn counts_most(bench: &Bench) {
    let answers = AtomicUsize::new(0);
    bench.fake.script_with("m", move |seen| {
        let most = seen.body["max_tokens"].as_i64().unwrap();
        let texts = bytes(&seen.body["system"]) + bytes(&seen.body["messages"]) + bytes(&seen.body["tools"]);
        let n = answers.fetch_add(1, Ordering::SeqCst);
        if n == 0 { edit() } else { look(n) }.usage(texts, most, 0)
    });
}

#[tokio::test]
async fn m17_a_provider_that_counts_more_than_planned_cannot_pass_the_cap() {
    for micros in [60_000, 80_000, 200_000] {
        let bench = Bench::start().await;
        counts_most(&bench);
        let desk = TestDesk::with(micros);
        let report = bench.agent(ANY, ToolUse::Auto).run(&task(), &desk).await;
        assert_eq!(patch(&report).patch.files().len(), 1);
        assert!(desk.left() >= 0, "{micros}: {} left", desk.left());
    }
}

#[tokio::test]
async fn the_limit_of_input_tokens_counts_every_call() {
    let bench = Bench::start().await;
    let limit = |agent: &mut Agent| {
        agent.loop_limits = LoopLimits { input_tokens: 30_000, ..LoopLimits::default() };
    };
    let replies: Vec<Reply> = std::iter::once(edit()).chain((0..30).map(look)).map(|r| r.usage(9_000, 20, 0)).collect();
    let (report, _) = bench.run_as(ANY, replies, limit).await;
    assert!(report.note.as_deref().is_some_and(|note| note.contains("30000 input tokens")), "{report:?}");
    assert!(bench.fake.requests().len() <= 4);
}

#[tokio::test]
async fn the_deadline_keeps_the_patch() {
    for wire in WIRES {
        let bench = Bench::start().await;
        let hangs = Reply::fault(Fault::SilenceAfterHeaders);
        let soon = |agent: &mut Agent| {
            agent.deadline = Instant::now() + Duration::from_millis(1_500);
        };
        let (report, _) = bench.run_as(wire, vec![edit(), hangs], soon).await;
        assert_eq!(patch(&report).patch.files().len(), 1, "{wire:?}");
        assert_eq!(report.note.as_deref(), Some("stopped at the run's time limit; this is the patch so far"));
    }
}

#[tokio::test]
async fn a_conversation_that_grows_too_long_loses_its_oldest_results_first() {
    for wire in WIRES {
        let long: String = (0..400).map(|n| format!("line {n} of a long file\n")).collect();
        let bench = Bench::of(&[("src/greet.py", super::bench::FILES[1].1), ("long.txt", &long)], |_| {}).await;
        let read = |n: usize| call("read", json!({"path": "long.txt", "from": n * 10 + 1}));
        let replies = vec![edit(), read(0), read(1), read(2), read(3), read(4), Reply::text("Done.")];
        let narrow = |agent: &mut Agent| agent.max_input_tokens = 13_000;
        let (report, desk) = bench.run_as(wire, replies, narrow).await;
        assert_eq!((patch(&report).patch.files().len(), &report.note), (1, &None), "{wire:?}");
        assert!(desk.said("oldest results were shortened"), "{wire:?} {:?}", desk.log.lock().unwrap());
        let last = bench.sent().pop().unwrap();
        assert!(last.contains("[shortened: this result of") && last.contains("lines 41 to"), "{wire:?}");
    }
}
