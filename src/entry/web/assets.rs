//! Files that every page needs, inside the binary. Their addresses change with them, so browsers keep them for good.

use std::sync::LazyLock;

use axum::http::header;
use axum::response::IntoResponse;

use crate::domain::sha256::Sha256Hex;

const STYLE: &str = include_str!("assets/style.css");
const SCRIPT: &str = include_str!("assets/view.js");
const ICON: &str = include_str!("assets/icon.svg");

fn address(name: &str, content: &str) -> String {
    let hash = Sha256Hex::of(content);
    format!("/assets/{name}?v={}", hash.as_str().get(..10).unwrap_or_default())
}

/// Where the style sheet is.
pub(super) fn style_href() -> &'static str {
    static HREF: LazyLock<String> = LazyLock::new(|| address("style.css", STYLE));
    &HREF
}

/// Where the script is.
pub(super) fn script_href() -> &'static str {
    static HREF: LazyLock<String> = LazyLock::new(|| address("view.js", SCRIPT));
    &HREF
}

fn answer(content_type: &'static str, content: &'static str) -> impl IntoResponse {
    let headers =
        [(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, content)
}

/// The style sheet.
pub(super) async fn style() -> impl IntoResponse {
    answer("text/css; charset=utf-8", STYLE)
}

/// The script.
pub(super) async fn script() -> impl IntoResponse {
    answer("text/javascript; charset=utf-8", SCRIPT)
}

/// The icon.
pub(super) async fn icon() -> impl IntoResponse {
    answer("image/svg+xml", ICON)
}
