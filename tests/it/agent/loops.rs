//! The loop as it should go, on every wire.

use bakeoff::domain::model::ToolUse;
use bakeoff::engine::agent::Ending;
use bakeoff::engine::patch::{Action, FileChange, Mode};
use bakeoff::sim::models::{Fault, Reply};
use serde_json::json;

use super::bench::{ANY, Bench, TestDesk, WIRES, call, patch, task};

fn fix() -> serde_json::Value {
    json!({"path": "src/greet.py", "old": "Helo", "new": "Hello"})
}

#[tokio::test]
async fn listing_reading_and_editing_ends_in_a_patch() {
    for wire in WIRES {
        for fault in [None, Some(Fault::Chunked(7))] {
            let bench = Bench::start().await;
            let odd = |reply: Reply| Reply { fault: fault.clone(), ..reply };
            let replies = vec![
                odd(call("list", json!({})).thinking("Where is it?")),
                odd(call("read", json!({"path": "src/greet.py", "from": 1, "to": 3})).thinking("There.")),
                odd(call("edit", fix())),
                odd(call("finish", json!({"summary": "The greeting was misspelt."}))),
            ];
            let (report, desk) = bench.run(wire, replies).await;
            let applied = patch(&report);
            assert!(applied.patch.text().contains("+    return \"Hello, \" + name"), "{wire:?}: {report:?}");
            assert_eq!((applied.patch.files().len(), applied.warnings.len()), (1, 0), "{wire:?}");
            assert_eq!(report.summary.as_deref(), Some("The greeting was misspelt."), "{wire:?}");
            assert_eq!(report.note, None);
            let sent = bench.sent();
            assert_eq!(sent.len(), 4, "{wire:?}");
            assert!(sent[1].contains("src/ (2 files)"), "{wire:?}: {}", sent[1]);
            assert!(
                sent[2].contains("2|    return \\\\\\\"Helo") || sent[2].contains("2|    return \\\"Helo"),
                "{}",
                sent[2]
            );
            assert!(sent[3].contains("changed `src/greet.py` (+1 "), "{wire:?}");
            assert!(desk.said("step 2: read src/greet.py answered") && desk.said("answered: 1000 tokens in"));
        }
    }
}

#[tokio::test]
async fn parallel_calls_are_answered_in_order_each_once() {
    for wire in WIRES {
        let bench = Bench::start().await;
        let many = Reply::text("I change both.")
            .thinking("Both at once.")
            .call("edit", fix())
            .call("read", json!({"path": "src/greet.py"}))
            .call("edit", json!({"path": "src/greet.py", "old": "Bye", "new": "Goodbye"}))
            .call("search", json!({"pattern": "Hel+o"}))
            .call("read", json!({"path": "nowhere.py"}));
        let (report, _) = bench.run(wire, vec![many, call("finish", json!({"summary": "Both."}))]).await;
        let text = patch(&report).patch.text();
        assert!(text.contains("+    return \"Hello") && text.contains("+    return \"Goodbye"), "{wire:?}: {text}");
        // The stand-in refuses a result without its call, and a call without its result.
        let last = bench.sent().pop().unwrap();
        let order = [
            "changed `src/greet.py`",
            "lines 1 to 6 of 6",
            "changed `src/greet.py`",
            "matching lines",
            "no file `nowhere.py`",
        ];
        let mut at = 0;
        for words in order {
            at += last[at..].find(words).unwrap_or_else(|| panic!("{wire:?}: {words} not after {at}: {last}"));
        }
    }
}

#[tokio::test]
async fn a_finish_beside_a_failed_call_does_not_count() {
    let bench = Bench::start().await;
    let hasty = call("edit", json!({"path": "src/greet.py", "old": "no such text", "new": "x"}))
        .call("finish", json!({"summary": "Done."}));
    let both = call("edit", fix()).call("finish", json!({"summary": "Really done."}));
    let (report, _) = bench.run(ANY, vec![hasty, both]).await;
    assert_eq!(report.summary.as_deref(), Some("Really done."));
    assert!(bench.sent()[1].contains("not finished, because an earlier call of this turn failed"));
}

#[tokio::test]
async fn every_change_a_tool_can_make_is_in_the_patch() {
    let bench = Bench::start().await;
    let diff = "--- a/src/main.py\n+++ b/src/main.py\n@@ -1,3 +1,3 @@\n from greet import greet\n \n-print(greet(\"you\"))\n+print(greet(\"me\"))\n";
    let replies = vec![
        call("create", json!({"path": "tests/test_greet.py", "content": "import greet\n"}))
            .call("delete", json!({"path": "README.md"}))
            .call("apply_patch", json!({"patch": diff}))
            .call("create", json!({"path": "README.md", "content": "# New\n"}))
            .call("create", json!({"path": "src/main.py", "content": "x\n"})),
        call("finish", json!({"summary": "All."})),
    ];
    let (report, _) = bench.run(ANY, replies).await;
    let files: Vec<&str> = patch(&report).patch.files().iter().map(|file| file.path.as_str()).collect();
    assert_eq!(files, ["README.md", "src/main.py", "tests/test_greet.py"]);
    let text = patch(&report).patch.text();
    assert!(text.contains("+# New") && text.contains("-Says hello.") && text.contains("greet(\"me\")"), "{text}");
    assert!(bench.sent()[1].contains("`src/main.py` exists"));
}

