//! `bakeoff doctor` on good and on broken setups.

use bakeoff::adapters::store::audit::{self, NewEntry};
use bakeoff::domain::clock::Timestamp;
use bakeoff::sim::github::FakeGithub;
use serde_json::Value;

use super::binary::{Place, Ran};

const REPO: &str = "octo/hello";
const MODEL: &str =
    "[[models]]\nprovider = \"openai\"\nmodel_name = \"gpt-5\"\nalias = \"gpt\"\napi_key_env = \"MODEL_KEY\"\n";

/// A GitHub with the App installed, and everything set.
async fn good() -> (FakeGithub, Place) {
    let hub = FakeGithub::start().await.unwrap();
    hub.create_user("octo");
    hub.create_repo(REPO, &[("README.md", 0o100_644, b"# hello\n")]);
    hub.install_app(REPO);
    let mut place = Place::new();
    let key = place.write("app.pem", &hub.private_key_pem());
    place.write("bakeoff.toml", MODEL);
    place
        .set("MODEL_KEY", "sk-canary-0123456789abcdef")
        .set("BAKEOFF_PUBLIC_URL", "https://bakeoff.example.org")
        .set("BAKEOFF_GITHUB_URL", &hub.url())
        .set("BAKEOFF_GITHUB_APP_ID", &hub.app_id().to_string())
        .set("BAKEOFF_GITHUB_PRIVATE_KEY_FILE", key.to_str().unwrap())
        .set("BAKEOFF_GITHUB_WEBHOOK_SECRETS", "canary-webhook-0123456789")
        .set("BAKEOFF_ADMINS", "ada")
        .set("BAKEOFF_GITHUB_CLIENT_ID", &hub.client_id())
        .set("BAKEOFF_GITHUB_CLIENT_SECRET", &hub.client_secret())
        .set("BAKEOFF_ADMIN_TOKEN", "canary-admin-0123456789");
    (hub, place)
}

/// The findings by part: status and text with the fix.
fn findings(ran: &Ran, code: i32) -> Vec<(String, String, String)> {
    assert_eq!(ran.code, Some(code), "{ran:?}");
    assert!(!ran.out.contains("canary") && !ran.out.contains("sim-client-secret"), "{}", ran.out);
    let all: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(all["ok"], code == 0);
    let text = |check: &Value, key: &str| check[key].as_str().unwrap_or_default().to_owned();
    let read = |check: &Value| {
        (text(check, "part"), text(check, "status"), format!("{} → {}", text(check, "found"), text(check, "fix")))
    };
    all["checks"].as_array().unwrap().iter().map(read).collect()
}

