//! What models do beside calling tools rightly: edits in plain text, words only, broken arguments, broken answers.

use bakeoff::domain::model::ToolUse;
use bakeoff::sim::models::{Fault, Reply, ReplyStop};
use serde_json::json;

use super::bench::{ANY, Bench, TestDesk, WIRES, call, failed, patch, task};

const DIFF: &str = "It was misspelt.\n\n```diff\n--- a/src/greet.py\n+++ b/src/greet.py\n@@ -1,3 +1,3 @@\n def greet(name):\n-    return \"Helo, \" + name\n+    return \"Hello, \" + name\n \n```\n";

fn block() -> Reply {
    crate::support::world::replace("src/greet.py", "    return \"Helo, \" + name", "    return \"Hello, \" + name")
}

fn whole() -> Reply {
    Reply::text("The whole file:\n\nsrc/main.py\n```python\nfrom greet import greet\n\nprint(greet(\"Ada\"))\n```\n")
}

#[tokio::test]
async fn edits_in_plain_text_are_understood_by_both_agents() {
    for tools in [ToolUse::Auto, ToolUse::Off] {
        for reply in [block(), Reply::text(DIFF), whole()] {
            let bench = Bench::start().await;
            bench.fake.script("m", vec![reply.clone()]);
            let report = bench.agent(ANY, tools).run(&task(), &TestDesk::with(1_000_000)).await;
            assert_eq!(patch(&report).patch.files().len(), 1, "{tools:?} {}", reply.text);
            assert!(report.summary.is_some_and(|words| !words.is_empty()));
        }
    }
}

#[tokio::test]
async fn plain_edits_come_on_top_of_what_tools_did() {
    for wire in WIRES {
        let bench = Bench::start().await;
        let first = call("edit", json!({"path": "src/greet.py", "old": "Bye", "new": "Goodbye"}));
        let (report, _) = bench.run(wire, vec![first, Reply::text(DIFF)]).await;
        let text = patch(&report).patch.text();
        assert!(text.contains("Goodbye") && text.contains("Hello"), "{wire:?}: {text}");
        assert_eq!(report.summary.as_deref(), Some("It was misspelt."));
    }
}

#[tokio::test]
async fn plain_edits_that_cannot_be_applied_are_quoted_back() {
    let bench = Bench::start().await;
    let wrong = crate::support::world::replace("src/greet.py", "    return \"Hi there, \" + nobody", "    return 1");
    let (report, _) = bench.run(ANY, vec![wrong.clone(), block()]).await;
    assert_eq!(patch(&report).patch.files().len(), 1);
    assert!(bench.sent()[1].contains("lines to change are not in `src/greet.py`"));
    let (report, _) = bench.run(ANY, vec![wrong]).await;
    assert!(failed(&report).starts_with("Lines to change are not in"), "{report:?}");
    assert_eq!(bench.fake.requests().len(), 2 + 3, "asked three times at most");
}

#[tokio::test]
async fn words_alone_end_the_work_once_something_was_changed() {
    for wire in WIRES {
        let bench = Bench::start().await;
        let edit = call("edit", json!({"path": "src/greet.py", "old": "Helo", "new": "Hello"}));
        let (report, _) = bench.run(wire, vec![edit, Reply::text("I corrected the greeting.")]).await;
        assert_eq!(patch(&report).patch.files().len(), 1, "{wire:?}");
        assert_eq!(report.summary.as_deref(), Some("I corrected the greeting."), "{wire:?}");
    }
}

#[tokio::test]
async fn words_alone_with_nothing_changed_get_one_nudge() {
    for wire in WIRES {
        let bench = Bench::start().await;
        let (report, _) = bench.run(wire, vec![Reply::text("Let me think about it."), block()]).await;
        assert_eq!(patch(&report).patch.files().len(), 1, "{wire:?}");
        assert!(bench.sent()[1].contains("Nothing has been changed yet"), "{wire:?}");
        let (report, _) = bench.run(wire, vec![Reply::text("I would rather talk about the weather.")]).await;
        assert_eq!(failed(&report), "The answer holds no edit.", "{wire:?}");
        assert_eq!(bench.fake.requests().len(), 4, "{wire:?}");
    }
}

