//! The answers that handlers give: a status and a typed body each, so that the document cannot say anything else.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::ArrayBuilder;

use super::draft::text;
use super::{Described, Draft, Example};

/// 200.
pub struct Shown<T>(pub T);

/// 201.
pub struct Created<T>(pub T);

/// 202.
pub struct Accepted<T>(pub T);

/// 204.
pub struct Done;

/// 200 with a piece of a list, and the way to the next one.
pub struct Piece<T> {
    /// What it holds.
    pub rows: Vec<T>,
    /// The `Link` header.
    pub next: Option<HeaderValue>,
}

/// What was asked for if it is there in time, else the promise of it and where to look.
pub enum Decided<const NOW: u16, T, P = T> {
    /// With the status `NOW`.
    Now(T),
    /// 202 with `Location`.
    Later(P, String),
}

/// 200 with plain text, as Prometheus reads it.
pub struct Text(pub String);

impl<T: Serialize> IntoResponse for Shown<T> {
    fn into_response(self) -> Response {
        Json(self.0).into_response()
    }
}

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        (StatusCode::CREATED, Json(self.0)).into_response()
    }
}

impl<T: Serialize> IntoResponse for Accepted<T> {
    fn into_response(self) -> Response {
        (StatusCode::ACCEPTED, Json(self.0)).into_response()
    }
}

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

impl<T: Serialize> IntoResponse for Piece<T> {
    fn into_response(self) -> Response {
        let mut response = Json(self.rows).into_response();
        if let Some(link) = self.next {
            response.headers_mut().insert(header::LINK, link);
        }
        response
    }
}

impl<const NOW: u16, T: Serialize, P: Serialize> IntoResponse for Decided<NOW, T, P> {
    fn into_response(self) -> Response {
        match self {
            Self::Now(body) => (StatusCode::from_u16(NOW).unwrap_or(StatusCode::OK), Json(body)).into_response(),
            Self::Later(body, place) => (StatusCode::ACCEPTED, [(header::LOCATION, place)], Json(body)).into_response(),
        }
    }
}

impl IntoResponse for Text {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], self.0).into_response()
    }
}

impl<T: ToSchema + Example> Described for Shown<T> {
    fn describe(draft: &mut Draft) {
        draft.gives::<T>(200, "It is there.");
    }
}

impl<T: ToSchema + Example> Described for Created<T> {
    fn describe(draft: &mut Draft) {
        draft.gives::<T>(201, "It was made.");
    }
}

impl<T: ToSchema + Example> Described for Accepted<T> {
    fn describe(draft: &mut Draft) {
        draft.gives::<T>(202, "It will be done.");
    }
}

impl Described for Done {
    fn describe(draft: &mut Draft) {
        draft.ends(204, "It is done.");
    }
}

impl<T: ToSchema + Example> Described for Piece<T> {
    fn describe(draft: &mut Draft) {
        let schema = ArrayBuilder::new().items(draft.schema::<T>()).build();
        let example = serde_json::to_value(Vec::<T>::example()).ok();
        draft.gives_as(200, "The list, or the piece that was asked for.", "application/json", schema.into(), example);
        draft.header(200, "Link", "`<…>; rel=\"next\"`: the next piece, when there is one.");
    }
}

impl<const NOW: u16, T: ToSchema + Example, P: ToSchema + Example> Described for Decided<NOW, T, P> {
    fn describe(draft: &mut Draft) {
        draft.gives::<T>(NOW, "It is there.");
        draft.gives::<P>(202, "It is still at work; look again at the address in `Location`.");
        draft.header(202, "Location", "Where the outcome will show.");
        draft.header(202, "Retry-After", "Seconds until it is worth a look.");
    }
}

impl Described for Text {
    fn describe(draft: &mut Draft) {
        draft.gives_as(200, "The numbers.", "text/plain", text().into(), None);
    }
}
