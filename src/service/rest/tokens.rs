//! REST tokens: who a presented one is, and which ones its holder may give, know and end (M44).

use std::sync::Arc;

use crate::adapters::crypto::secret_hash;
use crate::adapters::store::{StoreError, tokens};
use crate::domain::ids::TokenId;
use crate::domain::repo::RepoName;
use crate::domain::sha256::Sha256Hex;
use crate::domain::token::Token;
use crate::service::Services;
use crate::service::rest::known::Known;
use crate::service::tokens::{self as service, InvalidToken, MadeToken, NewToken};

/// Tokens by the hash of their secret, as they were before the next commit.
pub type KnownTokens = Known<Sha256Hex, Arc<Token>>;

/// Room for so many bytes of them.
pub const KNOWN_TOKENS_BYTES: usize = 1 << 20;
/// What one takes, about.
const TOKEN_BYTES: usize = 1 << 10;

/// The stored token behind a presented secret, unless it is revoked or its time is over; notes the use.
pub async fn authenticate(
    svc: &Services,
    known: &KnownTokens,
    presented: &str,
) -> Result<Option<Arc<Token>>, StoreError> {
    let (now, hash, version) = (svc.now(), secret_hash(presented), svc.store.version());
    let remembered = version.and_then(|version| known.get(&hash, version));
    let is_new = remembered.is_none();
    let found = match remembered {
        Some(token) => Some(token),
        None => tokens::by_hash(&mut *svc.store.read().await?, &hash).await?.map(Arc::new),
    };
    let live = |t: &Arc<Token>| t.revoked_at.is_none() && t.expires_at.is_none_or(|end| end > now);
    let Some(token) = found.filter(live) else { return Ok(None) };
    let fresh = token.last_used_at.is_some_and(|at| now.since(at) < std::time::Duration::from_mins(1));
    // A use that cannot be noted (a full disk) is still allowed to read.
    if !fresh && let Err(error) = touch(svc, &token).await {
        tracing::warn!(token.id = %token.id, %error, "the use of a token was not noted");
    }
    if let Some(version) = version.filter(|_| is_new) {
        known.keep(hash, version, Arc::clone(&token), TOKEN_BYTES);
    }
    Ok(Some(token))
}

async fn touch(svc: &Services, token: &Token) -> Result<(), StoreError> {
    let mut tx = svc.store.begin().await?;
    tokens::touch(&mut tx, token.id, svc.now()).await?;
    tx.commit().await
}

/// Why a token is not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ungiven {
    /// A field is wrong.
    Invalid(InvalidToken),
    /// It would hold more than the token that asks: one sentence.
    More(&'static str),
}

/// Makes a token on behalf of `giver` (`None` for the operator): what is left out is as the giver has it, and nothing
/// is given that the giver lacks.
pub async fn give(
    svc: &Services,
    new: NewToken,
    giver: Option<&Token>,
    actor: &str,
) -> Result<Result<MadeToken, Ungiven>, StoreError> {
    let new = match giver.map_or_else(|| Ok(new.clone()), |giver| within(new.clone(), giver)) {
        Ok(new) => new,
        Err(why) => return Ok(Err(Ungiven::More(why))),
    };
    Ok(service::create(&svc.store, new, actor, svc.now()).await?.map_err(Ungiven::Invalid))
}

fn within(new: NewToken, giver: &Token) -> Result<NewToken, &'static str> {
    if !new.scopes.iter().all(|scope| giver.may(*scope)) {
        return Err("A token cannot give a scope that it lacks.");
    }
    let repositories = new.repositories.clone().or_else(|| giver.repositories.clone());
    if !covers(giver, repositories.as_deref()) {
        return Err("A token cannot give repositories that it may not see.");
    }
    let github_login = new.github_login.clone().or_else(|| giver.github_login.clone());
    let same = |login: &str| github_login.as_deref().is_some_and(|given| given.eq_ignore_ascii_case(login));
    if giver.github_login.as_deref().is_some_and(|login| !same(login)) {
        return Err("A token that acts for a person can only give tokens for the same person.");
    }
    let expires_at = new.expires_at.or(giver.expires_at);
    if giver.expires_at.is_some_and(|end| expires_at.is_none_or(|at| at > end)) {
        return Err("A token cannot give one that lasts longer than itself.");
    }
    Ok(NewToken { repositories, github_login, expires_at, ..new })
}

