//! The exchange of encryption keys beside a program at work: killed in the middle, run again, then the new key alone.

use bakeoff::adapters::crypto::{KeyRing, Place as Spot, Purpose, generate_key};
use bakeoff::adapters::store::models;
use bakeoff::domain::clock::Timestamp;
use bakeoff::domain::ids::ModelId;
use bakeoff::domain::model::{KeyLimits, ModelProfile, ModelSource, Provider, ToolUse, Wire};
use secrecy::{ExposeSecret as _, SecretString};

use super::program::Program;
use crate::support::databases::sqlite;
use crate::support::world::{MODEL_KEY, REPO, right};

/// More than two batches of the exchange.
const STORED: usize = 120;

/// Profiles `m-0`, `m-1` … whose keys are sealed with `key`.
async fn store_models(program: &Program, key: &str) {
    let ring = KeyRing::parse(&SecretString::from(key.to_owned())).unwrap();
    let mut tx = program.store.begin().await.unwrap();
    for index in 0..STORED {
        let profile = ModelProfile {
            id: ModelId::new(),
            provider: Provider::OpenAi,
            model_name: "stored-model".into(),
            display_name: None,
            alias: format!("m-{index}"),
            default: false,
            base_url: Some(program.models.base_url(Provider::OpenAi, Wire::Responses)),
            wire: Wire::Responses,
            tools: ToolUse::Off,
            prices: None,
            free: true,
            fallback: None,
            limits: KeyLimits::default(),
            source: ModelSource::Api,
            api_key_hint: "0123".into(),
            created_at: Timestamp(0),
        };
        let record = profile.id.to_string();
        let sealed = ring.encrypt(Spot { purpose: Purpose::ModelKey, record: &record }, &MODEL_KEY.into());
        models::insert(&mut tx, &profile, &sealed).await.unwrap().unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn m47_f125_keys_are_exchanged_under_load_and_a_kill_and_the_new_one_is_enough() {
    let db = sqlite().await;
    let mut program = Program::start(&db, "").await;
    let old = program.encryption_keys();
    let new = generate_key().expose_secret().to_owned();
    store_models(&program, &old).await;
    program.models.script("stored-model", vec![right()]);
    program.stop();
    program.set_encryption_keys(&format!("{new},{old}"));
    program.start_again("");

    let asked = |program: &Program| program.asked("/bakeoff m-1 m-60 m-119");
    let mut issues: Vec<i64> = (0..4).map(|_| asked(&program)).collect();
    let killed = program.run_until("keys_batch", &["keys", "rotate"]);
    assert_eq!(killed.code, None, "killed after its first batch: {killed:?}");
    issues.extend((0..4).map(|_| asked(&program)));
    let rest: serde_json::Value = serde_json::from_str(&program.run(&["keys", "rotate", "--json"]).done()).unwrap();
    let (renewed, current) = (rest["renewed"].as_u64().unwrap(), rest["current"].as_u64().unwrap());
    assert!(renewed > 0 && renewed < STORED as u64, "it went on where it was killed: {rest}");
    assert_eq!(renewed + current, STORED as u64 + 4, "these and the settings file's: {rest}");
    issues.extend((0..4).map(|_| asked(&program)));
    for issue in issues {
        for letter in ["A", "B", "C"] {
            program.candidate(issue, letter).await;
        }
    }
    program.stop();

    program.set_encryption_keys(&old);
    let refused = program.run(&["serve"]).refused(1);
    assert!(refused.contains("do not fit this database"), "{refused}");
    program.set_encryption_keys(&new);
    program.start_again("");
    let issue = asked(&program);
    program.candidate(issue, "C").await;
    assert!(program.hub.bot_comments(REPO, issue).iter().all(|comment| !comment.body.contains("failed: ")));
    program.end().await;
}
