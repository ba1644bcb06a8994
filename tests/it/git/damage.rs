//! Faults on the way and on disk: nothing half stays, and what is damaged is fetched again.

use std::io::{Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use bakeoff::adapters::git::{GitError, GitSettings, Mirror, Mirrors};
use bakeoff::domain::repo::CommitSha;

use super::server::Fault;
use super::work::{Place, files_below, settings};

async fn noisy() -> (Place, CommitSha) {
    let noise: String = (0..20_000u32).map(|n| n.wrapping_mul(2_654_435_761).to_string()).collect();
    Place::filled(&[("a.txt", "one\n"), ("noise", &noise), ("d/b.txt", &noise[1..])]).await
}

/// As after a restart of the program.
fn restarted(place: &Place) -> Mirrors {
    Mirrors::new(place.folder.path().join("data"), settings()).unwrap()
}

fn pack_of(place: &Place) -> PathBuf {
    let files = files_below(&place.mirror_folder());
    let (name, _) =
        files.iter().find(|(name, _)| std::path::Path::new(name).extension().is_some_and(|e| e == "pack")).unwrap();
    let path = place.mirror_folder().join(name);
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    path
}

/// Turns every bit of some bytes in the middle of the pack, in place.
fn spoil(place: &Place) {
    let mut file = std::fs::OpenOptions::new().read(true).write(true).open(pack_of(place)).unwrap();
    let middle = file.metadata().unwrap().len() / 2;
    let mut bytes = [0; 64];
    file.seek(SeekFrom::Start(middle)).unwrap();
    file.read_exact(&mut bytes).unwrap();
    file.seek(SeekFrom::Start(middle)).unwrap();
    file.write_all(&bytes.map(|b| !b)).unwrap();
}

async fn read_all(mirror: &Mirror, commit: &CommitSha) -> Result<usize, GitError> {
    let view = mirror.tree(commit).await?;
    mirror.run(move || view.files().map(|file| view.read_blob(file.blob, 1 << 20).map(|b| b.len())).sum()).await
}

#[tokio::test]
async fn f032_a_fetch_that_is_cut_anywhere_leaves_nothing_and_is_repeated() {
    let (place, commit) = noisy().await;
    for at in [0, 3, 4, 30, 200, 5_000, 60_000] {
        place.server.fail_next(Fault::CutFetch(at));
        let result = place.mirrors.fetch("mirrors/r.git", &place.remote(), &commit).await;
        let error = result.unwrap_err();
        assert!(error.is_transient(), "{at}: {error}");
        let left: Vec<_> =
            files_below(&place.mirror_folder()).into_iter().filter(|(name, _)| name.contains("pack")).collect();
        assert_eq!(left, [], "{at}");
    }
    assert!(read_all(&place.fetch(&commit).await, &commit).await.is_ok());
}

#[tokio::test]
async fn f132_a_turned_bit_on_the_way_is_noticed() {
    let (place, commit) = noisy().await;
    for at in [30, 1_000, 90_000] {
        place.server.fail_next(Fault::TurnBit(at));
        let result = place.mirrors.fetch("mirrors/r.git", &place.remote(), &commit).await;
        assert!(matches!(result, Err(GitError::Protocol(_))), "{at}: {result:?}");
    }
    place.fetch(&commit).await;
}

#[tokio::test]
async fn f132_a_truncated_pack_is_fetched_afresh() {
    let (place, commit) = noisy().await;
    place.fetch(&commit).await;
    for keep in [0, 10, 5_000] {
        std::fs::OpenOptions::new().write(true).open(pack_of(&place)).unwrap().set_len(keep).unwrap();
        let mirror = restarted(&place).fetch("mirrors/r.git", &place.remote(), &commit).await.unwrap();
        assert!(read_all(&mirror, &commit).await.is_ok(), "{keep}");
    }
}

#[tokio::test]
async fn f132_a_damaged_blob_is_noticed_when_it_is_read_and_healed_by_the_next_fetch() {
    let (place, commit) = noisy().await;
    let mirror = place.fetch(&commit).await;
    spoil(&place);
    assert_eq!(read_all(&mirror, &commit).await, Err(GitError::Corrupt));
    assert!(read_all(&place.fetch(&commit).await, &commit).await.is_ok());
    assert_eq!(place.mirrors.stats().dropped_mirrors_total, 1);
    assert_eq!(read_all(&mirror, &commit).await, Err(GitError::Corrupt), "the old one stays as it was");
    place.fetch(&commit).await;
    assert_eq!(place.mirrors.stats().dropped_mirrors_total, 1, "and does not harm the new one");
}

#[tokio::test]
async fn f132_a_damaged_base_does_not_stop_the_next_commit() {
    let (place, first) = noisy().await;
    place.fetch(&first).await;
    spoil(&place);
    let noise = std::fs::read_to_string(place.work().join("noise")).unwrap();
    let second = place.commit(&[("noise", &format!("{noise}more")), ("d/b.txt", &format!("more{noise}"))]);
    let mirrors = restarted(&place);
    for _ in 0..2 {
        let mirror = mirrors.fetch("mirrors/r.git", &place.remote(), &second).await.unwrap();
        if read_all(&mirror, &second).await.is_ok() {
            return;
        }
    }
    panic!("not healed after one retry");
}

#[tokio::test]
async fn m61_loose_objects_are_never_read() {
    let (place, commit) = noisy().await;
    place.fetch(&commit).await;
    let loose = place.mirror_folder().join("objects").join(&commit.as_str()[..2]);
    std::fs::create_dir(&loose).unwrap();
    std::fs::write(loose.join(&commit.as_str()[2..]), b"x").unwrap();
    let mirrors = restarted(&place);
    mirrors.fetch("mirrors/r.git", &place.remote(), &commit).await.unwrap();
    assert!(!loose.exists() && mirrors.stats().dropped_mirrors_total == 1);
}

#[tokio::test]
async fn f133_a_call_that_hangs_fails_alone_and_its_mirror_is_fetched_afresh() {
    let short = GitSettings { call_timeout: Duration::from_secs(1), ..settings() };
    let place = Place::with(short).await;
    let commit = place.commit(&[("a.txt", "one\n")]);
    let mirror = place.fetch(&commit).await;
    let (release, held) = std::sync::mpsc::channel::<()>();
    let hang = mirror.run(move || held.recv().map_err(|_| GitError::Crashed));
    assert!(matches!(hang.await, Err(GitError::Timeout { .. })));
    let stats = place.mirrors.stats();
    assert_eq!((stats.abandoned_total, stats.abandoned_now), (1, 1));
    place.fetch(&commit).await.tree(&commit).await.unwrap();
    assert_eq!(place.mirrors.stats().fetched_packs_total, 2);
    release.send(()).unwrap();
    while place.mirrors.stats().abandoned_now != 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_a_killed_process_left_is_swept() {
    let (place, commit) = noisy().await;
    place.fetch(&commit).await;
    let old = place.mirror_folder().join("incoming-dead");
    let fresh = place.mirror_folder().join("incoming-alive");
    let half = place.mirror_folder().with_file_name("new-dead");
    for folder in [&old, &fresh, &half] {
        std::fs::create_dir(folder).unwrap();
        std::fs::write(folder.join("pack"), "half").unwrap();
    }
    for folder in [&old, &half] {
        std::fs::File::open(folder).unwrap().set_modified(SystemTime::now() - Duration::from_hours(1)).unwrap();
    }
    restarted(&place).fetch("mirrors/r.git", &place.remote(), &commit).await.unwrap();
    assert_eq!([old.exists(), fresh.exists(), half.exists()], [false, true, false]);
}

#[tokio::test]
async fn a_folder_that_is_no_mirror_is_replaced() {
    let (place, commit) = noisy().await;
    std::fs::create_dir_all(place.mirror_folder()).unwrap();
    place.fetch(&commit).await;
    std::fs::remove_dir_all(place.mirror_folder().join("objects")).unwrap();
    restarted(&place).fetch("mirrors/r.git", &place.remote(), &commit).await.unwrap();
}
