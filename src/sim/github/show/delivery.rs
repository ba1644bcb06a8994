//! Deliveries as the App's hook API lists them.

use serde_json::{Value, json};

use super::{add, time};
use crate::sim::github::world::{Delivery, Fate, World};

impl Delivery {
    /// A row of `GET /app/hook/deliveries`.
    pub fn show(&self) -> Value {
        json!({
            "id": self.id,
            "guid": self.guid,
            "delivered_at": time(self.at),
            "redelivery": self.redelivery,
            "duration": f64::from(i32::try_from(self.took_ms).unwrap_or(i32::MAX)) / 1000.0,
            "status": self.fate.words(),
            "status_code": self.fate.status(),
            "event": self.event,
            "action": self.action,
            "installation_id": self.installation,
            "repository_id": self.repo,
            "throttled_at": null,
        })
    }
}

impl World {
    /// One delivery with what was sent and answered.
    pub fn show_delivery_whole(&self, delivery: &Delivery) -> Value {
        let mut shown = delivery.show();
        let answer = match &delivery.fate {
            Fate::Answered { body, .. } => json!({ "headers": {}, "payload": body }),
            Fate::Sent | Fate::Held | Fate::Failed { .. } => json!({ "headers": null, "payload": null }),
        };
        let payload: Value = serde_json::from_str(&delivery.body).unwrap_or(Value::Null);
        let request = json!({ "headers": self.mail_headers(delivery), "payload": payload });
        add(&mut shown, json!({ "url": self.app.webhook_url, "request": request, "response": answer }));
        shown
    }
}
