//! `/docs`: the document to read and to try, from files inside the binary; nothing comes from another host.

use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};

use super::error::ApiError;
use super::form::{Described, Draft, Kind};
use super::input::Ids;

/// Swagger UI makes styles and pictures inline; nothing else is loosened, and no other page has this.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                   connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

const PAGE: &[u8] = include_bytes!("assets/index.html");

/// What the page loads: name, media type, content.
const FILES: [(&str, &str, &[u8]); 3] = [
    ("start.js", "text/javascript", include_bytes!("assets/start.js")),
    ("swagger-ui-bundle.js", "text/javascript", include_bytes!("assets/swagger-ui-bundle.js")),
    ("swagger-ui.css", "text/css", include_bytes!("assets/swagger-ui.css")),
];

/// Their names.
pub(super) const NAMES: [&str; 3] = [FILES[0].0, FILES[1].0, FILES[2].0];

/// A file of the page, or the page.
pub(super) struct File {
    mime: &'static str,
    bytes: &'static [u8],
    max_age: &'static str,
}

impl IntoResponse for File {
    fn into_response(self) -> Response {
        let headers = [
            (header::CONTENT_TYPE, format!("{}; charset=utf-8", self.mime)),
            (header::CACHE_CONTROL, self.max_age.to_owned()),
            (header::CONTENT_SECURITY_POLICY, CSP.to_owned()),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
            (header::REFERRER_POLICY, "no-referrer".to_owned()),
            (HeaderName::from_static("cross-origin-opener-policy"), "same-origin".to_owned()),
        ];
        (headers, self.bytes).into_response()
    }
}

impl Described for File {
    fn describe(draft: &mut Draft) {
        for mime in ["text/html", "text/javascript", "text/css"] {
            draft.gives_as(200, "The page, or a file that it loads.", mime, Kind::Text.schema().into(), None);
        }
    }
}

pub(super) async fn docs() -> Result<File, ApiError> {
    Ok(File { mime: "text/html", bytes: PAGE, max_age: "no-cache" })
}

pub(super) async fn file(ids: Ids) -> Result<File, ApiError> {
    let name: String = ids.read(0, "File")?;
    let found = FILES.iter().find(|(known, ..)| *known == name);
    let (_, mime, bytes) = found.ok_or_else(|| ApiError::not_found("File"))?;
    Ok(File { mime, bytes, max_age: "max-age=3600" })
}
