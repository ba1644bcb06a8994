//! An operation of the document while its parts tell about themselves.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::content::{Content, ContentBuilder};
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr, Required};

use super::Example;
use crate::entry::api::show::{Problems, Said};

/// An answer with one status.
#[derive(Default, Clone)]
struct Reply {
    words: Vec<String>,
    forms: Vec<Form>,
    headers: Vec<(&'static str, &'static str)>,
}

/// One of the forms of an answer.
#[derive(Clone)]
struct Form {
    mime: &'static str,
    schema: RefOr<Schema>,
    examples: Vec<Value>,
}

/// What is known of an operation so far.
#[derive(Default, Clone)]
pub struct Draft {
    parameters: Vec<Parameter>,
    body: Option<RequestBody>,
    replies: BTreeMap<u16, Reply>,
    schemas: Vec<(String, RefOr<Schema>)>,
}

/// A text, as a schema.
pub(super) fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::String))
}

impl Draft {
    /// The schema of a type, by its name.
    pub fn schema<T: ToSchema>(&mut self) -> RefOr<Schema> {
        let name = T::name().into_owned();
        self.schemas.push((name.clone(), T::schema()));
        T::schemas(&mut self.schemas);
        Ref::from_schema_name(name).into()
    }

    /// A parameter outside the body.
    pub fn parameter(
        &mut self,
        place: ParameterIn,
        name: &str,
        words: &str,
        schema: impl Into<RefOr<Schema>>,
        example: Option<Value>,
    ) {
        let required = if place == ParameterIn::Path { Required::True } else { Required::False };
        let made = ParameterBuilder::new().name(name).parameter_in(place).description(Some(words)).required(required);
        self.parameters.push(made.schema(Some(schema)).example(example).build());
    }

    /// The JSON body, and what can be wrong with any.
    pub fn takes<T: ToSchema + Example>(&mut self) {
        let schema = self.schema::<T>();
        let content = ContentBuilder::new().schema(Some(schema)).example(shown(&T::example())).build();
        let body = RequestBodyBuilder::new().required(Some(Required::True)).content("application/json", content);
        self.body = Some(body.build());
        self.fails(400, "The body broke off.");
        self.fails(408, "The body took too long to arrive.");
        self.fails(413, "The body is over 1 MiB.");
        self.invalid();
    }

    /// A body that is somebody else's.
    pub fn takes_any(&mut self, words: &str) {
        let content = ContentBuilder::new().schema(Some(ObjectBuilder::new())).build();
        let body = RequestBodyBuilder::new().description(Some(words)).content("application/json", content);
        self.body = Some(body.build());
    }

    /// A success with a body.
    pub fn gives<T: ToSchema + Example>(&mut self, status: u16, words: &str) {
        let schema = self.schema::<T>();
        self.gives_as(status, words, "application/json", schema, shown(&T::example()));
    }

    /// A success of another form.
    pub fn gives_as(
        &mut self,
        status: u16,
        words: &str,
        mime: &'static str,
        schema: RefOr<Schema>,
        example: Option<Value>,
    ) {
        let reply = self.reply(status, words);
        match reply.forms.iter_mut().find(|form| form.mime == mime) {
            Some(form) => form.examples.extend(example.filter(|new| !form.examples.contains(new))),
            None => reply.forms.push(Form { mime, schema, examples: example.into_iter().collect() }),
        }
    }

    /// Whether its success comes whole, not line by line as long as there are any.
    pub fn is_whole(&self) -> bool {
        let streams = |form: &Form| matches!(form.mime, "text/event-stream" | "application/x-ndjson");
        !self.replies.get(&200).is_some_and(|reply| reply.forms.iter().any(streams))
    }

    /// A success without a body.
    pub fn ends(&mut self, status: u16, words: &str) {
        self.reply(status, words);
    }

    /// An error with its sentence.
    pub fn fails(&mut self, status: u16, sentence: &str) {
        let schema = self.schema::<Said>();
        self.gives_as(status, sentence, "application/json", schema, Some(json!({ "detail": sentence })));
    }

    /// A body or query that cannot be read.
    pub fn invalid(&mut self) {
        if self.replies.contains_key(&422) {
            return;
        }
        let schema = self.schema::<Problems>();
        self.gives_as(
            422,
            "The body or the query cannot be read.",
            "application/json",
            schema,
            shown(&Problems::example()),
        );
    }

    /// A header of the answers with this status.
    pub fn header(&mut self, status: u16, name: &'static str, words: &'static str) {
        self.replies.entry(status).or_default().headers.push((name, words));
    }

    /// 429, and when to come again.
    pub fn limited(&mut self) {
        self.fails(429, "Too many requests: try again in 3 s.");
        self.header(429, "Retry-After", "Seconds until the next request may come.");
    }

    /// A header of every success.
    pub fn on_success(&mut self, name: &'static str, words: &'static str) {
        let successes = self.replies.iter_mut().filter(|(status, _)| (200..300).contains(*status));
        successes.for_each(|(_, reply)| reply.headers.push((name, words)));
    }

    fn reply(&mut self, status: u16, words: &str) -> &mut Reply {
        let reply = self.replies.entry(status).or_default();
        if !reply.words.iter().any(|known| known == words) {
            reply.words.push(words.to_owned());
        }
        reply
    }

    /// Its parts: parameters, body, answers by status, schemas by name.
    #[expect(clippy::type_complexity, reason = "taken apart at once by its only reader")]
    pub fn taken(self) -> (Vec<Parameter>, Option<RequestBody>, Vec<(u16, Response)>, Vec<(String, RefOr<Schema>)>) {
        let replies = self.replies.into_iter().map(|(status, reply)| (status, reply.built())).collect();
        (self.parameters, self.body, replies, self.schemas)
    }
}

/// A value as an example of the document.
fn shown<T: serde::Serialize>(value: &T) -> Option<Value> {
    serde_json::to_value(value).ok()
}

impl Form {
    fn content(mut self) -> Content {
        let content = ContentBuilder::new().schema(Some(self.schema));
        if self.examples.len() < 2 {
            return content.example(self.examples.pop()).build();
        }
        let named = self.examples.into_iter().enumerate();
        let examples =
            named.map(|(at, value)| ((at + 1).to_string(), ExampleBuilder::new().value(Some(value)).build()));
        content.examples_from_iter(examples).build()
    }
}

impl Reply {
    fn built(self) -> Response {
        let mut response = ResponseBuilder::new().description(self.words.join(" · "));
        for form in self.forms {
            response = response.content(form.mime, form.content());
        }
        for (name, words) in self.headers {
            response =
                response.header(name, HeaderBuilder::new().schema(Some(text())).description(Some(words)).build());
        }
        response.build()
    }
}
