//! Carries deliveries to the receiver: ten seconds, one try, whatever happens is written down.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::sim::github::hub::Hub;
use crate::sim::github::world::{Delivery, Fate, World};

/// How long GitHub waits for an answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// One client for all stand-ins; it keeps no connection, because each may live in a runtime of its own.
pub static CARRIER: LazyLock<reqwest::Client> = LazyLock::new(|| {
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    client.pool_max_idle_per_host(0).build().unwrap_or_default()
});

/// Sends each delivery as it comes, none waiting for another.
pub async fn post_office(hub: Arc<Hub>, mut letters: UnboundedReceiver<i64>) {
    while let Some(id) = letters.recv().await {
        let hub = Arc::clone(&hub);
        tokio::spawn(async move { hub.deliver(id).await });
    }
}

impl World {
    /// Whether the next delivery is to fail.
    fn is_dropped(&mut self) -> bool {
        let mail = &mut self.mail;
        if mail.drop_next > 0 {
            mail.drop_next -= 1;
            return true;
        }
        mail.owed += mail.drop_share;
        let due = mail.owed >= 1.0;
        if due {
            mail.owed -= 1.0;
        }
        due
    }

    fn delivery_mut(&mut self, id: i64) -> Option<&mut Delivery> {
        self.deliveries.iter_mut().find(|d| d.id == id)
    }
}

impl Hub {
    /// Sends a recorded delivery now and waits for its end; gives the status code that GitHub notes.
    pub async fn deliver(&self, id: i64) -> u16 {
        let started = self.now();
        let fate = self.carry(id).await;
        let status = fate.status();
        {
            let mut world = self.world();
            let took_ms = i64::try_from(world.now().since(started).as_millis()).unwrap_or(i64::MAX);
            if let Some(delivery) = world.delivery_mut(id) {
                delivery.fate = fate;
                delivery.took_ms = took_ms;
            }
        }
        self.notify();
        status
    }

    async fn carry(&self, id: i64) -> Fate {
        let refused = Fate::Failed { status: 502, why: "failed to connect to host" };
        let (delivery, url, headers) = {
            let mut world = self.world();
            let Some(delivery) = world.delivery_mut(id).cloned() else { return refused };
            let dropped = !delivery.redelivery && world.is_dropped();
            let url = world.app.webhook_url.clone();
            let Some(url) = url.filter(|_| !dropped && !delivery.lost) else { return refused };
            let headers = world.mail_headers(&delivery);
            (delivery, url, headers)
        };
        let mut letter = CARRIER.post(url).timeout(PATIENCE).body(delivery.body);
        for (name, value) in &headers {
            letter = letter.header(name.as_str(), value.as_str().unwrap_or_default());
        }
        match letter.send().await {
            Ok(answer) => {
                let status = answer.status().as_u16();
                Fate::Answered { status, body: answer.text().await.unwrap_or_default() }
            }
            Err(error) if error.is_timeout() => Fate::Failed { status: 504, why: "timed out" },
            Err(_) => refused,
        }
    }

    /// Makes a second attempt of a recorded delivery: same GUID, new number; `None` when it is unknown.
    pub fn redeliver(&self, id: i64) -> Option<i64> {
        let new = {
            let mut world = self.world();
            let old = world.deliveries.iter().find(|d| d.id == id && !d.lost)?.clone();
            let new = 190_000_000_000 + world.next_id();
            let at = world.now();
            world.deliveries.push(Delivery { id: new, redelivery: true, at, took_ms: 0, fate: Fate::Sent, ..old });
            new
        };
        let _gone = self.post.send(new);
        self.notify();
        Some(new)
    }

    /// Sends a recorded delivery again as another hook would: same body, a GUID of its own (F003).
    pub async fn deliver_as(&self, id: i64, guid: &str) -> Option<u16> {
        let copy = {
            let mut world = self.world();
            let old = world.deliveries.iter().find(|d| d.id == id)?.clone();
            let new = 190_000_000_000 + world.next_id();
            world.deliveries.push(Delivery { id: new, guid: guid.into(), fate: Fate::Sent, ..old });
            new
        };
        Some(self.deliver(copy).await)
    }

    /// The next `n` deliveries fail and are listed as failed.
    pub fn drop_next_deliveries(&self, n: usize) {
        self.world().mail.drop_next = n;
    }

    /// This share of all deliveries (0.0 to 1.0) fails, spread evenly; redeliveries arrive.
    pub fn drop_deliveries(&self, share: f64) {
        self.world().mail.drop_share = share;
    }

    /// The next `n` deliveries vanish: they are not even listed (F006).
    pub fn lose_next_deliveries(&self, n: usize) {
        self.world().mail.lose_next = n;
    }

    /// The next `n` deliveries are sent twice at once.
    pub fn double_next_deliveries(&self, n: usize) {
        self.world().mail.double_next = n;
    }

    /// While `true` deliveries are only recorded; [`Hub::deliver`] sends one, in any order.
    pub fn hold_deliveries(&self, held: bool) {
        self.world().mail.held = held;
    }

    /// Waits until every delivery has its answer (or failed); held ones do not count.
    pub async fn settled(&self) {
        self.wait_for("all deliveries to be answered", Self::answered).await;
    }

    /// How many deliveries there were, once every one has its answer (or failed); held ones do not count.
    pub fn answered(&self) -> Option<usize> {
        let world = self.world();
        let all = world.deliveries.iter().all(|d| d.fate != Fate::Sent);
        all.then_some(world.deliveries.len())
    }

    /// The body of a recorded delivery.
    pub fn delivery_body(&self, id: i64) -> Option<Value> {
        let world = self.world();
        serde_json::from_str(&world.deliveries.iter().find(|d| d.id == id)?.body).ok()
    }
}
