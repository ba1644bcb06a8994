//! Numbers for the metrics, without the name of any repository, person or model.

use crate::adapters::store::jobs::JobStatus;
use crate::adapters::store::{StoreError, deliveries, jobs};
use crate::domain::delivery::DeliveryStatus;
use crate::service::Services;

/// Name of the status, and how many rows have it.
pub type Counts = Vec<(&'static str, i64)>;

/// How many jobs there are of each status.
pub async fn jobs_by_status(svc: &Services) -> Result<Counts, StoreError> {
    let mut conn = svc.store.read().await?;
    let mut counts = Vec::new();
    for status in JobStatus::ALL {
        counts.push((status.as_str(), jobs::count(&mut conn, status).await?));
    }
    Ok(counts)
}

/// How many deliveries there are of each status.
pub async fn deliveries_by_status(svc: &Services, app_id: i64) -> Result<Counts, StoreError> {
    let mut conn = svc.store.read().await?;
    let mut counts = Vec::new();
    for status in DeliveryStatus::ALL {
        counts.push((status.as_str(), deliveries::count(&mut conn, app_id, status).await?));
    }
    Ok(counts)
}
