//! The commit of a pick: the stored patch on the pinned base, the same bytes at every try (F039).

use crate::adapters::git::{BuiltCommit, CommitSpec, Mirror, Person};
use crate::domain::clock::Timestamp;
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
    let changes = match changes(mirror, chosen).await? {
        Ok(changes) => changes,
        Err(why) => return Ok(Err(why)),
    };
    let author = author(svc).await?;
    let spec = CommitSpec {
        parent: chosen.run.base_commit.clone(),
        changes: changes.clone(),
        message: message(svc, chosen),
        author: author.clone(),
        committer: author,
        time: time(chosen),
    };
    Ok(Ok(Built { commit: mirror.build_commit(spec).await?, changes }))
}

/// The stored patch as changes to its base, or why it cannot be trusted.
pub(super) async fn changes(mirror: &Mirror, chosen: &Chosen) -> anyhow::Result<Result<Vec<TreeChange>, String>> {
    let patch = chosen.run.result.patch.clone().unwrap_or_default();
    if Sha256Hex::of(&patch) != chosen.pick.patch_sha256 {
        return Ok(Err("The stored patch is not the one that was shown.".into()));
    }
    let tree = mirror.tree(&chosen.run.base_commit).await?;
    let replayed = mirror.run(move || Ok(replay(&patch, &TreeBase::new(tree)))).await?;
    Ok(match replayed.map(|changes| tree_changes(&changes)) {
        Ok(Some(changes)) => Ok(changes),
        Ok(None) => Err("The stored patch would write something else than files.".into()),
        Err(error) => Err(format!("The stored patch does not fit its base: {error}.")),
    })
}

/// The message; that of a further commit says first what was asked for.
pub(super) fn message(svc: &Services, chosen: &Chosen) -> String {
    let mut text = view(svc, chosen, EffectId::new(), 0);
    if chosen.pick.pull_id.is_some() && text.title.is_none() {
        text.title = chosen.round.instruction.lines().next().map(str::to_owned);
    }
    if chosen.pick.pull_id.is_some() {
        // What a client wrote below its first line stands above the model's words.
        let said = [text.body.take(), text.summary.take()];
        text.summary = Some(said.into_iter().flatten().collect::<Vec<_>>().join("\n\n"));
    }
    commit_message(&text)
}

/// Of the candidate, not of the pick: a second pick of the same candidate finds the same commit (F067).
pub(super) fn time(chosen: &Chosen) -> Timestamp {
    chosen.run.completed_at.unwrap_or(chosen.run.created_at)
}

/// The App's bot account, so that GitHub shows the commit as the bot's.
pub(super) async fn author(svc: &Services) -> anyhow::Result<Person> {
    let (slug, account) = svc.github()?.identity().await?;
    let login = format!("{slug}[bot]");
    let email = match account {
        Some(id) => format!("{id}+{login}@users.noreply.github.com"),
        None => format!("{login}@users.noreply.github.com"),
    };
    Ok(Person { name: login, email })
}
