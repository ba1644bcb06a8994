//! Commits and merges in memory, on top of a mirror's objects (M61: nothing touches the disk).

use std::collections::BTreeMap;

use git2::{
    Buf, ErrorCode, Index, MergeOptions, ObjectType, Odb, Oid, Repository, Signature, Time, Tree, TreeWalkMode,
    TreeWalkResult,
};

use super::edit::Editor;
use super::store::{Store, oid, sha};
use super::{BuiltCommit, CommitSpec, GitError, Merged, Person};
use crate::domain::repo::CommitSha;
use crate::domain::tree::{FileMode, TreeChange};

/// Above the packs' own priority, so that what is written stays in memory.
const MEMORY_FIRST: i32 = 1000;

/// Builds `spec`'s commit.
pub(super) fn build(store: &Store, spec: &CommitSpec) -> Result<BuiltCommit, GitError> {
    let base = store.tree_of(&spec.parent)?;
    let repo = in_memory(store)?;
    let odb = memory_odb(&repo)?;
    let mut editor = Editor::new(&odb);
    let tree = editor.edit(base, &spec.changes).map_err(|error| seen(store, error))?;
    let commit = editor.write(ObjectType::Commit, &commit_object(&repo, spec, tree)?)?;
    let pack = pack(&repo, &editor.into_new()).map_err(|_| GitError::Crashed)?;
    Ok(BuiltCommit { sha: sha(commit)?, tree: sha(tree)?, pack })
}

/// Merges the trees of `head` and of `base` with `changes`, whose common ancestor is `base`.
pub(super) fn merge(
    store: &Store,
    base: &CommitSha,
    head: &CommitSha,
    changes: &[TreeChange],
) -> Result<Merged, GitError> {
    let (base, head) = (store.tree_of(base)?, store.tree_of(head)?);
    let repo = in_memory(store)?;
    let odb = memory_odb(&repo)?;
    let changed = Editor::new(&odb).edit(base, changes).map_err(|error| seen(store, error))?;
    let merged = merge_trees(&repo, [base, head, changed]).map_err(|error| match error.code() {
        ErrorCode::NotFound => store.damage(),
        _ => GitError::Crashed,
    })?;
    merged.ok_or_else(|| GitError::BadChange("the merge would write something else than files".into()))
}

fn merge_trees(repo: &Repository, [base, head, changed]: [Oid; 3]) -> Result<Option<Merged>, git2::Error> {
    let (base, head, changed) = (repo.find_tree(base)?, repo.find_tree(head)?, repo.find_tree(changed)?);
    let mut options = MergeOptions::new();
    options.find_renames(true).skip_reuc(true);
    let index = repo.merge_trees(&base, &head, &changed, Some(&options))?;
    let mut paths = Vec::new();
    for conflict in index.conflicts()? {
        let conflict = conflict?;
        let sides = [conflict.our, conflict.their, conflict.ancestor];
        paths.extend(sides.into_iter().flatten().next().map(|e| String::from_utf8_lossy(&e.path).into_owned()));
    }
    paths.sort();
    paths.dedup();
    if paths.is_empty() {
        Ok(against(repo, &index, &head)?.map(Merged::Clean))
    } else {
        Ok(Some(Merged::Conflict(paths)))
    }
}

/// What `index` changes in the tree `old`; `None` when that is not files only.
fn against(repo: &Repository, index: &Index, old: &Tree<'_>) -> Result<Option<Vec<TreeChange>>, git2::Error> {
    let mut before = flat(old)?;
    let mut changes = Vec::new();
    for entry in index.iter() {
        // Old repositories have modes such as 100664; only the executable bit counts.
        let kind = entry.mode & 0o170_100;
        if before.remove(&entry.path) == Some((kind, entry.id)) {
            continue;
        }
        let mode = match kind {
            0o100_000 => FileMode::Regular,
            0o100_100 => FileMode::Executable,
            _ => return Ok(None),
        };
        let Ok(path) = std::str::from_utf8(&entry.path) else { return Ok(None) };
        changes.push(TreeChange::write(path, mode, repo.find_blob(entry.id)?.content()));
    }
    for path in before.into_keys() {
        let Ok(path) = String::from_utf8(path) else { return Ok(None) };
        changes.push(TreeChange::delete(&path));
    }
    Ok(Some(changes))
}

/// Every file below a tree: its kind with the executable bit, and its blob.
fn flat(tree: &Tree<'_>) -> Result<BTreeMap<Vec<u8>, (u32, Oid)>, git2::Error> {
    let mut files = BTreeMap::new();
    tree.walk(TreeWalkMode::PreOrder, |folder, entry| {
        if entry.kind() != Some(ObjectType::Tree) {
            let path = [folder.as_bytes(), entry.name_bytes()].concat();
            files.insert(path, (entry.filemode().cast_unsigned() & 0o170_100, entry.id()));
        }
        TreeWalkResult::Ok
    })?;
    Ok(files)
}

fn in_memory(store: &Store) -> Result<Repository, GitError> {
    Repository::from_odb(store.second_odb()?).map_err(|_| GitError::Crashed)
}

fn memory_odb(repo: &Repository) -> Result<Odb<'_>, GitError> {
    let odb = repo.odb().map_err(|_| GitError::Crashed)?;
    odb.add_new_mempack_backend(MEMORY_FIRST).map_err(|_| GitError::Crashed)?;
    Ok(odb)
}

/// Not `Mempack::dump`: that packs everything the commit reaches, unchanged files included.
fn pack(repo: &Repository, objects: &[Oid]) -> Result<Vec<u8>, git2::Error> {
    let mut builder = repo.packbuilder()?;
    builder.set_threads(1);
    for id in objects {
        builder.insert_object(*id, None)?;
    }
    let mut buffer = Buf::new();
    builder.write_buf(&mut buffer)?;
    Ok(buffer.to_vec())
}

fn commit_object(repo: &Repository, spec: &CommitSpec, tree: Oid) -> Result<Vec<u8>, GitError> {
    let parent = oid(&spec.parent)?;
    let when = Time::new(spec.time.0.div_euclid(1000), 0);
    let build = || {
        let (author, committer) = (signature(&spec.author, &when)?, signature(&spec.committer, &when)?);
        let parent = repo.find_commit(parent)?;
        repo.commit_create_buffer(&author, &committer, &spec.message, &repo.find_tree(tree)?, &[&parent])
    };
    let buffer = build().map_err(|_: git2::Error| GitError::BadChange("the commit cannot be written".into()))?;
    Ok(buffer.to_vec())
}

fn signature(person: &Person, when: &Time) -> Result<Signature<'static>, git2::Error> {
    let clean = |text: &str| text.chars().filter(|c| !c.is_control() && !"<>".contains(*c)).collect::<String>();
    Signature::new(clean(&person.name).trim(), clean(&person.email).trim(), when)
}

/// Damage that the editor saw is the store's.
fn seen(store: &Store, error: GitError) -> GitError {
    if error == GitError::Corrupt { store.damage() } else { error }
}
