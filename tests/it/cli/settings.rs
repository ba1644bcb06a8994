//! Defaults < file < environment, and what is refused.

use std::collections::BTreeMap;
use std::time::Duration;

use bakeoff::app::settings::{Loaded, Origin, SettingsFile, TABLE, WebAuth, load};
use bakeoff::domain::money::UsdMicros;
use secrecy::ExposeSecret as _;

fn with(env: &[(&str, &str)], file: &str) -> Result<Loaded, String> {
    let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<BTreeMap<_, _>>();
    let file = SettingsFile { name: "bakeoff.toml".into(), text: file.into(), open_to_others: false };
    load(&env, Some(&file)).map_err(|problems| problems.to_string())
}

const PEM: &str = "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----";

#[test]
fn every_row_can_be_set_in_both_places() {
    let value = |name: &str| match name {
        "LISTEN" => "127.0.0.1:0",
        "PUBLIC_URL" | "GITHUB_URL" | "GITHUB_API_URL" => "https://example.org/x",
        "DATABASE_URL" => "sqlite://x.db",
        "QUEUE" => "embedded",
        "GITHUB_PRIVATE_KEY" => PEM,
        "WEB_AUTH" => "github",
        "CA_FILE" => "Cargo.toml",
        "ALLOW_LOCAL_REPOS" => "true",
        "CORS_ORIGINS" => "https://tools.example.com",
        "TRUSTED_PROXIES" => "10.0.0.0/8, ::1",
        _ => "3",
    };
    for row in TABLE {
        let other = match row.name {
            "GITHUB_APP_ID" => [("BAKEOFF_GITHUB_PRIVATE_KEY", PEM)],
            "GITHUB_PRIVATE_KEY" => [("BAKEOFF_GITHUB_APP_ID", "1")],
            _ => [("HOME", "/")],
        };
        let name = row.variable();
        let variable = [&[(name.as_str(), value(row.name))][..], &other].concat();
        let by_variable = with(&variable, "").unwrap();
        let by_key = with(&other, &format!("{} = '''{}'''", row.key(), value(row.name))).unwrap();
        let shown = |loaded: &Loaded| loaded.shown.iter().find(|s| s.variable == row.variable()).unwrap().clone();
        assert_eq!(shown(&by_variable).origin, Origin::Environment, "{}", row.name);
        assert_eq!(shown(&by_key).origin, Origin::File, "{}", row.name);
        assert_eq!(shown(&by_key).value, shown(&by_variable).value);
        assert_eq!(shown(&by_key).value == "set", row.secret, "{}", row.name);
    }
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
    let file = "workers = 3\nlisten = \"127.0.0.1:1\"\nlease_seconds = 7\nforbidden_paths = [\"a\", \"b\"]\nbudget_run_usd = 0.25";
    let loaded = with(&[("BAKEOFF_WORKERS", "5"), ("BAKEOFF_LISTEN", " ")], file).unwrap().settings;
    assert_eq!((loaded.workers, loaded.listen.as_str()), (5, "127.0.0.1:1"), "an empty variable counts as not set");
    assert_eq!((loaded.pace.lease, loaded.pace.pick_grace), (Duration::from_secs(7), Duration::from_secs(5)));
    assert_eq!((loaded.budget_run, loaded.budget_day), (UsdMicros(250_000), UsdMicros(100_000_000)));
    assert_eq!(loaded.forbidden_paths, ["a", "b"]);
}

#[test]
fn secrets_may_come_from_files() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("secret");
    std::fs::write(&path, "one-secret , another\n").unwrap();
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let text = path.to_str().unwrap();
    let by_variable = with(&[("BAKEOFF_GITHUB_WEBHOOK_SECRETS_FILE", text)], "").unwrap().settings;
    let by_key = with(&[], &format!("github_webhook_secrets_file = \"{text}\"")).unwrap().settings;
    for settings in [by_variable, by_key] {
        let secrets: Vec<_> = settings.webhook_secrets.iter().map(|s| s.expose_secret().to_owned()).collect();
        assert_eq!(secrets, ["one-secret", "another"]);
    }
    let both = [("BAKEOFF_ADMIN_TOKEN_FILE", text), ("BAKEOFF_ADMIN_TOKEN", "hunter2")];
    let told = with(&both, "").unwrap_err();
    assert_eq!(told, "BAKEOFF_ADMIN_TOKEN_FILE and BAKEOFF_ADMIN_TOKEN are both given: keep one");
    let told = with(&[("BAKEOFF_ADMIN_TOKEN_FILE", "/no/such/file")], "").unwrap_err();
    assert_eq!(told, "BAKEOFF_ADMIN_TOKEN_FILE names a file that does not exist");
    let missing = dir.path().join("missing");
    let told = with(&[("BAKEOFF_ADMIN_TOKEN_FILE", missing.to_str().unwrap())], "").unwrap_err();
    assert_eq!(told, format!("BAKEOFF_ADMIN_TOKEN_FILE names a file ({}) that does not exist", missing.display()));
    assert!(with(&[("BAKEOFF_WORKERS_FILE", text)], "").unwrap_err().contains("BAKEOFF_WORKERS_FILE is unknown"));
}

