//! Reading and making objects in a bare repository, with libgit2.

use std::collections::BTreeMap;
use std::path::Path;

use git2::build::TreeUpdateBuilder;
use git2::{BranchType, Commit, Error, FileMode, Oid, Repository, RepositoryInitOptions, Signature, TreeWalkMode};

/// A file of a tree: mode (`0o100644` …) and bytes.
pub type TreeFile = (u32, Vec<u8>);

/// A bare repository that is open.
pub struct Objects(Repository);

/// What lies between two commits.
pub struct Difference {
    pub merge_base: Option<String>,
    pub ahead: usize,
    pub behind: usize,
    pub additions: usize,
    pub deletions: usize,
    pub files: Vec<String>,
}

fn file_mode(mode: u32) -> FileMode {
    match mode {
        0o100_755 => FileMode::BlobExecutable,
        0o120_000 => FileMode::Link,
        0o160_000 => FileMode::Commit,
        _ => FileMode::Blob,
    }
}

impl Objects {
    /// Makes an empty repository whose HEAD is `branch`.
    pub fn create(folder: &Path, branch: &str) -> Result<Self, Error> {
        let mut options = RepositoryInitOptions::new();
        let repo = Repository::init_opts(folder, options.bare(true).initial_head(branch).external_template(false))?;
        let mut config = repo.config()?;
        for key in ["http.receivepack", "uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"] {
            config.set_bool(key, true)?;
        }
        config.set_str("receive.hideRefs", "refs/pull")?;
        config.set_bool("receive.fsckObjects", true)?;
        Ok(Self(repo))
    }

