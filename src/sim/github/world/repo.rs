//! Repositories and who may do what in them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{Comment, Issue, Label, World};
use crate::domain::clock::Timestamp;

/// A collaborator's role: the built-in name, or a custom role on one of them.
#[derive(Debug, Clone)]
pub struct Role {
    /// `role_name` in the answer.
    pub name: String,
    /// The built-in role it stands on: admin, maintain, write, triage, read, none.
    pub base: String,
}

impl Role {
    pub fn of(word: &str) -> Self {
        Self { name: word.into(), base: word.into() }
    }

    /// The old `permission` word: maintain shows as write, triage as read.
    pub fn permission(&self) -> &'static str {
        match self.base.as_str() {
            "admin" => "admin",
            "maintain" | "write" => "write",
            "triage" | "read" => "read",
            _ => "none",
        }
    }

    /// 0 none, 1 read, 2 triage, 3 write, 4 maintain, 5 admin.
    pub fn rank(&self) -> u8 {
        match self.base.as_str() {
            "admin" => 5,
            "maintain" => 4,
            "write" => 3,
            "triage" => 2,
            "read" => 1,
            _ => 0,
        }
    }
}

pub struct Repo {
    pub id: i64,
    pub owner: i64,
    pub name: String,
    pub private: bool,
    pub archived: bool,
    pub deleted: bool,
    pub default_branch: String,
    pub folder: PathBuf,
    pub created_at: Timestamp,
    pub pushed_at: Timestamp,
    pub roles: BTreeMap<i64, Role>,
    /// Patterns (`*` matches anything) of branches that cannot be pushed.
    pub protected: Vec<String>,
    pub labels: Vec<Label>,
    pub last_number: i64,
    pub issues: BTreeMap<i64, Issue>,
    pub comments: BTreeMap<i64, Comment>,
}

impl World {
    /// `owner/name` of the moment.
    pub fn full_name(&self, repo: &Repo) -> String {
        format!("{}/{}", self.login(repo.owner), repo.name)
    }

    /// The id behind `owner/name` of the moment, in any case.
    pub fn repo_id(&self, full_name: &str) -> Option<i64> {
        self.repos.values().find(|r| !r.deleted && self.full_name(r).eq_ignore_ascii_case(full_name)).map(|r| r.id)
    }
}

impl Repo {
    /// A person's role: the given one, else what anybody has.
    pub fn role(&self, user: i64) -> Role {
        if self.owner == user {
            return Role::of("admin");
        }
        let anybody = if self.private { "none" } else { "read" };
        self.roles.get(&user).cloned().unwrap_or_else(|| Role::of(anybody))
    }

    /// `author_association`, which tells nothing about the right to write.
    pub fn association(&self, user: i64) -> &'static str {
        if self.owner == user {
            "OWNER"
        } else if self.roles.get(&user).is_some_and(|r| r.rank() > 0) {
            "COLLABORATOR"
        } else {
            "NONE"
        }
    }
}
