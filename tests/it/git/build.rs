//! Commits built in memory, read back by real git.

use bakeoff::adapters::git::{BuiltCommit, GitError};
use bakeoff::domain::repo::CommitSha;
use bakeoff::domain::tree::{FileMode, TreeChange};

use super::work::{Place, branch, files_below, git, spec};

/// Builds, pushes to a branch `b`, and gives the commit.
async fn pushed(place: &Place, base: &CommitSha, changes: Vec<TreeChange>) -> BuiltCommit {
    let mirror = place.fetch(base).await;
    let built = mirror.build_commit(spec(base, changes)).await.unwrap();
    place.mirrors.push_branch(&place.remote(), &branch("b"), &built, None).await.unwrap();
    place.served(&["fsck", "--strict"]);
    assert_eq!(place.served(&["rev-parse", "b", "b^{tree}"]), format!("{}\n{}", built.sha, built.tree));
    built
}

#[tokio::test]
async fn real_git_reads_the_pushed_commit_as_it_was_meant() {
    let (place, base) =
        Place::filled(&[("a.txt", "one\n"), ("run.sh", "#!/bin/sh\n"), ("x/y/z/old.txt", "old\n"), ("keep", "k\n")])
            .await;
    let changes = vec![
        TreeChange::write("a.txt", FileMode::Regular, "two\n"),
        TreeChange::write("run.sh", FileMode::Executable, "#!/bin/sh\nexit 1\n"),
        TreeChange::write("new/tief/ä.txt", FileMode::Regular, "neu\n"),
        TreeChange::delete("x/y/z/old.txt"),
    ];
    pushed(&place, &base, changes).await;
    let status =
        place.served(&["-c", "core.quotePath=false", "diff", "--raw", "--abbrev=4", "--no-renames", "main", "b"]);
    let short: Vec<&str> = status.lines().map(|line| line.split_at(15).0).collect();
    assert_eq!(short, [":100644 100644 ", ":000000 100644 ", ":100644 100755 ", ":100644 000000 "], "{status}");
    assert!(status.contains("new/tief/ä.txt"));
    assert_eq!(place.served(&["show", "b:run.sh"]), "#!/bin/sh\nexit 1");
    let meta = place.served(&["show", "-s", "--format=%P|%an|%ae|%at|%ai|%cn|%ct|%B", "b"]);
    let date = "1767225600|2026-01-01 00:00:00 +0000|bakeoff[bot]|1767225600";
    assert_eq!(meta, format!("{base}|bakeoff[bot]|bot@example.com|{date}|Fix it\n\nBecause."));
}

#[tokio::test]
async fn f039_the_same_spec_gives_the_same_sha_and_nothing_is_written() {
    let (place, base) = Place::filled(&[("a.txt", "one\n"), ("d/b.txt", "two\n")]).await;
    let changes = || vec![TreeChange::write("d/c.txt", FileMode::Regular, "new\n"), TreeChange::delete("a.txt")];
    let mirror = place.fetch(&base).await;
    let before = files_below(&place.mirror_folder());
    let one = mirror.build_commit(spec(&base, changes())).await.unwrap();
    let turned = changes().into_iter().rev().collect();
    let two = place.fetch(&base).await.build_commit(spec(&base, turned)).await.unwrap();
    assert_eq!(one, two);
    assert_eq!(files_below(&place.mirror_folder()), before, "m61: no loose object, nothing at all");
    let objects: Vec<_> = before.iter().filter(|(name, _)| name.starts_with("objects/")).collect();
    assert!(
        objects.len() == 2 && objects.iter().all(|(name, _)| name.starts_with("objects/pack/pack-")),
        "{objects:?}"
    );
}

#[tokio::test]
async fn the_pack_holds_exactly_what_is_new() {
    let names: Vec<String> = (0..500).map(|n| format!("d{}/f{n}", n % 20)).collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), name.as_str())).collect();
    let (place, base) = Place::filled(&files).await;
    // The content of d1/f1 exists already; d2/new is the only new blob.
    let changes = vec![
        TreeChange::write("d2/new", FileMode::Regular, "new"),
        TreeChange::write("d2/same", FileMode::Regular, "d1/f1"),
    ];
    let built = place.fetch(&base).await.build_commit(spec(&base, changes)).await.unwrap();
    let count = u32::from_be_bytes(built.pack[8..12].try_into().unwrap());
    assert_eq!(count, 4, "a blob, the folder, the root, the commit");
    assert!(built.pack.len() < 3_000, "{}", built.pack.len());
}

