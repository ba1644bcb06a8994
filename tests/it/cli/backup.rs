//! `bakeoff backup` (M55).

use super::binary::{Place, mode};

#[test]
fn a_backup_restores_and_overwrites_nothing() {
    let mut place = Place::new();
    let serving = place.serve(&[]);
    place.run(&["token", "create", "before", "--scope", "read"]).done();
    let ran = place.run(&["backup", "copy.db"]);
    assert!(ran.err.contains("encryption.key is not in the copy"), "{}", ran.err);
    ran.done();
    assert_eq!(mode(&place.path("copy.db")), 0o600);
    place.run(&["token", "create", "after", "--scope", "read"]).done();
    assert!(place.run(&["backup", "copy.db"]).refused(1).contains("exists already"));
    assert!(place.run(&["backup", "no/folder/copy.db"]).refused(1).contains("the backup file cannot be written"));
    drop(serving);

    std::fs::create_dir(place.path("restored")).unwrap();
    std::fs::rename(place.path("copy.db"), place.path("restored/bakeoff.db")).unwrap();
    std::fs::copy(place.path("data/encryption.key"), place.path("restored/encryption.key")).unwrap();
    place.set("BAKEOFF_DATA_DIR", "restored");
    let listed = place.run(&["token", "list"]).done();
    assert!(listed.contains("before") && !listed.contains("after"), "{listed}");
    drop(place.serve(&[]));
}
