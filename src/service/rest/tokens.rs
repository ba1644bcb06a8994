//! Who a presented token is.

use crate::adapters::crypto::secret_hash;
use crate::adapters::store::{StoreError, tokens};
use crate::domain::token::Token;
use crate::service::Services;

/// The stored token behind a presented secret, unless it is revoked or its time is over; notes the use.
pub async fn authenticate(svc: &Services, presented: &str) -> Result<Option<Token>, StoreError> {
    let now = svc.now();
    let found = tokens::by_hash(&mut *svc.store.read().await?, &secret_hash(presented)).await?;
    let live = |t: &Token| t.revoked_at.is_none() && t.expires_at.is_none_or(|end| end > now);
    let Some(token) = found.filter(live) else { return Ok(None) };
    let fresh = token.last_used_at.is_some_and(|at| now.since(at) < std::time::Duration::from_mins(1));
    // A use that cannot be noted (a full disk) is still allowed to read.
    if !fresh && let Err(error) = touch(svc, &token).await {
        tracing::warn!(token.id = %token.id, %error, "the use of a token was not noted");
    }
    Ok(Some(token))
}

async fn touch(svc: &Services, token: &Token) -> Result<(), StoreError> {
    let mut tx = svc.store.begin().await?;
    tokens::touch(&mut tx, token.id, svc.now()).await?;
    tx.commit().await
}
