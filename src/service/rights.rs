//! Who may command and pick: the collaborator-permission endpoint, by number, fail closed (M11–M13).

use crate::adapters::github::{AccountKind, GithubError, RepoClient};
use crate::domain::permission::Person;

/// Whether this person may write to the repository now. An unknown answer is an error, never a yes (M12).
pub async fn may_write(client: &RepoClient, person: &Person) -> Result<bool, GithubError> {
    let standing = match client.permission(&person.login).await {
        Ok(standing) => standing,
        Err(error) if error.is_gone() => return Ok(false),
        Err(error) => return Err(error),
    };
    // A login can be renamed and taken by somebody else between the delivery and now.
    let same = standing.account.as_ref().is_some_and(|a| a.person.id == person.id && a.kind == AccountKind::User);
    Ok(same && standing.permission.may_write())
}

/// The account behind a login, when it may write (a REST token names people by login only).
pub async fn writer_by_login(client: &RepoClient, login: &str) -> Result<Option<Person>, GithubError> {
    match client.permission(login).await {
        Ok(standing) => {
            let account = standing.account.filter(|a| a.kind == AccountKind::User);
            Ok(account.filter(|_| standing.permission.may_write()).map(|a| a.person))
        }
        Err(error) if error.is_gone() => Ok(None),
        Err(error) => Err(error),
    }
}
