//! `ETag` on what is read, and 304 for whoever has it already.

use std::hash::BuildHasher as _;

use axum::body::{Body, HttpBody as _, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use foldhash::quality::FixedState;

use crate::entry::api::error::detail;

/// Weak: the same JSON, whoever sends it in whatever encoding. It guards nothing, so a fast hash does.
fn tag(bytes: &[u8]) -> Option<HeaderValue> {
    let hash = FixedState::with_seed(0x6261_6b65).hash_one(bytes);
    HeaderValue::from_str(&format!("W/\"{hash:016x}{:x}\"", bytes.len())).ok()
}

fn has_it(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let plain = |text: &str| text.trim().trim_start_matches("W/").to_owned();
    let ours = tag.to_str().map(plain).unwrap_or_default();
    let given = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    given.flat_map(|value| value.split(',')).any(|one| one.trim() == "*" || plain(one) == ours)
}

/// Marks a whole JSON answer; a stream goes by untouched.
pub async fn marked(request: Request, next: Next) -> Response {
    let asked = request.headers().contains_key(header::IF_NONE_MATCH).then(|| request.headers().clone());
    let response = next.run(request).await;
    let whole = response.body().size_hint().exact().is_some();
    if response.status() != StatusCode::OK || !whole {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return detail(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error");
    };
    let Some(tag) = tag(&bytes) else { return Response::from_parts(parts, Body::from(bytes)) };
    let fresh = !asked.is_some_and(|headers| has_it(&headers, &tag));
    parts.headers.insert(header::ETAG, tag);
    parts.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    if fresh {
        return Response::from_parts(parts, Body::from(bytes));
    }
    parts.headers.remove(header::CONTENT_TYPE);
    parts.headers.remove(header::CONTENT_LENGTH);
    (StatusCode::NOT_MODIFIED, parts.headers).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_match_weakly_in_any_of_their_spellings() {
        let ours = tag(b"[]").unwrap();
        let text = ours.to_str().unwrap().to_owned();
        let strong = text.trim_start_matches("W/").to_owned();
        for (given, same) in [
            (text.clone(), true),
            (strong.clone(), true),
            (format!("\"x\", {text}"), true),
            ("*".into(), true),
            ("\"x\"".into(), false),
            (strong.trim_matches('"').into(), false),
        ] {
            let headers = HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_str(&given).unwrap())]);
            assert_eq!(has_it(&headers, &ours), same, "{given}");
        }
        assert_ne!(tag(b"[1]"), tag(b"[2]"));
    }
}
