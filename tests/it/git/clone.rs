//! Listing refs and fetching commits.

use std::os::unix::fs::PermissionsExt;

use bakeoff::adapters::git::{GitError, Mirrors, Remote};
use bakeoff::domain::repo::CommitSha;
use bakeoff::domain::tree::FileMode;

use super::server::{Fault, GitServer};
use super::work::{Place, branch, files_below, git, settings};

#[tokio::test]
async fn a_commit_arrives_whole_and_real_git_finds_nothing_wrong() {
    let (place, first) = Place::filled(&[("a.txt", "one\n"), ("dir/b.txt", "two\n")]).await;
    let second = place.commit(&[("a.txt", "three\n")]);
    let view = place.fetch(&second).await.tree(&second).await.unwrap();
    let paths: Vec<&str> = view.files().map(|file| file.path).collect();
    assert_eq!(paths, ["a.txt", "dir/b.txt"]);
    assert_eq!(view.read("a.txt", 100).unwrap().unwrap(), b"three\n");
    git(&place.mirror_folder(), &["fsck", "--strict"]);
    let history = git(&place.mirror_folder(), &["rev-list", second.as_str()]);
    assert_eq!(history, second.as_str(), "depth is 1: {first} is not here");
}

#[tokio::test]
async fn the_second_fetch_brings_only_what_is_new_and_the_third_nothing() {
    let noise: String = (0..40_000u32).map(|n| n.wrapping_mul(2_654_435_761).to_string()).collect();
    let (place, first) = Place::filled(&[("big.txt", &noise), ("a.txt", "one\n")]).await;
    place.fetch(&first).await;
    place.server.take_log();
    let second = place.commit(&[("a.txt", "two\n")]);
    place.fetch(&second).await;
    let log = place.server.take_log();
    let sent = log.iter().map(|(_, bytes)| bytes).sum::<usize>();
    assert!(log.len() == 2 && sent < 2_000, "{log:?}");
    git(&place.mirror_folder(), &["fsck", "--strict"]);
    place.fetch(&first).await;
    place.fetch(&second).await;
    let again = Mirrors::new(place.folder.path().join("data"), settings()).unwrap();
    again.fetch("mirrors/r.git", &place.remote(), &second).await.unwrap();
    assert!(place.server.take_log().is_empty(), "what is there is not fetched");
}

#[tokio::test]
async fn many_at_once_share_one_fetch() {
    let (place, commit) = Place::filled(&[("a.txt", "one\n")]).await;
    let remote = place.remote();
    let all = (0..20).map(|_| place.mirrors.fetch("mirrors/r.git", &remote, &commit));
    assert!(futures::future::join_all(all).await.iter().all(Result::is_ok));
    assert_eq!(place.server.take_log().len(), 2, "one advertisement, one pack");
    assert_eq!(place.mirrors.stats().fetched_packs_total, 1);
}

#[tokio::test]
async fn refs_are_listed_by_prefix_and_head_names_its_branch() {
    let (place, commit) = Place::filled(&[("a.txt", "one\n")]).await;
    place.served(&["branch", "bakeoff/1", "main"]);
    place.served(&["branch", "other", "main"]);
    let refs = place.mirrors.ls_refs(&place.remote(), &["HEAD", "refs/heads/bakeoff/"]).await.unwrap();
    let head = refs.head.clone().unwrap();
    assert_eq!((head.branch, head.commit), (Some(branch("main")), commit.clone()));
    assert_eq!(refs.list, [("refs/heads/bakeoff/1".to_owned(), commit.clone())]);
    assert_eq!(refs.branch(&branch("bakeoff/1")), Some(&commit));
    assert_eq!(refs.branch(&branch("bakeoff")), None);
}

#[tokio::test]
async fn f070_an_empty_repository_is_called_empty() {
    let place = Place::empty().await;
    let refs = place.mirrors.ls_refs(&place.remote(), &["HEAD", "refs/heads/"]).await.unwrap();
    assert_eq!((refs.head, refs.unborn, refs.list), (None, Some(branch("main")), vec![]));
    assert_eq!(place.mirrors.head(&place.remote()).await, Err(GitError::Empty));
}

