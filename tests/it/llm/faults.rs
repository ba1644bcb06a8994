//! Connections that cut, hang, trickle and flood.

use std::time::Duration;

use bakeoff::adapters::llm::{Connector, LlmSettings, ModelError, Phase};
use bakeoff::domain::model::Provider;
use bakeoff::sim::models::{FakeModels, Fault, Reply};

use super::{Bench, WIRES, hasty, profile, question, settings, small_caps};

fn long() -> Reply {
    Reply::text("word ".repeat(100)).usage(2_000, 125, 0)
}

fn within(first_event: u64, idle: u64, total: u64) -> impl FnOnce(&FakeModels) -> LlmSettings {
    move |fake| LlmSettings { deadlines: hasty(first_event, idle, total), ..settings(fake) }
}

fn phase(error: &ModelError) -> Option<Phase> {
    match error {
        ModelError::Timeout { phase, .. } => Some(*phase),
        _ => None,
    }
}

/// The end must be proven: wherever a stream breaks, it is never taken for a whole answer.
#[tokio::test]
async fn a_stream_that_breaks_is_cut_off_with_its_text() {
    let bench = Bench::start().await;
    for wire in WIRES {
        for fault in [Fault::NoEnd, Fault::CutAfterBytes(2_500)] {
            let error = bench.ask(wire, long().with(fault.clone())).await.unwrap_err();
            let ModelError::CutOff { text, usage, code } = error else { panic!("{wire:?} {fault:?} {error:?}") };
            assert!(text.0.starts_with("word word"), "{wire:?} {fault:?} {text:?}");
            assert!(usage.output_tokens >= i64::try_from(text.0.len()).unwrap() / 4, "{wire:?} {usage:?}");
            assert!(usage.input_tokens > 0 && code.is_none(), "{wire:?}");
        }
    }
}

