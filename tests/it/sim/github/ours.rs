//! Our own client and our own git get along with the stand-in.

use std::sync::Arc;

use bakeoff::adapters::git::{CommitSpec, GitSettings, Mirrors, Person, PushOutcome, Remote};
use bakeoff::adapters::github::{GitHub, GithubConfig, NewPull, RepoClient};
use bakeoff::domain::clock::{SystemClock, Timestamp};
use bakeoff::domain::ids::{CommentId, GithubRepoId};
use bakeoff::domain::permission::Permission;
use bakeoff::domain::reaction::ReactionContent;
use bakeoff::domain::repo::{BranchName, CommitSha, RepoName};
use bakeoff::domain::tree::{FileMode, TreeChange};
use bakeoff::sim::github::{Change, FakeGithub};
use secrecy::SecretString;

use super::{REPO, world};

fn github(hub: &FakeGithub) -> GitHub {
    let config = GithubConfig {
        api_url: hub.api_url(),
        web_url: hub.url(),
        app_id: hub.app_id(),
        private_key: SecretString::from(hub.private_key_pem()),
        write_spacing: std::time::Duration::ZERO,
        ..GithubConfig::default()
    };
    GitHub::new(config, Arc::new(SystemClock)).unwrap()
}

async fn repo(hub: &FakeGithub) -> RepoClient {
    let github = github(hub);
    let name = RepoName::parse(REPO).unwrap();
    let installation = github.installation_of(&name).await.unwrap().unwrap();
    let found = github.installation_repos(installation.id).await.unwrap();
    github.repo(installation.id, GithubRepoId(found[0].id.0), name)
}

#[tokio::test]
async fn the_app_finds_itself_and_what_failed() {
    let hub = world().await;
    let github = github(&hub);
    let app = github.app().await.unwrap();
    assert_eq!((app.slug.as_str(), app.bot_user_id.map(|id| id.0)), ("bakeoff", Some(hub.bot().id)));
    assert_eq!(github.installations().await.unwrap().len(), 1);
    let failed = github.failed_deliveries(Timestamp(0)).await.unwrap();
    assert_eq!(failed.len(), hub.deliveries().len(), "nobody listens yet");
    github.redeliver(failed[0].id).await.unwrap();
    assert_eq!(hub.deliveries().len(), failed.len() + 1);
}

#[tokio::test]
async fn comments_reactions_permissions() {
    let hub = world().await;
    let repo = repo(&hub).await;
    assert_eq!(repo.get().await.unwrap().default_branch.as_str(), "main");
    for (login, permission) in [("mo", Permission::Write), ("tri", Permission::Read), ("nobody", Permission::None)] {
        assert_eq!(repo.permission(login).await.unwrap().permission, permission, "{login}");
    }
    let made = repo.create_comment(1, "hello").await.unwrap();
    assert_eq!(made.app_id, Some(i64::try_from(hub.app_id()).unwrap()));
    assert_eq!(repo.update_comment(made.id, "changed").await.unwrap().body, "changed");
    repo.react_to_comment(made.id, ReactionContent::Rocket).await.unwrap();
    repo.react_to_issue(1, ReactionContent::Eyes).await.unwrap();
    hub.react(REPO, made.id.0, "ada", "rocket");
    assert_eq!(repo.reactions(made.id).await.unwrap().len(), 2);
    let first = repo.comment_rollups(1).await.unwrap();
    assert_eq!(first.comments[0].reactions[&ReactionContent::Rocket], 2);
    assert!(!first.unchanged && repo.comment_rollups(1).await.unwrap().unchanged, "the second look is free");
    repo.minimize_comment(&made.node_id).await.unwrap();
    assert!(hub.comments(REPO, 1)[0].minimized.is_some());
    assert_eq!(repo.repo_comments_since(Timestamp(0)).await.unwrap().len(), 1);
    assert_eq!(repo.comments(1, None).await.unwrap().len(), 1);
    assert_eq!(repo.comment(CommentId(1)).await.unwrap(), None);
    let issue = repo.issue(1).await.unwrap();
    assert!(issue.open && !issue.is_pull && issue.title == "It is broken");
}

#[tokio::test]
async fn a_patch_becomes_a_branch_and_a_pull_request() {
    let hub = world().await;
    let repo = repo(&hub).await;
    hub.make_private(REPO);
    let room = tempfile::tempdir().unwrap();
    let mirrors = Mirrors::new(room.path().to_owned(), GitSettings::default()).unwrap();
    let url = url::Url::parse(&format!("{}/{REPO}", hub.url())).unwrap();
    let main = repo.branch_head(&BranchName::parse("main").unwrap()).await.unwrap().unwrap();
    assert_eq!(repo.resolve_ref("main").await.unwrap(), Some(main.clone()));
    hub.push_commit(REPO, "main", &[Change::text("later.txt", "later\n")]);

    let fetch = Remote { url: url.clone(), token: Some(repo.fetch_token().await.unwrap()) };
    let mirror = mirrors.fetch("mirrors/x.git", &fetch, &main).await.unwrap();
    let person = Person { name: "bot".into(), email: "bot@example.test".into() };
    let changes = vec![TreeChange::write("README.md", FileMode::Regular, "mended\n")];
    let spec = CommitSpec {
        parent: main.clone(),
        changes,
        message: "Mend\n".into(),
        author: person.clone(),
        committer: person,
        time: Timestamp(1_700_000_000_000),
    };
    let built = mirror.build_commit(spec).await.unwrap();
    let push = Remote { url, token: Some(repo.push_token().await.unwrap()) };
    let branch = BranchName::parse("bakeoff/issue-1-a-0123456789ab").unwrap();
    assert_eq!(mirrors.push_branch(&push, &branch, &built, None).await.unwrap(), PushOutcome::Pushed);
    assert_eq!(mirrors.push_branch(&push, &branch, &built, None).await.unwrap(), PushOutcome::AlreadyThere);
    assert_eq!(hub.tree(REPO, branch.as_str())["README.md"].1, b"mended\n");

    let head = CommitSha::parse(&hub.branches(REPO)["main"]).unwrap();
    let compared = repo.compare(&main, &head).await.unwrap().unwrap();
    assert_eq!((compared.ahead_by, compared.behind_by), (1, 0));
    let base = BranchName::parse("main").unwrap();
    let new = NewPull { title: "Mend".into(), head: branch.clone(), base, body: "Closes #1".into(), draft: true };
    let pull = repo.create_pull(&new).await.unwrap();
    assert!(repo.create_pull(&new).await.is_err(), "a second one is refused");
    assert_eq!(repo.pulls_by_head(&branch).await.unwrap()[0].number, pull.number);
    repo.add_labels(pull.number, &["bakeoff".into()]).await.unwrap();
    let seen = &hub.pulls(REPO)[0];
    assert_eq!((seen.head_sha.as_str(), seen.draft, seen.author.as_str()), (built.sha.as_str(), true, "bakeoff[bot]"));
}
