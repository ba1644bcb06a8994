//! JSON bodies, read field by field: all that is wrong is told at once, in FastAPI's form, and never a secret.

use std::marker::PhantomData;
use std::time::Duration;

use axum::body::Body as Stream;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use bytes::Bytes;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::ApiState;
use super::error::ApiError;
use super::form::{Described, Draft, Example};
use crate::domain::clock::Timestamp;
use crate::domain::money::UsdMicros;

/// The largest body, in bytes.
const MAX_BYTES: usize = 1 << 20;
/// The longest input that an answer repeats, in bytes of JSON.
const MAX_ECHO: usize = 1000;
/// Fields whose values are never repeated: a URL may hold credentials.
const SECRET: [&str; 3] = ["api_key", "base_url", "repo_url"];

/// The fields of a body, and what was found wrong with them so far.
#[derive(Clone)]
pub(super) struct Fields {
    map: Map<String, Value>,
    /// Where the object stands: `body`, then the names on the way to it.
    place: Vec<Value>,
    problems: Vec<Value>,
}

/// The fields of a body that the document tells as `T`.
pub(super) struct Body<T> {
    /// What was sent.
    pub(super) fields: Fields,
    told: PhantomData<fn() -> T>,
}

impl<T: ToSchema + Example> Described for Body<T> {
    fn describe(draft: &mut Draft) {
        draft.takes::<T>();
    }
}

impl<T> FromRequest<ApiState> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, ApiError> {
        Ok(Self { fields: Fields::from_request(request, state).await?, told: PhantomData })
    }
}

impl FromRequest<ApiState> for Fields {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        Self::parse(&whole(&parts.headers, body, state.body_read).await?)
    }
}

/// A body once all of it is here.
pub(super) async fn whole(headers: &HeaderMap, body: Stream, deadline: Duration) -> Result<Bytes, ApiError> {
    let too_large = || ApiError::said(StatusCode::PAYLOAD_TOO_LARGE, "The body is over 1 MiB.");
    let length = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|bytes| bytes > MAX_BYTES) {
        return Err(too_large());
    }
    match tokio::time::timeout(deadline, axum::body::to_bytes(body, MAX_BYTES)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if is_length(&error) => Err(too_large()),
        Ok(Err(_)) => Err(ApiError::said(StatusCode::BAD_REQUEST, "The body broke off.")),
        Err(_) => Err(ApiError::said(StatusCode::REQUEST_TIMEOUT, "The body took too long to arrive.")),
    }
}

fn is_length(error: &axum::Error) -> bool {
    let mut source: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(error);
    while let Some(cause) = source {
        if cause.is::<http_body_util::LengthLimitError>() {
            return true;
        }
        source = cause.source();
    }
    false
}

impl Fields {
    fn parse(bytes: &[u8]) -> Result<Self, ApiError> {
        let wrong = |kind: &str, loc: Value, msg: &str| {
            ApiError::Invalid(vec![json!({ "type": kind, "loc": loc, "msg": msg, "input": {} })])
        };
        match serde_json::from_slice(bytes) {
            Ok(Value::Object(map)) => Ok(Self { map, place: vec![json!("body")], problems: Vec::new() }),
            Ok(_) => Err(wrong("model_attributes_type", json!(["body"]), "Input should be a valid dictionary")),
            Err(_) if bytes.is_empty() => Err(wrong("missing", json!(["body"]), "Field required")),
            Err(error) => Err(wrong("json_invalid", json!(["body", error.column()]), "JSON decode error")),
        }
    }

    /// Notes what is wrong with a field.
    pub(super) fn problem(&mut self, kind: &str, name: &str, msg: impl Into<String>) {
        let input = if SECRET.contains(&name) { json!("[redacted]") } else { self.echo(name) };
        let loc = [self.place.as_slice(), &[json!(name)]].concat();
        self.problems.push(json!({ "type": kind, "loc": loc, "msg": msg.into(), "input": input }));
    }

    fn echo(&self, name: &str) -> Value {
        let given = self.map.get(name).cloned().unwrap_or(Value::Null);
        if given.to_string().len() > MAX_ECHO { json!("[too long to repeat]") } else { given }
    }

