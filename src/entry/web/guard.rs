//! Who may see pages, and what every answer carries (M41).

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use super::WebState;
use super::page::message;
use super::sign_in::gate;
use super::visitor::Visitor;

const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                   form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// On an answer: its form goes to this origin too. The setup page's form goes to GitHub.
#[derive(Clone)]
pub(super) struct FormTarget(pub(super) String);

/// Headers by which a proxy would say that the visitor is somebody else; besides, all that start with `x-forwarded`.
const FORWARDING: [&str; 9] = [
    "forwarded",
    "via",
    "x-real-ip",
    "x-client-ip",
    "x-original-host",
    "x-cluster-client-ip",
    "true-client-ip",
    "cf-connecting-ip",
    "fly-client-ip",
];

fn is_loopback_host(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, port)| if port.ends_with(']') { host } else { name });
    matches!(name, "localhost" | "127.0.0.1" | "[::1]")
}

fn is_forwarded(headers: &HeaderMap) -> bool {
    headers.keys().any(|name| name.as_str().starts_with("x-forwarded") || FORWARDING.contains(&name.as_str()))
}

/// Whether a request names this machine and came through nobody else.
pub fn is_this_machine(headers: &HeaderMap) -> bool {
    is_loopback_host(headers) && !is_forwarded(headers)
}

/// In local mode only this machine is served, and nobody through a proxy; otherwise people sign in.
pub(super) async fn visitors(State(state): State<WebState>, mut request: Request, next: Next) -> Response {
    if !state.local {
        return gate(&state, request, next).await;
    }
    if !is_this_machine(request.headers()) {
        let text = "The local web view answers this machine only, without a proxy in between.";
        return message(StatusCode::FORBIDDEN, "This machine only", text);
    }
    request.extensions_mut().insert(Visitor::owner(state.csrf.clone()));
    next.run(request).await
}

/// Tells browsers to come by https only, once they are reached by it.
pub(super) async fn strict_transport(State(state): State<WebState>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if state.is_https() {
        let year = HeaderValue::from_static("max-age=31536000");
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    response
}

/// The security headers of every page.
pub(super) async fn headers(request: Request, next: Next) -> Response {
    with_headers(next.run(request).await)
}

/// An answer with them.
pub(super) fn with_headers(mut response: Response) -> Response {
    let rows = [
        (header::CONTENT_SECURITY_POLICY, CSP),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    for (name, value) in rows {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    if let Some(FormTarget(origin)) = response.extensions().get().cloned() {
        let wider = CSP.replace("form-action 'self'", &format!("form-action 'self' {origin}"));
        if let Ok(value) = HeaderValue::from_str(&wider) {
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, value);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers_of(rows: &[(&'static str, &str)]) -> HeaderMap {
        rows.iter().map(|(n, v)| (HeaderName::from_static(n), v.parse().unwrap())).collect()
    }

    #[test]
    fn only_loopback_names_are_this_machine() {
        for (host, here) in [
            ("127.0.0.1:8000", true),
            ("localhost", true),
            ("[::1]:8000", true),
            ("evil.example:8000", false),
            ("127.0.0.1.evil.example", false),
            ("", false),
        ] {
            assert_eq!(is_loopback_host(&headers_of(&[("host", host)])), here, "{host}");
        }
    }

    #[test]
    fn any_forwarding_header_is_somebody_else() {
        let host = ("host", "localhost:8000");
        assert!(is_this_machine(&headers_of(&[host, ("accept", "text/html")])));
        for name in ["forwarded", "via", "x-forwarded-for", "x-forwarded-port", "x-forwarded", "x-real-ip"] {
            assert!(!is_this_machine(&headers_of(&[host, (name, "1.2.3.4")])), "{name}");
        }
    }
}
