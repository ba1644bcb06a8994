//! `bakeoff token`.

use serde_json::Value;

use super::binary::Place;
use bakeoff::adapters::crypto::secret_hash;
use bakeoff::adapters::store::{audit, tokens};

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| panic!("not JSON: {text}"))
}

#[tokio::test]
async fn a_token_is_shown_once_listed_and_revoked() {
    let place = Place::new();
    place.run(&["migrate"]).done();
    let made = place.run(&[
        "token",
        "create",
        "ci bot",
        "--scope",
        "run,read",
        "--repository",
        "octo/hello",
        "--github-login",
        "ada",
        "--expires-in-days",
        "30",
    ]);
    let id = made.err.split(['(', ')']).nth(1).unwrap().to_owned();
    let secret = made.done().trim().to_owned();
    assert!(secret.starts_with("bko_") && !secret.contains('\n'), "{secret}");

    let listed = place.run(&["token", "list"]).done();
    assert!(!listed.contains(&secret), "{listed}");
    assert!(listed.contains(&format!("{id}  ci bot  read,run  octo/hello  as ada  until ")), "{listed}");
    let shown = json(&place.run(&["token", "list", "--json"]).done());
    assert_eq!(shown[0]["id"], id.as_str());
    assert_eq!(shown[0]["scopes"], serde_json::json!(["read", "run"]));
    assert!(shown[0].get("secret").is_none());

    assert!(place.run(&["token", "revoke", &id]).done().contains("is revoked"));
    assert!(place.run(&["token", "revoke", &id]).refused(1).contains("could be revoked"));
    assert!(place.run(&["token", "list"]).done().contains("revoked"));

    let store = place.store().await;
    let mut conn = store.read().await.unwrap();
    let stored = tokens::by_hash(&mut conn, &secret_hash(&secret)).await.unwrap().unwrap();
    assert!(stored.revoked_at.is_some());
    let actions: Vec<_> =
        audit::list(&mut conn, None, 10).await.unwrap().into_iter().map(|e| (e.actor, e.action)).collect();
    assert_eq!(
        actions,
        [("local".into(), "token.revoke".into()), ("local".into(), "token.create".into())] as [(String, String); 2]
    );
}

#[test]
fn a_script_gets_json_and_wrong_wishes_are_usage() {
    let place = Place::new();
    place.run(&["migrate"]).done();
    let made = json(&place.run(&["token", "create", "x", "--scope", "admin", "--json"]).done());
    assert!(made["secret"].as_str().unwrap().starts_with("bko_"));
    assert_eq!((&made["expires_at"], &made["repositories"]), (&Value::Null, &Value::Null));
    for args in [
        &["token", "create", " ", "--scope", "read"][..],
        &["token", "create", "x", "--scope", "read", "--github-login", "a b"],
    ] {
        place.run(args).refused(2);
    }
}