    /// Everything that was found wrong, if anything was.
    pub(super) fn finish(self) -> Result<(), ApiError> {
        if self.problems.is_empty() { Ok(()) } else { Err(self.refused()) }
    }

    /// Joins what was found wrong inside an object of the body.
    pub(super) fn join(&mut self, inner: Self) {
        self.problems.extend(inner.problems);
    }

    /// The refusal with everything that was found wrong.
    pub(super) fn refused(self) -> ApiError {
        ApiError::Invalid(self.problems)
    }

    /// A value that was given and is not null.
    fn given(&self, name: &str) -> Option<Value> {
        self.map.get(name).filter(|value| !value.is_null()).cloned()
    }

    fn required(&mut self, name: &str) -> Option<Value> {
        let value = self.map.get(name).cloned();
        if value.is_none() {
            self.problem("missing", name, "Field required");
        }
        value
    }

    fn as_text(&mut self, name: &str, value: Value, (min, max): (usize, usize)) -> Option<String> {
        let Value::String(text) = value else {
            self.problem("string_type", name, "Input should be a valid string");
            return None;
        };
        let length = text.chars().count();
        if length < min {
            self.problem(
                "string_too_short",
                name,
                format!("String should have at least {}", counted(min, "character")),
            );
        } else if length > max {
            self.problem("string_too_long", name, format!("String should have at most {}", counted(max, "character")));
        }
        Some(text)
    }

    /// A text that must be there, with its least and greatest length in characters.
    pub(super) fn text(&mut self, name: &str, bounds: (usize, usize)) -> String {
        let value = self.required(name);
        value.and_then(|value| self.as_text(name, value, bounds)).unwrap_or_default()
    }

    /// A text that may be missing or null.
    pub(super) fn optional_text(&mut self, name: &str, bounds: (usize, usize)) -> Option<String> {
        let value = self.given(name)?;
        self.as_text(name, value, bounds)
    }

    /// One of some words, which must be there.
    pub(super) fn word<T>(&mut self, name: &str, words: &[&str], parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let value = self.required(name)?;
        self.as_word(name, &value, words, parse)
    }

    /// One of some words, which may be missing or null.
    pub(super) fn optional_word<T>(
        &mut self,
        name: &str,
        words: &[&str],
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let value = self.given(name)?;
        self.as_word(name, &value, words, parse)
    }

    fn as_word<T>(
        &mut self,
        name: &str,
        value: &Value,
        words: &[&str],
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let found = value.as_str().and_then(parse);
        if found.is_none() {
            let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
            let (last, first) = quoted
                .split_last()
                .map_or((String::new(), String::new()), |(last, first)| (last.clone(), first.join(", ")));
            self.problem("enum", name, format!("Input should be {first} or {last}"));
        }
        found
    }

    /// Yes or no; no when it is missing.
    pub(super) fn flag(&mut self, name: &str) -> bool {
        let Some(value) = self.given(name) else { return false };
        value.as_bool().unwrap_or_else(|| {
            self.problem("bool_type", name, "Input should be a valid boolean");
            false
        })
    }

    /// An amount in dollars.
    pub(super) fn usd(&mut self, name: &str) -> Option<UsdMicros> {
        let value = self.given(name)?;
        let amount = value.as_f64().and_then(UsdMicros::from_usd);
        if amount.is_none() {
            self.problem("float_type", name, "Input should be an amount in dollars");
        }
        amount
    }

    /// Whether a value was given that is not null.
    pub(super) fn is_given(&self, name: &str) -> bool {
        self.map.get(name).is_some_and(|value| !value.is_null())
    }

    /// Whether a field is there, be it null.
    pub(super) fn is_named(&self, name: &str) -> bool {
        self.map.contains_key(name)
    }

