//! Tool calls: there and back again, with the signatures that providers want to see.

use bakeoff::adapters::llm::{ChatRequest, Stop, ToolResult, Turn};
use bakeoff::domain::model::{Provider, Wire};
use bakeoff::sim::models::{Fault, Reply, ReplyStop};
use serde_json::json;

use super::{Bench, WIRES, question, search_tool};

fn with_tools() -> ChatRequest {
    ChatRequest { tools: vec![search_tool()], ..question() }
}

/// Two rounds of parallel calls after signed thinking; the stand-in refuses what a provider refuses.
#[tokio::test]
async fn calls_come_with_unique_ids_and_go_back_with_their_signatures() {
    for wire in WIRES {
        for fault in [None, Some(Fault::Whole), Some(Fault::Chunked(5))] {
            let bench = Bench::start().await;
            let called = Reply { fault: fault.clone(), ..Reply::text("Looking.") }
                .thinking("I should look")
                .call("search", json!({"pattern": "a ✓ b"}))
                .call("search", json!({}));
            bench.fake.script("m", vec![called.clone(), called, Reply::text("Done.")]);
            let model = bench.model(wire);
            let mut request = with_tools();
            for _ in 0..2 {
                let answer = model.chat(&request).await.unwrap_or_else(|e| panic!("{wire:?} {fault:?}: {e:?}"));
                assert_eq!((answer.stop, answer.text.as_str()), (Stop::ToolCalls, "Looking."), "{wire:?}");
                let [first, second] = &answer.tool_calls[..] else { panic!("{answer:?}") };
                assert_eq!(first.arguments, r#"{"pattern":"a ✓ b"}"#, "{wire:?}");
                assert_eq!((second.arguments.as_str(), first.id == second.id), ("{}", false), "{wire:?}");
                let results = answer.tool_calls.iter().map(|call| ToolResult {
                    call_id: call.id.clone(),
                    name: call.name.clone(),
                    output: "no match".into(),
                    is_error: call.arguments == "{}",
                });
                let results = Turn::Tools(results.collect());
                request.turns.extend([answer.into_turn(), results]);
            }
            let last = model.chat(&request).await.unwrap_or_else(|e| panic!("{wire:?} {fault:?}: {e:?}"));
            assert_eq!((last.stop, last.text.as_str()), (Stop::End, "Done."), "{wire:?} {fault:?}");
        }
    }
}

/// "A quarter of real streams hold no text at all."
#[tokio::test]
async fn an_answer_of_calls_only_is_whole() {
    for wire in WIRES {
        let bench = Bench::start().await;
        bench.fake.script("m", vec![Reply::text("").call("search", json!({"pattern": "x"}))]);
        let answer = bench.model(wire).chat(&with_tools()).await.unwrap();
        assert_eq!((answer.stop, answer.text.as_str(), answer.tool_calls.len()), (Stop::ToolCalls, "", 1), "{wire:?}");
    }
}

/// Arguments may be cut in the middle, so none of the calls is handed on.
#[tokio::test]
async fn f093_calls_of_an_answer_that_is_not_whole_do_not_count() {
    for wire in WIRES {
        let bench = Bench::start().await;
        let reply = Reply::text("x").call("search", json!({"pattern": "x"})).stop(ReplyStop::Length);
        bench.fake.script("m", vec![reply]);
        let answer = bench.model(wire).chat(&with_tools()).await.unwrap();
        assert_eq!((answer.stop, answer.tool_calls.len()), (Stop::Length, 0), "{wire:?}");
    }
}

/// A conversation may move to another provider: foreign signatures stay behind, words and calls go along.
#[tokio::test]
async fn an_echo_is_for_its_own_wire_only() {
    let (bench, other) = (Bench::start().await, Bench::start().await);
    bench.fake.script("m", vec![Reply::text("Looking.").thinking("hm").call("search", json!({"pattern": "x"}))]);
    for from in WIRES {
        for to in WIRES {
            let mut request = with_tools();
            let answer = bench.model(from).chat(&request).await.unwrap();
            let call = answer.tool_calls[0].clone();
            let result = ToolResult { call_id: call.id, name: call.name, output: "y".into(), is_error: false };
            request.turns.extend([answer.into_turn(), Turn::Tools(vec![result])]);
            other.fake.script("m", vec![Reply::text("Done.")]);
            let answer = other.model(to).chat(&request).await;
            assert_eq!(answer.unwrap_or_else(|e| panic!("{from:?} {to:?} {e:?}")).text, "Done.");
            let sent = other.fake.requests().last().unwrap().body.to_string();
            assert!(sent.contains("Looking.") && sent.contains("search"), "{sent}");
            let signs = !matches!(from, (Provider::OpenAi, Wire::Chat) | (Provider::OpenAiCompatible, _));
            assert_eq!(sent.contains("c2lnbmF0dXJl"), signs && from == to, "{from:?} {to:?}");
        }
    }
}
