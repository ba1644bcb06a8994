//! The real git against the stand-in.

use std::path::Path;
use std::process::Output;

use bakeoff::sim::github::{Change, FakeGithub};
use tokio::process::Command;

use super::{REPO, world};

async fn git(folder: &Path, args: &[&str]) -> Output {
    let mut git = Command::new("git");
    git.current_dir(folder).args(["-c", "user.name=t", "-c", "user.email=t@example.test"]).args(args);
    git.env("GIT_TERMINAL_PROMPT", "0").env("GIT_CONFIG_NOSYSTEM", "1").env("HOME", folder).env("GIT_ASKPASS", "true");
    git.output().await.unwrap()
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn url(hub: &FakeGithub, token: &str) -> String {
    let user = if token.is_empty() { String::new() } else { format!("x-access-token:{token}@") };
    hub.url().replace("http://", &format!("http://{user}")) + "/" + REPO + ".git"
}

#[tokio::test]
async fn a_clone_a_push_and_a_shallow_fetch() {
    let hub = world().await;
    let (room, token) = (tempfile::tempdir().unwrap(), hub.app_token(REPO));
    let cloned = git(room.path(), &["clone", "-q", &url(&hub, &token), "copy"]).await;
    assert!(cloned.status.success(), "{}", words(&cloned));
    let copy = room.path().join("copy");
    assert_eq!(std::fs::read_to_string(copy.join("README.md")).unwrap(), "hello\n");
    std::fs::write(copy.join("README.md"), "mended\n").unwrap();
    git(&copy, &["commit", "-qam", "Mend"]).await;
    let pushed = git(&copy, &["push", "-q", "origin", "HEAD:refs/heads/bakeoff/x"]).await;
    assert!(pushed.status.success(), "{}", words(&pushed));
    let sha = hub.branches(REPO)["bakeoff/x"].clone();
    assert_eq!(hub.tree(REPO, &sha)["README.md"].1, b"mended\n");
    assert_eq!(hub.tree(REPO, &sha)["run.sh"].0, 0o100_755);
    assert_eq!(hub.parents(REPO, &sha), [hub.branches(REPO)["main"].clone()]);
    assert_eq!(hub.commit_message(REPO, &sha), "Mend\n");

    // A commit that no branch reaches any more can still be fetched by its id, as on GitHub.
    hub.delete_branch(REPO, "bakeoff/x");
    let bare = room.path().join("bare.git");
    git(room.path(), &["init", "-q", "--bare", "bare.git"]).await;
    let fetched = git(&bare, &["fetch", "-q", "--depth=1", "--filter=blob:none", &url(&hub, ""), &sha]).await;
    assert!(fetched.status.success(), "{}", words(&fetched));
}

#[tokio::test]
async fn who_may_not_is_turned_away() {
    let hub = world().await;
    let room = tempfile::tempdir().unwrap();
    let token = hub.app_token(REPO);
    let list = async |token: &str| git(room.path(), &["ls-remote", &url(&hub, token)]).await;
    assert!(list("").await.status.success(), "public");
    let refs = format!("{}/info/refs?service=git-upload-pack", url(&hub, ""));
    let asked = super::wire::client().get(refs).basic_auth("x-access-token", Some("ghs_wrong"));
    assert_eq!(asked.send().await.unwrap().status(), 401, "a wrong token is refused even where none is needed");
    hub.make_private(REPO);
    assert!(!list("").await.status.success());
    assert!(list(&token).await.status.success());
    hub.create_repo("octo/other", &[]);
    hub.install_app("octo/other");
    hub.remove_from_installation(REPO);
    let gone = list(&token).await;
    assert!(words(&gone).contains("not found"), "{}", words(&gone));
}

async fn push(hub: &FakeGithub, token: &str, branch: &str, change: &str) -> Output {
    let room = tempfile::tempdir().unwrap();
    git(room.path(), &["clone", "-q", &url(hub, ""), "."]).await;
    let file = room.path().join(change);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, "x\n").unwrap();
    git(room.path(), &["add", "."]).await;
    git(room.path(), &["commit", "-qm", "x"]).await;
    git(room.path(), &["push", &url(hub, token), &format!("HEAD:refs/heads/{branch}")]).await
}

#[tokio::test]
async fn f065_pushes_are_refused_with_a_reason() {
    let hub = world().await;
    let token = hub.app_token(REPO);
    hub.protect_branch(REPO, "release-*");
    let cases = [
        ("release-1", "a.txt", "protected branch hook declined"),
        ("free", ".github/workflows/ci.yml", "without `workflows` permission"),
        ("free", "a.txt", ""),
        ("free", "b.txt", "rejected"),
    ];
    for (branch, file, reason) in cases {
        let pushed = push(&hub, &token, branch, file).await;
        assert_eq!(pushed.status.success(), reason.is_empty(), "{branch} {file}: {}", words(&pushed));
        assert!(words(&pushed).contains(reason), "{}", words(&pushed));
    }
    assert_eq!(hub.branches(REPO).len(), 2, "{:?}", hub.branches(REPO));
    assert!(hub.tree(REPO, "free").contains_key("a.txt"));
    hub.set_granted_permissions(REPO, &[("metadata", "read"), ("contents", "read")]);
    let denied = push(&hub, &hub.app_token(REPO), "more", "a.txt").await;
    assert!(words(&denied).contains("403"), "{}", words(&denied));
    hub.archive_repo(REPO, true);
    assert!(!push(&hub, &token, "more", "a.txt").await.status.success());
}

#[tokio::test]
async fn a_push_to_an_open_pull_request_is_told() {
    let hub = world().await;
    hub.push_commit(REPO, "fix", &[Change::text("a", "1\n")]);
    let number = hub.open_pull(REPO, "ada", "fix", "Mend", "");
    let sha = hub.push_commit(REPO, "fix", &[Change::text("a", "2\n")]);
    let told = hub.last_delivery("pull_request", Some("synchronize")).unwrap();
    assert_eq!(hub.delivery_body(told.id).unwrap()["after"], sha);
    let room = tempfile::tempdir().unwrap();
    let seen = git(room.path(), &["ls-remote", &url(&hub, ""), &format!("refs/pull/{number}/head")]).await;
    assert!(String::from_utf8_lossy(&seen.stdout).starts_with(&sha), "{}", words(&seen));
}
