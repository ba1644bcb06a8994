//! One request, one answer: octocrab over a client of ours (own CA, no redirects, no library retry), with
//! a deadline over everything and a cap on what is read (M50).

use std::error::Error;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, IF_NONE_MATCH, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method};
use http_body_util::BodyExt;
use octocrab::{AuthState, OctoBody, Octocrab, OctocrabBuilder};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::{GithubConfig, GithubError};

/// What is sent.
pub(super) struct Outgoing<'a> {
    pub method: &'a Method,
    pub url: &'a Url,
    pub bearer: Option<&'a SecretString>,
    pub accept: &'static str,
    pub etag: Option<&'a str>,
    pub body: Option<&'a [u8]>,
}

/// What came back, whole.
pub(super) struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    /// A header as text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// Why no whole answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TransportError {
    /// No connection: GitHub has not seen the request.
    NotSent,
    /// No whole answer in time.
    Timeout,
    /// The connection broke.
    Cut,
    /// The answer is longer than we read.
    TooLarge,
    /// The request cannot be written down (never retried).
    Invalid,
}

/// The way out.
#[derive(Clone)]
pub(super) struct Transport {
    octocrab: Octocrab,
    deadline: Duration,
    max_body: usize,
}

impl Transport {
    pub(super) fn new(config: &GithubConfig, loopback: bool) -> Result<Self, GithubError> {
        let client = client(config, loopback)?;
        let service = tower::service_fn(move |request: http::Request<OctoBody>| carry(client.clone(), request));
        let octocrab = OctocrabBuilder::new_empty().with_service(service).with_auth(AuthState::None).build();
        let octocrab = octocrab.unwrap_or_else(|never| match never {});
        Ok(Self { octocrab, deadline: config.request_timeout, max_body: config.max_body })
    }

    /// Sends once.
    pub(super) async fn send(&self, outgoing: &Outgoing<'_>) -> Result<Answer, TransportError> {
        let request = build(outgoing).ok_or(TransportError::Invalid)?;
        tokio::time::timeout(self.deadline, self.exchange(request)).await.unwrap_or(Err(TransportError::Timeout))
    }

    async fn exchange(&self, request: http::Request<OctoBody>) -> Result<Answer, TransportError> {
        let response = self.octocrab.execute(request).await.map_err(|error| sort_error(&error))?;
        let (parts, mut body) = response.into_parts();
        let mut whole = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(|_| TransportError::Cut)?.into_data() else { continue };
            if whole.len().saturating_add(data.len()) > self.max_body {
                return Err(TransportError::TooLarge);
            }
            whole.extend_from_slice(&data);
        }
        Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, body: whole.freeze() })
    }
}

async fn carry(
    client: reqwest::Client,
    request: http::Request<OctoBody>,
) -> Result<http::Response<reqwest::Body>, Box<dyn Error + Send + Sync>> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let request = reqwest::Request::try_from(http::Request::from_parts(parts, body))?;
    Ok(client.execute(request).await?.into())
}

/// The way out for plain requests: own CA, no redirects, no retry.
pub(super) fn client(config: &GithubConfig, loopback: bool) -> Result<reqwest::Client, GithubError> {
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .connect_timeout(config.connect_timeout)
        .pool_idle_timeout(Duration::from_secs(20));
    if loopback {
        builder = builder.no_proxy();
    }
    if let Some(path) = &config.ca_file {
        let pem = std::fs::read(path).map_err(|_| GithubError::NotConfigured("the CA file cannot be read"))?;
        let certificates = reqwest::Certificate::from_pem_bundle(&pem)
            .map_err(|_| GithubError::NotConfigured("the CA file holds no certificate"))?;
        for certificate in certificates {
            builder = builder.add_root_certificate(certificate);
        }
    }
    if config.api_url.starts_with("http://") && config.web_url.starts_with("http://") {
        // No TLS, so the system's certificates need not be read (a tenth of a second each time).
        builder = builder.tls_certs_only([]);
    }
    builder.build().map_err(|_| GithubError::NotConfigured("TLS cannot be set up"))
}

fn build(outgoing: &Outgoing<'_>) -> Option<http::Request<OctoBody>> {
    let mut request = http::Request::builder()
        .method(outgoing.method)
        .uri(outgoing.url.as_str())
        .header(ACCEPT, outgoing.accept)
        .header(USER_AGENT, concat!("bakeoff/", env!("CARGO_PKG_VERSION")))
        .header("x-github-api-version", "2022-11-28");
    if let Some(bearer) = outgoing.bearer {
        let mut bearer = HeaderValue::from_str(&format!("Bearer {}", bearer.expose_secret())).ok()?;
        bearer.set_sensitive(true);
        request = request.header(AUTHORIZATION, bearer);
    }
    if let Some(etag) = outgoing.etag {
        request = request.header(IF_NONE_MATCH, etag);
    }
    let body = match outgoing.body {
        Some(bytes) => {
            request = request.header(CONTENT_TYPE, "application/json");
            OctoBody::from(bytes.to_vec())
        }
        None => OctoBody::empty(),
    };
    request.body(body).ok()
}

/// Finds our client's error below octocrab's.
fn sort_error(error: &octocrab::Error) -> TransportError {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(inner) = cause {
        if let Some(error) = inner.downcast_ref::<reqwest::Error>() {
            return if error.is_connect() {
                TransportError::NotSent
            } else if error.is_builder() {
                TransportError::Invalid
            } else {
                TransportError::Cut
            };
        }
        cause = inner.source();
    }
    TransportError::Cut
}
