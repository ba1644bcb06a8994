//! The audit trail for whoever reads, checks or takes a copy of it (M19).

use futures::stream::{self, Stream};

use crate::adapters::store::StoreError;
use crate::adapters::store::audit::{self, Chain, Filter};
use crate::domain::audit::AuditEntry;
use crate::service::Services;

/// Entries of a copy that are read at once.
const BATCH: i64 = 1_000;

/// Entries that the filter lets through, newest first, with a number below `before`.
pub async fn list(
    svc: &Services,
    filter: &Filter,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<AuditEntry>, StoreError> {
    audit::find(&mut *svc.store.read().await?, filter, before, limit).await
}

/// Whether every link of the chain holds.
pub async fn verify(svc: &Services) -> Result<Chain, StoreError> {
    audit::verify(&mut *svc.store.read().await?).await
}

/// All entries with a number above `after`, oldest first, piece by piece.
pub fn copy(svc: &Services, after: i64) -> impl Stream<Item = Result<Vec<AuditEntry>, StoreError>> + use<> {
    stream::try_unfold((svc.clone(), after), |(svc, after)| async move {
        let piece = audit::after(&mut *svc.store.read().await?, after, BATCH).await?;
        let last = piece.last().map(|entry| entry.seq);
        Ok(last.map(|last| (piece, (svc, last))))
    })
}
