//! Lists in pages with a `Link` header.

use std::collections::HashMap;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use axum::response::Response;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::{Refusal, ok};
use crate::sim::github::entry::header;

/// The address of a list without its query; links lead there.
#[derive(Clone)]
pub struct ListAddress(pub String);

/// A list and what was asked of it.
pub struct Listing {
    url: String,
    pub asked: HashMap<String, String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Listing {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let url = parts.extensions.get::<ListAddress>().map(|a| a.0.clone()).unwrap_or_default();
        let Query(asked) = Query::try_from_uri(&parts.uri).map_err(|_| Refusal::plain(400, "Bad query"))?;
        Ok(Self { url, asked })
    }
}

impl Listing {
    fn number(&self, name: &str, default: usize) -> usize {
        self.asked.get(name).and_then(|v| v.parse().ok()).filter(|n| *n > 0).unwrap_or(default)
    }

    /// How many at once: 30 unless asked, 100 at most.
    pub fn per_page(&self) -> usize {
        self.number("per_page", 30).min(100)
    }

    /// A link to this list with one value of the query replaced.
    pub fn link(&self, name: &str, value: &str, relation: &str) -> String {
        let kept = self.asked.iter().filter(|(k, _)| *k != name).map(|(k, v)| (k.as_str(), v.as_str()));
        let mut all: Vec<_> = kept.chain([(name, value)]).collect();
        all.sort_unstable();
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let query: Vec<_> = all.into_iter().map(|(k, v)| format!("{k}={}", encode(v))).collect();
        format!("<{}?{}>; rel=\"{relation}\"", self.url, query.join("&"))
    }
}

/// The page asked for, with links to the others.
pub fn paged(items: Vec<Value>, listing: &Listing) -> Response {
    paged_in(items, listing, Value::Array)
}

/// The same, the page wrapped into an object.
pub fn paged_in(items: Vec<Value>, listing: &Listing, wrap: impl FnOnce(Vec<Value>) -> Value) -> Response {
    let (size, page) = (listing.per_page(), listing.number("page", 1));
    let last = items.len().div_ceil(size).max(1);
    let shown = items.into_iter().skip((page - 1).saturating_mul(size)).take(size).collect();
    let mut answer = ok(wrap(shown));
    let to = |page: usize, relation: &str| listing.link("page", &page.to_string(), relation);
    let mut links = Vec::new();
    if page > 1 {
        links.extend([to(page - 1, "prev"), to(1, "first")]);
    }
    if page < last {
        links.extend([to(page + 1, "next"), to(last, "last")]);
    }
    header(&mut answer, "link", (!links.is_empty()).then(|| links.join(", ")));
    answer
}
