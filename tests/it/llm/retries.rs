//! Asking again: when, how often, how long.

use std::time::Duration;

use bakeoff::adapters::llm::{ModelError, Phase, RetryPolicy, retrying};
use bakeoff::sim::models::{Fault, Reply};
use tokio::time::Instant;

use super::{Bench, WIRES, question};

fn policy(max_attempts: u32, within: Duration) -> RetryPolicy {
    let ms = Duration::from_millis;
    let deadline = Instant::now() + within;
    RetryPolicy { max_attempts, first_wait: ms(1), longest_wait: ms(4), begin_by: deadline, deadline }
}

fn limited(after: &str) -> Reply {
    let headers = vec![("retry-after".to_owned(), after.to_owned())];
    Reply::fault(Fault::Status { status: 429, headers, code: String::new() })
}

const LONG: Duration = Duration::from_mins(1);

#[tokio::test]
async fn f083_retry_after_is_waited_for() {
    for wire in WIRES {
        let bench = Bench::start().await;
        bench.fake.script("m", vec![limited("0.15"), Reply::text("at last")]);
        let began = Instant::now();
        let answer = retrying(&*bench.model(wire), &policy(3, LONG), &question()).await.unwrap();
        assert_eq!((answer.text.as_str(), bench.fake.requests().len()), ("at last", 2), "{wire:?}");
        assert!(began.elapsed() >= Duration::from_millis(150), "{wire:?}");
    }
}

#[tokio::test]
async fn f083_a_wait_beyond_the_deadline_is_not_begun() {
    for asked in ["3600", "Fri, 31 Dec 2100 23:59:59 GMT"] {
        let bench = Bench::start().await;
        bench.fake.script("m", vec![limited(asked)]);
        let error = retrying(&*bench.model(WIRES[0]), &policy(9, LONG), &question()).await;
        let Err(ModelError::RateLimited { retry_after: Some(wait) }) = error else { panic!("{asked}: {error:?}") };
        assert!(wait >= Duration::from_hours(1), "{asked}");
        assert_eq!(bench.fake.requests().len(), 1, "{asked}");
    }
}

#[tokio::test]
async fn f084_an_overloaded_provider_is_asked_again_and_then_given_up() {
    for (status, wire) in [500, 503, 529].into_iter().zip(WIRES) {
        let bench = Bench::start().await;
        bench.fake.script("m", vec![Reply::status(status)]);
        let error = retrying(&*bench.model(wire), &policy(4, LONG), &question()).await;
        assert_eq!(error, Err(ModelError::Overloaded { retry_after: None }), "{status}");
        assert_eq!(bench.fake.requests().len(), 4, "{status}");
    }
}

/// F085, and everything that would be paid for twice.
#[tokio::test]
async fn f085_final_errors_are_not_asked_again() {
    let quota = Fault::Status { status: 429, headers: vec![], code: "insufficient_quota".into() };
    let faults = [
        Fault::Status { status: 401, headers: vec![], code: String::new() },
        Fault::Status { status: 402, headers: vec![], code: String::new() },
        Fault::Status { status: 403, headers: vec![], code: String::new() },
        Fault::Status { status: 400, headers: vec![], code: String::new() },
        quota,
        Fault::NoEnd,
        Fault::Empty,
        Fault::Redirect("http://127.0.0.1:1/".into()),
    ];
    for fault in faults {
        let bench = Bench::start().await;
        bench.fake.script("m", vec![Reply::fault(fault.clone())]);
        retrying(&*bench.model(WIRES[3]), &policy(4, LONG), &question()).await.unwrap_err();
        assert_eq!(bench.fake.requests().len(), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn the_deadline_ends_a_running_call() {
    let bench = Bench::start().await;
    bench.fake.script("m", vec![Reply::text("late").delay(Duration::from_secs(30))]);
    let policy = policy(4, Duration::from_millis(80));
    let error = retrying(&*bench.model(WIRES[1]), &policy, &question()).await.unwrap_err();
    assert!(matches!(error, ModelError::Timeout { phase: Phase::Total, usage: Some(_) }), "{error:?}");
}

type Headers<'a> = &'a [(&'a str, &'a str)];

/// What the wait is read from: the header in seconds, milliseconds or as a date on the provider's clock, else the
/// limit's own headers.
#[tokio::test]
async fn f083_the_wait_is_read_wherever_it_stands() {
    let table: [(Headers<'_>, Option<u64>); 9] = [
        (&[("retry-after", "7")], Some(7_000)),
        (&[("retry-after", "1.5")], Some(1_500)),
        (&[("retry-after-ms", "250"), ("retry-after", "7")], Some(250)),
        (&[("retry-after", "Tue, 24 Nov 2026 12:01:00 GMT"), ("date", "Tue, 24 Nov 2026 12:00:30 GMT")], Some(30_000)),
        (&[("retry-after", "Tue, 24 Nov 2026 12:00:00 GMT"), ("date", "Tue, 24 Nov 2026 12:00:30 GMT")], Some(0)),
        (&[("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "6m0s")], Some(360_000)),
        (
            &[
                ("x-ratelimit-remaining-requests", "12"),
                ("x-ratelimit-reset-requests", "9s"),
                ("x-ratelimit-remaining-tokens", "0"),
                ("x-ratelimit-reset-tokens", "1m1.5s"),
            ],
            Some(61_500),
        ),
        (&[("x-ratelimit-remaining-tokens", "0"), ("x-ratelimit-reset-tokens", "soon")], None),
        (&[("retry-after", "in a while")], None),
    ];
    for wire in WIRES {
        for (headers, expected) in table {
            let bench = Bench::start().await;
            let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            let refusal = Fault::Status { status: 429, headers, code: String::new() };
            let error = bench.ask(wire, Reply::fault(refusal)).await.unwrap_err();
            assert_eq!(error.retry_after(), expected.map(Duration::from_millis), "{wire:?} {error:?}");
        }
    }
}

/// A model with a fallback is waited for only so long; an answer that has begun may still take its time.
#[tokio::test]
async fn no_call_begins_too_late_to_matter() {
    let bench = Bench::start().await;
    bench.fake.script("m", vec![limited("30")]);
    let short = RetryPolicy { begin_by: Instant::now() + Duration::from_secs(2), ..policy(9, LONG) };
    let error = retrying(&*bench.model(WIRES[2]), &short, &question()).await;
    assert!(matches!(error, Err(ModelError::RateLimited { .. })), "{error:?}");
    let other = Bench::start().await;
    other.fake.script("m", vec![Reply::text("in time").delay(Duration::from_millis(120))]);
    let short = RetryPolicy { begin_by: Instant::now() + Duration::from_millis(60), ..policy(9, LONG) };
    assert_eq!(retrying(&*other.model(WIRES[2]), &short, &question()).await.unwrap().text, "in time");
}
