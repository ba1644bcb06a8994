//! Whether a patch still fits a branch that moved on.

use bakeoff::adapters::git::{MergeOutcome, Merged};
use bakeoff::domain::tree::{FileMode, TreeChange};

use super::work::{Place, git};

const TEN: &str = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n";

fn edit(path: &str, from: &str, to: &str) -> TreeChange {
    TreeChange::write(path, FileMode::Regular, TEN.replacen(from, to, 1))
}

/// Commits `then` on top of `a` and `b`, and merges `changes` made before.
async fn outcome(changes: Vec<TreeChange>, then: impl FnOnce(&Place)) -> MergeOutcome {
    let (place, base) = Place::filled(&[("a", TEN), ("b", TEN), ("d/c", "c\n")]).await;
    then(&place);
    let head = place.commit(&[]);
    place.fetch(&base).await;
    let mirror = place.fetch(&head).await;
    mirror.merge_check(&base, &head, changes).await.unwrap()
}

fn write(place: &Place, path: &str, text: &str) {
    let file = place.work().join(path);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, text).unwrap();
}

fn conflict(path: &str) -> MergeOutcome {
    MergeOutcome::Conflict(vec![path.into()])
}

#[tokio::test]
async fn f061_changes_elsewhere_are_clean() {
    let ours = || vec![edit("a", "2\n", "two\n")];
    assert_eq!(outcome(ours(), |_| ()).await, MergeOutcome::Clean);
    assert_eq!(outcome(ours(), |p| write(p, "b", "other\n")).await, MergeOutcome::Clean);
    assert_eq!(outcome(ours(), |p| write(p, "a", &TEN.replace("9\n", "nine\n"))).await, MergeOutcome::Clean);
    assert_eq!(outcome(ours(), |p| write(p, "a", &TEN.replacen("2\n", "two\n", 1))).await, MergeOutcome::Clean);
    let moved = |p: &Place| drop(git(&p.work(), &["mv", "a", "moved"]));
    assert_eq!(outcome(ours(), moved).await, MergeOutcome::Clean, "a rename is followed");
}

/// The files of a commit that holds `changes`, merged onto what `then` made of the base.
async fn merged(changes: Vec<TreeChange>, then: impl FnOnce(&Place)) -> Vec<TreeChange> {
    let (place, base) = Place::filled(&[("a", TEN), ("b", TEN), ("d/c", "c\n")]).await;
    then(&place);
    let head = place.commit(&[]);
    place.fetch(&base).await;
    match place.fetch(&head).await.merge(&base, &head, changes).await.unwrap() {
        Merged::Clean(changes) => changes,
        Merged::Conflict(paths) => panic!("conflicts in {paths:?}"),
    }
}

#[tokio::test]
async fn f061_what_a_merge_changes_on_the_branch_is_only_what_the_branch_lacks() {
    let ours = || vec![edit("a", "2\n", "two\n")];
    let both = TEN.replacen("2\n", "two\n", 1).replace("9\n", "nine\n");
    let there = merged(ours(), |p| write(p, "a", &TEN.replace("9\n", "nine\n"))).await;
    assert_eq!(there, [TreeChange::write("a", FileMode::Regular, both)]);
    assert_eq!(merged(ours(), |p| write(p, "a", &TEN.replacen("2\n", "two\n", 1))).await, []);
    let moved = |p: &Place| drop(git(&p.work(), &["mv", "a", "moved"]));
    let renamed = merged(ours(), moved).await;
    assert_eq!(renamed, [TreeChange::write("moved", FileMode::Regular, TEN.replacen("2\n", "two\n", 1))]);
    let deleted = merged(vec![TreeChange::delete("d/c")], |p| write(p, "b", "other\n")).await;
    assert_eq!(deleted, [TreeChange::delete("d/c")]);
    let made = vec![TreeChange::write("bin/x", FileMode::Executable, "#!\n")];
    assert_eq!(merged(made.clone(), |p| write(p, "b", "other\n")).await, made);
}

#[tokio::test]
async fn f062_changes_in_the_same_place_are_conflicts() {
    let ours = || vec![edit("a", "2\n", "two\n")];
    assert_eq!(outcome(ours(), |p| write(p, "a", &TEN.replacen("2\n", "zwei\n", 1))).await, conflict("a"));
    assert_eq!(outcome(ours(), |p| std::fs::remove_file(p.work().join("a")).unwrap()).await, conflict("a"));
    let added = || vec![TreeChange::write("new", FileMode::Regular, "ours\n")];
    assert_eq!(outcome(added(), |p| write(p, "new", "theirs\n")).await, conflict("new"));
    let deleted = || vec![TreeChange::delete("b")];
    assert_eq!(outcome(deleted(), |p| write(p, "b", "changed\n")).await, conflict("b"));
    let folder = || vec![TreeChange::write("new/file", FileMode::Regular, "ours\n")];
    assert_ne!(outcome(folder(), |p| write(p, "new", "a file\n")).await, MergeOutcome::Clean);
}