#[tokio::test]
async fn a_round_that_goes_on_from_earlier_changes_sees_and_keeps_them() {
    let bench = Bench::start().await;
    let write = |path: &str, text: &str| FileChange {
        path: path.into(),
        action: Action::Write { mode: Mode::File, bytes: text.into() },
    };
    let start = vec![
        write("src/greet.py", "def greet(name):\n    return \"Hallo, \" + name\n"),
        write("src/new.py", "print('Hallo')\n"),
        FileChange { path: "README.md".into(), action: Action::Delete },
    ];
    let replies = vec![
        call("search", json!({"pattern": "Hallo|Says hello"})).call("list", json!({})),
        call("edit", json!({"path": "src/greet.py", "old": "Hallo", "new": "Hello"})),
        call("finish", json!({"summary": "Hello."})),
    ];
    bench.fake.script("m", replies);
    let mut task = task();
    task.start = start;
    let report = bench.agent(ANY, ToolUse::Auto).run(&task, &TestDesk::with(1_000_000)).await;
    let sent = bench.sent();
    assert!(sent[1].contains("2 matching lines in 2 files") && !sent[1].contains("README.md\\n"), "{}", sent[1]);
    let files: Vec<&str> = patch(&report).patch.files().iter().map(|file| file.path.as_str()).collect();
    assert_eq!(files, ["README.md", "src/greet.py", "src/new.py"]);
    let text = patch(&report).patch.text();
    assert!(text.contains("-    return \"Helo, ") && text.contains("+    return \"Hello, "), "{text}");
    assert!(!text.contains("Hallo, ") && text.contains("+print('Hallo')"), "{text}");
}

#[tokio::test]
async fn off_is_one_question_without_tools() {
    let bench = Bench::start().await;
    bench.fake.script(
        "m",
        vec![crate::support::world::replace(
            "src/greet.py",
            "    return \"Helo, \" + name",
            "    return \"Hello, \" + name",
        )],
    );
    let report = bench.agent(ANY, ToolUse::Off).run(&task(), &TestDesk::with(1_000_000)).await;
    assert_eq!(patch(&report).patch.files().len(), 1);
    let [only] = &bench.fake.requests()[..] else { panic!() };
    assert!(only.body.get("tools").is_none());
}

#[tokio::test]
async fn a_server_that_takes_no_tools_gets_the_single_shot() {
    let refusals = [
        (400, "registry.ollama.ai/library/old:7b does not support tools"),
        (400, "\"auto\" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set"),
        (404, "No endpoints found that support tool use. Try disabling \"list\"."),
        (400, "Unsupported parameter: 'tools' is not supported with this model."),
        (400, "Function calling is not enabled for this model"),
        (500, "tools param requires --jinja flag"),
    ];
    for wire in WIRES {
        for (status, message) in refusals {
            let bench = Bench::start().await;
            let body = json!({"error": {"message": message, "type": "invalid_request_error", "code": null}});
            bench.fake.script_with("m", move |seen| match seen.body.get("tools") {
                None => crate::support::world::replace(
                    "src/greet.py",
                    "    return \"Helo, \" + name",
                    "    return \"Hello, \" + name",
                ),
                Some(_) => Reply::fault(Fault::Raw {
                    status,
                    headers: vec![("content-type".into(), "application/json".into())],
                    body: body.to_string().into_bytes(),
                }),
            });
            let desk = TestDesk::with(1_000_000);
            let report = bench.agent(wire, ToolUse::Auto).run(&task(), &desk).await;
            assert_eq!(patch(&report).patch.files().len(), 1, "{wire:?} {message}");
            assert_eq!(bench.fake.requests().len(), 2, "{wire:?} {message}");
            assert!(desk.said("takes no tools"));
        }
    }
}

#[tokio::test]
async fn a_run_that_is_stopped_asks_no_more() {
    let bench = Bench::start().await;
    bench.fake.script("m", vec![call("list", json!({}))]);
    let report = bench.agent(ANY, ToolUse::Auto).run(&task(), &TestDesk::stopping_after(2)).await;
    assert_eq!(report.ending, Ending::Stopped);
    assert_eq!(bench.fake.requests().len(), 2);
}
