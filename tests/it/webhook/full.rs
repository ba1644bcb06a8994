//! M55, F116: a disk that is full, once as a small file system of the program's own, once as a limit on its files.
//! What cannot be written is 503 and leaves nothing by halves, and it is taken as soon as it can be.

use std::path::PathBuf;
use std::process::Command;

use super::bodies::{MIB, SECRET, payload, post};
use crate::cli::binary::{Place, Serving, open};

fn place() -> Place {
    let mut place = Place::new();
    place.set("BAKEOFF_GITHUB_WEBHOOK_SECRETS", SECRET);
    place
}

/// Every delivery that was taken has its row and its job; nothing is left of one that was not.
async fn is_whole(file: PathBuf, taken: usize) {
    let store = open(&file).await;
    let mut conn = store.read().await.unwrap();
    let rows = sqlx::query("SELECT guid FROM deliveries JOIN jobs ON jobs.unique_key = 'delivery:0:' || guid");
    assert_eq!(rows.fetch_all(&mut *conn).await.unwrap().len(), taken, "each row with its job, none of a refused one");
    let all = sqlx::query("SELECT guid FROM deliveries").fetch_all(&mut *conn).await.unwrap();
    assert_eq!(all.len(), taken);
    drop(conn);
    store.integrity_check().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn m55_f116_what_cannot_be_written_is_503_and_is_taken_when_it_can() {
    let place = place();
    // A file that may not grow is told by an error, not by a signal.
    let serving = place.serve_with("trap '' XFSZ; exec \"$0\" \"$@\"", &["--no-worker"]);
    assert_eq!(post(&serving.address, SECRET, payload(10)).await.0, 202);
    serving.limit_file_size(Some(64 * 1024));
    for _ in 0..3 {
        assert_eq!(post(&serving.address, SECRET, payload(2 * MIB)).await, (503, true));
    }
    assert!(serving.get("/health").starts_with("HTTP/1.1 200"), "it lives on");
    serving.limit_file_size(None);
    assert_eq!(post(&serving.address, SECRET, payload(2 * MIB)).await.0, 202, "it recovers by itself");
    is_whole(place.path("data/bakeoff.db"), 2).await;
}

/// Mounts a file system of 24 MiB that only this process and its children see, 8 MiB of it in use, and goes on with the
/// rest of the command line.
const SMALL_DISK: &str = "mkdir -p data && exec unshare -m /bin/sh -c 'mount -t tmpfs -o size=24m tmpfs data && \
     head -c 8388608 /dev/zero > data/ballast && exec \"$0\" \"$@\"' \"$0\" \"$@\"";

/// Not everybody may mount: only root, and in a container not even that.
fn may_mount() -> bool {
    let folder = tempfile::tempdir().unwrap();
    let trial = Command::new("/bin/sh").current_dir(folder.path()).args(["-c", SMALL_DISK, "true"]).output().unwrap();
    trial.status.success()
}

impl Serving {
    /// A file of the program, as it sees it.
    fn inside(&self, file: PathBuf) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root{}", self.id(), file.display()))
    }

    /// A copy of the database and its log, taken while nothing is written: SQLite opens no file through `/proc`.
    fn copied(&self, place: &Place) -> PathBuf {
        for name in ["bakeoff.db", "bakeoff.db-wal"] {
            std::fs::copy(self.inside(place.path("data").join(name)), place.path(name)).unwrap();
        }
        place.path("bakeoff.db")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn m55_f116_a_full_disk_is_503_and_is_taken_when_there_is_room() {
    if !may_mount() {
        eprintln!("note: nothing can be mounted here, so that only the limit on files stands for a full disk");
        return;
    }
    let place = place();
    let serving = place.serve_with(SMALL_DISK, &["--no-worker"]);
    let mut taken = 0;
    // The database and its log share what is left: it is full after a few of these.
    let full = loop {
        match post(&serving.address, SECRET, payload(2 * MIB)).await {
            (202, false) => taken += 1,
            other => break other,
        }
        assert!(taken < 24, "24 MiB hold no {taken} deliveries of 2 MiB");
    };
    assert_eq!(full, (503, true));
    assert!(taken > 0);
    for _ in 0..3 {
        assert_eq!(post(&serving.address, SECRET, payload(2 * MIB)).await, (503, true));
    }
    assert!(serving.get("/health").starts_with("HTTP/1.1 200"), "it lives on");
    std::fs::remove_file(serving.inside(place.path("data/ballast"))).unwrap();
    assert_eq!(post(&serving.address, SECRET, payload(2 * MIB)).await.0, 202, "it recovers by itself");
    is_whole(serving.copied(&place), taken + 1).await;
}
