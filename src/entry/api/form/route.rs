//! A route: made with its scope and its summary, so that there is none without.

use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter, on};
use serde_json::{Value, json};
use utoipa::openapi::path::ParameterIn;
use utoipa::openapi::schema::{ObjectBuilder, SchemaFormat, SchemaType, Type};

use super::Draft;
use super::draft::text;
use super::endpoint::Endpoint;
use crate::domain::token::Scope;
use crate::entry::api::{ApiState, edge, is_watched};

const REQUEST_ID: &str = "A name for the request: letters, digits, `-`, `_`, `.`; in the answer, and in the log.";

/// Operations on one kind of thing.
pub struct Family {
    /// The tag in the document.
    pub name: &'static str,
    /// What they are about.
    pub words: &'static str,
    /// The operations.
    pub routes: Vec<Route>,
}

/// Operations on one kind of thing.
pub fn family(name: &'static str, words: &'static str, routes: Vec<Route>) -> Family {
    Family { name, words, routes }
}

/// A word of the path or the query.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// An id of ours.
    Id,
    /// Any text.
    Text,
    /// A whole number within bounds.
    Number(i64, i64),
    /// A date or a moment.
    Moment,
    /// One of some words.
    OneOf(&'static [&'static str]),
}

impl Kind {
    pub fn schema(self) -> ObjectBuilder {
        match self {
            Self::Id => text().format(Some(SchemaFormat::Custom("uuid".into()))),
            Self::Text | Self::Moment => text(),
            Self::Number(min, max) => {
                let number = ObjectBuilder::new().schema_type(SchemaType::Type(Type::Integer));
                number.minimum(Some(min)).maximum(Some(max))
            }
            Self::OneOf(words) => text().enum_values(Some(words.iter().copied())),
        }
    }

    pub(super) fn example(self) -> Option<Value> {
        match self {
            Self::Id => Some(json!("01975f1e-8c00-7000-8000-000000000001")),
            Self::Text | Self::Number(..) => None,
            Self::Moment => Some(json!("2026-01-31")),
            Self::OneOf(words) => words.first().map(|word| json!(word)),
        }
    }
}

/// A route and what is told about it.
pub struct Route {
    /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: &'static str,
    /// With `{id}` for its parts.
    pub path: &'static str,
    /// What a token must hold; `None` when none is needed.
    pub scope: Option<Scope>,
    /// What it does, in a few words.
    pub summary: &'static str,
    /// Its handler; `None` when another room serves it.
    pub run: Option<MethodRouter<ApiState>>,
    /// Whether its answer is the same until the database changes.
    pub remembered: bool,
    /// `family_verb`.
    pub id: String,
    describe: Box<dyn Fn(&mut Draft)>,
    parts: Vec<(&'static str, &'static str, Kind)>,
    words: Vec<&'static str>,
}

fn route<H, T, A>(
    method: &'static str,
    path: &'static str,
    scope: Option<Scope>,
    summary: &'static str,
    handler: H,
) -> Route
where
    H: Handler<T, ApiState> + Endpoint<A>,
    T: 'static,
    A: 'static,
{
    let filter = match method {
        "POST" => MethodFilter::POST,
        "PUT" => MethodFilter::PUT,
        "PATCH" => MethodFilter::PATCH,
        "DELETE" => MethodFilter::DELETE,
        _ => MethodFilter::GET,
    };
    let names: Vec<&str> = std::any::type_name::<H>().rsplit("::").take(2).collect();
    let id = names.into_iter().rev().collect::<Vec<_>>().join("_");
    let mut route = elsewhere(method, path, summary, <H as Endpoint<A>>::describe);
    (route.scope, route.run, route.id) = (scope, Some(on(filter, handler)), id);
    route
}

/// A route that reads.
pub fn get<H, T, A>(path: &'static str, scope: Scope, summary: &'static str, handler: H) -> Route
where
    H: Handler<T, ApiState> + Endpoint<A>,
    T: 'static,
    A: 'static,
{
    route("GET", path, Some(scope), summary, handler)
}

/// A route that changes.
pub fn post<H, T, A>(path: &'static str, scope: Scope, summary: &'static str, handler: H) -> Route
where
    H: Handler<T, ApiState> + Endpoint<A>,
    T: 'static,
    A: 'static,
{
    route("POST", path, Some(scope), summary, handler)
}

/// A route that sets what is there once.
pub fn put<H, T, A>(path: &'static str, scope: Scope, summary: &'static str, handler: H) -> Route
where
    H: Handler<T, ApiState> + Endpoint<A>,
    T: 'static,
    A: 'static,
{
    route("PUT", path, Some(scope), summary, handler)
}

/// A route that changes parts of one thing.
pub fn patch<H, T, A>(path: &'static str, scope: Scope, summary: &'static str, handler: H) -> Route
where
    H: Handler<T, ApiState> + Endpoint<A>,
    T: 'static,
    A: 'static,
{
    route("PATCH", path, Some(scope), summary, handler)
}

/// A route that takes away.
pub fn delete<H, T, A>(path: &'static str, scope: Scope, summary: &'static str, handler: H) -> Route
where
    H: Handler<T, ApiState> + Endpoint<A>,
    T: 'static,
    A: 'static,
{
    route("DELETE", path, Some(scope), summary, handler)
}

