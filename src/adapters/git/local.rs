//! Repositories on this machine (`file://`, for trials): refs and objects read by libgit2, copied
//! into the mirror as a pack like any other. Nothing is ever written there.

use std::path::{Path, PathBuf};

use git2::{ErrorCode, Oid, Reference, Repository, RepositoryOpenFlags};

use super::incoming::Incoming;
use super::store::{oid, prepare_libgit2, sha};
use super::{GitError, Head, Refs, Remote};
use crate::domain::repo::{BranchName, CommitSha};

/// The folder a `file://` URL names.
pub(super) fn folder(remote: &Remote) -> Result<PathBuf, GitError> {
    remote.url.to_file_path().map_err(|()| GitError::RepositoryGone)
}

fn open(folder: &Path) -> Result<Repository, GitError> {
    prepare_libgit2();
    let none: [&str; 0] = [];
    Repository::open_ext(folder, RepositoryOpenFlags::NO_SEARCH, none).map_err(|_| GitError::RepositoryGone)
}

/// The refs whose full names start with one of `prefixes`.
pub(super) fn ls_refs(folder: &Path, prefixes: &[String]) -> Result<Refs, GitError> {
    let repo = open(folder)?;
    let wanted = |name: &str| prefixes.iter().any(|prefix| name.starts_with(prefix.as_str()));
    let mut refs = Refs::default();
    if wanted("HEAD") {
        let named = repo.find_reference("HEAD").map_err(broken)?;
        let branch = named.symbolic_target().ok().flatten().and_then(|t| t.strip_prefix("refs/heads/"));
        let branch = branch.and_then(BranchName::parse);
        match named.resolve() {
            Ok(head) => refs.head = target(&head)?.map(|commit| Head { branch, commit }),
            Err(_) => refs.unborn = branch,
        }
    }
    for reference in repo.references().map_err(broken)? {
        let reference = reference.map_err(broken)?;
        if let (Ok(name), Some(commit)) = (reference.name(), target(&reference)?)
            && wanted(name)
        {
            refs.list.push((name.to_owned(), commit));
        }
    }
    Ok(refs)
}

fn target(reference: &Reference<'_>) -> Result<Option<CommitSha>, GitError> {
    reference.target().map(sha).transpose()
}

/// Copies a commit and its tree into the mirror; `max_bytes` of pack at most.
pub(super) fn copy(from: &Path, mirror: &Path, commit: &CommitSha, max_bytes: u64) -> Result<u64, GitError> {
    let repo = open(from)?;
    let gone = |error: git2::Error| match error.code() {
        ErrorCode::NotFound => GitError::CommitGone(commit.clone()),
        _ => broken(error),
    };
    let id = oid(commit)?;
    let tree = repo.find_commit(id).map_err(gone)?.tree_id();
    let mut incoming = Incoming::new(mirror)?;
    let (mut bytes, mut failed) = (0, None);
    let result = pack(&repo, id, tree, |piece| {
        bytes += piece.len() as u64;
        if bytes > max_bytes {
            failed = Some(GitError::TooLarge { what: "the repository", limit_bytes: max_bytes });
        } else if let Err(error) = incoming.write(piece) {
            failed = Some(error);
        }
        failed.is_none()
    });
    match failed {
        Some(error) => return Err(error),
        None => result.map_err(broken)?,
    }
    incoming.finish(std::slice::from_ref(commit))?;
    Ok(bytes)
}

fn pack(repo: &Repository, commit: Oid, tree: Oid, mut each: impl FnMut(&[u8]) -> bool) -> Result<(), git2::Error> {
    let mut builder = repo.packbuilder()?;
    builder.insert_object(commit, None)?;
    builder.insert_tree(tree)?;
    builder.foreach(|piece| each(piece))
}

fn broken(_: git2::Error) -> GitError {
    GitError::Remote("the local repository could not be read".into())
}
