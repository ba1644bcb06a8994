//! Calls at once with one key.

use std::time::{Duration, Instant};

use bakeoff::adapters::llm::{Connector, LlmSettings, ModelError, Phase};
use bakeoff::sim::models::{FakeModels, Fault, Reply};
use futures::future::join_all;

use super::{WIRES, hasty, profile, question, settings};

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
    let both = join_all([model.chat(&request), model.chat(&request)]).await;
    for outcome in &both {
        assert!(matches!(outcome, Err(ModelError::Timeout { phase: Phase::Total, .. })), "{outcome:?}");
    }
    // One after the other they would have taken two seconds.
    assert!(began.elapsed() < Duration::from_millis(1_800), "{:?}", began.elapsed());
}