#[tokio::test]
async fn nothing_to_change_is_an_answer() {
    for reply in [Reply::text("NO CHANGES NEEDED: it says Hello."), call("finish", json!({"summary": "It is right."}))]
    {
        let bench = Bench::start().await;
        let (report, _) = bench.run(ANY, vec![reply]).await;
        assert!(patch(&report).patch.is_empty());
        assert!(!report.summary.unwrap().contains("NO CHANGES NEEDED"));
    }
}

#[tokio::test]
async fn broken_calls_get_a_reason_the_model_can_read() {
    for wire in WIRES {
        let bench = Bench::start().await;
        let broken = Reply::text("")
            .call("read", json!("{\"path\": \"src/gre"))
            .call("edit", json!({"path": "src/greet.py"}))
            .call("read", json!({"path": 7}))
            .call("launch_missiles", json!({"path": "/"}))
            .call("search", json!({"pattern": "("}));
        let good = call("edit", json!({"path": "src/greet.py", "old": "Helo", "new": "Hello"}));
        let (report, _) = bench.run(wire, vec![broken, good, Reply::text("Done.")]).await;
        assert_eq!(patch(&report).patch.files().len(), 1, "{wire:?}");
        let sent = bench.sent().swap_remove(1);
        for reason in [
            "the argument `old` is missing",
            "the argument `path` must be a string",
            "there is no such tool; the tools are list, read, search",
            "the pattern cannot be read",
        ] {
            assert!(sent.contains(reason), "{wire:?}: {reason}: {sent}");
        }
        let says = sent.contains("the arguments are no valid JSON") || sent.contains("must be one JSON object");
        assert!(says, "{wire:?}: {sent}");
    }
}

#[tokio::test]
async fn a_broken_answer_is_asked_for_again_and_at_most_three_times() {
    let edit = || call("edit", json!({"path": "src/greet.py", "old": "Helo", "new": "Hello"}));
    for wire in WIRES {
        let bench = Bench::start().await;
        let cut = edit().with(Fault::CutAfterBytes(300));
        let (report, _) = bench.run(wire, vec![edit(), cut.clone(), Reply::text("Done.")]).await;
        assert_eq!(patch(&report).patch.files().len(), 1, "{wire:?}");
        let (report, desk) = bench.run(wire, vec![edit(), cut.clone()]).await;
        assert!(report.note.as_deref().is_some_and(|note| note.contains("this is the patch so far")), "{wire:?}");
        assert_eq!(bench.fake.requests().len(), 3 + 4, "{wire:?}");
        assert!(desk.said("the call failed"));
        let (report, _) = bench.run(wire, vec![cut]).await;
        assert!(failed(&report).contains("cut off") || failed(&report).contains("cannot be used"), "{report:?}");
    }
}

#[tokio::test]
async fn a_refusal_or_a_filter_ends_the_run() {
    let edit = call("edit", json!({"path": "src/greet.py", "old": "Helo", "new": "Hello"}));
    for (stop, words) in [(ReplyStop::Refusal, "declined"), (ReplyStop::Filtered, "")] {
        let bench = Bench::start().await;
        let (report, _) = bench.run(ANY, vec![edit.clone(), Reply::text("No.").stop(stop)]).await;
        assert!(failed(&report).contains(words));
    }
}

#[tokio::test]
async fn f093_an_answer_at_the_output_limit_runs_no_call_and_may_be_sent_in_parts() {
    for wire in WIRES {
        let bench = Bench::start().await;
        let edit = call("edit", json!({"path": "src/greet.py", "old": "Helo", "new": "Hello"}));
        let long = Reply::text("").call("delete", json!({"path": "README.md"})).stop(ReplyStop::Length);
        let (report, _) = bench.run(wire, vec![long.clone(), edit, Reply::text("Done.")]).await;
        assert_eq!(patch(&report).patch.files().len(), 1, "{wire:?}");
        let (report, _) = bench.run(wire, vec![long]).await;
        assert!(failed(&report).contains("cut off at the model's output limit"), "{wire:?} {report:?}");
    }
}
