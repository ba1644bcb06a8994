//! Lists in pieces for whoever asks: `?limit=&cursor=`, and a `Link` to the next piece.

use axum::extract::FromRequestParts;
use axum::http::HeaderValue;
use axum::http::request::Parts;
use serde_json::json;
use utoipa::openapi::path::ParameterIn;

use super::error::ApiError;
use super::form::{Described, Draft, Kind, Piece};
use super::input::Query;
use crate::adapters::store::page::{Cursor, Page};
use crate::domain::clock::Timestamp;

/// The most rows of one piece.
const MAX_LIMIT: i64 = 1000;

/// Which piece was asked for, and under which address.
pub(super) struct Paging {
    page: Page,
    path: String,
    query: Vec<(String, String)>,
}

/// What is wrong with a word of the query.
pub(super) fn invalid(kind: &str, name: &str, msg: &str, input: &str) -> ApiError {
    ApiError::Invalid(vec![json!({ "type": kind, "loc": ["query", name], "msg": msg, "input": input })])
}

fn limit(text: &str) -> Result<i64, ApiError> {
    match text.parse::<i64>() {
        Ok(limit @ 1..=MAX_LIMIT) => Ok(limit),
        Ok(limit) if limit < 1 => {
            Err(invalid("greater_than_equal", "limit", "Input should be greater than or equal to 1", text))
        }
        Ok(_) => Err(invalid("less_than_equal", "limit", "Input should be less than or equal to 1000", text)),
        Err(_) => Err(invalid("int_parsing", "limit", "Input should be a valid integer", text)),
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Paging {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Ok(Query(words)) = Query::from_request_parts(parts, state).await;
        let after = match words.get("cursor") {
            None => None,
            Some(text) => Some(
                text.parse::<Cursor>()
                    .map_err(|_| invalid("value_error", "cursor", "Not a cursor of this list", text))?,
            ),
        };
        let limit = words.get("limit").map(|text| limit(text)).transpose()?.unwrap_or(i64::MAX);
        let mut query: Vec<_> = words.into_iter().filter(|(name, _)| name != "cursor").collect();
        query.sort();
        Ok(Self { page: Page { limit, after }, path: parts.uri.path().to_owned(), query })
    }
}

impl Described for Paging {
    fn describe(draft: &mut Draft) {
        let (limit, cursor) = (Kind::Number(1, MAX_LIMIT), Kind::Text);
        draft.parameter(
            ParameterIn::Query,
            "limit",
            "The most rows of one piece; without it, all.",
            limit.schema(),
            None,
        );
        draft.parameter(ParameterIn::Query, "cursor", "From the `Link` of the piece before.", cursor.schema(), None);
        draft.invalid();
    }
}

impl Paging {
    /// What to ask the tables for: one row more than the piece, which says whether there is a next one.
    pub(super) fn page(&self) -> Page {
        Page { limit: self.page.limit.saturating_add(1), after: self.page.after.clone() }
    }

    /// The same for a list that grows without end: a piece even when none was asked for.
    pub(super) fn at_most_by_default(mut self) -> Self {
        self.page.limit = self.page.limit.min(MAX_LIMIT);
        self
    }

    /// The answer from rows of [`Self::page`]; a row that `show` leaves out is not for this caller.
    pub(super) fn answer<T, S>(
        &self,
        mut rows: Vec<T>,
        key: impl Fn(&T) -> (Timestamp, String),
        show: impl Fn(T) -> Option<S>,
    ) -> Piece<S> {
        let size = usize::try_from(self.page.limit).unwrap_or(usize::MAX);
        let more = rows.len() > size;
        rows.truncate(size);
        let last = rows.last().filter(|_| more).map(&key).map(|(at, id)| Cursor { at, id });
        let next = last.and_then(|cursor| self.link(&cursor));
        Piece { rows: rows.into_iter().filter_map(show).collect(), next }
    }

    /// The answer from the whole list, cut here: for lists that are short.
    pub(super) fn cut<T, S>(
        &self,
        rows: Vec<T>,
        key: impl Fn(&T) -> (Timestamp, String),
        show: impl Fn(T) -> Option<S>,
    ) -> Piece<S> {
        let after = self.page.after.as_ref();
        let from = after.map_or(0, |c| rows.iter().position(|row| key(row).1 == c.id).map_or(rows.len(), |at| at + 1));
        self.answer(rows.into_iter().skip(from).collect(), key, show)
    }

    fn link(&self, cursor: &Cursor) -> Option<HeaderValue> {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.query).append_pair("cursor", &cursor.to_string());
        HeaderValue::from_str(&format!("<{}?{}>; rel=\"next\"", self.path, query.finish())).ok()
    }
}
