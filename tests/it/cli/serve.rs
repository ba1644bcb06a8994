//! `serve` from its start to its end.

use rustix::process::Signal;

use super::binary::{Place, mode};

#[test]
fn m56_serve_listens_answers_and_ends_in_good_order() {
    for (args, signal) in [(&[][..], Signal::TERM), (&["--no-worker"], Signal::INT)] {
        let place = Place::new();
        let serving = place.serve(args);
        assert!(!serving.address.ends_with(":0"), "{}", serving.address);
        assert!(serving.get("/health").starts_with("HTTP/1.1 "), "{}", serving.get("/health"));
        let (code, log) = serving.stop(signal);
        assert_eq!(code, Some(0), "{log:?}");
        assert!(log.iter().any(|line| line.contains("\"stopped\"")), "{log:?}");
    }
}

#[test]
fn f122_a_second_serve_on_the_same_database_is_refused_before_it_touches_it() {
    let mut place = Place::new();
    let serving = place.serve(&[]);
    place.write("other.toml", "data_dir = \"elsewhere\"\ndatabase_url = \"sqlite://data/bakeoff.db\"\n");
    for args in [&["serve"][..], &["--config", "other.toml", "serve"]] {
        assert!(place.run(args).refused(1).contains("another bakeoff serves this database already"), "{args:?}");
    }
    place.run(&["token", "create", "ci", "--scope", "read"]).done();
    place.run(&["doctor"]).done();
    place.run(&["backup", "copy.db"]).done();
    place.run(&["keys", "rotate"]).done();
    drop(serving);
    place.set("BAKEOFF_WORKERS", "2");
    assert_eq!(place.serve(&[]).stop(Signal::TERM).0, Some(0));
}

#[test]
fn an_address_in_use_is_one_sentence() {
    let mut place = Place::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    place.set("BAKEOFF_LISTEN", &address);
    let said = place.run(&["serve"]).refused(1);
    assert!(said.contains(&format!("cannot listen on {address}")), "{said}");
}

#[test]
fn m39_what_serve_leaves_on_disk_is_its_owners_alone() {
    let place = Place::new();
    let serving = place.serve(&[]);
    for (name, expected) in [
        ("data", 0o700),
        ("data/bakeoff.db", 0o600),
        ("data/bakeoff.db-wal", 0o600),
        ("data/bakeoff.db.lock", 0o600),
        ("data/encryption.key", 0o600),
    ] {
        assert_eq!(mode(&place.path(name)), expected, "{name}");
    }
    assert!(serving.log.iter().any(|line| line.contains("a new encryption key was made")), "{:?}", serving.log);
}

#[test]
fn m33_no_secret_is_logged() {
    let mut place = Place::new();
    let secrets = [
        ("BAKEOFF_ADMIN_TOKEN", "bko_canary-admin-0123456789abcdef"),
        ("BAKEOFF_GITHUB_WEBHOOK_SECRETS", "canary-webhook-0123456789,canary-older-0123456789"),
        ("BAKEOFF_GITHUB_CLIENT_SECRET", "canary-client-0123456789"),
        ("MODEL_KEY", "sk-canary-model-0123456789"),
    ];
    for (name, value) in secrets {
        place.set(name, value);
    }
    place.set("RUST_LOG", "trace");
    place.write(
        "bakeoff.toml",
        "[[models]]\nprovider = \"openai\"\nmodel_name = \"gpt-5\"\napi_key_env = \"MODEL_KEY\"\n",
    );
    let serving = place.serve(&[]);
    serving.get("/v1/models?token=bko_canary-admin-0123456789abcdef");
    let (_, log) = serving.stop(Signal::TERM);
    assert!(log.len() > 5, "{log:?}");
    let found: Vec<_> = log.iter().filter(|line| line.contains("canary")).collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn the_log_leads_to_the_setup_page_and_the_database_holds_no_key() {
    let mut place = Place::new();
    place.set("BAKEOFF_PUBLIC_URL", "https://bakeoff.example.org");
    let serving = place.serve(&[]);
    let (_, log) = serving.stop(Signal::TERM);
    let line = log.iter().find(|line| line.contains("no GitHub App yet")).unwrap_or_else(|| panic!("{log:?}"));
    let key = line.split("https://bakeoff.example.org/setup?key=").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(key.strip_prefix("setup-").map(str::len), Some(43), "{line}");
    for name in ["data/bakeoff.db", "data/bakeoff.db-wal"] {
        let bytes = std::fs::read(place.path(name)).unwrap_or_default();
        assert!(!String::from_utf8_lossy(&bytes).contains(key), "{name}");
    }
}
