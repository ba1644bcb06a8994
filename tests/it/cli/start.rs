//! A start that must be refused, and in which words.

use bakeoff::adapters::crypto::generate_key;
use secrecy::ExposeSecret as _;

use super::binary::{Place, set_mode};

fn migrated() -> Place {
    let place = Place::new();
    place.run(&["migrate"]).done();
    place
}

#[test]
fn f118_a_damaged_database_is_refused() {
    let place = migrated();
    std::fs::write(place.path("data/bakeoff.db"), "not a database at all, but long enough to be looked at").unwrap();
    for command in ["serve", "migrate"] {
        let said = place.run(&[command]).refused(1);
        assert!(said.contains("the database file is damaged or is not an SQLite database: restore a backup"), "{said}");
    }
}

#[tokio::test]
async fn f124_a_database_of_a_newer_version_is_refused() {
    let place = migrated();
    let store = place.store().await;
    let mut tx = store.begin().await.unwrap();
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         SELECT 9999, 'from the future', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1",
    )
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    store.close().await;
    for args in [&["serve"][..], &["serve", "--no-migrate"], &["migrate"], &["token", "list"]] {
        let said = place.run(args).refused(1);
        assert!(said.contains("migrated by a newer bakeoff (migration 9999 is unknown here)"), "{said}");
        assert!(said.contains("start that version, or restore a backup"), "{said}");
    }
}

#[test]
fn f125_missing_and_wrong_keys_are_refused() {
    let mut place = Place::new();
    drop(place.serve(&[]));
    let file = place.path("data/encryption.key");
    let kept = std::fs::read_to_string(&file).unwrap();

    std::fs::remove_file(&file).unwrap();
    let said = place.run(&["serve"]).refused(1);
    assert!(said.contains("the encryption key file of this database is missing"), "{said}");
    assert!(!file.exists(), "no fresh key takes the place of the lost one");

    place.set("BAKEOFF_ENCRYPTION_KEYS", generate_key().expose_secret());
    let said = place.run(&["serve"]).refused(1);
    assert!(said.contains("the encryption keys do not fit this database"), "{said}");

    place.set("BAKEOFF_ENCRYPTION_KEYS", "hunter2");
    let said = place.run(&["serve"]).refused(1);
    assert!(said.contains("BAKEOFF_ENCRYPTION_KEYS") && !said.contains("hunter2"), "{said}");

    place.set("BAKEOFF_ENCRYPTION_KEYS", kept.trim());
    drop(place.serve(&[]));
}

#[test]
fn a_database_that_is_not_migrated_is_refused_when_asked_to() {
    let place = migrated();
    std::fs::remove_file(place.path("data/bakeoff.db")).unwrap();
    let said = place.run(&["serve", "--no-migrate"]).refused(1);
    assert!(said.contains("the database is not migrated yet: run `bakeoff migrate`"), "{said}");
    place.run(&["migrate"]).done();
    drop(place.serve(&["--no-migrate"]));
}

#[test]
fn unknown_settings_name_the_nearest() {
    let mut place = Place::new();
    place.set("BAKEOFF_LISTNE", "127.0.0.1:1");
    let said = place.run(&["serve"]).refused(1);
    assert!(said.contains("BAKEOFF_LISTNE is unknown: did you mean BAKEOFF_LISTEN?"), "{said}");
    place.unset("BAKEOFF_LISTNE");
    place.write("bakeoff.toml", "data_dri = \"x\"\n");
    let said = place.run(&["migrate"]).refused(1);
    assert!(said.contains("data_dri in bakeoff.toml is unknown: did you mean data_dir?"), "{said}");
}

#[test]
fn m39_a_private_key_that_others_can_read_is_refused() {
    let mut place = Place::new();
    let key = place.write("app.pem", "-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----\n");
    set_mode(&key, 0o644);
    place.set("BAKEOFF_GITHUB_APP_ID", "1").set("BAKEOFF_GITHUB_PRIVATE_KEY_FILE", key.to_str().unwrap());
    let said = place.run(&["serve"]).refused(1);
    assert!(said.contains("BAKEOFF_GITHUB_PRIVATE_KEY_FILE") && said.contains("chmod 600"), "{said}");

    set_mode(&key, 0o600);
    let said = place.run(&["serve"]).refused(1);
    assert!(said.contains("GitHub App's settings cannot be used") && !said.contains("hunter2"), "{said}");
}
