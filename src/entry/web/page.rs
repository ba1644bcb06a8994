//! From a template to an answer, and the plain page for a sentence.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::guard::with_headers;
use super::visitor::{Top, asker};

#[derive(Template)]
#[template(path = "message.html")]
struct Message<'a> {
    top: Top,
    title: &'a str,
    text: &'a str,
}

/// A rendered template, or the plainest page when it cannot be rendered.
pub(super) fn render(status: StatusCode, template: &impl Template) -> Response {
    html(status, template.render())
}

/// The same for one that was rendered elsewhere.
pub(super) fn html(status: StatusCode, rendered: askama::Result<String>) -> Response {
    match rendered {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            (StatusCode::INTERNAL_SERVER_ERROR, "The page could not be made.").into_response()
        }
    }
}

/// A page that says one thing.
pub(super) fn message(status: StatusCode, title: &str, text: &str) -> Response {
    render(status, &Message { top: asker(), title, text })
}

/// A page in place of an answer for programs, for somebody who looks: the address is wrong, or asked too often.
pub fn instead_of_json(response: Response) -> Response {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let text = match response.status() {
        _ if !kind.starts_with("application/json") => return response,
        StatusCode::NOT_FOUND => "There is nothing at this address.",
        StatusCode::METHOD_NOT_ALLOWED => "This address only takes a form. Open the page before it again.",
        StatusCode::TOO_MANY_REQUESTS => "That was asked too often. Try again in a minute.",
        _ => return response,
    };
    let (parts, _) = response.into_parts();
    let title = parts.status.canonical_reason().unwrap_or("Not here");
    let mut page = with_headers(message(parts.status, title, text));
    for (name, value) in &parts.headers {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
            page.headers_mut().insert(name, value.clone());
        }
    }
    page
}

/// A form that did not come from our own `page` (M42).
pub(super) fn foreign_form(page: &str) -> Response {
    let text = format!("Open the {page} again and press the button there.");
    message(StatusCode::FORBIDDEN, "Not from this page", &text)
}

/// There is nothing here, or nothing for this person.
pub(super) fn not_found() -> Response {
    let text = match asker().login {
        Some(login) => format!("There is nothing at this address, or nothing that {login} may see on GitHub."),
        None => "There is nothing at this address.".to_owned(),
    };
    message(StatusCode::NOT_FOUND, "Not found", &text)
}

/// Something failed on our side; the log has the cause.
pub(super) fn failed(error: &anyhow::Error) -> Response {
    tracing::error!(%error, "a page failed");
    message(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong", "The page could not be made; the log says why.")
}
