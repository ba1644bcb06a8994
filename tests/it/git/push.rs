//! Branches pushed to real git.

use bakeoff::adapters::git::{BuiltCommit, GitError, GitSettings, PushOutcome, Remote};
use bakeoff::domain::repo::CommitSha;
use bakeoff::domain::tree::{FileMode, TreeChange};

use super::server::{Fault, GitServer};
use super::work::{Place, branch, settings, spec};

async fn built(place: &Place, base: &CommitSha, text: &str) -> BuiltCommit {
    let change = TreeChange::write("a.txt", FileMode::Regular, text);
    place.fetch(base).await.build_commit(spec(base, vec![change])).await.unwrap()
}

async fn push(place: &Place, commit: &BuiltCommit, old: Option<&CommitSha>) -> Result<PushOutcome, GitError> {
    place.mirrors.push_branch(&place.remote(), &branch("bakeoff/7"), commit, old).await
}

#[tokio::test]
async fn f063_f064_a_branch_is_made_once_and_never_forced() {
    let (place, base) = Place::filled(&[("a.txt", "one\n")]).await;
    let (ours, other) = (built(&place, &base, "ours\n").await, built(&place, &base, "other\n").await);
    assert_eq!(push(&place, &ours, None).await, Ok(PushOutcome::Pushed));
    assert_eq!(push(&place, &ours, None).await, Ok(PushOutcome::AlreadyThere));
    assert_eq!(push(&place, &other, None).await, Ok(PushOutcome::TakenByOther(ours.sha.clone())));
    assert_eq!(place.served(&["rev-parse", "bakeoff/7"]), ours.sha.as_str());
}

#[tokio::test]
async fn an_own_branch_moves_on_from_where_it_is_expected() {
    let (place, base) = Place::filled(&[("a.txt", "one\n")]).await;
    let first = built(&place, &base, "first\n").await;
    push(&place, &first, None).await.unwrap();
    let place_of_first = place.fetch(&first.sha).await;
    let change = TreeChange::write("a.txt", FileMode::Regular, "second\n");
    let second = place_of_first.build_commit(spec(&first.sha, vec![change])).await.unwrap();
    assert_eq!(push(&place, &second, Some(&base)).await, Ok(PushOutcome::TakenByOther(first.sha.clone())));
    assert_eq!(push(&place, &second, Some(&first.sha)).await, Ok(PushOutcome::Pushed));
    assert_eq!(place.served(&["rev-list", "--count", "bakeoff/7"]), "3");
    place.served(&["branch", "-D", "bakeoff/7"]);
    let gone = push(&place, &second, Some(&first.sha)).await;
    assert_eq!(gone, Ok(PushOutcome::Rejected("the branch no longer exists".into())));
}

#[tokio::test]
async fn f065_a_hooks_no_is_told_with_its_reason() {
    let (place, base) = Place::filled(&[("a.txt", "one\n")]).await;
    let commit = built(&place, &base, "ours\n").await;
    let hook = place.bare().join("hooks/update");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::write(&hook, "#!/bin/sh\necho 'protected pattern' >&2\nexit 1\n").unwrap();
    std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    assert_eq!(push(&place, &commit, None).await, Ok(PushOutcome::Rejected("hook declined".into())));
}

#[tokio::test]
async fn f066_a_push_whose_answer_was_lost_is_adopted() {
    let (place, base) = Place::filled(&[("a.txt", "one\n")]).await;
    let commit = built(&place, &base, "ours\n").await;
    place.server.fail_next(Fault::LosePushAnswer);
    assert_eq!(push(&place, &commit, None).await, Ok(PushOutcome::AlreadyThere));
    place.server.fail_next(Fault::Status(503));
    let other = built(&place, &base, "other\n").await;
    let seen = push(&place, &other, None).await;
    assert_eq!(seen, Ok(PushOutcome::TakenByOther(commit.sha)), "the server was down only for a moment");
}

#[tokio::test]
async fn f069_a_parent_that_the_server_lost_is_no_push() {
    let (place, base) = Place::filled(&[("a.txt", "one\n"), ("b.txt", "kept\n")]).await;
    let commit = built(&place, &base, "ours\n").await;
    std::fs::remove_dir_all(place.bare().join("objects")).unwrap();
    std::fs::create_dir_all(place.bare().join("objects/pack")).unwrap();
    std::fs::remove_file(place.bare().join("refs/heads/main")).unwrap();
    let outcome = push(&place, &commit, None).await.unwrap();
    assert!(matches!(&outcome, PushOutcome::Rejected(why) if why.contains("necessary objects")), "{outcome:?}");
}

#[tokio::test]
async fn a_push_without_the_right_is_refused_and_says_nothing_secret() {
    let (place, base) = Place::filled(&[("a.txt", "one\n")]).await;
    let commit = built(&place, &base, "ours\n").await;
    let server = GitServer::start(place.folder.path().join("served"), Some("ghs_right")).await;
    let remote = Remote { token: Some("ghs_SECRET".into()), ..server.remote("o/n") };
    let error = place.mirrors.push_branch(&remote, &branch("b"), &commit, None).await.unwrap_err();
    assert_eq!(error, GitError::AuthFailed);
    let shown = format!("{error} {error:?} {remote:?} {:?}", place.mirrors);
    assert!(!shown.contains("SECRET"), "{shown}");
}

#[tokio::test]
async fn a_server_that_never_answers_runs_into_the_deadline() {
    let (place, base) = Place::filled(&[("a.txt", "one\n")]).await;
    let commit = built(&place, &base, "ours\n").await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/o/n", listener.local_addr().unwrap()).parse().unwrap();
    let short = GitSettings { total_timeout: std::time::Duration::from_millis(200), ..settings() };
    let mirrors = bakeoff::adapters::git::Mirrors::new(place.folder.path().join("other"), short).unwrap();
    let result = mirrors.push_branch(&Remote { url, token: None }, &branch("b"), &commit, None).await;
    assert!(matches!(result, Err(GitError::Timeout { what: "the push", .. })), "{result:?}");
}