    /// Opens one.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        Repository::open_bare(folder).map(Self)
    }

    /// The branches and their heads.
    pub fn branches(&self) -> BTreeMap<String, String> {
        let Ok(all) = self.0.branches(Some(BranchType::Local)) else { return BTreeMap::new() };
        all.flatten()
            .filter_map(|(branch, _)| Some((branch.name().ok()??.to_owned(), branch.get().target()?.to_string())))
            .collect()
    }

    /// A branch's head.
    pub fn branch(&self, name: &str) -> Option<String> {
        self.0.refname_to_id(&format!("refs/heads/{name}")).ok().map(|id| id.to_string())
    }

    /// The commit behind a branch, a tag, a full or an abbreviated id.
    pub fn resolve(&self, name: &str) -> Option<String> {
        let known = |full: String| self.0.find_reference(&full).ok().and_then(|r| r.peel_to_commit().ok());
        let by_ref = known(format!("refs/heads/{name}")).or_else(|| known(format!("refs/tags/{name}")));
        let by_ref = by_ref.or_else(|| known(format!("refs/{name}")).filter(|_| name.contains('/')));
        let hex = name.len() >= 7 && name.bytes().all(|b| b.is_ascii_hexdigit());
        let by_id = || hex.then(|| self.0.revparse_single(name).ok()?.peel_to_commit().ok()).flatten();
        by_ref.or_else(by_id).map(|c| c.id().to_string())
    }

    /// Runs `look` on a commit.
    pub fn commit<T>(&self, sha: &str, look: impl FnOnce(&Commit<'_>) -> T) -> Option<T> {
        self.0.find_commit(Oid::from_str(sha).ok()?).ok().map(|c| look(&c))
    }

    /// Every file of a commit's tree (a gitlink has no bytes).
    pub fn tree(&self, sha: &str) -> Option<BTreeMap<String, TreeFile>> {
        let tree = self.0.find_commit(Oid::from_str(sha).ok()?).ok()?.tree().ok()?;
        let mut files = BTreeMap::new();
        let walked = tree.walk(TreeWalkMode::PreOrder, |folder, entry| {
            let mode = u32::try_from(entry.filemode()).unwrap_or_default();
            if mode != 0o040_000 {
                let name = String::from_utf8_lossy(entry.name_bytes()).into_owned();
                let bytes = self.0.find_blob(entry.id()).map(|b| b.content().to_vec()).unwrap_or_default();
                files.insert(format!("{folder}{name}"), (mode, bytes));
            }
            0
        });
        walked.ok().map(|()| files)
    }

    /// Commits changes (`None` deletes) on top of `parent`, without moving a branch.
    pub fn commit_changes(
        &self,
        parent: Option<&str>,
        changes: &[(String, Option<TreeFile>)],
        message: &str,
        at_secs: i64,
    ) -> Result<String, Error> {
        let parent = parent.map(|sha| self.0.find_commit(Oid::from_str(sha)?)).transpose()?;
        let start = match &parent {
            Some(commit) => commit.tree()?,
            None => self.0.find_tree(self.0.treebuilder(None)?.write()?)?,
        };
        let mut update = TreeUpdateBuilder::new();
        for (path, change) in changes {
            match change {
                Some((0o160_000, id)) => {
                    let id = Oid::from_str(String::from_utf8_lossy(id).trim())?;
                    update.upsert(path.as_str(), id, FileMode::Commit);
                }
                Some((mode, bytes)) => {
                    update.upsert(path.as_str(), self.0.blob(bytes)?, file_mode(*mode));
                }
                None => {
                    update.remove(path.as_str());
                }
            }
        }
        let tree = self.0.find_tree(update.create_updated(&self.0, &start)?)?;
        let who = Signature::new("Ada Person", "ada@example.test", &git2::Time::new(at_secs, 0))?;
        let parents: Vec<&Commit<'_>> = parent.iter().collect();
        self.0.commit(None, &who, &who, message, &tree, &parents).map(|id| id.to_string())
    }

    /// Points a reference at a commit, wherever it was before.
    pub fn set_ref(&self, name: &str, sha: &str) -> Result<(), Error> {
        self.0.reference(name, Oid::from_str(sha)?, true, "sim").map(|_| ())
    }

    /// Takes a reference away.
    pub fn delete_ref(&self, name: &str) -> Result<(), Error> {
        self.0.find_reference(name)?.delete()
    }

    /// Makes `branch` the one HEAD names.
    pub fn set_head(&self, branch: &str) -> Result<(), Error> {
        self.0.set_head(&format!("refs/heads/{branch}"))
    }

    /// What `head` has that `base` lacks, and the other way round.
    pub fn difference(&self, base: &str, head: &str) -> Option<Difference> {
        let (base, head) = (Oid::from_str(base).ok()?, Oid::from_str(head).ok()?);
        let (ahead, behind) = self.0.graph_ahead_behind(head, base).ok()?;
        let merge_base = self.0.merge_base(base, head).ok();
        let from = merge_base.and_then(|id| self.0.find_commit(id).ok()).and_then(|c| c.tree().ok());
        let to = self.0.find_commit(head).ok()?.tree().ok()?;
        let diff = self.0.diff_tree_to_tree(from.as_ref(), Some(&to), None).ok()?;
        let stats = diff.stats().ok()?;
        let path = |delta: git2::DiffDelta<'_>| {
            let file = delta.new_file().path().or_else(|| delta.old_file().path())?;
            Some(file.to_string_lossy().into_owned())
        };
        Some(Difference {
            merge_base: merge_base.map(|id| id.to_string()),
            ahead,
            behind,
            additions: stats.insertions(),
            deletions: stats.deletions(),
            files: diff.deltas().filter_map(path).collect(),
        })
    }

    /// The commits that `head` has and `base` lacks, oldest first.
    pub fn commits_between(&self, base: &str, head: &str) -> Vec<String> {
        let walk = || {
            let mut walk = self.0.revwalk()?;
            walk.set_sorting(git2::Sort::TOPOLOGICAL | git2::Sort::REVERSE)?;
            walk.push(Oid::from_str(head)?)?;
            walk.hide(Oid::from_str(base)?)?;
            Ok::<Vec<String>, Error>(walk.flatten().map(|id| id.to_string()).collect())
        };
        walk().unwrap_or_default()
    }

    /// Whether `head` can be merged into `base`, and the tree that gives.
    pub fn merged_tree(&self, base: &str, head: &str) -> Option<Oid> {
        let ours = self.0.find_commit(Oid::from_str(base).ok()?).ok()?;
        let theirs = self.0.find_commit(Oid::from_str(head).ok()?).ok()?;
        let mut index = self.0.merge_commits(&ours, &theirs, None).ok()?;
        if index.has_conflicts() { None } else { index.write_tree_to(&self.0).ok() }
    }

    /// Commits the merge of `head` into the branch `base` and moves that branch.
    pub fn merge(&self, base: &str, head: &str, message: &str, at_secs: i64) -> Option<String> {
        let ours = self.branch(base)?;
        let tree = self.0.find_tree(self.merged_tree(&ours, head)?).ok()?;
        let who = Signature::new("GitHub", "noreply@github.test", &git2::Time::new(at_secs, 0)).ok()?;
        let first = self.0.find_commit(Oid::from_str(&ours).ok()?).ok()?;
        let second = self.0.find_commit(Oid::from_str(head).ok()?).ok()?;
        let target = format!("refs/heads/{base}");
        let id = self.0.commit(Some(&target), &who, &who, message, &tree, &[&first, &second]).ok()?;
        Some(id.to_string())
    }

    /// Whether `new` changes anything below `.github/workflows/` that its parent had otherwise.
    pub fn touches_workflows(&self, new: &str) -> bool {
        let workflows = |commit: &Commit<'_>| {
            let tree = commit.tree().ok()?;
            tree.get_path(Path::new(".github/workflows")).ok().map(|e| e.id())
        };
        let changed = |c: &Commit<'_>| c.parent(0).map_or_else(|_| None, |p| workflows(&p)) != workflows(c);
        self.commit(new, changed).unwrap_or(false)
    }
}
