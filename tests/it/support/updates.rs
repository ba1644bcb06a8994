//! I2 and I6 for every commit of a pick, the first of a pull request and each that was added to it: its tree is what
//! was shown, on its base or merged by git itself onto what the branch held, and no pick has two.

use std::collections::BTreeMap;
use std::path::Path;

use bakeoff::adapters::store::page::Page;
use bakeoff::adapters::store::{Store, picks, pulls, repos, runs, tasks};
use bakeoff::domain::pick::PickStatus;
use bakeoff::domain::run::Run;
use bakeoff::sim::github::FakeGithub;

type Files = BTreeMap<String, (u32, Vec<u8>)>;

/// Checks every pick of the tasks of `names`, the repositories of the story.
pub async fn check(hub: &FakeGithub, store: &Store, names: &[String]) {
    let mut conn = store.read().await.unwrap();
    for task in tasks::list(&mut conn, None, &Page::ALL).await.unwrap() {
        let row = repos::by_id(&mut conn, task.repo_id).await.unwrap().expect("a task has a repository");
        let named = row.name.map(|name| name.to_string()).filter(|name| names.contains(name));
        // One that was renamed in the story is still found by the name it began with.
        let Some(repo) = named.as_ref().or(names.first()) else { continue };
        let mut by_pull = BTreeMap::new();
        for pick in picks::list(&mut conn, task.id).await.unwrap() {
            let Some(commit) = pick.commit.filter(|_| pick.status == PickStatus::Opened) else { continue };
            let run = runs::get(&mut conn, pick.run_id).await.unwrap().expect("a pick has a run");
            i6_commit(hub, repo, &run, commit.as_str());
            if let Some(pull) = pick.pull_id {
                by_pull.entry(pull).or_insert_with(Vec::new).push(commit);
            }
        }
        for pull in pulls::list(&mut conn, task.id).await.unwrap() {
            let added = by_pull.get(&pull.id).map_or(0, Vec::len);
            i2_commits(hub, repo, pull.number, added);
        }
    }
}

/// As many commits of ours on a pull request as there were picks, each of another candidate.
fn i2_commits(hub: &FakeGithub, repo: &str, number: i64, added: usize) {
    let Some(seen) = hub.pulls(repo).into_iter().find(|pull| pull.number == number) else { return };
    let mut trailers = BTreeMap::new();
    let mut at = seen.head_sha.clone();
    loop {
        let message = hub.commit_message(repo, &at);
        if let Some(run) = message.lines().find_map(|line| line.strip_prefix("Bakeoff-Run: ")) {
            *trailers.entry(run.to_owned()).or_insert(0) += 1;
        }
        match hub.parents(repo, &at).first() {
            Some(parent) => at.clone_from(parent),
            None => break,
        }
    }
    assert!(trailers.values().all(|n| *n == 1), "I2: a candidate stands twice on #{number}: {trailers:?}");
    assert!(trailers.len() <= added + 1, "I2: {} commits of ours on #{number}, {added} were added", trailers.len());
}

fn i6_commit(hub: &FakeGithub, repo: &str, run: &Run, commit: &str) {
    let [parent] = &hub.parents(repo, commit)[..] else { panic!("I6: {commit} has not one parent") };
    let dir = tempfile::tempdir().unwrap();
    let git = |args: &[&str]| {
        let done = std::process::Command::new("git")
            .args(["-c", "user.name=t", "-c", "user.email=t@t"])
            .args(args)
            .current_dir(dir.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .output()
            .unwrap();
        assert!(done.status.success(), "I6: git {args:?}: {}", String::from_utf8_lossy(&done.stderr));
    };
    git(&["init", "-q"]);
    fill(dir.path(), &hub.tree(repo, run.base_commit.as_str()));
    git(&["add", "-A"]);
    git(&["commit", "-q", "--allow-empty", "-m", "base"]);
    git(&["tag", "base"]);
    std::fs::write(dir.path().join(".git/candidate.diff"), run.result.patch.as_deref().unwrap()).unwrap();
    git(&["apply", "--index", ".git/candidate.diff"]);
    if parent != run.base_commit.as_str() {
        git(&["commit", "-q", "-m", "candidate"]);
        git(&["tag", "candidate"]);
        git(&["checkout", "-q", "--detach", "base"]);
        git(&["rm", "-q", "-r", "."]);
        fill(dir.path(), &hub.tree(repo, parent));
        git(&["add", "-A"]);
        git(&["commit", "-q", "--allow-empty", "-m", "branch"]);
        git(&["cherry-pick", "--no-commit", "candidate"]);
    }
    assert_eq!(listed(dir.path()), hub.tree(repo, commit), "I6: {commit} is not what was shown");
}

fn fill(dir: &Path, files: &Files) {
    for (path, (mode, bytes)) in files {
        let to = dir.join(path);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::write(&to, bytes).unwrap();
        let mode = if *mode == 0o100_755 { 0o755 } else { 0o644 };
        std::fs::set_permissions(&to, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
    }
}

fn listed(dir: &Path) -> Files {
    let mut files = Files::new();
    let mut open = vec![dir.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                if path.file_name().is_some_and(|name| name != ".git") {
                    open.push(path);
                }
                continue;
            }
            let mode = std::os::unix::fs::PermissionsExt::mode(&entry.metadata().unwrap().permissions());
            let mode = if mode & 0o100 == 0 { 0o100_644 } else { 0o100_755 };
            let name = path.strip_prefix(dir).unwrap().to_str().unwrap().to_owned();
            files.insert(name, (mode, std::fs::read(&path).unwrap()));
        }
    }
    files
}
