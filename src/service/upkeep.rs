//! Lets go of what is kept for a time only, so that a database does not grow with its age alone.

use std::time::Duration;

use crate::adapters::store::{deliveries, meta};

use super::jobs::Flow;
use super::rest::answers;
use super::{Services, sign_in};

/// How long an ended delivery's payload may be looked at.
const PAYLOADS: Duration = Duration::from_hours(7 * 24);
/// How long its GUID is known: GitHub can send one again for days, a thief for as long as we forget it (M05).
const DELIVERIES: Duration = Duration::from_hours(90 * 24);

/// One look at everything that is over.
pub async fn upkeep(svc: &Services) -> anyhow::Result<Flow> {
    let now = svc.now();
    let mut tx = svc.store.begin().await?;
    let notes = meta::forget_said(&mut tx, now).await?;
    let payloads = deliveries::forget_payloads(&mut tx, now.minus(PAYLOADS)).await?;
    let removed = deliveries::remove_before(&mut tx, now.minus(DELIVERIES)).await?;
    let sessions = sign_in::sweep(&mut tx, now).await?;
    let answers = answers::sweep(&mut tx, now).await?;
    tx.commit().await?;
    if notes + payloads + removed + sessions + answers > 0 {
        tracing::info!(
            notes,
            payloads,
            deliveries = removed,
            sessions,
            answers,
            "let go of what was kept for a time only"
        );
    }
    Ok(Flow::Again(now.plus(svc.policy.reconcile_every)))
}