/// Whether `giver` sees all of these repositories; `None` are all there are.
fn covers(giver: &Token, repositories: Option<&[RepoName]>) -> bool {
    let Some(own) = giver.repositories.as_deref() else { return true };
    let known = |name: &RepoName| own.iter().any(|o| o.to_string().eq_ignore_ascii_case(&name.to_string()));
    repositories.is_some_and(|all| all.iter().all(known))
}

/// The tokens that `viewer` (`None` for the operator) may know of, newest first: none that see more than itself.
pub async fn list(svc: &Services, viewer: Option<&Token>) -> Result<Vec<Token>, StoreError> {
    let mut all = service::list(&svc.store).await?;
    all.retain(|token| knows(viewer, token));
    Ok(all)
}

/// One of them.
pub async fn one(svc: &Services, viewer: Option<&Token>, id: TokenId) -> Result<Option<Token>, StoreError> {
    let found = tokens::get(&mut *svc.store.read().await?, id).await?;
    Ok(found.filter(|token| knows(viewer, token)))
}

/// Ends one of them at once; `false` when there is none that could be.
pub async fn revoke(svc: &Services, viewer: Option<&Token>, id: TokenId, actor: &str) -> Result<bool, StoreError> {
    match one(svc, viewer, id).await? {
        Some(_) => service::revoke(&svc.store, id, actor, svc.now()).await,
        None => Ok(false),
    }
}

fn knows(viewer: Option<&Token>, token: &Token) -> bool {
    viewer.is_none_or(|viewer| covers(viewer, token.repositories.as_deref()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::Timestamp;
    use crate::domain::token::Scope;

    fn names(all: &[&str]) -> Option<Vec<RepoName>> {
        Some(all.iter().map(|name| RepoName::parse(name).unwrap()).collect())
    }

    #[test]
    fn m44_a_token_gives_no_more_than_it_has() {
        let giver = Token {
            id: TokenId::new(),
            name: "giver".into(),
            scopes: vec![Scope::Admin],
            repositories: names(&["octo/a", "octo/b"]),
            github_login: Some("ada".into()),
            expires_at: Some(Timestamp(100)),
            last_used_at: None,
            created_at: Timestamp(0),
            revoked_at: None,
        };
        let new = NewToken {
            name: "new".into(),
            scopes: vec![Scope::Pick],
            repositories: None,
            github_login: None,
            expires_at: None,
        };
        let given = within(new.clone(), &giver).unwrap();
        assert_eq!(given.repositories, giver.repositories);
        assert_eq!((given.github_login, given.expires_at), (giver.github_login.clone(), giver.expires_at));
        let less = NewToken { repositories: names(&["Octo/A"]), expires_at: Some(Timestamp(99)), ..new.clone() };
        assert!(within(less, &giver).is_ok());
        for more in [
            NewToken { repositories: names(&["octo/a", "octo/c"]), ..new.clone() },
            NewToken { github_login: Some("eve".into()), ..new.clone() },
            NewToken { expires_at: Some(Timestamp(101)), ..new.clone() },
        ] {
            assert!(within(more.clone(), &giver).is_err(), "{more:?}");
        }
        let reader = Token { scopes: vec![Scope::Read], ..giver.clone() };
        assert!(within(new, &reader).is_err());
        let free = Token { repositories: None, ..giver.clone() };
        assert!(knows(Some(&free), &giver) && !knows(Some(&giver), &free) && knows(None, &free));
    }
}
