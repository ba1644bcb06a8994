//! Files that every page needs, inside the binary.

use axum::http::header;
use axum::response::IntoResponse;

/// The style sheet.
pub(super) async fn style() -> impl IntoResponse {
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "max-age=3600")];
    (headers, include_str!("assets/style.css"))
}
