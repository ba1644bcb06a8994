//! Who may look, command and pick: the collaborator-permission endpoint, by number, fail closed (M11–M13, M40).

use crate::adapters::github::{AccountKind, GithubError, RepoClient, Standing};
use crate::domain::permission::{Permission, Person};
use crate::domain::repo::Repo;
use crate::engine::repofile::{Commander, Level};

use super::{Services, audit, repo_file};

/// Whether this person may read the repository, as GitHub said within the last minute. What the App cannot see, nobody
/// can see through it.
pub async fn may_read(svc: &Services, repo: &Repo, person: &Person) -> anyhow::Result<bool> {
    let Ok(client) = svc.client(repo) else { return Ok(false) };
    if repo.gone {
        return Ok(false);
    }
    let standing = known(client.permission_within(&person.login, svc.policy.looking_age).await)?;
    Ok(standing.is_some_and(|standing| is_same(&standing, person) && standing.permission != Permission::None))
}

/// What GitHub said of somebody; `None` when it knows nobody of that name. Every other failure is no answer (M12).
pub fn known(told: Result<Standing, GithubError>) -> Result<Option<Standing>, GithubError> {
    match told {
        Err(error) if error.is_gone() => Ok(None),
        other => other.map(Some),
    }
}

/// Whether the installation's hourly allowance has room for lists: their readers may be many, and strangers; the last
/// fifth is for the work.
pub fn leaves_room(svc: &Services, repo: &Repo) -> bool {
    let budget = svc.client(repo).ok().and_then(|client| client.budget());
    budget.is_none_or(|seen| seen.reset <= svc.now() || seen.remaining.saturating_mul(5) >= seen.limit)
}

/// Notes that somebody wanted to act on a page of a repository where they may only look (M19).
pub async fn note_refusal(svc: &Services, repo: &Repo, person: &Person) -> anyhow::Result<()> {
    let details = serde_json::json!({ "reason": "no write access" });
    let mut tx = svc.store.begin().await?;
    audit::note(&mut tx, &audit::actor(person), "web.refuse", &format!("repo:{}", repo.id), details, svc.now()).await?;
    Ok(tx.commit().await?)
}

/// Whether this person may write there as GitHub said within the last minute: enough to show a button, not to obey it.
pub async fn seems_writer(svc: &Services, repo: &Repo, person: &Person) -> anyhow::Result<bool> {
    let Ok(client) = svc.client(repo) else { return Ok(false) };
    let standing = client.permission_within(&person.login, svc.policy.looking_age).await?;
    Ok(!repo.gone && is_same(&standing, person) && standing.permission.may_write())
}

/// Whether this person may write to the repository now. An unknown answer is an error, never a yes (M12).
pub async fn may_write(client: &RepoClient, person: &Person) -> Result<bool, GithubError> {
    Ok(writer(client, person).await?.is_some())
}

/// What this person may do, when that is at least writing.
pub async fn writer(client: &RepoClient, person: &Person) -> Result<Option<Standing>, GithubError> {
    let standing = known(client.permission(&person.login).await)?;
    Ok(standing.filter(|standing| is_same(standing, person) && standing.permission.may_write()))
}

/// A login can be renamed and taken by somebody else meanwhile.
fn is_same(standing: &Standing, person: &Person) -> bool {
    standing.account.as_ref().is_some_and(|a| a.person.id == person.id && a.kind == AccountKind::User)
}

/// Whether the repository's file lets somebody of this standing command and pick; it can only narrow.
pub fn is_named(standing: &Standing, commanders: &[Commander]) -> bool {
    let Some(account) = standing.account.as_ref().filter(|_| standing.permission.may_write()) else { return false };
    let named = |commander: &Commander| match commander {
        Commander::Right(Level::Write) => true,
        Commander::Right(Level::Maintain) => standing.maintain,
        Commander::Right(Level::Admin) => standing.permission == Permission::Admin,
        Commander::Login(login) => login.eq_ignore_ascii_case(&account.person.login),
        Commander::Account(id) => *id == account.person.id.0,
    };
    commanders.is_empty() || commanders.iter().any(named)
}

/// Whether this person may command and pick here now: the right to write first, then the repository's file.
pub async fn may_command(svc: &Services, repo: &Repo, client: &RepoClient, person: &Person) -> anyhow::Result<bool> {
    let Some(standing) = writer(client, person).await? else { return Ok(false) };
    let (here, _) = repo_file::under(svc, repo).await?;
    Ok(is_named(&standing, &here.policy.file.commanders))
}

/// Whether the repository's file lets the person behind a REST token start rounds; it can only narrow, and what cannot
/// be asked of GitHub is no yes. A token without a login acts for nobody: its scope decides.
pub async fn may_start(here: &Services, repo: &Repo, login: Option<&str>) -> anyhow::Result<bool> {
    let commanders = &here.policy.file.commanders;
    let Some(login) = login.filter(|_| !commanders.is_empty()) else { return Ok(true) };
    let client = match here.client(repo) {
        Ok(client) => client,
        Err(GithubError::NotConfigured(_)) => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    let is_person = |standing: &Standing| standing.account.as_ref().is_some_and(|a| a.kind == AccountKind::User);
    let standing = known(client.permission(login).await)?;
    Ok(standing.is_some_and(|standing| is_person(&standing) && is_named(&standing, commanders)))
}

/// The account behind a login, when it may write (a REST token names people by login only).
pub async fn writer_by_login(client: &RepoClient, login: &str) -> Result<Option<Person>, GithubError> {
    let standing = known(client.permission(login).await)?.filter(|standing| standing.permission.may_write());
    Ok(standing.and_then(|standing| standing.account).filter(|a| a.kind == AccountKind::User).map(|a| a.person))
}
