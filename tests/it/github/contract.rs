//! Every call of the client against the stateful stand-in: both must mean the same GitHub.

use std::sync::Arc;
use std::time::Duration;

use bakeoff::adapters::github::{
    AccountKind, CompareStatus, GitHub, GithubConfig, GithubError, NewPull, RepoClient, ValidationCode,
};
use bakeoff::domain::clock::SystemClock;
use bakeoff::domain::ids::{CommentId, GithubRepoId, InstallationId};
use bakeoff::domain::permission::Permission;
use bakeoff::domain::pull::PullStatus;
use bakeoff::domain::reaction::ReactionContent;
use bakeoff::domain::repo::{BranchName, CommitSha, RepoName};
use bakeoff::sim::github::{Change, FakeGithub, Fault, RepoHandle};
use secrecy::{ExposeSecret, SecretString};

const REPO: &str = "octo/hello";

struct Scene {
    fake: FakeGithub,
    github: GitHub,
    made: RepoHandle,
    repo: RepoClient,
    issue: i64,
}

impl Scene {
    async fn new() -> Self {
        let fake = FakeGithub::start().await.unwrap();
        let made = fake.create_repo(REPO, &[("src/lib.rs", 0o100_644, b"fn main() {}\n")]);
        fake.create_user("ann");
        fake.set_permission(REPO, "ann", "maintain");
        let installation = fake.install_app(REPO);
        let issue = fake.open_issue(REPO, "ann", "It breaks", "badly");
        let config = GithubConfig {
            api_url: fake.api_url(),
            web_url: fake.url(),
            app_id: fake.app_id(),
            private_key: SecretString::from(fake.private_key_pem()),
            ..super::config("")
        };
        let github = GitHub::new(config, Arc::new(SystemClock)).unwrap();
        let name = RepoName::parse(REPO).unwrap();
        let repo = github.repo(InstallationId(installation), GithubRepoId(made.id), name);
        Self { fake, github, made, repo, issue }
    }

    fn branch_with_change(&self, name: &str) -> CommitSha {
        let sha = self.fake.push_commit(REPO, name, &[Change::text("src/lib.rs", "fn main() { run() }\n")]);
        CommitSha::parse(&sha).unwrap()
    }
}

fn branch(name: &str) -> BranchName {
    BranchName::parse(name).unwrap()
}

fn new_pull(head: &str) -> NewPull {
    NewPull { title: "Fix".into(), head: branch(head), base: branch("main"), body: "why".into(), draft: true }
}

#[tokio::test]
async fn the_app_finds_itself_and_its_repositories() {
    let scene = Scene::new().await;
    let app = scene.github.app().await.unwrap();
    assert_eq!((app.slug, app.bot_user_id.unwrap().0), (scene.fake.app_slug(), scene.fake.bot().id));
    let here = scene.github.installation_of(&scene.repo.name()).await.unwrap().unwrap();
    assert_eq!(
        (here.id, here.suspended, here.account.kind),
        (scene.repo.installation(), false, AccountKind::Organization)
    );
    assert_eq!(here.permissions["issues"], "write");
    assert_eq!(scene.github.installation(here.id).await, Ok(Some(here.clone())));
    assert_eq!(scene.github.installations().await, Ok(vec![here]));
    let repos = scene.github.installation_repos(scene.repo.installation()).await.unwrap();
    assert_eq!(repos, [scene.repo.get().await.unwrap()]);
    let stranger = RepoName::new("octo", "elsewhere").unwrap();
    assert_eq!(scene.github.installation_of(&stranger).await, Ok(None));
}

#[tokio::test]
async fn commits_are_found_and_compared() {
    let scene = Scene::new().await;
    let base = CommitSha::parse(&scene.made.head).unwrap();
    let head = scene.branch_with_change("fix/it");
    assert_eq!(scene.repo.branch_head(&branch("main")).await, Ok(Some(base.clone())));
    assert_eq!(scene.repo.branch_head(&branch("fix/it")).await, Ok(Some(head.clone())));
    assert_eq!(scene.repo.branch_head(&branch("fix")).await, Ok(None));
    for name in ["fix/it", head.as_str(), head.short()] {
        assert_eq!(scene.repo.resolve_ref(name).await, Ok(Some(head.clone())), "{name}");
    }
    assert_eq!(scene.repo.resolve_ref("nowhere").await, Ok(None));
    let compare = scene.repo.compare(&base, &head).await.unwrap().unwrap();
    assert_eq!((compare.ahead_by, compare.behind_by, compare.status), (1, 0, CompareStatus::Ahead));
    let unknown = CommitSha::parse(&"0".repeat(40)).unwrap();
    assert_eq!(scene.repo.compare(&unknown, &head).await, Ok(None));
    scene.fake.create_repo("octo/empty", &[]);
    scene.fake.install_app("octo/empty");
    let empty = scene.github.installation_repos(scene.repo.installation()).await.unwrap();
    let empty = empty.into_iter().find(|repo| repo.name.name == "empty").unwrap();
    let empty = scene.github.repo(scene.repo.installation(), empty.id, empty.name);
    assert_eq!(empty.branch_head(&branch("main")).await, Ok(None), "F070");
}

