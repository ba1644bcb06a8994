//! Deliveries as the App's hook API lists them.

use serde_json::{Value, json};

use super::{add, time};
use crate::sim::github::world::{Delivery, Fate, World};

impl World {
    /// A row of `GET /app/hook/deliveries`.
    pub fn show_delivery(&self, delivery: &Delivery) -> Value {
        json!({
            "id": delivery.id,
            "guid": delivery.guid,
            "delivered_at": time(delivery.at),
            "redelivery": delivery.redelivery,
            "duration": f64::from(i32::try_from(delivery.took_ms).unwrap_or(i32::MAX)) / 1000.0,
            "status": delivery.fate.words(),
            "status_code": delivery.fate.status(),
            "event": delivery.event,
            "action": delivery.action,
            "installation_id": delivery.installation,
            "repository_id": delivery.repo,
            "throttled_at": null,
        })
    }

    /// One delivery with what was sent and answered.
    pub fn show_delivery_whole(&self, delivery: &Delivery) -> Value {
        let mut shown = self.show_delivery(delivery);
        let answer = match &delivery.fate {
            Fate::Answered { body, .. } => json!({ "headers": {}, "payload": body }),
            Fate::Sent | Fate::Failed { .. } => json!({ "headers": null, "payload": null }),
        };
        let payload: Value = serde_json::from_str(&delivery.body).unwrap_or(Value::Null);
        let request = json!({ "headers": self.mail_headers(delivery), "payload": payload });
        add(&mut shown, json!({ "url": self.app.webhook_url, "request": request, "response": answer }));
        shown
    }
}
