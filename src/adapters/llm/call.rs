//! One HTTP exchange with a provider: sent, timed, counted, read.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};
use reqwest::{Client, Response, Url};
use tokio::time::{Instant, timeout_at};

use super::chat::{ChatAnswer, ChatModel, ChatRequest, Within};
use super::draft::{Draft, Fail};
use super::error::{BadAnswer, ModelError, Phase};
use super::gate::{Gate, Place, Shut};
use super::reader::{AnswerReader, Moved};
use super::resolver::ForbiddenAddress;
use super::settings::{Caps, Deadlines};
use super::status::ErrorFacts;
use super::tokens::estimate_request;
use super::url_guard::UrlRefusal;
use super::watch::Watch;
use super::wire::WireKind;
use crate::domain::money::Usage;

/// An error body is only sorted, so little of it is read.
const ERROR_BODY_BYTES: usize = 64 << 10;
const ERROR_BODY_WAIT: Duration = Duration::from_secs(10);

/// A model at its provider.
pub(super) struct HttpModel {
    pub(super) client: Client,
    pub(super) url: Url,
    /// Holds the key, marked sensitive.
    pub(super) headers: HeaderMap,
    pub(super) wire: WireKind,
    pub(super) model_name: String,
    pub(super) deadlines: Deadlines,
    pub(super) caps: Caps,
    pub(super) gate: Arc<Gate>,
}

impl ChatModel for HttpModel {
    fn chat_within<'a>(
        &'a self,
        request: &'a ChatRequest,
        within: Within,
    ) -> BoxFuture<'a, Result<ChatAnswer, ModelError>> {
        Box::pin(self.ask(request, within))
    }
}

impl HttpModel {
    async fn ask(&self, request: &ChatRequest, within: Within) -> Result<ChatAnswer, ModelError> {
        let total = within.end.min(Instant::now() + self.deadlines.total);
        let place = self.gate.enter(within.begin.min(total)).await.map_err(no_place)?;
        let outcome = self.exchange(request, total).await;
        tell(&place, &outcome);
        outcome
    }

    async fn exchange(&self, request: &ChatRequest, total: Instant) -> Result<ChatAnswer, ModelError> {
        let mut watch = Watch::start(self.deadlines, total);
        let input = estimate_request(request);
        let response = self.send(request, &watch, input).await?;
        let response = accept(response, watch.deadline()).await?;
        let mut exchange = Exchange {
            draft: Draft::new(self.caps.text),
            reader: AnswerReader::new(self.wire.decoder(), self.caps.line),
            input,
        };
        match exchange.read(response, &mut watch, self.caps.total).await {
            Ok(()) => exchange.draft.finish(self.wire.name(), input),
            Err(halt) => Err(exchange.fail(halt)),
        }
    }

    async fn send(&self, request: &ChatRequest, watch: &Watch, input: i64) -> Result<Response, ModelError> {
        let body = self.wire.body(&self.model_name, request);
        let sending = self.client.post(self.url.clone()).headers(self.headers.clone()).json(&body).send();
        let Ok(sent) = timeout_at(watch.deadline(), sending).await else {
            let usage = Usage { input_tokens: input, ..Usage::default() };
            return Err(ModelError::Timeout { phase: watch.phase(), usage: Some(usage) });
        };
        sent.map_err(|error| transport_error(&error))
    }
}

fn no_place(shut: Shut) -> ModelError {
    match shut {
        Shut::Full => ModelError::Timeout { phase: Phase::Place, usage: None },
        Shut::Paused(left) => ModelError::RateLimited { retry_after: Some(left) },
    }
}

/// The gate hears how its key fared: other calls wait together with this one.
fn tell(place: &Place, outcome: &Result<ChatAnswer, ModelError>) {
    match outcome {
        Err(ModelError::RateLimited { retry_after }) => place.refused(*retry_after),
        Ok(_) => place.answered(),
        Err(_) => {}
    }
}

/// Lets only a readable 2xx through.
async fn accept(response: Response, by: Instant) -> Result<Response, ModelError> {
    let status = response.status();
    if status.is_redirection() {
        return Err(ModelError::UrlForbidden(UrlRefusal::Redirect));
    }
    if !status.is_success() {
        let headers = response.headers().clone();
        let body = error_body(response, by.min(Instant::now() + ERROR_BODY_WAIT)).await;
        return Err(ErrorFacts::of_answer(status.as_u16(), &headers, &body).sort());
    }
    // A 1,000-fold bomb is a small body until someone unpacks it; nobody here does (F091).
    let mut encodings = response.headers().get_all(CONTENT_ENCODING).iter();
    if encodings.any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err(ModelError::BadAnswer { what: BadAnswer::Compressed, usage: None });
    }
    Ok(response)
}