#[tokio::test]
async fn m11_rights_are_asked() {
    let scene = Scene::new().await;
    scene.fake.create_user("bob");
    scene.fake.create_bot("evil[bot]");
    for (login, permission) in [("ann", Permission::Write), ("bob", Permission::Read)] {
        let standing = scene.repo.permission(login).await.unwrap();
        assert_eq!((standing.permission, standing.account.unwrap().kind), (permission, AccountKind::User), "{login}");
    }
    for nobody in ["nobody", "evil[bot]"] {
        let standing = scene.repo.permission(nobody).await.unwrap();
        assert_eq!((standing.permission, standing.account), (Permission::None, None), "{nobody}");
    }
}

#[tokio::test]
async fn a_comments_life() {
    let scene = Scene::new().await;
    let issue = scene.repo.issue(scene.issue).await.unwrap();
    assert_eq!((issue.title.as_str(), issue.open, issue.locked, issue.is_pull), ("It breaks", true, false, false));
    let written = scene.repo.create_comment(scene.issue, "one").await.unwrap();
    assert_eq!((written.issue_number, written.created_at), (scene.issue, written.updated_at));
    let app = scene.github.app().await.unwrap();
    assert_eq!(written.app_id, Some(app.id), "ours, by the App's number");
    assert_eq!(written.author.as_ref().unwrap().person.id, app.bot_user_id.unwrap());
    scene.repo.update_comment(written.id, "two").await.unwrap();
    scene.repo.react_to_comment(written.id, ReactionContent::Rocket).await.unwrap();
    scene.repo.react_to_comment(written.id, ReactionContent::Rocket).await.unwrap();
    scene.repo.react_to_issue(scene.issue, ReactionContent::Eyes).await.unwrap();
    scene.repo.minimize_comment(&written.node_id).await.unwrap();
    let seen = scene.fake.comments(REPO, scene.issue);
    assert_eq!((seen[0].body.as_str(), seen[0].minimized.as_deref()), ("two", Some("outdated")));
    let listed = scene.repo.comments(scene.issue, None).await.unwrap();
    assert_eq!(listed[0].id, written.id);
    assert_eq!(scene.repo.repo_comments_since(written.created_at).await.unwrap()[0].id, written.id);
    let reactions = scene.repo.reactions(written.id).await.unwrap();
    let by: Vec<_> = reactions.iter().map(|r| (r.content, r.author.as_ref().unwrap().kind)).collect();
    assert_eq!(by, [(ReactionContent::Rocket, AccountKind::Bot)]);
    scene.fake.delete_comment(REPO, written.id.0, "ann");
    assert_eq!(scene.repo.comment(written.id).await, Ok(None));
}

#[tokio::test]
async fn m15_rollups_notice_a_reaction() {
    let scene = Scene::new().await;
    let ids: Vec<i64> = (0..101).map(|n| scene.fake.comment(REPO, scene.issue, "ann", &format!("{n}"))).collect();
    let first = scene.repo.comment_rollups(scene.issue).await.unwrap();
    assert_eq!(first.comments.iter().map(|c| c.id.0).collect::<Vec<_>>(), ids);
    assert!(!first.unchanged && scene.repo.comment_rollups(scene.issue).await.unwrap().unchanged);
    scene.fake.react(REPO, ids[100], "ann", "rocket");
    let after = scene.repo.comment_rollups(scene.issue).await.unwrap();
    assert!(!after.unchanged);
    assert_eq!(after.comments[100].reactions[&ReactionContent::Rocket], 1);
    assert!(scene.repo.budget().is_some_and(|budget| budget.remaining < budget.limit));
}

#[tokio::test]
async fn a_pull_requests_life() {
    let scene = Scene::new().await;
    let head = scene.branch_with_change("bakeoff/x");
    let opened = scene.repo.create_pull(&new_pull("bakeoff/x")).await.unwrap();
    assert_eq!((opened.status, opened.draft, &opened.head_sha), (PullStatus::Open, true, &head));
    assert_eq!(opened.head_repo, Some(scene.repo.id()));
    scene.repo.add_labels(opened.number, &["bakeoff".into()]).await.unwrap();
    scene.repo.request_reviewers(opened.number, &["ann".into()]).await.unwrap();
    assert!(scene.repo.issue(opened.number).await.unwrap().is_pull);
    assert_eq!(
        scene.repo.pulls_by_head(&branch("bakeoff/x")).await,
        Ok(vec![scene.repo.pull(opened.number).await.unwrap()])
    );
    assert_eq!(scene.repo.pulls_by_head(&branch("other")).await, Ok(vec![]));
    scene.fake.merge_pull(REPO, opened.number, "ann");
    assert_eq!(scene.repo.pull(opened.number).await.unwrap().status, PullStatus::Merged);
}

