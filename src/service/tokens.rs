//! REST tokens: made, listed, revoked. The secret is shown once; only its hash is stored (M44).

use secrecy::SecretString;
use serde_json::json;

use crate::adapters::crypto::NewSecret;
use crate::adapters::store::{Store, StoreError, tokens};
use crate::domain::clock::Timestamp;
use crate::domain::ids::TokenId;
use crate::domain::repo::RepoName;
use crate::domain::token::{Scope, Token};

use super::audit;

/// The first moment that RFC 3339 cannot write, in milliseconds.
const YEAR_10000: i64 = 253_402_300_800_000;

/// What the operator's own token (`BAKEOFF_ADMIN_TOKEN`) goes by; no other may.
pub const ADMIN_NAME: &str = "admin";

/// A token as its owner wants it.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// What its owner calls it: 1 to 100 characters.
    pub name: String,
    /// What it may do; at least one.
    pub scopes: Vec<Scope>,
    /// The only repositories it may see; `None` for all.
    pub repositories: Option<Vec<RepoName>>,
    /// The person whose permission a pick is checked by.
    pub github_login: Option<String>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

/// A token that cannot be made: the field and one sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct InvalidToken {
    /// The field.
    pub field: &'static str,
    /// What is wrong with it.
    pub message: &'static str,
}

/// A token just made, with the secret that is never shown again.
#[derive(Debug)]
pub struct MadeToken {
    /// The row.
    pub token: Token,
    /// The secret.
    pub secret: SecretString,
}

fn check(new: &NewToken, now: Timestamp) -> Result<(), InvalidToken> {
    let invalid = |field, message| Err(InvalidToken { field, message });
    if new.name.trim().eq_ignore_ascii_case(ADMIN_NAME) {
        return invalid("name", "the name is that of the operator's own token");
    }
    if !(1..=100).contains(&new.name.trim().chars().count()) || new.name.chars().any(char::is_control) {
        return invalid("name", "the name must have 1 to 100 printable characters");
    }
    if new.scopes.is_empty() {
        return invalid("scopes", "a token needs at least one scope");
    }
    if new.repositories.as_ref().is_some_and(Vec::is_empty) {
        return invalid("repositories", "the list of repositories must not be empty; leave it out for all");
    }
    if new.github_login.as_deref().is_some_and(|login| !is_login(login)) {
        return invalid("github_login", "this cannot be a GitHub login");
    }
    if new.expires_at.is_some_and(|at| at.0 >= YEAR_10000) {
        return invalid("expires_at", "the token must end before the year 10000");
    }
    if new.expires_at.is_some_and(|at| at <= now) {
        return invalid("expires_at", "the token must end in the future");
    }
    Ok(())
}

/// Letters, digits and single hyphens inside, at most 39; an underscore as company-managed accounts have it.
pub fn is_login(login: &str) -> bool {
    (1..=39).contains(&login.len())
        && login.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        && !login.starts_with('-')
        && !login.ends_with('-')
}

/// Makes a token; `actor` is who asked, as the audit names them.
pub async fn create(
    store: &Store,
    new: NewToken,
    actor: &str,
    now: Timestamp,
) -> Result<Result<MadeToken, InvalidToken>, StoreError> {
    if let Err(invalid) = check(&new, now) {
        return Ok(Err(invalid));
    }
    let token = Token {
        id: TokenId::new(),
        name: new.name.trim().to_owned(),
        scopes: Scope::ALL.into_iter().filter(|scope| new.scopes.contains(scope)).collect(),
        repositories: new.repositories,
        github_login: new.github_login,
        expires_at: new.expires_at,
        last_used_at: None,
        created_at: now,
        revoked_at: None,
    };
    let made = NewSecret::generate();
    let mut tx = store.begin().await?;
    tokens::insert(&mut tx, &token, &made.hash).await?;
    let details = json!({
        "name": token.name,
        "scopes": token.scopes,
        "repositories": token.repositories.as_ref().map(|all| all.iter().map(ToString::to_string).collect::<Vec<_>>()),
        "github_login": token.github_login,
        "expires_at": token.expires_at.map(Timestamp::to_rfc3339),
    });
    audit::note(&mut tx, actor, "token.create", &format!("token:{}", token.id), details, now).await?;
    tx.commit().await?;
    Ok(Ok(MadeToken { token, secret: made.secret }))
}

/// Every token, newest first, ended ones too.
pub async fn list(store: &Store) -> Result<Vec<Token>, StoreError> {
    tokens::list(&mut *store.read().await?).await
}

/// Ends a token at once; `false` when it is unknown or was revoked before.
pub async fn revoke(store: &Store, id: TokenId, actor: &str, now: Timestamp) -> Result<bool, StoreError> {
    let mut tx = store.begin().await?;
    let revoked = tokens::revoke(&mut tx, id, now).await?;
    if revoked {
        audit::note(&mut tx, actor, "token.revoke", &format!("token:{id}"), json!({}), now).await?;
        tx.commit().await?;
    }
    Ok(revoked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_token_may_be() {
        let good = NewToken {
            name: "ci".into(),
            scopes: vec![Scope::Read],
            repositories: RepoName::parse("octo/hello").map(|name| vec![name]),
            github_login: Some("ada-l_corp".into()),
            expires_at: Some(Timestamp(11)),
        };
        let now = Timestamp(10);
        assert_eq!(check(&good, now), Ok(()));
        for (bad, field) in [
            (NewToken { name: " ".into(), ..good.clone() }, "name"),
            (NewToken { name: "a\u{1b}[31m".into(), ..good.clone() }, "name"),
            (NewToken { name: " Admin ".into(), ..good.clone() }, "name"),
            (NewToken { scopes: vec![], ..good.clone() }, "scopes"),
            (NewToken { repositories: Some(vec![]), ..good.clone() }, "repositories"),
            (NewToken { github_login: Some("-ada".into()), ..good.clone() }, "github_login"),
            (NewToken { github_login: Some(String::new()), ..good.clone() }, "github_login"),
            (NewToken { expires_at: Some(now), ..good.clone() }, "expires_at"),
        ] {
            assert_eq!(check(&bad, now).unwrap_err().field, field, "{bad:?}");
        }
    }
}
