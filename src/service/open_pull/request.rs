//! The pull request itself: found by its branch or made, then recorded once.

use crate::adapters::github::{GithubError, NewPull, PullInfo, RepoClient, ValidationCode};
use crate::adapters::store::effects::EffectResult;
use crate::adapters::store::{Tx, effects, picks, pulls};
use crate::domain::crash;
use crate::domain::ids::EffectId;
use crate::domain::job::Job;
use crate::domain::pick::PickStatus;
use crate::domain::pull::Pull;
use crate::domain::repo::{BranchName, CommitSha};
use crate::domain::terms::CoAuthor;
use crate::engine::evidence::evidence;
use crate::engine::render::{PullView, pull_body, pull_title};

use super::{Chosen, Freshness, Stop, final_refusal};
use crate::service::publish::requester;
use crate::service::{Services, audit, dress_pull, effects as effect_service};

pub(super) fn view(svc: &Services, chosen: &Chosen, effect: EffectId, moved: u64) -> PullView {
    let (run, round, task, pick) = (&chosen.run, &chosen.round, &chosen.task, &chosen.pick);
    let picker = pick.person.as_ref().map(|p| p.login.clone()).or_else(|| pick.token_name.clone());
    PullView {
        effect,
        issue: task.issue.as_ref().map(|issue| issue.number),
        task_title: task.title.clone(),
        title: pick.title.clone(),
        body: pick.body.clone(),
        template: None,
        paths: run.result.files_changed.iter().map(|file| file.path.clone()).collect(),
        round: round.number,
        letter: run.letter,
        run: run.id,
        model: run.answerer(),
        summary: run.result.summary.clone(),
        requester: requester(&round.origin),
        picker: picker.unwrap_or_else(|| "the web view".into()),
        base_ref: round.base_ref.clone(),
        base_commit: run.base_commit.clone(),
        patch_sha256: pick.patch_sha256.clone(),
        files: run.result.files_changed.len(),
        added: run.result.files_changed.iter().map(|f| f.added_lines).sum(),
        removed: run.result.files_changed.iter().map(|f| f.removed_lines).sum(),
        evidence: evidence(run, &[]),
        warnings: run.result.warnings.clone(),
        cost: run.result.cost,
        co_authors: co_authors(chosen),
        base_moved: usize::try_from(moved).ok().filter(|n| *n > 0),
        compare_url: svc.policy.page(&format!("/tasks/{}/compare?round={}", task.id, round.number)),
    }
}

/// Whom the commit names, each once, as `login <no-reply address>`. Kept with the round: the commit is the same at every try.
fn co_authors(chosen: &Chosen) -> Vec<String> {
    let (requester, picker) = (chosen.round.origin.requester.as_ref(), chosen.pick.person.as_ref());
    let named = match chosen.round.terms.co_author {
        CoAuthor::None => [None, None],
        CoAuthor::Requester => [requester, None],
        CoAuthor::Picker => [None, picker],
        CoAuthor::Both => [requester, picker.filter(|p| requester.is_none_or(|r| r.id != p.id))],
    };
    let right = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let safe = named.into_iter().flatten().filter(|person| person.login.chars().all(right));
    safe.map(|p| format!("{} <{}+{}@users.noreply.github.com>", p.login, p.id.0, p.login)).collect()
}

/// Finds or makes the pull request of `branch`, records it, and tells by the status comment.
pub(super) async fn open(
    svc: &Services,
    client: &RepoClient,
    chosen: &Chosen,
    fresh: &Freshness,
    (branch, commit): (&BranchName, &CommitSha),
    template: Option<String>,
) -> anyhow::Result<Result<(), Stop>> {
    let effect = effect_service::intend(svc, Some(chosen.task.id), &format!("pull:{}", chosen.pick.id)).await?;
    let text = PullView { template, ..view(svc, chosen, effect.id, fresh.moved) };
    let new = NewPull {
        title: svc.secrets.redact(&pull_title(&text)).into_owned(),
        head: branch.clone(),
        base: fresh.target.clone(),
        body: svc.secrets.redact(&pull_body(&text)).into_owned(),
        draft: svc.policy.draft,
    };
    let pull = match found_or_made(svc, client, effect.id, &new, commit).await? {
        Ok(pull) => pull,
        Err(why) => return Ok(Err(Stop::Failed(why))),
    };
    crash::point("pull_made");
    record(svc, chosen, &new, fresh, commit, &pull, effect.id).await?;
    crash::point("pull_recorded");
    Ok(Ok(()))
}