#[tokio::test]
async fn f063_refused_pull_requests_say_why() {
    let scene = Scene::new().await;
    scene.branch_with_change("bakeoff/x");
    scene.repo.create_pull(&new_pull("bakeoff/x")).await.unwrap();
    scene.fake.force_push(REPO, "bakeoff/same", &scene.made.head);
    let other_base = NewPull { base: branch("nowhere"), ..new_pull("bakeoff/x") };
    for (new, expected) in [
        (new_pull("bakeoff/x"), ValidationCode::PullExists),
        (new_pull("bakeoff/same"), ValidationCode::NoCommits),
        (new_pull("bakeoff/none"), ValidationCode::HeadMissing),
        (other_base, ValidationCode::BaseMissing),
    ] {
        match scene.repo.create_pull(&new).await {
            Err(GithubError::Validation { code, .. }) => assert_eq!(code, expected, "{new:?}"),
            other => panic!("{new:?}: {other:?}"),
        }
    }
    let long = scene.repo.create_comment(scene.issue, &"x".repeat(70_000)).await.unwrap_err();
    assert!(matches!(long, GithubError::Validation { code: ValidationCode::TooLong, .. }), "F058: {long:?}");
}

#[tokio::test]
async fn f044_f045_what_was_done_unseen_can_be_found() {
    let scene = Scene::new().await;
    scene.branch_with_change("bakeoff/x");
    for fault in [
        Fault::on("POST", "*").apply_then_fail(),
        Fault::on("POST", "*").apply_then_reset(),
        Fault::on("POST", "*").cut(30),
    ] {
        scene.repo.get().await.unwrap();
        scene.fake.fault(fault);
        let before = scene.fake.comments(REPO, scene.issue).len();
        let result = scene.repo.create_comment(scene.issue, "marker").await;
        assert_eq!(result, Err(GithubError::UnknownOutcome));
        assert_eq!(scene.repo.comments(scene.issue, None).await.unwrap().len(), before + 1);
    }
    scene.fake.fault(Fault::on("POST", "*/pulls").apply_then_fail());
    assert_eq!(scene.repo.create_pull(&new_pull("bakeoff/x")).await, Err(GithubError::UnknownOutcome));
    assert_eq!(scene.repo.pulls_by_head(&branch("bakeoff/x")).await.unwrap().len(), 1);
}

#[tokio::test]
async fn f056_every_fifth_connection_breaks_and_nobody_sees_it() {
    let scene = Scene::new().await;
    let comment = CommentId(scene.fake.comment(REPO, scene.issue, "ann", "hi"));
    scene.fake.fault(Fault::on("*", "*").reset_connection().every(5).always());
    for _ in 0..12 {
        scene.repo.comment(comment).await.unwrap().unwrap();
        scene.repo.issue(scene.issue).await.unwrap();
    }
}

#[tokio::test]
async fn f050_fresh_tokens_warm_up() {
    let scene = Scene::new().await;
    scene.fake.set_token_warm_up(Duration::from_millis(100));
    let config = GithubConfig {
        api_url: scene.fake.api_url(),
        app_id: scene.fake.app_id(),
        private_key: SecretString::from(scene.fake.private_key_pem()),
        fresh_token_grace: Duration::from_secs(5),
        fresh_token_pause: Duration::from_millis(20),
        ..super::config("")
    };
    let github = GitHub::new(config, Arc::new(SystemClock)).unwrap();
    let repo = github.repo(scene.repo.installation(), scene.repo.id(), scene.repo.name());
    repo.create_comment(scene.issue, "hi").await.unwrap();
    assert_eq!(scene.fake.calls("POST", "*/access_tokens").len(), 1);
    assert_eq!(scene.fake.comments(REPO, scene.issue).len(), 1);
}

#[tokio::test]
async fn f057_a_clock_five_minutes_off_works() {
    for offset in [-300_000, 300_000] {
        let scene = Scene::new().await;
        scene.fake.set_clock_offset_ms(offset);
        scene.repo.get().await.unwrap();
        assert!(!scene.repo.push_token().await.unwrap().expose_secret().is_empty());
    }
}

