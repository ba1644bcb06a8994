//! Real git on the other side: repositories made, commits written, results read back.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use bakeoff::adapters::git::{CommitSpec, GitSettings, Mirror, Mirrors, Person, Remote};
use bakeoff::domain::clock::Timestamp;
use bakeoff::domain::repo::{BranchName, CommitSha};
use bakeoff::domain::tree::TreeChange;

use super::server::GitServer;

/// Runs git without the machine's configuration; gives its output without the last line end.
pub fn git(folder: &Path, args: &[&str]) -> String {
    let output = command(folder, args).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {args:?}: {error}");
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

/// git without the machine's configuration.
pub fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.current_dir(folder).args(args).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    for (name, value) in [
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_AUTHOR_NAME", "A"),
        ("GIT_AUTHOR_EMAIL", "a@example.com"),
        ("GIT_COMMITTER_NAME", "A"),
        ("GIT_COMMITTER_EMAIL", "a@example.com"),
        ("GIT_AUTHOR_DATE", "2026-01-01T00:00:00Z"),
        ("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z"),
    ] {
        command.env(name, value);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A bare repository `o/n` behind HTTP, a working copy to change it with, and our mirrors.
pub struct Place {
    pub folder: tempfile::TempDir,
    pub server: GitServer,
    pub mirrors: Mirrors,
}

/// Deadlines short enough for tests of them, long enough for a busy machine.
pub fn settings() -> GitSettings {
    GitSettings { total_timeout: Duration::from_mins(1), ..GitSettings::default() }
}

impl Place {
    /// A repository with nothing in it.
    pub async fn empty() -> Self {
        Self::with(settings()).await
    }

    pub async fn with(settings: GitSettings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        git(folder.path(), &["init", "-q", "--bare", "-b", "main", "served/o/n.git"]);
        git(folder.path(), &["init", "-q", "-b", "main", "work"]);
        let server = GitServer::start(folder.path().join("served"), None).await;
        let mirrors = Mirrors::new(folder.path().join("data"), settings).unwrap();
        Self { folder, server, mirrors }
    }

    /// A repository with these files in its first commit.
    pub async fn filled(files: &[(&str, &str)]) -> (Self, CommitSha) {
        let place = Self::empty().await;
        let commit = place.commit(files);
        (place, commit)
    }

    pub fn bare(&self) -> PathBuf {
        self.folder.path().join("served/o/n.git")
    }

    pub fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    pub fn mirror_folder(&self) -> PathBuf {
        self.folder.path().join("data/mirrors/r.git")
    }

    pub fn remote(&self) -> Remote {
        self.server.remote("o/n")
    }

    /// Writes files, commits everything and puts it on the server's main.
    pub fn commit(&self, files: &[(&str, &str)]) -> CommitSha {
        for (path, text) in files {
            let file = self.work().join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        git(&self.work(), &["add", "-A"]);
        git(&self.work(), &["commit", "-q", "--allow-empty", "-m", "x"]);
        self.publish()
    }

    /// Puts the working copy's commit on the server's main.
    pub fn publish(&self) -> CommitSha {
        git(&self.work(), &["push", "-q", "-f", self.bare().to_str().unwrap(), "HEAD:refs/heads/main"]);
        CommitSha::parse(&git(&self.work(), &["rev-parse", "HEAD"])).unwrap()
    }

    pub async fn fetch(&self, commit: &CommitSha) -> Mirror {
        self.mirrors.fetch("mirrors/r.git", &self.remote(), commit).await.unwrap()
    }

    /// What git says on the server's side.
    pub fn served(&self, args: &[&str]) -> String {
        git(&self.bare(), args)
    }
}

/// A commit of `changes` on `parent`.
pub fn spec(parent: &CommitSha, changes: Vec<TreeChange>) -> CommitSpec {
    let bot = Person { name: "bakeoff[bot]".into(), email: "bot@example.com".into() };
    let message = "Fix it\n\nBecause.\n".to_owned();
    let time = Timestamp(1_767_225_600_999);
    CommitSpec { parent: parent.clone(), changes, message, author: bot.clone(), committer: bot, time }
}

pub fn branch(name: &str) -> BranchName {
    BranchName::parse(name).unwrap()
}

/// All files below a folder, with their sizes.
pub fn files_below(folder: &Path) -> Vec<(String, u64)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                found.push((name, entry.metadata().unwrap().len()));
            }
        }
    }
    found.sort();
    found
}