#[test]
fn what_is_refused_names_the_setting_and_no_value() {
    for (name, value, told) in [
        ("BAKEOFF_LISTEN", "hunter2", "must be HOST:PORT"),
        ("BAKEOFF_PUBLIC_URL", "hunter2", "must be an address"),
        ("BAKEOFF_DATABASE_URL", "mysql://u:hunter2@h", "must start with sqlite:// or postgres://"),
        ("BAKEOFF_QUEUE", "graphile", "not there yet"),
        ("BAKEOFF_QUEUE", "hunter2", "must be embedded"),
        ("BAKEOFF_GITHUB_API_URL", "http://hunter2.example", "must start with https://"),
        ("BAKEOFF_GITHUB_APP_ID", "hunter2", "must be the App's number"),
        ("BAKEOFF_GITHUB_PRIVATE_KEY", "hunter2", "must be a private key"),
        ("BAKEOFF_GITHUB_APP_ID", "7", "BAKEOFF_GITHUB_PRIVATE_KEY is missing beside BAKEOFF_GITHUB_APP_ID"),
        ("BAKEOFF_GITHUB_PRIVATE_KEY", PEM, "BAKEOFF_GITHUB_APP_ID is missing beside BAKEOFF_GITHUB_PRIVATE_KEY"),
        ("BAKEOFF_WEB_AUTH", "hunter2", "must be github or local"),
        ("BAKEOFF_ALLOW_LOCAL_REPOS", "hunter2", "must be true or false"),
        ("BAKEOFF_WORKERS", "0", "must be a whole number from 1 to 4096"),
        ("BAKEOFF_BUDGET_RUN_USD", "hunter2", "must be an amount in USD"),
        ("BAKEOFF_LEASE_SECONDS", "0", "must be a number of seconds from 1"),
        ("BAKEOFF_PICK_GRACE", "5", "BAKEOFF_PICK_GRACE is unknown: did you mean BAKEOFF_PICK_GRACE_SECONDS?"),
    ] {
        let error = with(&[(name, value)], "").unwrap_err();
        assert!(error.contains(told) && !error.contains("hunter2"), "{name}={value}: {error}");
        assert!(error.starts_with("BAKEOFF_"), "{error}");
    }
}

#[test]
fn nobody_signs_in_only_on_this_machine() {
    let local = ("BAKEOFF_WEB_AUTH", "local");
    for (env, allowed) in [
        (vec![local], true),
        (vec![local, ("BAKEOFF_LISTEN", "[::1]:0"), ("BAKEOFF_PUBLIC_URL", "http://localhost:8000")], true),
        (vec![local, ("BAKEOFF_LISTEN", "0.0.0.0:8000")], false),
        (vec![local, ("BAKEOFF_LISTEN", "10.1.2.3:8000")], false),
        (vec![local, ("BAKEOFF_PUBLIC_URL", "https://bakeoff.example.org")], false),
    ] {
        match with(&env, "") {
            Ok(loaded) => assert!(allowed && loaded.settings.web_auth == WebAuth::Local, "{env:?}"),
            Err(told) => {
                assert!(!allowed && told.starts_with("BAKEOFF_WEB_AUTH may be local only when"), "{env:?} {told}");
            }
        }
    }
}

#[test]
fn enterprise_server_needs_one_address_only() {
    let api = |env: &[(&str, &str)]| with(env, "").unwrap().settings.github_api_url.to_string();
    assert_eq!(api(&[]), "https://api.github.com/");
    assert_eq!(api(&[("BAKEOFF_GITHUB_URL", "https://ghes.example")]), "https://ghes.example/api/v3");
    let both = [("BAKEOFF_GITHUB_URL", "https://ghes.example"), ("BAKEOFF_GITHUB_API_URL", "https://api.ghes.example")];
    assert_eq!(api(&both), "https://api.ghes.example/");
}

#[test]
fn m39_a_settings_file_with_a_secret_must_be_private() {
    let file = |text: &str| SettingsFile { name: "bakeoff.toml".into(), text: text.into(), open_to_others: true };
    let none = BTreeMap::new();
    let told = load(&none, Some(&file("admin_token = \"hunter2\""))).unwrap_err().to_string();
    assert_eq!(told, "bakeoff.toml holds admin_token and can be read by other users: run chmod 600 on it");
    assert!(load(&none, Some(&file("workers = 2"))).is_ok());
    assert!(load(&none, None).is_ok());
}

#[test]
fn a_model_may_name_a_variable_of_ours() {
    let file = "[[models]]\nprovider = \"google\"\nmodel_name = \"gemini-2.5-pro\"\napi_key_env = \"BAKEOFF_GEMINI\"\n";
    let loaded = with(&[("BAKEOFF_GEMINI", "key")], file).unwrap();
    assert_eq!(loaded.settings.models[0].api_key.expose_secret(), "key");
    assert!(with(&[("BAKEOFF_GEMINI", "key")], "").unwrap_err().contains("BAKEOFF_GEMINI is unknown"));
}
