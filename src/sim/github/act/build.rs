//! Building the world: accounts, repositories, roles.

use super::Change;
use crate::sim::github::git::Objects;
use crate::sim::github::hub::Hub;
use crate::sim::github::stage::Demand;
use crate::sim::github::world::{AccountKind, Label, Repo, Role, opaque_token};

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// GitHub's number.
    pub id: i64,
    /// The login.
    pub login: String,
}

/// A repository as it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepoHandle {
    /// GitHub's number.
    pub id: i64,
    /// `owner/name`.
    pub full_name: String,
    /// `http://127.0.0.1:PORT/owner/name.git`.
    pub clone_url: String,
    /// The first commit on `main`; empty for an empty repository.
    pub head: String,
}

impl Hub {
    fn account_of(&self, login: &str, kind: AccountKind) -> User {
        User { id: self.world().add_account(login, kind), login: login.into() }
    }

    /// A person (the one that is there when the login is taken).
    pub fn create_user(&self, login: &str) -> User {
        self.account_of(login, AccountKind::User)
    }

    /// An organisation.
    pub fn create_org(&self, login: &str) -> User {
        self.account_of(login, AccountKind::Organization)
    }

    /// Another App's account, such as `evil[bot]`.
    pub fn create_bot(&self, login: &str) -> User {
        self.account_of(login, AccountKind::Bot)
    }

    /// Renames an account; its number stays.
    pub fn rename_user(&self, login: &str, to: &str) {
        let mut world = self.world();
        let id = world.the_user(login);
        world.accounts.get_mut(&id).demand("account").login = to.into();
    }

    /// A public repository with one commit on `main` that holds these files (path, mode, bytes).
    ///
    /// The owner is made as an organisation when there is no such account. Without files it stays empty.
    pub fn create_repo(&self, full_name: &str, files: &[(&str, u32, &[u8])]) -> RepoHandle {
        let (owner, name) = full_name.split_once('/').demand("slash in the repository's name");
        let owner_id = self.create_org(owner).id;
        let (id, now) = {
            let mut world = self.world();
            (world.next_id(), world.now())
        };
        let folder = self.folder.path().join(format!("{id}.git"));
        let objects = Objects::create(&folder, "main").demand("new repository");
        self.world().repos.insert(
            id,
            Repo {
                id,
                owner: owner_id,
                name: name.into(),
                private: false,
                archived: false,
                deleted: false,
                default_branch: "main".into(),
                folder,
                created_at: now,
                pushed_at: now,
                roles: std::collections::BTreeMap::new(),
                protected: Vec::new(),
                labels: Vec::new(),
                last_number: 0,
                issues: std::collections::BTreeMap::new(),
                comments: std::collections::BTreeMap::new(),
            },
        );
        let mut head = String::new();
        if !files.is_empty() {
            let first: Vec<_> =
                files.iter().map(|(path, mode, bytes)| Change::put(path, *mode, bytes).pair()).collect();
            head = objects.commit_changes(None, &first, "Start", now.0 / 1000).demand("first commit");
            objects.set_ref("refs/heads/main", &head).demand("main");
        }
        let clone_url = format!("{}/{full_name}.git", self.url());
        RepoHandle { id, full_name: full_name.into(), clone_url, head }
    }

    /// Gives a person a built-in role: `admin`, `maintain`, `write`, `triage`, `read` or `none`.
    pub fn set_permission(&self, repo: &str, login: &str, role: &str) {
        self.set_custom_role(repo, login, role, role);
    }

    /// Gives a person a custom role that stands on a built-in one.
    pub fn set_custom_role(&self, repo: &str, login: &str, role_name: &str, base: &str) {
        let mut world = self.world();
        let user = world.the_user(login);
        world.the_repo_mut(repo).roles.insert(user, Role { name: role_name.into(), base: base.into() });
    }

    /// Branches that fit this pattern (`*` stands for anything) refuse pushes.
    pub fn protect_branch(&self, repo: &str, pattern: &str) {
        self.world().the_repo_mut(repo).protected.push(pattern.into());
    }

    /// A label of the repository, made on first use.
    pub(super) fn label_named(&self, repo: &str, name: &str) -> Label {
        let mut world = self.world();
        let new = Label { id: world.next_id(), name: name.into() };
        let labels = &mut world.the_repo_mut(repo).labels;
        let known = labels.iter().find(|l| l.name == name).cloned();
        known.unwrap_or_else(|| {
            labels.push(new.clone());
            new
        })
    }

    /// A personal token, for looking at the world as a person does (REST reads and git).
    pub fn person_token(&self, login: &str) -> String {
        let token = opaque_token("ghp_");
        let mut world = self.world();
        let user = world.the_user(login);
        world.person_tokens.insert(token.clone(), user);
        token
    }
}
