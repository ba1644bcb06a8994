//! The repository's own file: read from the default branch, applied to what the operator decided, and, when it is
//! broken, told once.

use std::sync::Arc;

use crate::adapters::git::GitError;
use crate::adapters::github::{GithubError, RepoClient};
use crate::adapters::store::effects;
use crate::domain::effect::EffectStatus;
use crate::domain::repo::Repo;
use crate::domain::sha256::Sha256Hex;
use crate::domain::terms::Terms;
use crate::engine::render::repo_file_broken;
use crate::engine::repofile::{MAX_BYTES, REPO_FILE, RepoFile, RepoFileError, read_repo_file, too_large};

use super::effects::{Said, Thread, say};
use super::{Services, kept_caps, repos};

/// A version of the file that cannot be read.
#[derive(Debug, Clone)]
pub struct Broken {
    /// git's name of its content.
    pub blob: String,
    /// Why.
    pub error: RepoFileError,
}

/// The use cases in one repository: with the operator's decisions as its file lowers and narrows them now.
///
/// # Errors
/// Whatever kept the file from being read; nothing may be started on a guess.
pub async fn under(svc: &Services, repo: &Repo) -> anyhow::Result<(Services, Option<Broken>)> {
    let found = match svc.client(repo) {
        Ok(client) => by_api(&client).await?,
        Err(GithubError::NotConfigured(_)) => by_git(svc, repo).await?,
        Err(error) => return Err(error.into()),
    };
    let (file, broken) = match found {
        None => (RepoFile::default(), None),
        Some((_, Ok(file))) => (file, None),
        Some((blob, Err(error))) => {
            let terms = Terms { broken: true, ..Terms::default() };
            (RepoFile { terms, ..RepoFile::default() }, Some(Broken { blob, error }))
        }
    };
    let svc = kept_caps::in_force(svc).await?;
    let policy = Arc::new(svc.policy.narrowed(file));
    Ok((Services { policy, ..svc }, broken))
}

type Found = Option<(String, Result<RepoFile, RepoFileError>)>;

async fn by_api(client: &RepoClient) -> Result<Found, GithubError> {
    let found = client.default_file(REPO_FILE).await?;
    Ok(found.map(|file| {
        let read = file.bytes.as_deref().map_or_else(|| Err(too_large(file.size)), read_repo_file);
        (file.blob, read)
    }))
}

/// Without the App there is only git; a copy of the head is needed for a round anyway.
async fn by_git(svc: &Services, repo: &Repo) -> anyhow::Result<Found> {
    let remote = repos::remote(svc, repo).await?;
    let head = match svc.mirrors.head(&remote).await {
        Ok(head) => head,
        Err(GitError::Empty) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let mirror = svc.mirrors.fetch(&repo.mirror(), &remote, &head.commit).await?;
    let view = mirror.tree(&head.commit).await?;
    let found = mirror.run(move || {
        let Some(entry) = view.entry(REPO_FILE).filter(|entry| entry.mode.is_file()) else { return Ok(None) };
        let size = view.size(entry.blob)?;
        let large = size > MAX_BYTES as u64;
        let bytes = if large { Vec::new() } else { view.read_blob(entry.blob, MAX_BYTES as u64)? };
        Ok(Some((size, large, bytes)))
    });
    Ok(found.await?.map(|(size, large, bytes)| {
        let read = if large { Err(too_large(size)) } else { read_repo_file(&bytes) };
        (Sha256Hex::of(&bytes).to_string(), read)
    }))
}

/// Says once for each version of the file that it is broken. `by` names the piece of work that met it: the first one
/// speaks, and only that one looks for its own comment after a crash.
pub async fn tell(
    svc: &Services,
    repo: &Repo,
    thread: &Thread<'_>,
    broken: &Broken,
    by: &str,
) -> anyhow::Result<Option<Said>> {
    let key = format!("repofile:{}:{}", repo.id, broken.blob);
    let mine = Sha256Hex::of(by).to_string();
    let mut tx = svc.store.begin().await?;
    let claim = effects::intend(&mut tx, None, &key, svc.now()).await?;
    let first = claim.status == EffectStatus::Intended;
    if first {
        let result = effects::EffectResult { body_sha256: Some(mine.clone()), ..effects::EffectResult::default() };
        effects::done(&mut tx, claim.id, &result, svc.now()).await?;
    }
    tx.commit().await?;
    if !first && claim.body_sha256.as_deref() != Some(mine.as_str()) {
        return Ok(None);
    }
    tracing::info!(repo.id = %repo.id, reason = %broken.error.said, "the repository's file is broken");
    let text = |effect| repo_file_broken(effect, &broken.error);
    Ok(Some(say(svc, thread, &format!("{key}:said"), text).await?))
}