    /// What a change says of a field that may be cleared: nothing, null, or a value.
    pub(super) fn changed<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        self.is_named(name).then(|| if self.is_given(name) { read(self) } else { None })
    }

    /// A moment in RFC 3339, which may be missing or null.
    pub(super) fn moment(&mut self, name: &str) -> Option<Timestamp> {
        let value = self.given(name)?;
        let moment = value.as_str().and_then(Timestamp::parse_rfc3339);
        if moment.is_none() {
            self.problem("datetime_parsing", name, "Input should be a moment such as 2026-01-31T12:00:00Z");
        }
        moment
    }

    /// A whole number of at least 1, which may be missing or null.
    pub(super) fn optional_count(&mut self, name: &str) -> Option<u32> {
        let value = self.given(name)?;
        let count = value.as_u64().and_then(|count| u32::try_from(count).ok()).filter(|count| *count > 0);
        if count.is_none() {
            self.problem("int_type", name, "Input should be a whole number of at least 1");
        }
        count
    }

    /// A list of texts; `required` ones must be there.
    pub(super) fn texts(&mut self, name: &str, max: usize, required: bool) -> Vec<String> {
        let value = if required { self.required(name) } else { self.given(name) };
        let Some(value) = value else { return Vec::new() };
        let Value::Array(items) = value else {
            self.problem("list_type", name, "Input should be a valid list");
            return Vec::new();
        };
        if items.len() > max {
            let msg = format!("List should have at most {max} items after validation, not {}", items.len());
            self.problem("too_long", name, msg);
        }
        let texts: Vec<String> = items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect();
        if texts.len() < items.len() {
            self.problem("string_type", name, "Input should be a list of valid strings");
        }
        texts
    }

    /// An object inside the body, with its own fields.
    pub(super) fn object(&mut self, name: &str) -> Option<Self> {
        match self.given(name)? {
            Value::Object(map) => {
                let place = [self.place.as_slice(), &[json!(name)]].concat();
                Some(Self { map, place, problems: Vec::new() })
            }
            _ => {
                self.problem("dict_type", name, "Input should be a valid dictionary");
                None
            }
        }
    }
}

fn counted(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(body: &str, read: impl Fn(&mut Fields)) -> Vec<(String, String)> {
        let problems = match Fields::parse(body.as_bytes()) {
            Ok(mut fields) => {
                read(&mut fields);
                fields.problems
            }
            Err(ApiError::Invalid(problems)) => problems,
            Err(other) => panic!("{other:?}"),
        };
        let shown = |p: &Value| (p["type"].as_str().unwrap().to_owned(), p["input"].to_string());
        problems.iter().map(shown).collect()
    }

    #[test]
    fn problems_are_named_and_secrets_are_not_repeated() {
        let read = |fields: &mut Fields| {
            fields.text("a", (1, 3));
            fields.text("api_key", (1, 3));
            fields.optional_word("w", &["x", "y"], |w| (w == "x").then_some(()));
            fields.texts("l", 1, false);
            fields.flag("f");
            fields.usd("u");
        };
        for (body, expected) in [
            (r#"{"a":"é","api_key":"k","w":null}"#, vec![]),
            ("[1]", vec![("model_attributes_type", "{}")]),
            ("{", vec![("json_invalid", "{}")]),
            ("", vec![("missing", "{}")]),
            ("{}", vec![("missing", "null"), ("missing", r#""[redacted]""#)]),
            (
                r#"{"a":"","api_key":"secret"}"#,
                vec![("string_too_short", r#""""#), ("string_too_long", r#""[redacted]""#)],
            ),
            (r#"{"a":1,"api_key":7}"#, vec![("string_type", "1"), ("string_type", r#""[redacted]""#)]),
            (r#"{"a":"a","api_key":"k","w":"z"}"#, vec![("enum", r#""z""#)]),
            (r#"{"a":"a","api_key":"k","l":["1","2"]}"#, vec![("too_long", r#"["1","2"]"#)]),
            (
                r#"{"a":"a","api_key":"k","l":[1],"f":1,"u":-1}"#,
                vec![("string_type", "[1]"), ("bool_type", "1"), ("float_type", "-1")],
            ),
        ] {
            let found = kinds(body, read);
            let found: Vec<(&str, &str)> = found.iter().map(|(k, i)| (k.as_str(), i.as_str())).collect();
            assert_eq!(found, expected, "{body}");
        }
    }
}
