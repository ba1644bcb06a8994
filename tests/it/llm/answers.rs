//! Answers as they should be, on every wire.

use bakeoff::adapters::llm::Stop;
use bakeoff::domain::model::Provider;
use bakeoff::domain::money::Usage;
use bakeoff::sim::models::{Fault, Reply, ReplyStop};

use super::{Bench, KEY, WIRES, profile, question};

const TEXT: &str = "Here is a longer answer — with ✓ letters of several bytes, so that pieces end anywhere in it.";

fn usage(input: i64, output: i64, cached: i64) -> Usage {
    Usage { input_tokens: input, output_tokens: output, cached_input_tokens: cached, cache_write_tokens: 0 }
}

#[tokio::test]
async fn a_streamed_and_a_whole_answer_read_the_same() {
    let bench = Bench::start().await;
    for wire in WIRES {
        let reply = Reply::text(TEXT).usage(1_200, 345, 800);
        let streamed = bench.ask(wire, reply.clone()).await.unwrap();
        assert_eq!((streamed.text.as_str(), streamed.stop), (TEXT, Stop::End), "{wire:?}");
        assert_eq!((streamed.usage, streamed.usage_estimated), (usage(1_200, 345, 800), false), "{wire:?}");
        assert_eq!((streamed.tool_calls.len(), streamed.skipped_events), (0, 0), "{wire:?}");
        let whole = bench.ask(wire, reply.with(Fault::Whole)).await.unwrap();
        assert_eq!((whole.text, whole.stop, whole.usage), (streamed.text, streamed.stop, streamed.usage), "{wire:?}");
    }
}

#[tokio::test]
async fn chunks_and_crlf_change_nothing() {
    let bench = Bench::start().await;
    for wire in WIRES {
        for bytes in [1, 7, 4_096] {
            let answer = bench.ask(wire, Reply::text(TEXT).with(Fault::Chunked(bytes))).await.unwrap();
            assert_eq!(answer.text, TEXT, "{wire:?} {bytes}");
        }
    }
}

#[tokio::test]
async fn unknown_events_are_skipped_and_counted() {
    let bench = Bench::start().await;
    for wire in WIRES {
        let answer = bench.ask(wire, Reply::text(TEXT).with(Fault::UnknownEvents)).await.unwrap();
        assert_eq!(answer.text, TEXT, "{wire:?}");
        assert!(answer.skipped_events >= 4, "{wire:?}: {}", answer.skipped_events);
    }
}

/// F092, F093: how an answer ended is its own outcome, streamed or whole.
#[tokio::test]
async fn f093_stops_are_told_apart() {
    let bench = Bench::start().await;
    for wire in WIRES {
        for (said, expected) in [
            (ReplyStop::Length, Stop::Length),
            (ReplyStop::Refusal, if wire.0 == Provider::Google { Stop::Filtered } else { Stop::Refusal }),
            (ReplyStop::Filtered, if wire.0 == Provider::Anthropic { Stop::Refusal } else { Stop::Filtered }),
        ] {
            let reply = Reply::text("I cannot say more").stop(said);
            let streamed = bench.ask(wire, reply.clone()).await.unwrap();
            let whole = bench.ask(wire, reply.with(Fault::Whole)).await.unwrap();
            assert_eq!((streamed.stop, whole.stop), (expected, expected), "{wire:?} {said:?}");
            assert_eq!(streamed.text, "I cannot say more", "{wire:?} {said:?}");
        }
    }
}

/// The reasoning used up all tokens: no words, and still not an empty answer.
#[tokio::test]
async fn a_length_stop_without_words_is_a_length_stop() {
    let bench = Bench::start().await;
    for wire in WIRES {
        let answer =
            bench.ask(wire, Reply::text("").thinking("so much to think").stop(ReplyStop::Length)).await.unwrap();
        assert_eq!((answer.text.as_str(), answer.stop), ("", Stop::Length), "{wire:?}");
    }
}

#[tokio::test]
async fn thinking_is_not_part_of_the_words() {
    let bench = Bench::start().await;
    for wire in WIRES {
        let answer = bench.ask(wire, Reply::text("Done.").thinking("first I look, then I write")).await.unwrap();
        assert_eq!(answer.text, "Done.", "{wire:?}");
    }
}

/// INTERFACE "Model profiles": base URL with or without a final slash, provider's path, key header.
#[tokio::test]
async fn m48_the_key_goes_in_the_providers_header_to_its_path() {
    let expected = [
        ("/openai/v1/responses", "authorization", format!("Bearer {KEY}")),
        ("/openai/v1/chat/completions", "authorization", format!("Bearer {KEY}")),
        ("/compatible/v1/chat/completions", "authorization", format!("Bearer {KEY}")),
        ("/anthropic/v1/messages", "x-api-key", KEY.to_owned()),
        ("/google/v1beta/models/m:streamGenerateContent?alt=sse", "x-goog-api-key", KEY.to_owned()),
    ];
    for (wire, (path, header, value)) in WIRES.into_iter().zip(expected) {
        for slash in ["", "/"] {
            let Bench { fake, connector } = Bench::start().await;
            fake.script("m", vec![Reply::text("ok")]);
            fake.require_key(KEY);
            let profile = profile(wire.0, wire.1, Some(fake.base_url(wire.0, wire.1) + slash));
            connector.model(&profile, KEY.into()).unwrap().chat(&question()).await.unwrap();
            let seen = &fake.requests()[0];
            assert_eq!((seen.path.as_str(), seen.header(header)), (path, Some(value.as_str())));
            let places = seen.headers.iter().filter(|(_, value)| value.contains(KEY)).count();
            assert_eq!((places, seen.path.contains(KEY)), (1, false));
            assert_eq!(seen.header("accept-encoding"), None);
        }
    }
}

#[tokio::test]
async fn one_model_can_be_asked_many_times() {
    for wire in WIRES {
        let bench = Bench::start().await;
        bench.fake.script("m", vec![Reply::text("one"), Reply::text("two")]);
        let model = bench.model(wire);
        let mut said = Vec::new();
        for _ in 0..3 {
            said.push(model.chat(&question()).await.unwrap().text);
        }
        assert_eq!(said, ["one", "two", "two"], "{wire:?}");
    }
}