#[tokio::test]
async fn files_and_folders_may_change_places() {
    let (place, base) = Place::filled(&[("a", "file\n"), ("d/x", "1\n"), ("d/y/z", "2\n"), ("k", "k\n")]).await;
    let changes = vec![
        TreeChange::delete("a"),
        TreeChange::write("a/below", FileMode::Regular, "now a folder\n"),
        TreeChange::delete("d/x"),
        TreeChange::delete("d/y/z"),
        TreeChange::write("d", FileMode::Regular, "now a file\n"),
    ];
    pushed(&place, &base, changes).await;
    assert_eq!(place.served(&["ls-tree", "-r", "--name-only", "b"]), "a/below\nd\nk");
}

#[tokio::test]
async fn an_emptied_repository_has_the_empty_tree() {
    let (place, base) = Place::filled(&[("d/only", "1\n")]).await;
    let built = place.fetch(&base).await.build_commit(spec(&base, vec![TreeChange::delete("d/only")])).await.unwrap();
    assert_eq!(built.tree.as_str(), "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
}

#[tokio::test]
async fn entries_we_do_not_touch_keep_their_modes_and_bytes() {
    let place = Place::empty().await;
    let work = place.work();
    std::fs::write(work.join("a"), "a").unwrap();
    std::os::unix::fs::symlink("a", work.join("link")).unwrap();
    git(&work, &["add", "-A"]);
    git(&work, &["update-index", "--add", "--cacheinfo", &format!("160000,{},module", "34".repeat(20))]);
    git(&work, &["commit", "-q", "-m", "odd"]);
    let base = place.publish();
    pushed(&place, &base, vec![TreeChange::write("new", FileMode::Regular, "n")]).await;
    let modes = place.served(&["ls-tree", "--format=%(objectmode) %(path)", "b"]);
    assert_eq!(modes, "100644 a\n120000 link\n160000 module\n100644 new");
}

#[tokio::test]
async fn what_cannot_be_changed_is_refused_with_its_path() {
    let (place, base) = Place::filled(&[("a", "1\n"), ("d/x", "1\n")]).await;
    let mirror = place.fetch(&base).await;
    let write = |path| TreeChange::write(path, FileMode::Regular, "x");
    for (changes, word) in [
        (vec![write("a/b")], "is not a folder"),
        (vec![write("d")], "d is a folder"),
        (vec![TreeChange::delete("d")], "d is a folder"),
        (vec![TreeChange::delete("no")], "no does not exist"),
        (vec![TreeChange::delete("no/thing")], "no/thing does not exist"),
        (vec![write("a"), write("a")], "a is changed twice"),
        (vec![write("../a")], "not a path"),
        (vec![write("d//x")], "not a path"),
        (vec![write("/a")], "not a path"),
        (vec![write("d/.GIT/config")], "not a path"),
        (vec![write("")], "not a path"),
        (vec![TreeChange::write("l", FileMode::Symlink, "/etc/passwd")], "ordinary file"),
        (vec![TreeChange::write("m", FileMode::Gitlink, "")], "ordinary file"),
    ] {
        let result = mirror.build_commit(spec(&base, changes.clone())).await;
        assert!(matches!(&result, Err(GitError::BadChange(text)) if text.contains(word)), "{changes:?}: {result:?}");
    }
    let mut person = spec(&base, vec![write("n")]);
    person.author.name = "Eve <eve@example.com>\nparent 0".into();
    let built = mirror.build_commit(person).await.unwrap();
    place.mirrors.push_branch(&place.remote(), &branch("b"), &built, None).await.unwrap();
    assert_eq!(place.served(&["show", "-s", "--format=%an|%P", "b"]), format!("Eve eve@example.comparent 0|{base}"));
    let unknown = CommitSha::parse(&"56".repeat(20)).unwrap();
    let result = mirror.build_commit(spec(&unknown, vec![write("n")])).await;
    assert_eq!(result, Err(GitError::NotHere(unknown)));
}
