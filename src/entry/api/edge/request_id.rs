//! The name of a request: taken from the caller when it is well-formed, else made; in the answer and in every log line.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument as _;

/// The header that carries it.
pub(super) const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// The longest that is taken.
const MAX_BYTES: usize = 128;

fn is_well_formed(text: &[u8]) -> bool {
    (1..=MAX_BYTES).contains(&text.len()) && text.iter().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(b))
}

fn name(headers: &HeaderMap) -> HeaderValue {
    let given = headers.get(HEADER).filter(|value| is_well_formed(value.as_bytes())).cloned();
    let made = || HeaderValue::from_str(&format!("{:032x}", rand::random::<u128>()));
    given.or_else(|| made().ok()).unwrap_or(HeaderValue::from_static("-"))
}

/// Names the request.
pub async fn named(request: Request, next: Next) -> Response {
    let name = name(request.headers());
    let span = tracing::info_span!("request", request.id = name.to_str().unwrap_or_default());
    let mut response = next.run(request).instrument(span).await;
    response.headers_mut().insert(HEADER, name);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_well_formed_names_are_taken() {
        let long = "a".repeat(MAX_BYTES + 1);
        for (given, taken) in [
            ("4bf92f3577b34da6", true),
            ("a.B-9_z", true),
            ("", false),
            ("two words", false),
            ("a\"b", false),
            ("a/b", false),
            (long.as_str(), false),
        ] {
            let headers = HeaderMap::from_iter([(HEADER, HeaderValue::from_str(given).unwrap())]);
            assert_eq!(name(&headers).to_str().unwrap() == given, taken, "{given}");
        }
        let (one, two) = (name(&HeaderMap::new()), name(&HeaderMap::new()));
        assert!(is_well_formed(one.as_bytes()) && one != two);
    }
}