/// An open pull request of this branch and commit that is ours by its branch's name (F041, F045).
async fn existing(client: &RepoClient, branch: &BranchName, commit: &CommitSha) -> anyhow::Result<Option<PullInfo>> {
    let known = client.pulls_by_head(branch).await?;
    Ok(known.into_iter().find(|p| p.head_sha == *commit && p.status == crate::domain::pull::PullStatus::Open))
}

async fn found_or_made(
    svc: &Services,
    client: &RepoClient,
    effect: EffectId,
    new: &NewPull,
    commit: &CommitSha,
) -> anyhow::Result<Result<PullInfo, String>> {
    if let Some(pull) = existing(client, &new.head, commit).await? {
        return Ok(Ok(pull));
    }
    let mut tx = svc.store.begin().await?;
    effects::mark_tried(&mut tx, effect, svc.now()).await?;
    tx.commit().await?;
    match client.create_pull(new).await {
        Ok(pull) => Ok(Ok(pull)),
        Err(GithubError::Validation { code: ValidationCode::PullExists, .. }) => {
            let known = existing(client, &new.head, commit).await?;
            known.map(Ok).ok_or_else(|| GithubError::UnknownOutcome.into())
        }
        Err(error) => match final_refusal(&error) {
            Some(why) => Ok(Err(why)),
            None => Err(error.into()),
        },
    }
}

async fn record(
    svc: &Services,
    chosen: &Chosen,
    new: &NewPull,
    fresh: &Freshness,
    commit: &CommitSha,
    info: &PullInfo,
    effect: EffectId,
) -> anyhow::Result<()> {
    let now = svc.now();
    let row = Pull {
        id: chosen.pick.id.opens(),
        task_id: chosen.task.id,
        run_id: chosen.run.id,
        number: info.number,
        url: info.url.clone(),
        branch: new.head.clone(),
        title: new.title.clone(),
        body: Some(new.body.clone()),
        head: commit.clone(),
        status: info.status,
        reverted_by: None,
        created_at: now,
        updated_at: now,
    };
    let mut tx = svc.store.begin().await?;
    pulls::insert(&mut tx, chosen.repo.id, &row).await?;
    let moved = (fresh.moved > 0).then(|| fresh.moved.to_string());
    picks::set_commit(&mut tx, chosen.pick.id, Some(commit), now).await?;
    picks::settle(&mut tx, chosen.pick.id, PickStatus::Opened, moved.as_deref(), now).await?;
    let result =
        EffectResult { external_id: Some(info.number), node_id: Some(info.node_id.clone()), body_sha256: None };
    effects::done(&mut tx, effect, &result, now).await?;
    dress_pull::intend(svc, &mut tx, &chosen.pick, &svc.policy.file).await?;
    told(svc, &mut tx, chosen, info).await?;
    tx.commit().await?;
    tracing::info!(pick.id = %chosen.pick.id, pull.number = info.number, "pull request opened");
    Ok(())
}

async fn told(svc: &Services, tx: &mut Tx, chosen: &Chosen, info: &PullInfo) -> anyhow::Result<()> {
    let details = serde_json::json!({ "number": info.number, "run": chosen.run.id.to_string() });
    audit::note(tx, "bakeoff", "pull.open", &format!("task:{}", chosen.task.id), details, svc.now()).await?;
    svc.enqueue(tx, Job::Publish { round_id: chosen.round.id }).await
}
