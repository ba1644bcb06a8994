//! Deliveries made by hand, with anything in them wrong.

use super::letter::signature;
use super::post::CARRIER;
use crate::sim::github::hub::Hub;

/// A delivery under construction; as made it is right in every header.
#[derive(Debug, Clone)]
pub struct RawDelivery {
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    secret: Option<String>,
}

impl RawDelivery {
    /// Sets or replaces a header; a signature given here is sent as it is.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self = self.without(name);
        self.headers.push((name.to_ascii_lowercase(), value.into()));
        self
    }

    /// Leaves a header out; without `x-hub-signature-256` nothing is signed.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        if name.eq_ignore_ascii_case("x-hub-signature-256") {
            self.secret = None;
        }
        self
    }

    /// Sets the delivery's id.
    #[must_use]
    pub fn guid(self, guid: &str) -> Self {
        self.header("x-github-delivery", guid)
    }

    /// Signs with another secret.
    #[must_use]
    pub fn signed_with(mut self, secret: &str) -> Self {
        self.secret = Some(secret.into());
        self
    }

    /// All headers as they go out, the signature included.
    pub fn headers(&self) -> Vec<(String, String)> {
        let signed = self.secret.as_ref().map(|s| ("x-hub-signature-256".to_owned(), signature(s, &self.body)));
        self.headers.iter().cloned().chain(signed).collect()
    }

    /// The raw body.
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

impl Hub {
    /// A delivery of `event` with this body, signed and complete, not yet sent and never recorded.
    pub fn raw_delivery(&self, event: &str, body: impl Into<Vec<u8>>) -> RawDelivery {
        let headers = [
            ("accept", "*/*".to_owned()),
            ("content-type", "application/json".into()),
            ("user-agent", "GitHub-Hookshot/5101b0d".into()),
            ("x-github-delivery", uuid::Uuid::new_v4().to_string()),
            ("x-github-event", event.into()),
            ("x-github-hook-id", "512345678".into()),
            ("x-github-hook-installation-target-id", self.app_id().to_string()),
            ("x-github-hook-installation-target-type", "integration".into()),
        ];
        RawDelivery {
            headers: headers.map(|(name, value)| (name.to_owned(), value)).into(),
            body: body.into(),
            secret: Some(self.webhook_secret()),
        }
    }

    /// Sends it to the webhook address; gives the status and the body of the answer.
    pub async fn send_raw(&self, delivery: &RawDelivery) -> Result<(u16, String), reqwest::Error> {
        let url = self.world().app.webhook_url.clone().unwrap_or_default();
        let mut letter = CARRIER.post(url).body(delivery.body.clone());
        for (name, value) in delivery.headers() {
            letter = letter.header(name, value);
        }
        let answer = letter.send().await?;
        Ok((answer.status().as_u16(), answer.text().await?))
    }
}
