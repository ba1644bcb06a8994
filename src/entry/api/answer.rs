//! Answers that no endpoint gives: unknown addresses, wrong methods, panics.

use std::any::Any;

use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};

use super::error::detail;

/// Where an address with a slash at its end leads, if it is one of ours.
fn without_slash(uri: &Uri) -> Option<String> {
    let ours = ["/v1/", "/health/", "/readyz/", "/metrics/"];
    // Only below our own prefixes: `//host/` would lead elsewhere.
    let path = uri.path().strip_suffix('/').filter(|_| ours.iter().any(|start| uri.path().starts_with(start)))?;
    Some(uri.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}")))
}

/// The answer to every address that is nobody's.
pub(super) async fn unknown(request: Request) -> Response {
    let location = without_slash(request.uri()).and_then(|path| HeaderValue::from_str(&path).ok());
    match location {
        Some(location) => (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, location)]).into_response(),
        None => detail(StatusCode::NOT_FOUND, "Not Found"),
    }
}

/// A panic is a failure of ours; its words stay here.
pub(super) fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a request panicked");
    detail(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
}

/// The framework's own empty 405 as JSON, with its `Allow`.
pub(super) async fn as_json(response: Response) -> Response {
    if response.status() != StatusCode::METHOD_NOT_ALLOWED {
        return response;
    }
    let mut json = detail(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed");
    if let Some(allow) = response.headers().get(header::ALLOW) {
        json.headers_mut().insert(header::ALLOW, allow.clone());
    }
    json
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slash_at_the_end_leads_to_the_path_without_and_nowhere_else() {
        for (from, to) in [
            ("/v1/models/", Some("/v1/models")),
            ("/v1/tasks/?repo_id=1", Some("/v1/tasks?repo_id=1")),
            ("/health/", Some("/health")),
            ("/v1/models", None),
            ("//evil.example/", None),
            ("/", None),
        ] {
            assert_eq!(without_slash(&from.parse().unwrap()).as_deref(), to, "{from}");
        }
    }
}
