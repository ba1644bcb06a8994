//! What needs no token: signs of life, the document, and what other rooms serve.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::ObjectBuilder;
use utoipa::openapi::path::ParameterIn;

use super::error::ApiError;
use super::form::{Described, Draft, Family, Kind, Shown, elsewhere, family, open};
use super::show::{About, Received};
use super::{docs, health, metrics, routes};

/// The document itself.
pub(super) struct Document;

impl IntoResponse for Document {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, "application/json")], routes::openapi()).into_response()
    }
}

impl Described for Document {
    fn describe(draft: &mut Draft) {
        let schema = ObjectBuilder::new().description(Some("OpenAPI 3.1.")).build();
        draft.gives_as(200, "The document.", "application/json", schema.into(), None);
    }
}

async fn openapi() -> Result<Document, ApiError> {
    Ok(Document)
}

fn html(draft: &mut Draft, status: u16, words: &str) {
    draft.gives_as(status, words, "text/html", Kind::Text.schema().into(), None);
}

fn root(draft: &mut Draft) {
    <Shown<About> as Described>::describe(draft);
    html(draft, 200, "The home page, when `Accept` names `text/html`.");
    html(draft, 403, "The web view is not for this visitor.");
}

/// The receiver of webhooks stands in its own room, and its body is GitHub's.
fn webhook(draft: &mut Draft) {
    for (name, words) in [
        ("X-Hub-Signature-256", "`sha256=` and the HMAC of the raw body."),
        ("X-GitHub-Delivery", "The delivery's id."),
        ("X-GitHub-Event", "Its kind."),
    ] {
        draft.parameter(ParameterIn::Header, name, words, Kind::Text.schema(), None);
    }
    draft.takes_any("What GitHub sends, as it sends it.");
    draft.gives::<Received>(200, "A ping, or a delivery that is here already.");
    draft.gives::<Received>(202, "Stored; it is worked on later.");
    draft.ends(204, "Not a kind that is used.");
    draft.fails(400, "The payload is not a JSON object.");
    draft.fails(401, "The signature is missing or wrong.");
    draft.fails(408, "The payload took too long to arrive.");
    draft.fails(413, "The payload is over 25 MiB.");
    draft.fails(415, "The content type must be application/json.");
    draft.limited();
    draft.fails(503, "The database cannot take the delivery now.");
}

pub(super) fn routes() -> Family {
    family(
        "Open",
        "What needs no token.",
        vec![
            elsewhere("GET", "/", "Says what answers here", root),
            open("/health", "Says that the process lives", health::health),
            open("/readyz", "Says whether it takes work", health::ready)
                .fails(503, health::STOPPING)
                .fails(503, health::NO_DATABASE),
            open("/metrics", "Numbers for Prometheus", metrics::metrics)
                .about("No label names a repository, a person or a model.")
                .fails(500, "Internal Server Error")
                .fails(503, health::NO_DATABASE),
            open("/openapi.json", "This document", openapi),
            open("/docs", "The document to read and to try", docs::docs),
            open("/docs/{file}", "A file that the page loads", docs::file)
                .part("file", "Its name.", Kind::OneOf(&docs::NAMES))
                .unknown("File"),
            elsewhere("POST", "/webhooks/github", "Takes GitHub's deliveries", webhook)
                .about("The signature over the raw bytes stands in for a token."),
        ],
    )
}
