//! `GET /`: what this is, for programs; the home page for whoever asks for one.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::entry::api;
use crate::entry::web::{self, is_this_machine};

fn wants_page(headers: &HeaderMap) -> bool {
    let mut accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.any(|value| value.to_ascii_lowercase().contains("text/html"))
}

/// Answers for `/` unless a page is wanted there, or a local web view is asked from elsewhere, which it refuses.
pub(super) async fn root(State(local): State<bool>, request: Request, next: Next) -> Response {
    let reads = request.method() == Method::GET || request.method() == Method::HEAD;
    let foreign = local && !is_this_machine(request.headers());
    if request.uri().path() == "/" && !reads && !foreign {
        // Nobody need sign in to hear that.
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET,HEAD")]).into_response();
    }
    if request.uri().path() != "/" || !reads || foreign || wants_page(request.headers()) {
        let for_people = wants_page(request.headers()) && !is_for_programs(request.uri().path());
        let response = next.run(request).await;
        return if for_people { web::instead_of_json(response) } else { response };
    }
    api::about()
}

/// Where only programs ask, whatever they accept.
fn is_for_programs(path: &str) -> bool {
    ["/v1", "/webhooks", "/openapi.json", "/docs"].iter().any(|start| path.starts_with(start))
}
