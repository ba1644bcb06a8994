//! The commit of a pick: the stored patch on the pinned base, the same bytes at every try (F039).

use crate::adapters::git::{BuiltCommit, CommitSpec, Mirror, Person};
use crate::domain::ids::EffectId;
use crate::domain::sha256::Sha256Hex;
use crate::domain::tree::TreeChange;
use crate::engine::agent::{TreeBase, tree_changes};
use crate::engine::patch::replay;
use crate::engine::render::commit_message;

use super::Chosen;
use super::request::view;
use crate::service::Services;

/// A commit that is not pushed yet.
pub(super) struct Built {
    pub(super) commit: BuiltCommit,
    pub(super) changes: Vec<TreeChange>,
}

/// Builds it in memory, or says in a sentence why the stored patch cannot be trusted.
pub(super) async fn build(svc: &Services, mirror: &Mirror, chosen: &Chosen) -> anyhow::Result<Result<Built, String>> {
    let patch = chosen.run.result.patch.clone().unwrap_or_default();
    if Sha256Hex::of(&patch) != chosen.pick.patch_sha256 {
        return Ok(Err("The stored patch is not the one that was shown.".into()));
    }
    let tree = mirror.tree(&chosen.run.base_commit).await?;
    let replayed = mirror.run(move || Ok(replay(&patch, &TreeBase::new(tree)))).await?;
    let changes = match replayed.map(|changes| tree_changes(&changes)) {
        Ok(Some(changes)) => changes,
        Ok(None) => return Ok(Err("The stored patch would write something else than files.".into())),
        Err(error) => return Ok(Err(format!("The stored patch does not fit its base: {error}."))),
    };
    let author = author(svc).await?;
    let spec = CommitSpec {
        parent: chosen.run.base_commit.clone(),
        changes: changes.clone(),
        message: commit_message(&view(svc, chosen, EffectId::new(), 0)),
        author: author.clone(),
        committer: author,
        // Of the candidate, not of the pick: a second pick of the same candidate finds the same commit (F067).
        time: chosen.run.completed_at.unwrap_or(chosen.run.created_at),
    };
    Ok(Ok(Built { commit: mirror.build_commit(spec).await?, changes }))
}

/// The App's bot account, so that GitHub shows the commit as the bot's.
async fn author(svc: &Services) -> anyhow::Result<Person> {
    let (slug, account) = svc.github()?.identity().await?;
    let login = format!("{slug}[bot]");
    let email = match account {
        Some(id) => format!("{id}+{login}@users.noreply.github.com"),
        None => format!("{login}@users.noreply.github.com"),
    };
    Ok(Person { name: login, email })
}
