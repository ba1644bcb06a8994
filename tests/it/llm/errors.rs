//! Errors that providers tell: by status, inside a 200, inside a stream.

use std::time::Duration;

use bakeoff::adapters::llm::{BadAnswer, ModelError, UrlRefusal};
use bakeoff::sim::models::{FakeModels, Fault, Reply};

use super::{Bench, KEY, WIRES, harmless, question};

fn status(status: u16, code: &str) -> Reply {
    Reply::fault(Fault::Status { status, headers: vec![("retry-after".into(), "7".into())], code: code.into() })
}

#[tokio::test]
async fn f085_statuses_are_sorted_by_what_to_do() {
    let after = Some(Duration::from_secs(7));
    let table = [
        (401, "", ModelError::KeyRejected { status: 401 }),
        (403, "", ModelError::KeyRejected { status: 403 }),
        (402, "", ModelError::CreditExhausted),
        (429, "insufficient_quota", ModelError::CreditExhausted),
        (429, "project_spend_limit_exceeded", ModelError::CreditExhausted),
        (429, "", ModelError::RateLimited { retry_after: after }),
        (404, "", ModelError::ModelNotFound),
        (408, "busy", ModelError::Overloaded { retry_after: after }),
        (409, "conflict", ModelError::Overloaded { retry_after: after }),
        (413, "", ModelError::PromptTooLong),
        (400, "context_length_exceeded", ModelError::PromptTooLong),
        (400, "content_filter", ModelError::Refused),
        (400, "odd_value", ModelError::BadRequest { status: 400, code: Some("odd_value".into()) }),
        (422, "<b>no word</b>", ModelError::BadRequest { status: 422, code: None }),
        (500, "", ModelError::Overloaded { retry_after: after }),
        (503, "", ModelError::Overloaded { retry_after: after }),
        (529, "", ModelError::Overloaded { retry_after: after }),
    ];
    for wire in WIRES {
        for (code, word, expected) in &table {
            // A key that was refused would be let rest before it is used again.
            let bench = Bench::start().await;
            let error = bench.ask(wire, status(*code, word)).await.unwrap_err();
            match (&error, expected) {
                // Where the provider has further words (`type`), the first harmless one is told.
                (
                    ModelError::BadRequest { status: a, code: told },
                    ModelError::BadRequest { status: b, code: None },
                ) => {
                    assert_eq!(a, b);
                    assert!(told.as_deref().is_none_or(|told| told == "error"), "{told:?}");
                }
                _ => assert_eq!(&error, expected, "{wire:?} {code} {word}"),
            }
            assert_eq!(error.usage(), None);
        }
    }
}

#[tokio::test]
async fn an_error_inside_a_200_is_that_error() {
    for wire in WIRES {
        for fault in [Fault::ErrorInBody as fn(String) -> Fault, Fault::ErrorFirst] {
            for (code, retryable) in
                [("overloaded_error", true), ("rate_limit_exceeded", true), ("insufficient_quota", false)]
            {
                // A key that was refused would be let rest before it is used again.
                let bench = Bench::start().await;
                let error = bench.ask(wire, Reply::fault(fault(code.into()))).await.unwrap_err();
                assert_eq!(error.retryable(), retryable, "{wire:?} {error:?}");
                assert_eq!(error == ModelError::CreditExhausted, code == "insufficient_quota", "{wire:?} {error:?}");
            }
        }
    }
}

/// After words have come it is a cut answer: asking again would pay twice.
#[tokio::test]
async fn an_error_in_the_middle_of_a_stream_cuts_it_off() {
    let bench = Bench::start().await;
    for wire in WIRES {
        let reply = Reply::fault(Fault::ErrorHalfway("overloaded_error".into())).usage(900, 50, 0);
        let error = bench.ask(wire, Reply { text: "word ".repeat(60), ..reply }).await.unwrap_err();
        let ModelError::CutOff { text, usage, code } = &error else { panic!("{wire:?} {error:?}") };
        assert!(text.0.starts_with("word ") && text.0.len() < 300, "{wire:?} {text:?}");
        assert!(usage.input_tokens > 0 && usage.output_tokens > 0, "{wire:?}");
        assert_eq!((code.as_deref(), error.retryable()), (Some("overloaded_error"), false), "{wire:?}");
    }
}