#[tokio::test]
async fn every_cut_is_noticed() {
    let bench = Bench::start().await;
    let text = "word ".repeat(8);
    for wire in WIRES {
        for bytes in (0..4_000).step_by(149) {
            match bench.ask(wire, Reply::text(&*text).with(Fault::CutAfterBytes(bytes))).await {
                Err(ModelError::CutOff { text: part, .. }) => assert!(text.starts_with(&part.0), "{wire:?} {bytes}"),
                Err(ModelError::Network) if bytes == 0 => {}
                // Cut behind the stop reason, all words are there.
                Ok(answer) => assert_eq!(answer.text, text, "{wire:?} {bytes}"),
                other => panic!("{wire:?} {bytes}: {other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn f086_headers_then_silence_meets_a_deadline() {
    let bench = Bench::with(within(80, 9_000, 9_000)).await;
    let other = Bench::with(within(9_000, 80, 9_000)).await;
    for wire in WIRES {
        let error = bench.ask(wire, long().with(Fault::SilenceAfterHeaders)).await.unwrap_err();
        assert_eq!(phase(&error), Some(Phase::FirstEvent), "{wire:?} {error:?}");
        let error = other.ask(wire, long().with(Fault::SilenceHalfway)).await.unwrap_err();
        assert_eq!(phase(&error), Some(Phase::Idle), "{wire:?} {error:?}");
        assert!(error.usage().unwrap().output_tokens > 0, "{wire:?}: what came was paid for");
    }
}

#[tokio::test]
async fn f087_pings_for_ever_are_no_events() {
    let bench = Bench::with(within(100, 9_000, 9_000)).await;
    for wire in WIRES {
        let error = bench.ask(wire, long().with(Fault::PingsForEver)).await.unwrap_err();
        assert_eq!(phase(&error), Some(Phase::FirstEvent), "{wire:?} {error:?}");
    }
}

#[tokio::test]
async fn f088_a_trickle_meets_the_total_deadline() {
    let bench = Bench::with(within(9_000, 9_000, 150)).await;
    for wire in WIRES {
        let slow = Fault::SlowBytes(Duration::from_millis(3));
        let error = bench.ask(wire, long().with(slow)).await.unwrap_err();
        assert_eq!(phase(&error), Some(Phase::Total), "{wire:?} {error:?}");
    }
}

#[tokio::test]
async fn no_first_byte_meets_the_first_event_deadline() {
    let bench = Bench::with(within(80, 9_000, 9_000)).await;
    for wire in WIRES {
        let late = long().delay(Duration::from_secs(30));
        let error = bench.ask(wire, late).await.unwrap_err();
        assert_eq!(phase(&error), Some(Phase::FirstEvent), "{wire:?} {error:?}");
    }
}

#[tokio::test]
async fn f089_an_endless_answer_stops_at_the_caps() {
    let bench = Bench::with(small_caps(1 << 20, 64 << 10, 64 << 20)).await;
    let other = Bench::with(small_caps(1 << 20, 64 << 20, 256 << 10)).await;
    for wire in WIRES {
        let text = bench.ask(wire, long().with(Fault::Endless)).await;
        let total = other.ask(wire, long().with(Fault::Endless)).await;
        for error in [text.unwrap_err(), total.unwrap_err()] {
            let ModelError::TooLarge { usage } = error else { panic!("{wire:?} {error:?}") };
            assert!(usage.output_tokens > 0, "{wire:?}");
        }
    }
}

/// The default caps, 200 MB: the line cap ends it after 8 MiB.
#[tokio::test]
async fn f090_a_huge_line_stops_at_the_line_cap() {
    let bench = Bench::start().await;
    for wire in WIRES {
        let error = bench.ask(wire, long().with(Fault::HugeLine(200 << 20))).await.unwrap_err();
        assert!(matches!(error, ModelError::TooLarge { .. }), "{wire:?} {error:?}");
    }
}

#[tokio::test]
async fn f090_a_huge_whole_answer_stops_at_the_cap() {
    let bench = Bench::with(small_caps(50_000, 1 << 20, 1 << 20)).await;
    for wire in WIRES {
        let reply = Reply::text("word ".repeat(20_000)).with(Fault::Whole);
        let error = bench.ask(wire, reply).await.unwrap_err();
        assert!(matches!(error, ModelError::TooLarge { .. }), "{wire:?} {error:?}");
    }
}

/// A giving-up client closes the connection, so that the provider stops too.
#[tokio::test]
async fn giving_up_ends_the_call_at_the_provider() {
    let bench = Bench::with(within(60, 60, 9_000)).await;
    bench.ask(WIRES[0], long().with(Fault::PingsForEver)).await.unwrap_err();
    let gone = async {
        while bench.fake.running() > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.expect("the stand-in still sends");
}

#[tokio::test]
async fn nobody_listens() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    drop(listener);
    let settings = LlmSettings { allowed_hosts: vec![host.clone()], ..LlmSettings::default() };
    let connector = Connector::new(settings).unwrap();
    let profile = profile(Provider::OpenAi, WIRES[0].1, Some(format!("http://{host}")));
    let error = connector.model(&profile, "k".into()).unwrap().chat(&question()).await.unwrap_err();
    assert_eq!((error.retryable(), error), (true, ModelError::Network));
}

/// What holds for a stream holds for an answer in one piece.
#[tokio::test]
async fn a_whole_answer_that_breaks_hangs_or_trickles_is_none() {
    let bench = Bench::start().await;
    let idle = Bench::with(within(9_000, 80, 9_000)).await;
    let total = Bench::with(within(9_000, 9_000, 150)).await;
    for wire in WIRES {
        for bytes in [1, 40, 400] {
            let error = bench.ask(wire, long().with(Fault::WholeCut(bytes))).await.unwrap_err();
            assert!(matches!(error, ModelError::CutOff { .. }), "{wire:?} {bytes} {error:?}");
            assert!(error.usage().unwrap().input_tokens > 0 && !error.retryable(), "{wire:?} {bytes}");
        }
        let error = idle.ask(wire, long().with(Fault::WholeSilence)).await.unwrap_err();
        assert_eq!(phase(&error), Some(Phase::Idle), "{wire:?} {error:?}");
        let slow = Fault::WholeSlow(Duration::from_millis(3));
        let error = total.ask(wire, long().with(slow)).await.unwrap_err();
        assert_eq!(phase(&error), Some(Phase::Total), "{wire:?} {error:?}");
    }
}

/// An error's body is read so far and no farther.
#[tokio::test]
async fn f089_an_endless_error_is_still_that_error() {
    let bench = Bench::start().await;
    for wire in WIRES {
        for (status, retryable) in [(500, true), (401, false)] {
            let error = bench.ask(wire, Reply::fault(Fault::EndlessError(status))).await.unwrap_err();
            assert_eq!((error.retryable(), error.usage()), (retryable, None), "{wire:?} {error:?}");
        }
    }
}
