//! Installations that come and go, and pull requests that people close, merge or reopen.

use crate::adapters::store::{installations, repos as rows};
use crate::domain::ids::InstallationId;
use crate::domain::installation::{Installation, InstallationStatus};
use crate::domain::pull::{self, PullStatus};
use crate::domain::repo::{BranchName, CommitSha, Repo};

use super::Handled;
use super::payload::{Account, Payload, PullRequest};
use crate::service::{Services, pulls, sign_in};

pub(super) async fn installation(svc: &Services, payload: &Payload) -> anyhow::Result<Handled> {
    let Some(id) = payload.installation_id() else { return Ok(Handled::Ignored("It names no installation.")) };
    let status = match payload.action() {
        "deleted" => InstallationStatus::Deleted,
        "suspend" => InstallationStatus::Suspended,
        _ => InstallationStatus::Active,
    };
    let account = payload.installation.as_ref().and_then(|i| i.account.as_ref()).and_then(|a| a.login.clone());
    let now = svc.now();
    let mut tx = svc.store.begin().await?;
    let known = installations::get(&mut tx, id).await?;
    let row = Installation {
        id,
        account: account.or_else(|| known.as_ref().map(|k| k.account.clone())).unwrap_or_default(),
        status,
        permissions: known.as_ref().map(|k| k.permissions.clone()).unwrap_or_default(),
        created_at: known.as_ref().map_or(now, |k| k.created_at),
        updated_at: now,
    };
    installations::upsert(&mut tx, &row).await?;
    tx.commit().await?;
    if status == InstallationStatus::Deleted {
        leave(svc, id).await?;
    }
    Ok(Handled::Yes)
}

/// Somebody does not want to be known to the App any more: they are signed out.
pub(super) async fn authorization(svc: &Services, payload: &Payload) -> anyhow::Result<Handled> {
    let Some(person) = payload.sender.as_ref().and_then(Account::person) else {
        return Ok(Handled::Ignored("It names no person."));
    };
    sign_in::end_all(svc, &person).await?;
    Ok(Handled::Yes)
}

/// Without an installation nothing of its repositories can be read or written any more.
async fn leave(svc: &Services, id: InstallationId) -> anyhow::Result<()> {
    let mut tx = svc.store.begin().await?;
    for repo in rows::list_installation(&mut tx, id).await? {
        rows::set_installation(&mut tx, repo.id, None, svc.now()).await?;
    }
    tx.commit().await?;
    if let Ok(github) = svc.github() {
        github.forget(id);
    }
    Ok(())
}

pub(super) async fn repositories(svc: &Services, payload: &Payload) -> anyhow::Result<Handled> {
    let mut tx = svc.store.begin().await?;
    for removed in payload.repositories_removed.iter().flatten() {
        let Some(id) = removed.github_id() else { continue };
        if let Some(repo) = rows::by_github_id(&mut tx, id).await? {
            rows::set_installation(&mut tx, repo.id, None, svc.now()).await?;
        }
    }
    tx.commit().await?;
    Ok(Handled::Yes)
}

/// What a pull request says of itself that a person may have opened from a branch of ours.
fn by_hand(pull: &PullRequest) -> Option<pulls::ByHand> {
    let head = pull.head.as_ref()?;
    Some(pulls::ByHand {
        branch: BranchName::parse(head.r#ref.as_deref()?)?,
        head: CommitSha::parse(head.sha.as_deref()?)?,
        url: pull.html_url.clone()?,
        title: pull.title.clone()?,
        body: pull.body.clone(),
    })
}

/// The number of the pull request that a merged one takes back.
fn taken_back(repo: &Repo, pull: &PullRequest) -> Option<i64> {
    let branch = pull.head.as_ref().and_then(|head| head.r#ref.as_deref()).unwrap_or_default();
    let (title, body) = (pull.title.as_deref().unwrap_or_default(), pull.body.as_deref().unwrap_or_default());
    pull::taken_back(repo.name.as_ref()?, branch, title, body)
}

pub(super) async fn pull(svc: &Services, repo: &Repo, payload: &Payload, action: &str) -> anyhow::Result<Handled> {
    let Some(pull) = &payload.pull_request else { return Ok(Handled::Ignored("It names no pull request.")) };
    let Some(number) = pull.number else { return Ok(Handled::Ignored("It has no number.")) };
    if action == "synchronize" {
        pulls::moved(svc, repo, number).await?;
        return Ok(Handled::Yes);
    }
    if action == "opened" {
        let adopted = match by_hand(pull) {
            Some(hand) => pulls::adopt(svc, repo, number, hand).await?,
            None => false,
        };
        return Ok(if adopted { Handled::Yes } else { Handled::Ignored("It is not from a branch of ours.") });
    }
    let status = match (action, pull.merged.unwrap_or(false)) {
        ("closed", true) => PullStatus::Merged,
        ("closed", false) => PullStatus::Closed,
        ("reopened", _) => PullStatus::Open,
        _ => return Ok(Handled::Ignored("Nothing to do for it.")),
    };
    pulls::changed(svc, repo, number, status).await?;
    if status == PullStatus::Merged
        && let Some(taken_back) = taken_back(repo, pull)
    {
        pulls::reverted(svc, repo, number, taken_back).await?;
    }
    if status == PullStatus::Open {
        // Its branch may have gone on while it was closed.
        pulls::moved(svc, repo, number).await?;
    }
    Ok(Handled::Yes)
}