#[tokio::test]
async fn f131_a_redirect_is_refused_and_nothing_is_sent_on() {
    let bench = Bench::start().await;
    let elsewhere = FakeModels::start().await.unwrap();
    for wire in WIRES {
        let to = format!("http://{}/stolen", elsewhere.host());
        let error = bench.ask(wire, Reply::fault(Fault::Redirect(to))).await.unwrap_err();
        assert_eq!(error, ModelError::UrlForbidden(UrlRefusal::Redirect), "{wire:?}");
    }
    assert_eq!(elsewhere.requests(), []);
}

#[tokio::test]
async fn f085_a_wrong_key_and_an_unknown_model_are_named() {
    for wire in WIRES {
        let bench = Bench::start().await;
        bench.fake.require_key("another");
        let model = bench.model(wire);
        let error = model.chat(&question()).await.unwrap_err();
        harmless(&error, &bench.fake);
        assert_eq!(error, ModelError::KeyRejected { status: 401 }, "{wire:?}");
        bench.fake.require_key(KEY);
        assert_eq!(model.chat(&question()).await.unwrap_err(), ModelError::ModelNotFound, "{wire:?}");
    }
}

fn raw(kind: &str, body: &[u8]) -> Reply {
    let headers = vec![("content-type".to_owned(), kind.to_owned())];
    Reply::fault(Fault::Raw { status: 200, headers, body: body.to_vec() })
}

#[tokio::test]
async fn f092_a_200_that_is_no_answer_says_why() {
    let bench = Bench::start().await;
    let json = "application/json";
    let sse = "text/event-stream";
    let table: [(&str, &[u8], BadAnswer); 10] = [
        ("text/html", b"<!doctype html><title>Sign in</title>", BadAnswer::Html),
        (sse, b"\n <html>own words</html>", BadAnswer::Html),
        (json, b"{\"hello\": \"own words\"}", BadAnswer::Malformed),
        (json, b"{\"choices\": [", BadAnswer::Malformed),
        (json, b"[]", BadAnswer::Malformed),
        ("text/plain", b"Service unavailable", BadAnswer::Malformed),
        ("application/octet-stream", b"\x00\xff\xfe\x01\x02", BadAnswer::Malformed),
        (sse, b"data: {not json}\n\n", BadAnswer::Malformed),
        (json, b"", BadAnswer::Empty),
        (sse, b"\r\n\r\n", BadAnswer::Empty),
    ];
    for wire in WIRES {
        for (kind, body, expected) in table {
            match bench.ask(wire, raw(kind, body)).await.unwrap_err() {
                ModelError::BadAnswer { what, .. } if what == expected => {}
                // An empty list of Google's chunks is an empty answer.
                ModelError::BadAnswer { what: BadAnswer::Empty, .. } if body == b"[]" => {}
                other => panic!("{wire:?} {} → {other:?}", String::from_utf8_lossy(body)),
            }
        }
    }
}

#[tokio::test]
async fn f092_nothing_said_is_no_answer() {
    let bench = Bench::start().await;
    for wire in WIRES {
        for reply in
            [Reply::fault(Fault::Empty), Reply::text(""), Reply::text(" \n"), Reply::text("").with(Fault::Whole)]
        {
            let error = bench.ask(wire, reply.clone()).await.unwrap_err();
            assert!(
                matches!(error, ModelError::BadAnswer { what: BadAnswer::Empty, .. }),
                "{wire:?} {reply:?} {error:?}"
            );
            assert!(error.usage().is_some(), "{wire:?}: it was paid for");
        }
    }
}

#[tokio::test]
async fn f091_a_compressed_answer_is_refused_unread() {
    let bench = Bench::start().await;
    for wire in WIRES {
        for encoding in ["gzip", "br", "x-anything"] {
            let headers = vec![("content-encoding".to_owned(), encoding.to_owned())];
            let bomb = Fault::Raw { status: 200, headers, body: vec![0x1f, 0x8b, 8, 0] };
            let error = bench.ask(wire, Reply::fault(bomb)).await.unwrap_err();
            assert!(matches!(error, ModelError::BadAnswer { what: BadAnswer::Compressed, .. }), "{wire:?} {error:?}");
        }
    }
}
