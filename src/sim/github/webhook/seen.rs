//! What a scene sees of deliveries.

use crate::sim::github::hub::Hub;

/// A delivery and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenDelivery {
    /// GitHub's number of this attempt.
    pub id: i64,
    /// The `X-GitHub-Delivery` header; a redelivery keeps it.
    pub guid: String,
    /// The `X-GitHub-Event` header.
    pub event: String,
    /// The payload's `action`.
    pub action: Option<String>,
    /// Whether it was asked for again.
    pub redelivery: bool,
    /// 0 on its way, the receiver's answer, 502 not connected, 504 timed out.
    pub status: u16,
    /// The answer's body.
    pub answer: String,
}

impl Hub {
    /// Every delivery so far, oldest first (lost ones too).
    pub fn deliveries(&self) -> Vec<SeenDelivery> {
        let world = self.world();
        let seen = world.deliveries.iter().map(|d| SeenDelivery {
            id: d.id,
            guid: d.guid.clone(),
            event: d.event.clone(),
            action: d.action.clone(),
            redelivery: d.redelivery,
            status: d.fate.status(),
            answer: match &d.fate {
                crate::sim::github::world::Fate::Answered { body, .. } => body.clone(),
                _ => String::new(),
            },
        });
        seen.collect()
    }

    /// The newest delivery of this event and action (`None`: any action).
    pub fn last_delivery(&self, event: &str, action: Option<&str>) -> Option<SeenDelivery> {
        let fits = |d: &SeenDelivery| d.event == event && (action.is_none() || d.action.as_deref() == action);
        self.deliveries().into_iter().rev().find(fits)
    }
}
