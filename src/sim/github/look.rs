//! What a scene sees: comments, reactions, issues, pull requests, branches, trees.

use std::collections::BTreeMap;

use super::git::{Objects, TreeFile};
use super::hub::Hub;
use super::stage::Demand;
use super::world::{Issue, Reaction, Repo, World};
use crate::domain::clock::Timestamp;

/// A comment as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenComment {
    /// Its number.
    pub id: i64,
    /// The issue it stands under.
    pub issue: i64,
    /// Who wrote it.
    pub author: String,
    /// The text.
    pub body: String,
    /// The classifier, when it is minimised.
    pub minimized: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last edited.
    pub updated_at: Timestamp,
}

/// A reaction as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenReaction {
    /// Its number.
    pub id: i64,
    /// Who reacted.
    pub user: String,
    /// `rocket`, `+1` …
    pub content: String,
}

/// An issue as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenIssue {
    /// The number within the repository.
    pub number: i64,
    /// The title.
    pub title: String,
    /// The text.
    pub body: Option<String>,
    /// Whether it is open.
    pub open: bool,
    /// Names of its labels.
    pub labels: Vec<String>,
}

/// A pull request as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenPull {
    /// The number within the repository.
    pub number: i64,
    /// The page for people.
    pub url: String,
    /// Who opened it.
    pub author: String,
    /// The title.
    pub title: String,
    /// The text.
    pub body: Option<String>,
    /// The branch it comes from.
    pub head: String,
    /// That branch's commit.
    pub head_sha: String,
    /// The branch it goes to.
    pub base: String,
    /// Whether it is open.
    pub open: bool,
    /// Whether it was merged.
    pub merged: bool,
    /// Whether it is a draft.
    pub draft: bool,
    /// Names of its labels.
    pub labels: Vec<String>,
    /// Who was asked for a review.
    pub reviewers: Vec<String>,
}

fn labels(issue: &Issue) -> Vec<String> {
    issue.labels.iter().map(|l| l.name.clone()).collect()
}

impl World {
    fn look_at_reactions(&self, reactions: &[Reaction]) -> Vec<SeenReaction> {
        let seen = |r: &Reaction| SeenReaction { id: r.id, user: self.login(r.user), content: r.content.clone() };
        reactions.iter().map(seen).collect()
    }

    fn look_at_pull(&self, repo: &Repo, issue: &Issue) -> Option<SeenPull> {
        let pull = issue.pull.as_ref()?;
        Some(SeenPull {
            number: issue.number,
            url: format!("{}/{}/pull/{}", self.base, self.full_name(repo), issue.number),
            author: self.login(issue.user),
            title: issue.title.clone(),
            body: issue.body.clone(),
            head: pull.head.clone(),
            head_sha: repo.pull_head(issue, pull),
            base: pull.base.clone(),
            open: issue.open,
            merged: pull.merged_at.is_some(),
            draft: pull.draft,
            labels: labels(issue),
            reviewers: pull.reviewers.iter().map(|id| self.login(*id)).collect(),
        })
    }
}

impl Hub {
    #[track_caller]
    fn with_repo<T>(&self, repo: &str, look: impl FnOnce(&World, &Repo) -> T) -> T {
        let world = self.world();
        let id = world.repo_id(repo).demand(&format!("repository {repo}"));
        look(&world, world.repos.get(&id).demand("repository"))
    }

    /// The comments under an issue, oldest first, whatever lists show.
    pub fn comments(&self, repo: &str, issue: i64) -> Vec<SeenComment> {
        self.with_repo(repo, |world, repo| {
            let under = repo.comments.values().filter(|c| c.issue == issue);
            let seen = under.map(|c| SeenComment {
                id: c.id,
                issue,
                author: world.login(c.user),
                body: c.body.clone(),
                minimized: c.minimized.clone(),
                created_at: c.created_at,
                updated_at: c.updated_at,
            });
            seen.collect()
        })
    }

    /// The App's own comments under an issue.
    pub fn bot_comments(&self, repo: &str, issue: i64) -> Vec<SeenComment> {
        let bot = self.bot().login;
        self.comments(repo, issue).into_iter().filter(|c| c.author == bot).collect()
    }

    /// The reactions to a comment; none when it is gone.
    pub fn reactions(&self, repo: &str, comment: i64) -> Vec<SeenReaction> {
        self.with_repo(repo, |world, repo| {
            repo.comments.get(&comment).map(|c| world.look_at_reactions(&c.reactions)).unwrap_or_default()
        })
    }

    /// The reactions to an issue's own text.
    pub fn issue_reactions(&self, repo: &str, issue: i64) -> Vec<SeenReaction> {
        self.with_repo(repo, |world, repo| {
            repo.issues.get(&issue).map(|i| world.look_at_reactions(&i.reactions)).unwrap_or_default()
        })
    }

    /// The issues (no pull requests), by number.
    pub fn issues(&self, repo: &str) -> Vec<SeenIssue> {
        self.with_repo(repo, |_, repo| {
            let plain = repo.issues.values().filter(|i| i.pull.is_none() && !i.deleted && i.moved_to.is_none());
            let seen = plain.map(|i| SeenIssue {
                number: i.number,
                title: i.title.clone(),
                body: i.body.clone(),
                open: i.open,
                labels: labels(i),
            });
            seen.collect()
        })
    }

    /// The pull requests, by number.
    pub fn pulls(&self, repo: &str) -> Vec<SeenPull> {
        self.with_repo(repo, |world, repo| repo.issues.values().filter_map(|i| world.look_at_pull(repo, i)).collect())
    }

    #[track_caller]
    fn objects_of(&self, repo: &str) -> Objects {
        self.with_repo(repo, |_, repo| Objects::open(&repo.folder)).demand("git repository")
    }

    /// The branches and their commits.
    pub fn branches(&self, repo: &str) -> BTreeMap<String, String> {
        self.objects_of(repo).branches()
    }

    /// Every file of a commit or branch: path → (mode, bytes).
    pub fn tree(&self, repo: &str, commit: &str) -> BTreeMap<String, TreeFile> {
        let objects = self.objects_of(repo);
        objects.resolve(commit).and_then(|sha| objects.tree(&sha)).demand(&format!("commit {commit}"))
    }

    /// A commit's parents.
    pub fn parents(&self, repo: &str, commit: &str) -> Vec<String> {
        let found = self.objects_of(repo).commit(commit, |c| c.parent_ids().map(|id| id.to_string()).collect());
        found.demand(&format!("commit {commit}"))
    }

    /// A commit's message.
    pub fn commit_message(&self, repo: &str, commit: &str) -> String {
        let message = |c: &git2::Commit<'_>| String::from_utf8_lossy(c.message_bytes()).into_owned();
        self.objects_of(repo).commit(commit, message).demand(&format!("commit {commit}"))
    }
}
