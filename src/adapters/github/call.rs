//! One thing asked of GitHub, and what its answer means for sending it again.

use http::Method;
use serde::Serialize;
use url::Url;

use super::GithubError;
use super::limiter::WriteKind;
use super::transport::{Answer, TransportError};

/// What is asked, before anyone's token is added.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub method: Method,
    pub path: Path,
    pub write: Option<WriteKind>,
    /// Sending it twice does no harm. False for every POST but the minting of a token.
    pub repeatable: bool,
    pub accept: &'static str,
    pub etag: Option<String>,
    pub body: Option<Vec<u8>>,
}

/// Where it goes.
#[derive(Debug, Clone)]
pub(super) enum Path {
    /// Below the REST base, starting with `/`.
    Rest(String),
    /// An address GitHub gave us (next page); checked to be on the API host.
    Given(Url),
    /// The GraphQL endpoint.
    Graphql,
}

pub(super) const JSON: &str = "application/vnd.github+json";

impl Call {
    fn new(method: Method, path: impl Into<String>) -> Self {
        let repeatable = method != Method::POST;
        Self { method, path: Path::Rest(path.into()), write: None, repeatable, accept: JSON, etag: None, body: None }
    }

    pub(super) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }

    pub(super) fn page(url: Url) -> Self {
        Self { path: Path::Given(url), ..Self::get("") }
    }

    pub(super) fn graphql(body: &impl Serialize) -> Self {
        Self { path: Path::Graphql, ..Self::post("", body) }.writing(WriteKind::Edit)
    }

    pub(super) fn post(path: impl Into<String>, body: &impl Serialize) -> Self {
        Self::new(Method::POST, path).with(body)
    }

    pub(super) fn patch(path: impl Into<String>, body: &impl Serialize) -> Self {
        Self::new(Method::PATCH, path).with(body)
    }

    fn with(mut self, body: &impl Serialize) -> Self {
        self.body = serde_json::to_vec(body).ok();
        self
    }

    /// Goes through the installation's spacing.
    pub(super) fn writing(mut self, kind: WriteKind) -> Self {
        self.write = Some(kind);
        self
    }

    /// Harmless although it is a POST.
    pub(super) fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    pub(super) fn if_none_match(mut self, etag: Option<String>) -> Self {
        self.etag = etag;
        self
    }

    pub(super) fn accept(mut self, media_type: &'static str) -> Self {
        self.accept = media_type;
        self
    }

    /// The error when GitHub's answer does not say what happened.
    pub(super) fn unclear(&self, why: &'static str) -> GithubError {
        if self.repeatable { GithubError::Unavailable(why) } else { GithubError::UnknownOutcome }
    }
}

/// What to do after one sending.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The answer is whole and means success (or "not modified").
    Done,
    /// It lives elsewhere.
    Redirect(String),
    /// GitHub says no; sorted by the caller.
    Refused,
    /// Fault on the way; the request was not seen.
    NotSent,
    /// Fault on the way; the request may have been carried out.
    Fault(&'static str),
    /// Sending again cannot help.
    Hopeless(&'static str),
}

/// Judges what came back, without asking whether the call may be repeated.
pub(super) fn judge(result: &Result<Answer, TransportError>) -> Verdict {
    match result {
        Err(TransportError::NotSent) => Verdict::NotSent,
        Err(TransportError::Timeout) => Verdict::Fault("it does not answer in time"),
        Err(TransportError::Cut) => Verdict::Fault("the connection broke"),
        Err(TransportError::TooLarge) => Verdict::Hopeless("its answer is too long"),
        Err(TransportError::Invalid) => Verdict::Hopeless("the request cannot be written"),
        Ok(answer) => judge_answer(answer),
    }
}

fn judge_answer(answer: &Answer) -> Verdict {
    match answer.status {
        204 | 205 | 304 => Verdict::Done,
        200..=299 if is_whole(answer) => Verdict::Done,
        200..=299 => Verdict::Fault("its answer is damaged"),
        301 | 302 | 307 | 308 => match answer.header("location") {
            Some(location) => Verdict::Redirect(location.to_owned()),
            None => Verdict::Hopeless("it redirects to nowhere"),
        },
        429 => Verdict::Refused,
        408 | 500.. => Verdict::Fault("it has an error of its own"),
        400..=499 if is_html(answer) => Verdict::Fault("something else answers in its place"),
        400..=499 => Verdict::Refused,
        _ => Verdict::Hopeless("its answer is not understood"),
    }
}

fn is_html(answer: &Answer) -> bool {
    answer.header("content-type").is_some_and(|kind| kind.to_ascii_lowercase().contains("html"))
}

/// An error page with 200 (F053) and a cut body (F052) are no success.
fn is_whole(answer: &Answer) -> bool {
    let kind = answer.header("content-type").unwrap_or_default().to_ascii_lowercase();
    if kind.contains("html") {
        return false;
    }
    if kind.contains("github.sha") {
        return answer.body.len() >= 40;
    }
    answer.status == 202 && answer.body.is_empty()
        || serde_json::from_slice::<serde::de::IgnoredAny>(&answer.body).is_ok()
}
