//! `bakeoff keys` (M47, F125).

use bakeoff::adapters::crypto::{KeyRing, Place as Spot, Purpose, generate_key};
use bakeoff::adapters::store::models;
use bakeoff::domain::ids::ModelId;
use secrecy::{ExposeSecret as _, SecretString};

use super::binary::Place;

fn fresh() -> String {
    generate_key().expose_secret().to_owned()
}

fn ring(list: &str) -> KeyRing {
    KeyRing::parse(&SecretString::from(list.to_owned())).unwrap()
}

async fn opens(place: &Place, list: &str) -> bool {
    let store = place.store().await;
    let id = ModelId::of_file("gpt");
    let sealed = models::key_cipher(&mut store.read().await.unwrap(), id).await.unwrap().unwrap();
    let record = id.to_string();
    ring(list).decrypt(Spot { purpose: Purpose::ModelKey, record: &record }, &sealed).is_ok()
}

#[test]
fn a_generated_key_is_one() {
    let place = Place::new();
    let made = place.run(&["keys", "generate"]).done();
    assert_eq!(made.lines().count(), 1);
    assert!(KeyRing::parse(&SecretString::from(made)).is_ok());
    assert_eq!(std::fs::read_dir(place.path("")).unwrap().count(), 0);
}

#[tokio::test]
async fn m47_keys_are_exchanged_beside_a_running_serve() {
    let mut place = Place::new();
    let (old, new) = (fresh(), fresh());
    let both = format!("{new},{old}");
    place.write(
        "bakeoff.toml",
        "[[models]]\nprovider = \"openai\"\nmodel_name = \"gpt-5\"\nalias = \"gpt\"\napi_key_env = \"K\"\n",
    );
    place.set("K", "sk-0123456789abcdef");
    place.set("BAKEOFF_ENCRYPTION_KEYS", &old);
    drop(place.serve(&[]));
    assert!(opens(&place, &old).await && !opens(&place, &new).await);

    // The profile of the file is sealed anew at each start, so `serve` itself must not be the one to do it here.
    place.set("BAKEOFF_ENCRYPTION_KEYS", &old);
    let serving = place.serve(&[]);
    place.set("BAKEOFF_ENCRYPTION_KEYS", &both);
    let said = place.run(&["keys", "rotate", "--json"]).done();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&said).unwrap()["renewed"], 1);
    assert!(opens(&place, &new).await && opens(&place, &both).await);
    assert!(place.run(&["keys", "rotate"]).done().starts_with("0 stored secrets"));
    drop(serving);

    place.set("BAKEOFF_ENCRYPTION_KEYS", &old);
    assert!(place.run(&["serve"]).refused(1).contains("do not fit this database"));
    place.set("BAKEOFF_ENCRYPTION_KEYS", &new);
    drop(place.serve(&[]));
}

#[test]
fn f125_a_rotation_with_wrong_keys_is_refused() {
    let mut place = Place::new();
    drop(place.serve(&[]));
    place.set("BAKEOFF_ENCRYPTION_KEYS", &fresh());
    assert!(place.run(&["keys", "rotate"]).refused(1).contains("do not fit this database"));
}
