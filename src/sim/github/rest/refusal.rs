//! What GitHub says when it refuses.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// A status, a body and perhaps a new address.
#[derive(Debug)]
pub struct Refusal {
    status: u16,
    body: Value,
    location: Option<String>,
    retry_after: Option<i64>,
}

impl Refusal {
    /// With any body; GitHub's own fields are added.
    pub fn new(status: u16, mut body: Value) -> Self {
        if let Some(fields) = body.as_object_mut() {
            fields.insert("documentation_url".into(), json!("https://docs.github.com/rest"));
            fields.insert("status".into(), json!(status.to_string()));
        }
        Self { status, body, location: None, retry_after: None }
    }

    /// With a message only.
    pub fn plain(status: u16, message: &str) -> Self {
        Self::new(status, json!({ "message": message }))
    }

    /// There is no such thing, or the caller may not know of it.
    pub fn not_found() -> Self {
        Self::plain(404, "Not Found")
    }

    /// The token opens the repository but not this.
    pub fn not_permitted() -> Self {
        Self::plain(403, "Resource not accessible by integration")
    }

    /// 422 for one field.
    pub fn invalid(resource: &str, field: &str, code: &str) -> Self {
        Self::errors(&json!([{ "resource": resource, "field": field, "code": code }]))
    }

    /// 422 with GitHub's own sentence.
    pub fn custom(resource: &str, message: &str) -> Self {
        Self::errors(&json!([{ "resource": resource, "code": "custom", "message": message }]))
    }

    fn errors(errors: &Value) -> Self {
        Self::new(422, json!({ "message": "Validation Failed", "errors": errors }))
    }

    /// 422 for a text that is too long.
    pub fn too_long(resource: &str, most: usize) -> Self {
        let message = format!("body is too long (maximum is {most} characters)");
        let error = json!([{ "resource": resource, "code": "unprocessable", "field": "data", "message": message }]);
        Self::errors(&error)
    }

    /// It lives elsewhere now: 301 when reading, 307 when writing.
    pub fn moved(reading: bool, to: String) -> Self {
        let body = json!({ "message": "Moved Permanently", "url": to });
        Self { location: Some(to), ..Self::new(if reading { 301 } else { 307 }, body) }
    }

    /// Too much at once.
    pub fn secondary(seconds: i64) -> Self {
        Self { retry_after: Some(seconds), ..Self::plain(403, crate::sim::github::entry::SECONDARY) }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut answer = (status, Json(self.body)).into_response();
        crate::sim::github::entry::header(&mut answer, "location", self.location);
        crate::sim::github::entry::header(&mut answer, "retry-after", self.retry_after.map(|s| s.to_string()));
        answer
    }
}