#[track_caller]
fn holds(found: &[(String, String, String)], part: &str, status: &str, text: &str) {
    let fits = |(p, s, t): &(String, String, String)| p == part && s == status && t.contains(text);
    assert!(found.iter().any(fits), "no {status} {part:?} with {text:?} in {found:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_setup_is_ok_before_and_after_the_first_start() {
    let (_hub, place) = good().await;
    let before = findings(&place.run(&["doctor", "--json"]), 0);
    holds(&before, "database", "ok", "the first start makes it");
    assert!(!place.path("data").exists(), "doctor makes nothing");
    let serving = place.serve(&[]);
    let found = findings(&place.run(&["doctor", "--json"]), 0);
    let notes: Vec<_> = found.iter().filter(|(_, status, _)| status != "ok").collect();
    assert!(notes.is_empty(), "{notes:#?}");
    for (part, text) in [
        ("BAKEOFF_LISTEN", "127.0.0.1:0 (environment)"),
        ("BAKEOFF_WORKERS", "64 (default)"),
        ("BAKEOFF_ADMIN_TOKEN", "set (environment)"),
        ("BAKEOFF_GITHUB_PRIVATE_KEY", "set, from a file (environment)"),
        ("data folder", "can be written"),
        ("disk", "% free"),
        ("git mirrors", "none yet"),
        ("database", "this version's schema"),
        ("database integrity", "no damage"),
        ("audit trail", "unbroken"),
        ("encryption keys", "open what is stored"),
        ("model gpt (settings file)", "price known"),
        ("webhook secret", "1 accepted"),
        ("sign-in", "https://bakeoff.example.org/login/callback"),
        ("client id and secret", "GitHub takes them"),
        ("GitHub", "knows this App as bakeoff (4242)"),
        ("App permissions", "everything needed"),
        ("App events", "all subscribed"),
        ("installation of octo", "everything needed"),
    ] {
        holds(&found, part, "ok", text);
    }
    let plain = place.run(&["doctor"]);
    assert!(plain.out.contains("ok       database integrity: no damage found"), "{}", plain.out);
    assert!(plain.err.contains("0 wrong, 0 warnings"), "{}", plain.err);
    drop(serving);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_github_lacks_is_named() {
    let (hub, mut place) = good().await;
    hub.set_granted_permissions(REPO, &[("contents", "read"), ("issues", "write"), ("metadata", "read")]);
    let found = findings(&place.run(&["doctor", "--json"]), 1);
    holds(
        &found,
        "installation of octo",
        "wrong",
        "lacks contents: write, pull_requests: write → its owner must accept",
    );
    hub.suspend(REPO);
    let found = findings(&place.run(&["doctor", "--json"]), 0);
    holds(&found, "installation of octo", "warning", "is suspended");
    place.set("BAKEOFF_GITHUB_CLIENT_SECRET", "canary-of-another-app-0123456789").unset("BAKEOFF_ADMINS");
    place.set("BAKEOFF_PUBLIC_URL", "http://bakeoff.example.org");
    let found = findings(&place.run(&["doctor", "--json"]), 1);
    holds(&found, "client id and secret", "wrong", "nobody can sign in → correct BAKEOFF_GITHUB_CLIENT_ID");
    holds(&found, "sign-in", "warning", "not https");
    place.unset("BAKEOFF_GITHUB_CLIENT_SECRET").set("BAKEOFF_PUBLIC_URL", "https://bakeoff.example.org");
    let found = findings(&place.run(&["doctor", "--json"]), 0);
    holds(&found, "sign-in", "warning", "nobody can sign in to the web view → set BAKEOFF_GITHUB_CLIENT_SECRET,");

    place.unset("BAKEOFF_GITHUB_WEBHOOK_SECRETS").set("BAKEOFF_GITHUB_APP_ID", "7");
    let found = findings(&place.run(&["doctor", "--json"]), 1);
    holds(&found, "webhook secret", "wrong", "none is set");
    holds(&found, "GitHub", "wrong", "the App's number");

    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    place.set("BAKEOFF_GITHUB_URL", &format!("http://{closed}"));
    let found = findings(&place.run(&["doctor", "--json"]), 1);
    holds(&found, "GitHub", "wrong", "check BAKEOFF_GITHUB_API_URL");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_here_is_named_with_its_fix() {
    let mut place = Place::new();
    drop(place.serve(&[]));
    place.write(
        "bakeoff.toml",
        "[[models]]\nprovider = \"openai\"\nmodel_name = \"unheard-of\"\napi_key_env = \"MODEL_KEY\"\n\
         [[models]]\nprovider = \"openai_compatible\"\nmodel_name = \"qwen\"\nfree = true\nbase_url = \"http://10.0.0.7/v1\"\n",
    );
    place.set("MODEL_KEY", "sk-canary-0123456789abcdef").set("BAKEOFF_ADMIN_TOKEN", "short");
    let store = place.store().await;
    let mut tx = store.begin().await.unwrap();
    let entry = NewEntry { actor: "x", action: "y", subject: "z", details: &Value::Null };
    audit::append(&mut tx, entry, Timestamp(1)).await.unwrap();
    sqlx::query("UPDATE meta SET value = '0 ' WHERE key = 'audit_head'").execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    std::fs::remove_file(place.path("data/encryption.key")).unwrap();
    // M39: it works, but a process's environment is easier to see than a file.
    let key = "-----BEGIN RSA PRIVATE KEY-----\\ncanary\\n-----END RSA PRIVATE KEY-----";
    place.set("BAKEOFF_GITHUB_APP_ID", "7").set("BAKEOFF_GITHUB_PRIVATE_KEY", key);
    let found = findings(&place.run(&["doctor", "--json"]), 1);
    holds(&found, "BAKEOFF_GITHUB_PRIVATE_KEY", "warning", "use the _FILE variable");
    holds(&found, "GitHub App", "wrong", "download a new private key");
    place.unset("BAKEOFF_GITHUB_APP_ID").unset("BAKEOFF_GITHUB_PRIVATE_KEY");
    let found = findings(&place.run(&["doctor", "--json"]), 1);
    holds(&found, "model unheard-of (settings file)", "wrong", "no known price → give prices");
    holds(&found, "model qwen (settings file)", "wrong", "BAKEOFF_ALLOWED_MODEL_HOSTS");
    holds(&found, "encryption keys", "wrong", "encryption.key in the data folder: the file cannot be read");
    holds(&found, "audit trail", "wrong", "broken at entry");
    holds(&found, "BAKEOFF_ADMIN_TOKEN", "warning", "short");
    holds(&found, "GitHub App", "warning", "app-manifest.yml");
    holds(&found, "sign-in", "warning", "BAKEOFF_GITHUB_CLIENT_ID");
}

#[test]
fn settings_that_cannot_be_read_are_all_named() {
    let mut place = Place::new();
    place.set("BAKEOFF_WORKERS", "canary").set("BAKEOFF_BUDGET_DAY_USD", "-1").set("BAKEOFF_WROKERS", "1");
    place.set("BAKEOFF_CA_FILE", "no/such.pem");
    let found = findings(&place.run(&["doctor", "--json"]), 1);
    holds(&found, "BAKEOFF_CA_FILE", "wrong", "names the file no/such.pem, which does not exist");
    holds(&found, "BAKEOFF_WORKERS", "wrong", "must be a whole number from 1 to 4096");
    holds(&found, "BAKEOFF_BUDGET_DAY_USD", "wrong", "amount in USD");
    holds(&found, "BAKEOFF_WROKERS", "wrong", "did you mean BAKEOFF_WORKERS?");
}
