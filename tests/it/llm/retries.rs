//! Asking again: when, how often, how long.

use std::time::Duration;

use bakeoff::adapters::llm::{ModelError, Phase, RetryPolicy, retrying};
use bakeoff::sim::models::{Fault, Reply};
use tokio::time::Instant;

use super::{Bench, WIRES, question};

fn policy(max_attempts: u32, within: Duration) -> RetryPolicy {
    let ms = Duration::from_millis;
    RetryPolicy { max_attempts, first_wait: ms(1), longest_wait: ms(4), deadline: Instant::now() + within }
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