#[tokio::test]
async fn f054_f077_renamed_and_moved_repositories_are_followed() {
    let scene = Scene::new().await;
    scene.fake.rename_repo(REPO, "new");
    scene.repo.create_comment(scene.issue, "still here").await.unwrap();
    assert!(scene.repo.moved());
    assert_eq!(scene.repo.get().await.unwrap().name.to_string(), "octo/new");
    assert_eq!(scene.repo.name().to_string(), "octo/new");
    assert_eq!(scene.fake.comments("octo/new", scene.issue).len(), 1);
}

#[tokio::test]
async fn threads_that_take_no_words_are_told_apart() {
    let scene = Scene::new().await;
    let open = |title| scene.fake.open_issue(REPO, "ann", title, "");
    let (locked, deleted, moved) = (open("locked"), open("deleted"), open("moved"));
    scene.fake.create_repo("octo/elsewhere", &[]);
    scene.fake.lock_issue(REPO, locked, "ann");
    scene.fake.delete_issue(REPO, deleted, "ann");
    scene.fake.transfer_issue(REPO, moved, "ann", "octo/elsewhere");
    let transferred = GithubError::Transferred { repo: None, name: RepoName::parse("octo/elsewhere") };
    for (number, expected) in [(locked, GithubError::Locked), (deleted, GithubError::Gone)] {
        assert_eq!(scene.repo.create_comment(number, "hi").await, Err(expected), "{number}");
    }
    assert!(scene.repo.create_comment(moved, "hi").await.is_err(), "never into another repository");
    assert!(scene.repo.issue(locked).await.unwrap().locked, "F059");
    assert_eq!(scene.repo.issue(deleted).await, Err(GithubError::Gone), "F075");
    assert_eq!(scene.repo.issue(moved).await, Err(transferred), "F074");
    scene.fake.archive_repo(REPO, true);
    assert_eq!(scene.repo.create_comment(scene.issue, "hi").await, Err(GithubError::Archived), "F076");
}

#[tokio::test]
async fn f078_to_f081_what_an_installation_takes_away() {
    let scene = Scene::new().await;
    scene.repo.get().await.unwrap();
    scene.fake.suspend(REPO);
    assert_eq!(scene.repo.create_comment(scene.issue, "hi").await, Err(GithubError::Suspended), "F078");
    scene.fake.unsuspend(REPO);
    scene.repo.create_comment(scene.issue, "hi").await.unwrap();
    scene.fake.set_granted_permissions(REPO, &[("metadata", "read"), ("contents", "write"), ("issues", "read")]);
    let missing = match scene.repo.create_comment(scene.issue, "hi").await {
        Err(GithubError::Permission { missing }) => missing.unwrap_or_else(|| panic!("{:#?}", scene.fake.log())),
        other => panic!("{other:?}"),
    };
    assert!(missing.contains("issues=write") || missing.contains("pull_requests=write"), "F081: {missing}");
    scene.fake.uninstall(REPO);
    assert_eq!(scene.repo.create_comment(scene.issue, "hi").await, Err(GithubError::NotFound), "F079");
}

#[tokio::test]
async fn f047_f048_limits_are_told_apart() {
    let scene = Scene::new().await;
    scene.repo.get().await.unwrap();
    scene.fake.fault(Fault::on("POST", "*/comments").secondary_limit(Some(60)));
    for _ in 0..2 {
        let error = scene.repo.create_comment(scene.issue, "hi").await.unwrap_err();
        assert!(matches!(error, GithubError::SecondaryLimit { .. }), "{error:?}");
    }
    scene.repo.get().await.unwrap();
    let reset = scene.fake.now().0 / 1000 + 2400;
    scene.fake.fault(Fault::on("GET", "*").primary_limit(reset));
    for _ in 0..2 {
        let error = scene.repo.get().await.unwrap_err();
        assert!(matches!(error, GithubError::PrimaryLimit { .. }), "{error:?}");
    }
    assert!(scene.fake.comments(REPO, scene.issue).is_empty());
}

#[tokio::test]
async fn m08_failed_deliveries_are_listed_and_asked_for_again() {
    let scene = Scene::new().await;
    scene.fake.comment(REPO, scene.issue, "ann", "/bakeoff");
    scene
        .fake
        .wait_for("a delivery that failed", |fake| {
            fake.deliveries().iter().any(|d| d.event == "issue_comment").then_some(())
        })
        .await;
    let since = scene.fake.now().minus(Duration::from_hours(1));
    let failed = scene.github.failed_deliveries(since).await.unwrap();
    let one = failed.iter().find(|delivery| delivery.event == "issue_comment").unwrap();
    scene.github.redeliver(one.id).await.unwrap();
    let again = scene.fake.wait_for("the redelivery", |fake| {
        let same = |d: &bakeoff::sim::github::SeenDelivery| d.guid == one.guid;
        (fake.deliveries().into_iter().filter(same).count() > 1).then_some(())
    });
    again.await;
}
