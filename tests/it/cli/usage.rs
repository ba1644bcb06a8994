//! Help and exit codes.

use super::binary::Place;

#[test]
fn every_command_explains_itself() {
    let place = Place::new();
    for (args, told) in [
        (vec!["--help"], "serve"),
        (vec!["demo", "--help"], "--once"),
        (vec!["serve", "--help"], "--no-worker"),
        (vec!["worker", "--help"], "Postgres"),
        (vec!["doctor", "--help"], "--json"),
        (vec!["migrate", "--help"], "schema"),
        (vec!["token", "--help"], "revoke"),
        (vec!["token", "create", "--help"], "--expires-in-days"),
        (vec!["token", "list", "--help"], "--json"),
        (vec!["token", "revoke", "--help"], "<ID>"),
        (vec!["keys", "--help"], "rotate"),
        (vec!["keys", "generate", "--help"], "BAKEOFF_ENCRYPTION_KEYS"),
        (vec!["keys", "rotate", "--help"], "restart serve"),
        (vec!["backup", "--help"], "<FILE>"),
    ] {
        let help = place.run(&args).done();
        assert!(help.contains("Usage: bakeoff") && help.contains(told), "{args:?}: {help}");
        assert!(help.contains("--config") && help.contains("--log-format"), "{args:?}: {help}");
    }
    assert!(place.run(&["--version"]).done().starts_with("bakeoff 0."));
}

#[test]
fn wrong_usage_is_2_and_failure_is_1() {
    let place = Place::new();
    for args in [
        &[][..],
        &["bake"],
        &["serve", "--fast"],
        &["backup"],
        &["token", "create", "ci"],
        &["token", "create", "ci", "--scope", "write"],
        &["token", "create", "ci", "--scope", "read", "--repository", "hello"],
        &["token", "create", "ci", "--scope", "read", "--expires-in-days", "0"],
        &["token", "revoke", "7"],
        &["--log-format", "xml", "migrate"],
    ] {
        let ran = place.run(args);
        assert_eq!(ran.code, Some(2), "{args:?}: {ran:?}");
    }
    assert!(place.run(&["worker"]).refused(2).contains("needs a Postgres database"));
    for args in [&["token", "list"][..], &["keys", "rotate"], &["backup", "copy.db"]] {
        assert!(place.run(args).refused(1).contains("there is no database yet"), "{args:?}");
    }
    assert!(!place.path("data").exists(), "a refused command leaves nothing behind");
    assert!(place.run(&["--config", "no.toml", "migrate"]).refused(1).contains("no.toml does not exist"));
}

#[test]
fn migrate_may_be_run_again() {
    let place = Place::new();
    for _ in 0..2 {
        assert_eq!(place.run(&["migrate"]).done(), "The database is up to date.\n");
    }
}

#[test]
fn who_reads_only_the_beginning_of_the_document_is_served() {
    let ran = Place::new().run_for_head(&["openapi"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{ran:?}");
    assert!(ran.out.starts_with('{'), "{ran:?}");
}
