//! Webhook deliveries: looked at, and asked for again where that can do no harm (M06, M08).

use serde_json::json;

use crate::adapters::store::page::Page;
use crate::adapters::store::{StoreError, deliveries};
use crate::domain::delivery::{Delivery, DeliveryStatus};
use crate::domain::job::Job;
use crate::service::inbound::payload::Payload;
use crate::service::{Services, audit, reconcile};

/// Newest first, without payloads.
pub async fn list(
    svc: &Services,
    app_id: i64,
    status: Option<DeliveryStatus>,
    page: &Page,
) -> Result<Vec<Delivery>, StoreError> {
    deliveries::list(&mut *svc.store.read().await?, app_id, status, page).await
}

/// One delivery by its header.
pub async fn one(svc: &Services, app_id: i64, guid: &str) -> Result<Option<Delivery>, StoreError> {
    deliveries::get(&mut *svc.store.read().await?, app_id, guid).await
}

/// What came of asking for a delivery again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// It is handled once more, from what is stored.
    Rearmed,
    /// It never arrived here; GitHub was asked to send it again.
    Asked,
    /// Neither we nor GitHub know it.
    Unknown,
    /// It must not run again: one sentence.
    Refused(&'static str),
}

/// Lets a delivery run again that failed before it had any effect, or has GitHub send one that never arrived.
pub async fn redeliver(svc: &Services, app_id: i64, guid: &str, actor: &str) -> anyhow::Result<Again> {
    let known = one(svc, app_id, guid).await?;
    let again = match known {
        None => ask_github(svc, guid).await?,
        Some(delivery) => return rearm(svc, app_id, &delivery, actor).await,
    };
    if again == Again::Asked {
        let mut tx = svc.store.begin().await?;
        let details = json!({ "through": "github" });
        audit::note(&mut tx, actor, "delivery.redeliver", &format!("delivery:{guid}"), details, svc.now()).await?;
        tx.commit().await?;
    }
    Ok(again)
}

async fn rearm(svc: &Services, app_id: i64, delivery: &Delivery, actor: &str) -> anyhow::Result<Again> {
    if let Some(why) = unfit(delivery) {
        return Ok(Again::Refused(why));
    }
    let guid = &delivery.guid;
    let installation = Payload::read(&delivery.payload).and_then(|payload| payload.installation_id());
    let mut tx = svc.store.begin().await?;
    if !deliveries::rearm(&mut tx, app_id, guid).await? {
        return Ok(Again::Refused("The delivery had an effect before it failed, so it does not run again."));
    }
    let job = Job::HandleDelivery { app_id, guid: guid.clone() };
    svc.enqueue_at(&mut tx, job, svc.now(), installation, None).await?;
    let details = json!({ "through": "bakeoff" });
    audit::note(&mut tx, actor, "delivery.redeliver", &format!("delivery:{guid}"), details, svc.now()).await?;
    tx.commit().await?;
    Ok(Again::Rearmed)
}

fn unfit(delivery: &Delivery) -> Option<&'static str> {
    match delivery.status {
        DeliveryStatus::Queued => Some("The delivery still waits for its turn."),
        DeliveryStatus::Handled => Some("The delivery was handled already."),
        DeliveryStatus::Ignored => Some("The delivery was looked at, and there was nothing to do."),
        DeliveryStatus::Failed if delivery.payload.is_empty() => {
            Some("The delivery is so old that its payload is no longer kept.")
        }
        DeliveryStatus::Failed => None,
    }
}

async fn ask_github(svc: &Services, guid: &str) -> anyhow::Result<Again> {
    let Ok(github) = svc.github() else { return Ok(Again::Unknown) };
    let since = svc.now().minus(reconcile::DELIVERY_WINDOW);
    match github.find_delivery(guid, since).await? {
        Some(delivery) => {
            github.redeliver(delivery.id).await?;
            Ok(Again::Asked)
        }
        None => Ok(Again::Unknown),
    }
}
