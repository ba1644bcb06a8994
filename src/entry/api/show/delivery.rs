//! Webhook deliveries.

use serde::Serialize;
use utoipa::ToSchema;

use super::Moment;
use crate::domain::delivery::{self, DeliveryStatus};
use crate::entry::api::form::Example;

/// A delivery without its payload, which is GitHub's and may be large.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Delivery)]
pub struct HookDelivery {
    /// As received; a redelivery keeps it.
    delivery_id: String,
    event: String,
    action: Option<String>,
    status: DeliveryStatus,
    attempts: i64,
    received_at: Moment,
    handled_at: Option<Moment>,
    /// One sentence when it failed or was ignored.
    error: Option<String>,
}

/// A delivery that comes again.
#[derive(Debug, Serialize, ToSchema)]
pub struct Redelivery {
    pub delivery_id: String,
    /// `bakeoff`: it is handled from what is stored. `github`: it never arrived, and GitHub was asked to send it.
    pub through: &'static str,
}

impl From<&delivery::Delivery> for HookDelivery {
    fn from(row: &delivery::Delivery) -> Self {
        Self {
            delivery_id: row.guid.clone(),
            event: row.event.clone(),
            action: row.action.clone(),
            status: row.status,
            attempts: row.attempts,
            received_at: row.received_at.into(),
            handled_at: row.handled_at.map(Moment),
            error: row.error.clone(),
        }
    }
}

const GUID: &str = "72d3162e-cc78-11e3-81ab-4c9367dc0958";

impl Example for HookDelivery {
    fn example() -> Self {
        Self {
            delivery_id: GUID.into(),
            event: "issue_comment".into(),
            action: Some("created".into()),
            status: DeliveryStatus::Handled,
            attempts: 1,
            received_at: Moment::example(),
            handled_at: Some(Moment::example()),
            error: None,
        }
    }
}

impl Example for Redelivery {
    fn example() -> Self {
        Self { delivery_id: GUID.into(), through: "bakeoff" }
    }
}
