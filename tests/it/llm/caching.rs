//! What is marked so that a provider keeps it in its cache.

use bakeoff::adapters::llm::{ChatRequest, ToolResult, Turn};
use bakeoff::domain::model::{Provider, Wire};
use bakeoff::sim::models::Reply;
use serde_json::{Value, json};

use super::{Bench, WIRES, question, search_tool};

const ANTHROPIC: (Provider, Wire) = (Provider::Anthropic, Wire::Responses);

/// A conversation of so many rounds of calls; the stand-in refuses a fifth mark.
async fn conversation(wire: (Provider, Wire), rounds: usize) -> Vec<Value> {
    let bench = Bench::start().await;
    let calls =
        Reply::text("Looking.").thinking("hm").call("search", json!({"pattern": "a"})).call("search", json!({}));
    bench.fake.script("m", vec![calls]);
    let model = bench.model(wire);
    let mut request = ChatRequest { tools: vec![search_tool()], ..question() };
    for _ in 0..rounds {
        let answer = model.chat(&request).await.unwrap_or_else(|error| panic!("{wire:?} {error:?}"));
        let results = answer.tool_calls.iter().map(|call| ToolResult {
            call_id: call.id.clone(),
            name: call.name.clone(),
            output: "no match".into(),
            is_error: false,
        });
        let results = Turn::Tools(results.collect());
        request.turns.extend([answer.into_turn(), results]);
    }
    bench.fake.requests().into_iter().map(|seen| seen.body).collect()
}

fn marked(value: &Value) -> usize {
    match value {
        Value::Object(fields) => {
            usize::from(fields.contains_key("cache_control")) + fields.values().map(marked).sum::<usize>()
        }
        Value::Array(items) => items.iter().map(marked).sum(),
        _ => 0,
    }
}

#[tokio::test]
async fn anthropic_marks_the_system_text_and_the_newest_two_turns_of_ours() {
    let bodies = conversation(ANTHROPIC, 4).await;
    let all: Vec<usize> = bodies.iter().map(marked).collect();
    assert_eq!(all, [2, 3, 3, 3]);
    for body in &bodies {
        assert_eq!(body["system"][0]["cache_control"], json!({"type": "ephemeral"}));
        let messages = body["messages"].as_array().unwrap();
        let at: Vec<usize> = (0..messages.len()).filter(|at| marked(&messages[*at]) > 0).collect();
        let last = messages.len() - 1;
        assert_eq!(at, if last == 0 { vec![0] } else { vec![last - 2, last] });
        let blocks = messages[last]["content"].as_array().unwrap();
        assert_eq!(marked(blocks.last().unwrap()), 1, "the mark stands at the end of the turn");
    }
    // The part that is read again is the same, letter by letter.
    let plain = |message: &Value| message.to_string().replace(r#""cache_control":{"type":"ephemeral"},"#, "");
    let (before, after) = (&bodies[2]["messages"], &bodies[3]["messages"]);
    for at in 0..before.as_array().unwrap().len() {
        assert_eq!(plain(&before[at]), plain(&after[at]));
    }
}

/// Writing to the cache costs a quarter more, which one question and its repair do not earn back.
#[tokio::test]
async fn a_single_shot_is_not_marked() {
    let bench = Bench::start().await;
    bench.fake.script("m", vec![Reply::text("ok")]);
    bench.model(ANTHROPIC).chat(&question()).await.unwrap();
    assert_eq!(marked(&bench.fake.requests()[0].body), 0);
}

#[tokio::test]
async fn openai_gets_one_key_for_a_conversation_and_others_get_none() {
    for wire in WIRES {
        let bodies = conversation(wire, 3).await;
        let keys: Vec<&str> = bodies.iter().filter_map(|body| body["prompt_cache_key"].as_str()).collect();
        if wire.0 != Provider::OpenAi {
            assert_eq!(keys.len(), 0, "{wire:?}");
            continue;
        }
        assert!(keys.len() == 3 && keys.iter().all(|key| *key == keys[0] && key.len() <= 64), "{wire:?} {keys:?}");
        let bench = Bench::start().await;
        bench.fake.script("m", vec![Reply::text("ok")]);
        bench.model(wire).chat(&ChatRequest::single("You fix code.", "Another issue.", 100)).await.unwrap();
        let other = bench.fake.requests()[0].body["prompt_cache_key"].clone();
        assert!(other.is_string() && other != keys[0], "{wire:?}");
    }
}
