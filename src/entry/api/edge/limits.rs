//! How often somebody may ask (M49): each address before its token is looked at, then each token; webhooks and sign-in
//! have limits of their own.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use governor::clock::{Clock as _, DefaultClock};
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use super::address::Proxies;
use crate::entry::api::error::ApiError;

/// Those who have not asked for a while are forgotten after so many requests.
const FORGET_AFTER: usize = 10_000;

type Keyed<K> = RateLimiter<K, HashMapStateStore<K>, DefaultClock>;

/// So many requests a minute for each of whatever they are told apart by; all of a minute may come at once.
#[derive(Clone)]
pub struct Limit<K: Hash + Eq + Clone>(Option<Arc<Inner<K>>>);

struct Inner<K: Hash + Eq + Clone> {
    limiter: Keyed<K>,
    clock: DefaultClock,
    asked: AtomicUsize,
}

impl<K: Hash + Eq + Clone> Limit<K> {
    /// `per_minute` of 0 is no limit.
    pub fn new(per_minute: u32) -> Self {
        let clock = DefaultClock::default();
        Self(NonZeroU32::new(per_minute).map(|count| {
            let limiter = RateLimiter::new(Quota::per_minute(count), HashMapStateStore::default(), clock.clone());
            Arc::new(Inner { limiter, clock, asked: AtomicUsize::new(0) })
        }))
    }

    /// Counts a request; when there were too many, the seconds until the next one may come.
    pub fn check(&self, key: &K) -> Result<(), u64> {
        let Some(inner) = &self.0 else { return Ok(()) };
        if inner.asked.fetch_add(1, Ordering::Relaxed) % FORGET_AFTER == FORGET_AFTER - 1 {
            inner.limiter.retain_recent();
        }
        inner.limiter.check_key(key).map_err(|early| {
            let wait = early.wait_time_from(inner.clock.now());
            wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
        })
    }
}

/// The limit on addresses of some routes.
#[derive(Clone)]
pub struct AddressLimit {
    limit: Limit<IpAddr>,
    proxies: Proxies,
    on: fn(&str) -> bool,
}

impl AddressLimit {
    /// On every path.
    pub fn new(per_minute: u32, proxies: &Proxies) -> Self {
        Self { limit: Limit::new(per_minute), proxies: proxies.clone(), on: |_| true }
    }

    /// On these paths only.
    #[must_use]
    pub fn on(self, on: fn(&str) -> bool) -> Self {
        Self { on, ..self }
    }
}

/// The answer to one request too many.
pub(in crate::entry::api) fn too_many(wait_s: u64) -> Response {
    let text = format!("Too many requests: try again in {wait_s} s.");
    let mut response = ApiError::said(StatusCode::TOO_MANY_REQUESTS, text).into_response();
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait_s));
    response
}

async fn by_address(State(limit): State<AddressLimit>, request: Request, next: Next) -> Response {
    if !(limit.on)(request.uri().path()) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    match limit.proxies.client(&parts).map_or(Ok(()), |client| limit.limit.check(&client)) {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(wait_s) => too_many(wait_s),
    }
}

/// Puts the limit before everything that these routes do.
pub fn limited(router: Router, limit: &AddressLimit) -> Router {
    router.layer(from_fn_with_state(limit.clone(), by_address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m49_each_has_its_own_count_and_hears_when_to_come_again() {
        let limit = Limit::new(3);
        for _ in 0..3 {
            assert_eq!(limit.check(&"a"), Ok(()));
        }
        let wait = limit.check(&"a").unwrap_err();
        assert!((1..=20).contains(&wait), "{wait}");
        assert_eq!(limit.check(&"b"), Ok(()));
        let free = Limit::new(0);
        assert!((0..1000).all(|_| free.check(&"a").is_ok()));
    }
}
