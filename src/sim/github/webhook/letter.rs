//! Writes a delivery down and signs it.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value, json};
use sha2::Sha256;
use uuid::Uuid;

use crate::sim::github::hub::Hub;
use crate::sim::github::show::{add, node_id};
use crate::sim::github::world::{Delivery, Fate, World};

/// `sha256=` and the HMAC of `body`.
pub fn signature(secret: &str, body: &[u8]) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

/// The field that only deliveries of an organisation have.
fn organization(world: &World, owner: i64) -> Value {
    world.show_organization(owner).map_or(Value::Null, |org| json!({ "organization": org }))
}

impl World {
    /// The headers GitHub sends with a delivery.
    pub fn mail_headers(&self, delivery: &Delivery) -> Map<String, Value> {
        let signed = signature(&self.app.webhook_secret, delivery.body.as_bytes());
        // GitHub still sends the SHA-1 form beside it; ours only looks like one, nobody may read it.
        let old = format!("sha1={}", signed.get(7..47).unwrap_or_default());
        let headers = [
            ("Accept", "*/*".to_owned()),
            ("Content-Type", "application/json".into()),
            ("User-Agent", "GitHub-Hookshot/5101b0d".into()),
            ("X-GitHub-Delivery", delivery.guid.clone()),
            ("X-GitHub-Event", delivery.event.clone()),
            ("X-GitHub-Hook-ID", "512345678".into()),
            ("X-GitHub-Hook-Installation-Target-ID", self.app.id.to_string()),
            ("X-GitHub-Hook-Installation-Target-Type", "integration".into()),
            ("X-Hub-Signature", old),
            ("X-Hub-Signature-256", signed),
        ];
        headers.into_iter().map(|(name, value)| (name.to_owned(), Value::String(value))).collect()
    }

    /// Notes a delivery; `None` when it is lost for ever.
    pub fn write_delivery(&mut self, event: &str, repo: Option<i64>, installation: Option<i64>, body: &Value) -> i64 {
        let id = 190_000_000_000 + self.next_id();
        let action = body.get("action").and_then(Value::as_str).map(String::from);
        let lost = self.mail.lose_next > 0;
        self.mail.lose_next = self.mail.lose_next.saturating_sub(1);
        self.deliveries.push(Delivery {
            id,
            guid: Uuid::new_v4().to_string(),
            event: event.into(),
            action,
            installation,
            repo,
            body: body.to_string(),
            redelivery: false,
            at: self.now(),
            took_ms: 0,
            fate: Fate::Sent,
            lost,
        });
        id
    }
}

impl Hub {
    /// Tells the App what happened in a repository, if it is installed there and listens to that event.
    pub fn tell(&self, world: &mut World, event: &str, action: &str, repo: i64, sender: i64, more: Value) {
        let listens = world.app.events.iter().any(|e| e == event);
        let installation = world.installation_of(repo).filter(|i| i.suspended_at.is_none()).map(|i| i.id);
        if let (true, Some(installation)) = (listens, installation) {
            let mut body = json!({
                "action": action,
                "sender": world.show_account(sender),
                "installation": { "id": installation, "node_id": node_id("MDIzOkludGVn", installation) },
            });
            add(&mut body, more);
            if let Some(found) = world.repos.get(&repo) {
                add(&mut body, json!({ "repository": world.show_repo(found) }));
                add(&mut body, organization(world, found.owner));
            }
            let id = world.write_delivery(event, Some(repo), Some(installation), &body);
            self.dispatch(world, id);
        }
        self.notify();
    }

    /// Tells the App something about an installation itself.
    pub fn tell_installation(&self, world: &mut World, event: &str, installation: i64, sender: i64, body: Value) {
        let mut body = body;
        if let Some(found) = world.installations.get(&installation) {
            let shown = world.show_installation(found);
            add(&mut body, json!({ "installation": shown, "sender": world.show_account(sender) }));
            add(&mut body, organization(world, found.account));
        }
        let id = world.write_delivery(event, None, Some(installation), &body);
        self.dispatch(world, id);
        self.notify();
    }

    /// Tells the App something about a person, which is of no installation.
    pub fn tell_of_person(&self, world: &mut World, event: &str, action: &str, person: i64) {
        let body = json!({ "action": action, "sender": world.show_account(person) });
        let id = world.write_delivery(event, None, None, &body);
        self.dispatch(world, id);
        self.notify();
    }

    fn dispatch(&self, world: &mut World, id: i64) {
        if world.mail.held {
            if let Some(delivery) = world.deliveries.iter_mut().find(|d| d.id == id) {
                delivery.fate = Fate::Held;
            }
            return;
        }
        let copies = 1 + usize::from(world.mail.double_next > 0);
        world.mail.double_next = world.mail.double_next.saturating_sub(1);
        for _ in 0..copies {
            // The office is gone only when the server has ended; then nobody listens any more.
            let _gone = self.post.send(id);
        }
    }
}