#[tokio::test]
async fn f069_a_commit_the_server_lost_is_gone() {
    let (place, _) = Place::filled(&[("a.txt", "one\n")]).await;
    let lost = CommitSha::parse(&"12".repeat(20)).unwrap();
    let result = place.mirrors.fetch("mirrors/r.git", &place.remote(), &lost).await;
    assert_eq!(result.err(), Some(GitError::CommitGone(lost)));
}

#[tokio::test]
async fn the_token_is_sent_and_a_wrong_one_refused() {
    let (place, commit) = Place::filled(&[("a.txt", "one\n")]).await;
    let server = GitServer::start(place.folder.path().join("served"), Some("ghs_right")).await;
    place.mirrors.fetch("with", &server.remote("o/n"), &commit).await.unwrap();
    for token in [None, Some("ghs_wrong".into())] {
        let remote = Remote { token, ..server.remote("o/n") };
        let result = place.mirrors.fetch("without", &remote, &commit).await;
        assert_eq!(result.err(), Some(GitError::AuthFailed));
    }
    let gone = place.mirrors.head(&server.remote("o/other")).await;
    assert_eq!(gone, Err(GitError::RepositoryGone));
}

#[tokio::test]
async fn f072_odd_trees_are_plain_blobs() {
    let place = Place::empty().await;
    let work = place.work();
    std::fs::create_dir_all(work.join("tief/ä ö/日本")).unwrap();
    std::fs::write(work.join("tief/ä ö/日本/файл.txt"), "inhalt").unwrap();
    std::fs::write(work.join("run.sh"), "#!/bin/sh\n").unwrap();
    std::fs::set_permissions(work.join("run.sh"), std::fs::Permissions::from_mode(0o755)).unwrap();
    std::os::unix::fs::symlink("loop", work.join("loop")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", work.join("out")).unwrap();
    std::fs::write(work.join("big.bin"), "version https://git-lfs.github.com/spec/v1\n").unwrap();
    let deep = vec!["d"; 300].join("/");
    git(&work, &["add", "-A"]);
    let blob = git(&work, &["hash-object", "-w", "run.sh"]);
    git(&work, &["update-index", "--add", "--cacheinfo", &format!("160000,{},module", "34".repeat(20))]);
    git(&work, &["update-index", "--add", "--cacheinfo", &format!("100644,{blob},{deep}/end")]);
    git(&work, &["commit", "-q", "-m", "odd"]);
    let commit = place.publish();
    let view = place.fetch(&commit).await.tree(&commit).await.unwrap();
    let mode = |path: &str| view.entry(path).map(|file| file.mode);
    assert_eq!(mode("run.sh"), Some(FileMode::Executable));
    assert_eq!(mode("loop"), Some(FileMode::Symlink));
    assert_eq!(mode("module"), Some(FileMode::Gitlink));
    assert_eq!(mode("big.bin"), Some(FileMode::Regular));
    assert_eq!(view.read("tief/ä ö/日本/файл.txt", 100).unwrap().unwrap(), "inhalt".as_bytes());
    assert_eq!(view.read("out", 100).unwrap().unwrap(), b"/etc/passwd", "a link is its text");
    assert_eq!(view.read("module", 100).unwrap(), None);
    assert!(mode(&format!("{deep}/end")).is_some() && view.is_dir(&deep) && !view.is_dir("run.sh"));
    assert_eq!(view.folded("TIEF/Ä Ö/日本"), Some("tief/ä ö/日本"));
    assert_eq!(view.folded("Run.SH"), Some("run.sh"));
    assert_eq!(view.folded("run.shx"), None);
    let too_large = GitError::TooLarge { what: "a file", limit_bytes: 5 };
    assert_eq!(view.read("tief/ä ö/日本/файл.txt", 5), Err(too_large));
}

#[tokio::test]
async fn f072_paths_that_are_not_utf8_are_left_out_and_counted() {
    use std::os::unix::ffi::OsStrExt;
    let place = Place::empty().await;
    let name = std::ffi::OsStr::from_bytes(b"b\xff.txt");
    std::fs::write(place.work().join(name), "x").unwrap();
    let commit = place.commit(&[("a.txt", "one\n")]);
    let view = place.fetch(&commit).await.tree(&commit).await.unwrap();
    assert_eq!((view.len(), view.skipped()), (1, 1));
}

#[tokio::test]
async fn a_tree_that_holds_itself_many_times_over_ends_at_the_limit() {
    let place = Place::with(bakeoff::adapters::git::GitSettings { max_files: 5_000, ..settings() }).await;
    let work = place.work();
    let mut tree = git(&work, &["hash-object", "-w", "-t", "tree", "/dev/null"]);
    for _ in 0..12 {
        let list: String = (0..10).fold(String::new(), |list, n| format!("{list}040000 tree {tree}\t{n}\n"));
        std::fs::write(work.join("list"), list).unwrap();
        let file = std::fs::File::open(work.join("list")).unwrap();
        let made = super::work::command(&work, &["mktree"]).stdin(file).output().unwrap();
        tree = String::from_utf8(made.stdout).unwrap().trim().to_owned();
    }
    let commit = git(&work, &["commit-tree", "-m", "bomb", &tree]);
    git(&work, &["reset", "-q", "--soft", &commit]);
    let commit = place.publish();
    let result = place.mirrors.fetch("mirrors/r.git", &place.remote(), &commit).await;
    assert_eq!(result.err(), Some(GitError::TooManyFiles { limit: 5_000 }));
}

#[tokio::test]
async fn five_thousand_files_are_listed_as_git_lists_them() {
    let place = Place::empty().await;
    let names: Vec<String> = (0..5_000).map(|n| format!("d{}/e{}/f{n}.rs", n % 7, n % 131)).collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), name.as_str())).collect();
    let commit = place.commit(&files);
    let view = place.fetch(&commit).await.tree(&commit).await.unwrap();
    let ours: Vec<String> = view.files().map(|f| format!("{} {} {}", f.mode.as_str(), f.blob, f.path)).collect();
    let theirs = place.served(&["ls-tree", "-r", "--format=%(objectmode) %(objectname) %(path)", "main"]);
    assert_eq!(ours.join("\n"), theirs);
}