/// As much of an error's body as comes in time; what is missing is not missed.
async fn error_body(mut response: Response, until: Instant) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(Ok(Some(chunk))) = timeout_at(until, response.chunk()).await {
        let room = ERROR_BODY_BYTES - body.len();
        body.extend(chunk.iter().take(room));
        if body.len() >= ERROR_BODY_BYTES {
            break;
        }
    }
    body
}

/// Sorts what reqwest says before there is an answer.
fn transport_error(error: &reqwest::Error) -> ModelError {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if inner.is::<ForbiddenAddress>() {
            return ModelError::UrlForbidden(UrlRefusal::PrivateAddress);
        }
        if error.is_connect() && is_handshake(inner) {
            return ModelError::Tls;
        }
        cause = inner.source();
    }
    if error.is_connect() && error.is_timeout() {
        return ModelError::Timeout { phase: Phase::Connect, usage: None };
    }
    ModelError::Network
}

/// rustls wraps its errors as invalid data, nothing else in a connection attempt does; and an `io::Error` hides the
/// error that it wraps from `source`.
fn is_handshake(error: &(dyn std::error::Error + 'static)) -> bool {
    let Some(io) = error.downcast_ref::<std::io::Error>() else { return false };
    io.kind() == std::io::ErrorKind::InvalidData || io.get_ref().is_some_and(|inner| is_handshake(inner))
}

/// Why reading stopped before the answer's end.
enum Halt {
    Deadline(Phase),
    Broken,
    Failed(Fail),
    Html,
}

impl From<Fail> for Halt {
    fn from(fail: Fail) -> Self {
        Self::Failed(fail)
    }
}

/// An answer being read.
struct Exchange {
    draft: Draft,
    reader: AnswerReader,
    input: i64,
}

impl Exchange {
    async fn read(&mut self, mut response: Response, watch: &mut Watch, cap: usize) -> Result<(), Halt> {
        let mut received = 0_usize;
        loop {
            let deadline = watch.deadline();
            let chunk = match timeout_at(deadline, response.chunk()).await {
                Err(_) => return Err(Halt::Deadline(watch.phase())),
                Ok(Err(_)) => break,
                Ok(Ok(chunk)) => chunk,
            };
            let Some(chunk) = chunk else {
                self.reader.end(&mut self.draft)?;
                return Ok(());
            };
            received = received.saturating_add(chunk.len());
            if received > cap {
                return Err(Fail::TooLarge.into());
            }
            match self.reader.push(&mut self.draft, &chunk)? {
                Moved::Yes => watch.moved(),
                Moved::No => {}
                Moved::End => {
                    self.reader.close(&mut self.draft)?;
                    return Ok(());
                }
                Moved::Html => return Err(Halt::Html),
            }
            // A stream of pings keeps chunks coming, so the deadline is looked at between them too.
            if Instant::now() >= watch.deadline() {
                return Err(Halt::Deadline(watch.phase()));
            }
        }
        // The connection broke; after a stop reason nothing is missing.
        self.reader.close(&mut self.draft)?;
        if self.draft.stop.is_some() { Ok(()) } else { Err(Halt::Broken) }
    }

    fn fail(mut self, halt: Halt) -> ModelError {
        let usage = self.draft.usage_or(self.input);
        match halt {
            Halt::Deadline(phase) => ModelError::Timeout { phase, usage: Some(usage) },
            Halt::Broken => self.draft.cut_off(self.input, None),
            Halt::Html => ModelError::BadAnswer { what: BadAnswer::Html, usage: None },
            Halt::Failed(Fail::TooLarge) => ModelError::TooLarge { usage },
            Halt::Failed(Fail::Malformed) => ModelError::BadAnswer { what: BadAnswer::Malformed, usage: Some(usage) },
            // An error in the middle of an answer leaves a part of one; before that it is just an error.
            Halt::Failed(Fail::Provider(facts)) if self.draft.began => self.draft.cut_off(self.input, facts.code()),
            Halt::Failed(Fail::Provider(facts)) => facts.sort(),
        }
    }
}
