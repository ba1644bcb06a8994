//! `file://` remotes, for trials only.

use bakeoff::adapters::git::{GitError, GitSettings, Mirrors, PushOutcome, Remote, allowed_clone_url};
use bakeoff::domain::repo::CommitSha;
use bakeoff::domain::tree::{FileMode, TreeChange};
use url::Url;

use super::work::{Place, branch, files_below, git, settings, spec};

#[test]
fn m46_clone_urls_are_github_or_nothing() {
    let github = Url::parse("https://github.com").unwrap();
    let ghes = Url::parse("https://git.example.com:8443").unwrap();
    let near = Url::parse("http://127.0.0.1:3000").unwrap();
    let of = |url: &str, base: &Url, local| allowed_clone_url(&Url::parse(url).unwrap(), base, local);
    for (url, base) in [
        ("https://github.com/o/n", &github),
        ("https://github.com:443/o/n.git", &github),
        ("https://GitHub.com/o/n", &github),
        ("https://git.example.com:8443/o/n", &ghes),
        ("http://127.0.0.1:3000/o/n", &near),
    ] {
        assert_eq!(of(url, base, false), Ok(()), "{url}");
    }
    for url in [
        "http://github.com/o/n",
        "https://github.com.evil.example/o/n",
        "https://evil.example/github.com/o/n",
        "https://github.com:8443/o/n",
        "https://user@github.com/o/n",
        "https://user:hunter2@github.com/o/n",
        "https://github.com@evil.example/o/n",
        "https://github.com/o/n?x=1",
        "https://github.com/o/n#x",
        "http://127.0.0.1/o/n",
        "http://169.254.169.254/latest",
        "https://[::ffff:10.0.0.1]/o/n",
        "https://2130706433/o/n",
        "ssh://git@github.com/o/n",
        "git://github.com/o/n",
        "ext::sh -c id",
        "file:///etc",
        "data:,x",
    ] {
        let refused = of(url, &github, false).unwrap_err();
        assert!(refused.starts_with("The clone URL ") && refused.ends_with('.'), "{url}: {refused}");
        assert!(!refused.contains("hunter2"), "{refused}");
    }
    assert_eq!(of("file:///srv/r", &github, true), Ok(()));
    assert!(of("file://host/srv/r", &github, true).is_err());
    assert!(of("http://127.0.0.1:3001/o/n", &near, true).is_err(), "another port");
}

#[tokio::test]
async fn a_local_repository_is_copied_and_never_written() {
    let (place, _) = Place::filled(&[("a.txt", "one\n"), ("d/run.sh", "x\n")]).await;
    let head = place.commit(&[("a.txt", "two\n")]);
    let remote = Remote { url: Url::from_directory_path(place.work()).unwrap(), token: None };
    let before = files_below(&place.work());
    let refused = place.mirrors.head(&remote).await;
    assert_eq!(refused, Err(GitError::UrlRefused("The clone URL must not be a local path.".into())));
    let trial = GitSettings { allow_local: true, ..settings() };
    let mirrors = Mirrors::new(place.folder.path().join("data"), trial).unwrap();
    let seen = mirrors.head(&remote).await.unwrap();
    assert_eq!((seen.branch, &seen.commit), (Some(branch("main")), &head));
    let mirror = mirrors.fetch("mirrors/r.git", &remote, &head).await.unwrap();
    let view = mirror.tree(&head).await.unwrap();
    assert_eq!(view.read("a.txt", 10).unwrap().unwrap(), b"two\n");
    let change = TreeChange::write("n", FileMode::Regular, "n");
    let built = mirror.build_commit(spec(&head, vec![change])).await.unwrap();
    let push = mirrors.push_branch(&remote, &branch("b"), &built, None).await;
    assert!(matches!(push, Ok(PushOutcome::Rejected(_))));
    git(&place.mirror_folder(), &["fsck", "--strict"]);
    assert_eq!(files_below(&place.work()), before);
    let lost = CommitSha::parse(&"12".repeat(20)).unwrap();
    let gone = mirrors.fetch("mirrors/r.git", &remote, &lost).await;
    assert_eq!(gone.err(), Some(GitError::CommitGone(lost)));
}

#[tokio::test]
async fn f070_f071_empty_and_large_local_repositories_are_refused() {
    let place = Place::with(settings()).await;
    let trial = GitSettings { allow_local: true, max_pack_bytes: 1_000, ..settings() };
    let mirrors = Mirrors::new(place.folder.path().join("data"), trial).unwrap();
    let remote = Remote { url: Url::from_directory_path(place.work()).unwrap(), token: None };
    assert_eq!(mirrors.head(&remote).await, Err(GitError::Empty));
    let noise: String = (0..5_000u32).map(|n| n.wrapping_mul(2_654_435_761).to_string()).collect();
    let head = place.commit(&[("big", &noise)]);
    let result = mirrors.fetch("mirrors/r.git", &remote, &head).await;
    assert_eq!(result.err(), Some(GitError::TooLarge { what: "the repository", limit_bytes: 1_000 }));
    let left: Vec<_> = files_below(&place.mirror_folder()).into_iter().filter(|(_, size)| *size > 100).collect();
    assert_eq!(left, []);
}
