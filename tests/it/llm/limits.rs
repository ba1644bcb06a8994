//! Calls at once with one key.

use std::time::{Duration, Instant};

use bakeoff::adapters::llm::{Connector, LlmSettings, ModelError, Phase, Within};
use bakeoff::domain::model::{KeyLimits, ModelProfile};
use bakeoff::sim::models::{FakeModels, Fault, Reply};
use futures::future::join_all;

use super::{Bench, KEY, WIRES, hasty, profile, question, settings};

#[tokio::test]
async fn a_key_has_so_many_places_and_another_key_its_own() {
    let fake = FakeModels::start().await.unwrap();
    fake.script("m", vec![Reply::text("ok").delay(Duration::from_millis(40))]);
    let connector = Connector::new(LlmSettings { per_key_concurrency: 2, ..settings(&fake) }).unwrap();
    let base = |wire: (_, _)| Some(fake.base_url(wire.0, wire.1));
    let models: Vec<_> = (0..6)
        .map(|_| connector.model(&profile(WIRES[0].0, WIRES[0].1, base(WIRES[0])), "one".into()).unwrap())
        .collect();
    let request = question();
    let answers = join_all(models.iter().map(|model| model.chat(&request))).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(fake.most_running(), 2);

    let keys = ["one", "two", "three"];
    let models = keys.map(|key| connector.model(&profile(WIRES[0].0, WIRES[0].1, base(WIRES[0])), key.into()).unwrap());
    fake.script("m", vec![Reply::text("ok").with(Fault::PingsForEver)]);
    let calls = models.each_ref().map(|model| model.chat(&request));
    let all_run = async {
        while fake.running() < 3 {
            tokio::task::yield_now().await;
        }
    };
    let done = futures::future::select(Box::pin(all_run), Box::pin(join_all(calls)));
    tokio::time::timeout(Duration::from_secs(20), done).await.expect("keys wait for each other");
}

#[tokio::test]
async fn waiting_for_a_place_counts_towards_the_total() {
    let fake = FakeModels::start().await.unwrap();
    fake.script("m", vec![Reply::text("ok").with(Fault::PingsForEver)]);
    let settings = LlmSettings { per_key_concurrency: 1, deadlines: hasty(9_000, 9_000, 1_000), ..settings(&fake) };
    let connector = Connector::new(settings).unwrap();
    let wire = WIRES[3];
    let model = connector.model(&profile(wire.0, wire.1, Some(fake.base_url(wire.0, wire.1))), "k".into()).unwrap();
    let request = question();
    let began = Instant::now();
    let both = <[_; 2]>::from(futures::future::join(model.chat(&request), model.chat(&request)).await);
    let phases = both.map(|outcome| match outcome {
        Err(ModelError::Timeout { phase, .. }) => phase,
        other => panic!("{other:?}"),
    });
    // The second may still get the place in the moment in which the first gives it up.
    assert!(matches!(phases, [Phase::Total, Phase::Place | Phase::Total]), "{phases:?}");
    // One after the other they would have taken two seconds.
    assert!(began.elapsed() < Duration::from_millis(1_800), "{:?}", began.elapsed());
}

fn limited(fake: &FakeModels, limits: KeyLimits) -> ModelProfile {
    let (provider, wire) = WIRES[0];
    ModelProfile { limits, ..profile(provider, wire, Some(fake.base_url(provider, wire))) }
}

fn within(ms: u64) -> Within {
    let end = tokio::time::Instant::now() + Duration::from_millis(ms);
    Within { begin: end, end }
}

/// Two profiles, one key, one host: what one of them is limited to holds for both together.
#[tokio::test]
async fn profiles_of_one_key_share_its_limits() {
    let bench = Bench::start().await;
    bench.fake.script("m", vec![Reply::text("ok").delay(Duration::from_millis(30))]);
    let narrow = limited(&bench.fake, KeyLimits { max_concurrent: Some(2), ..KeyLimits::default() });
    let wide = limited(&bench.fake, KeyLimits::default());
    let models = [&narrow, &wide, &wide, &narrow, &wide].map(|p| bench.connector.model(p, KEY.into()).unwrap());
    let request = question();
    assert!(join_all(models.iter().map(|model| model.chat(&request))).await.iter().all(Result::is_ok));
    assert_eq!(bench.fake.most_running(), 2);
    // With the profile its limit goes.
    bench.connector.forget(narrow.id);
    assert!(join_all(models.iter().map(|model| model.chat(&request))).await.iter().all(Result::is_ok));
    assert_eq!(bench.fake.most_running(), 5);
}

#[tokio::test]
async fn a_key_begins_so_many_calls_a_minute() {
    let bench = Bench::start().await;
    bench.fake.script("m", vec![Reply::text("ok")]);
    let profile = limited(&bench.fake, KeyLimits { requests_per_minute: Some(2), ..KeyLimits::default() });
    let model = bench.connector.model(&profile, KEY.into()).unwrap();
    let request = question();
    model.chat(&request).await.unwrap();
    model.chat(&request).await.unwrap();
    let error = model.chat_within(&request, within(50)).await.unwrap_err();
    assert_eq!(error, ModelError::Timeout { phase: Phase::Place, usage: None });
    assert_eq!((error.never_asked(), error.retryable(), bench.fake.requests().len()), (true, false, 2));
}

/// F083: one run hears 429, and every run of the key waits; another key does not.
#[tokio::test]
async fn f083_all_runs_of_a_key_wait_together() {
    for wire in WIRES {
        let bench = Bench::start().await;
        let headers = vec![("retry-after".to_owned(), "1".to_owned())];
        let refusal = Fault::Status { status: 429, headers, code: String::new() };
        bench.fake.script("m", vec![Reply::fault(refusal), Reply::text("ok")]);
        let model = bench.model(wire);
        let request = question();
        model.chat(&request).await.unwrap_err();
        let began = Instant::now();
        let other =
            bench.connector.model(&profile(wire.0, wire.1, Some(bench.fake.base_url(wire.0, wire.1))), "x".into());
        other.unwrap().chat(&request).await.unwrap();
        assert!(began.elapsed() < Duration::from_millis(950), "{wire:?} another key waits too");
        // Who cannot wait that long is told at once how long it would be.
        let error = model.chat_within(&request, within(20)).await.unwrap_err();
        assert!(matches!(error, ModelError::RateLimited { retry_after: Some(_) }), "{wire:?} {error:?}");
        assert_eq!(bench.fake.requests().len(), 2, "{wire:?} nothing was sent");
        join_all((0..4).map(|_| model.chat(&request))).await.into_iter().for_each(|answer| drop(answer.unwrap()));
        assert!(began.elapsed() >= Duration::from_millis(900), "{wire:?} {:?}", began.elapsed());
    }
}