/// A route that reads without a token.
pub fn open<H, T, A>(path: &'static str, summary: &'static str, handler: H) -> Route
where
    H: Handler<T, ApiState> + Endpoint<A>,
    T: 'static,
    A: 'static,
{
    route("GET", path, None, summary, handler)
}

/// A route without a token that another room serves: only told here.
pub fn elsewhere(
    method: &'static str,
    path: &'static str,
    summary: &'static str,
    describe: impl Fn(&mut Draft) + 'static,
) -> Route {
    let id = path.trim_matches('/').replace(['/', '.'], "_");
    Route {
        method,
        path,
        scope: None,
        summary,
        run: None,
        remembered: false,
        id: if id.is_empty() { "root".into() } else { id },
        describe: Box::new(describe),
        parts: Vec::new(),
        words: Vec::new(),
    }
}

impl Route {
    /// More about it, a sentence or two.
    pub fn about(mut self, words: &'static str) -> Self {
        self.words.push(words);
        self
    }

    /// An error of its own, with its sentence.
    pub fn fails(self, status: u16, sentence: &'static str) -> Self {
        self.told(move |draft| draft.fails(status, sentence))
    }

    /// 404 "… not found".
    pub fn unknown(self, what: &'static str) -> Self {
        self.told(move |draft| draft.fails(404, &format!("{what} not found")))
    }

    /// A word of the path that is no id of ours.
    pub fn part(mut self, name: &'static str, words: &'static str, kind: Kind) -> Self {
        self.parts.push((name, words, kind));
        self
    }

    /// Its answer hangs on the caller, the address and the database alone: not on the time, GitHub or a file.
    pub fn remembered(self) -> Self {
        Self { remembered: true, ..self }
    }

    /// A word of the query.
    pub fn query(self, name: &'static str, words: &'static str, kind: Kind) -> Self {
        self.told(move |draft| {
            draft.parameter(ParameterIn::Query, name, words, kind.schema().build(), None);
            if !matches!(kind, Kind::Id | Kind::Text) {
                draft.invalid();
            }
        })
    }

    /// Anything else that its signature does not tell.
    pub fn told(mut self, more: impl Fn(&mut Draft) + 'static) -> Self {
        let before = self.describe;
        self.describe = Box::new(move |draft| {
            before(draft);
            more(draft);
        });
        self
    }

    /// Its description.
    pub(super) fn description(&self) -> String {
        let scope = self.scope.map_or("No token is needed.".to_owned(), |s| format!("Scope: `{}`.", s.as_str()));
        [self.words.join(" "), scope].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n")
    }

    /// Everything that is told about it.
    pub(super) fn draft(&self) -> Draft {
        let mut draft = Draft::default();
        for name in self.path.split(['{', '}']).skip(1).step_by(2) {
            let told = self.parts.iter().find(|(part, ..)| *part == name);
            let (words, kind) = told.map_or(("Its id.", Kind::Id), |(_, words, kind)| (*words, *kind));
            draft.parameter(ParameterIn::Path, name, words, kind.schema().build(), kind.example());
        }
        (self.describe)(&mut draft);
        self.common(&mut draft);
        draft
    }

    /// What every route of its kind answers.
    fn common(&self, draft: &mut Draft) {
        if let Some(scope) = self.scope {
            draft.fails(401, "A valid token is needed.");
            draft.header(401, "WWW-Authenticate", "`Bearer`.");
            draft.fails(403, &format!("The token lacks the scope \"{}\".", scope.as_str()));
        }
        if self.run.is_some() && !is_watched(self.path) {
            draft.limited();
        }
        if self.path.starts_with("/v1/") {
            draft.fails(500, "Internal Server Error");
            draft.fails(503, "The database cannot answer now.");
            draft.header(503, "Retry-After", "Seconds until it is worth another try.");
            draft.parameter(
                ParameterIn::Header,
                "X-Request-Id",
                REQUEST_ID,
                Kind::Text.schema().max_length(Some(128)),
                None,
            );
            match self.method {
                "GET" if draft.is_whole() => Self::conditional(draft),
                "POST" => Self::idempotent(draft),
                _ => {}
            }
        }
    }

    fn conditional(draft: &mut Draft) {
        let words = "The `ETag` of an answer that is here already.";
        draft.parameter(ParameterIn::Header, "If-None-Match", words, Kind::Text.schema(), None);
        draft.header(200, "ETag", "Names this answer.");
        draft.ends(304, "Nothing has changed.");
        draft.header(304, "ETag", "Names the answer.");
    }

    fn idempotent(draft: &mut Draft) {
        let words = "1 to 255 visible ASCII characters. For 24 hours the same request with the same key is answered as \
                     the first time, and carried out once.";
        let schema = Kind::Text.schema().min_length(Some(1)).max_length(Some(255)).pattern(Some("^[!-~]+$"));
        draft.parameter(ParameterIn::Header, edge::IDEMPOTENCY_KEY, words, schema, None);
        draft.fails(409, edge::OTHER);
        draft.fails(409, edge::RUNNING);
        draft.invalid();
        draft.on_success("Idempotent-Replayed", "`true` when it is the answer to an earlier request.");
    }
}
