//! Browsers of other origins: refused unless the operator names the origin.

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Method, header};
use tower_http::cors::CorsLayer;

/// For these origins, or none.
pub fn layer(origins: &[HeaderValue]) -> Option<CorsLayer> {
    let own = |name: &'static str| HeaderName::from_static(name);
    let sent = [
        header::AUTHORIZATION,
        header::CONTENT_TYPE,
        header::IF_NONE_MATCH,
        own("idempotency-key"),
        own("last-event-id"),
        own("x-request-id"),
    ];
    let seen = [
        header::ETAG,
        header::LINK,
        header::LOCATION,
        header::RETRY_AFTER,
        own("idempotent-replayed"),
        own("x-request-id"),
    ];
    (!origins.is_empty()).then(|| {
        CorsLayer::new()
            .allow_origin(origins.to_vec())
            .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
            .allow_headers(sent)
            .expose_headers(seen)
            .max_age(Duration::from_hours(1))
    })
}