#[tokio::test]
async fn a_removed_mirror_is_fetched_again() {
    let (place, commit) = Place::filled(&[("a.txt", "one\n")]).await;
    place.fetch(&commit).await;
    place.mirrors.remove("mirrors/r.git").await.unwrap();
    assert!(files_below(&place.folder.path().join("data")).is_empty());
    place.fetch(&commit).await;
    assert_eq!(place.mirrors.stats().fetched_packs_total, 2);
    for key in ["", "../x", "/x", "a/../b"] {
        let result = place.mirrors.fetch(key, &place.remote(), &commit).await;
        assert!(matches!(result, Err(GitError::Disk(_))), "{key}");
    }
}

#[tokio::test]
async fn a_server_that_speaks_version_0_only_is_understood() {
    let (place, first) = Place::filled(&[("a.txt", "one\n"), ("dir/b.txt", "two\n")]).await;
    place.served(&["branch", "other", "main"]);
    place.served(&["tag", "-a", "-m", "x", "v1", "main"]);
    place.server.fail_next(Fault::OldProtocol);
    let refs = place.mirrors.ls_refs(&place.remote(), &["HEAD", "refs/heads/o"]).await.unwrap();
    assert_eq!(refs.head.unwrap().branch, Some(branch("main")));
    assert_eq!(refs.list, [("refs/heads/other".to_owned(), first.clone())]);
    let view = place.fetch(&first).await.tree(&first).await.unwrap();
    assert_eq!(view.read("dir/b.txt", 100).unwrap().unwrap(), b"two\n");
    let second = place.commit(&[("a.txt", "three\n")]);
    let view = place.fetch(&second).await.tree(&second).await.unwrap();
    assert_eq!(view.read("a.txt", 100).unwrap().unwrap(), b"three\n");
    git(&place.mirror_folder(), &["fsck", "--strict"]);
    let gone = CommitSha::parse(&"1".repeat(40)).unwrap();
    assert_eq!(
        place.mirrors.fetch("mirrors/r.git", &place.remote(), &gone).await.unwrap_err(),
        GitError::CommitGone(gone)
    );
}

#[tokio::test]
async fn f070_an_empty_repository_is_called_empty_in_version_0_too() {
    let place = Place::empty().await;
    place.server.fail_next(Fault::OldProtocol);
    assert_eq!(place.mirrors.head(&place.remote()).await, Err(GitError::Empty));
}
