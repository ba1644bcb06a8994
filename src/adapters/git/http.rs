//! The HTTP side of git's smart protocol: one request, a checked answer, packets out of its body.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, StatusCode, header};
use reqwest::{Client, Response, redirect};
use secrecy::ExposeSecret;
use url::Url;

use super::pkt::{Decoder, Pkt};
use super::{GitError, GitSettings, Remote};

/// What we call ourselves in requests.
pub(super) const AGENT: &str = concat!("bakeoff/", env!("CARGO_PKG_VERSION"));

/// The two services of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Service {
    /// Reading.
    UploadPack,
    /// Writing.
    ReceivePack,
}

impl Service {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::UploadPack => "git-upload-pack",
            Self::ReceivePack => "git-receive-pack",
        }
    }
}

/// A client that follows no redirect, speaks to no proxy and asks for no compression.
pub(super) fn client(settings: &GitSettings) -> Result<Client, GitError> {
    let mut builder = Client::builder()
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .user_agent(format!("git/{AGENT}"))
        .connect_timeout(settings.connect_timeout)
        .read_timeout(settings.idle_timeout);
    if let Some(file) = &settings.ca_file {
        let bad = |_| GitError::BadCertificates;
        builder = builder.tls_certs_merge(reqwest::Certificate::from_pem_bundle(&std::fs::read(file)?).map_err(bad)?);
    }
    builder.build().map_err(|_| GitError::BadCertificates)
}

/// Requests to git servers.
#[derive(Debug, Clone)]
pub(super) struct Http {
    client: Client,
    idle: Duration,
}

impl Http {
    pub(super) fn new(settings: &GitSettings) -> Result<Self, GitError> {
        Ok(Self { client: client(settings)?, idle: settings.idle_timeout })
    }

    /// `GET info/refs`: the advertisement of a service; reads at most `max_bytes`.
    pub(super) async fn advertisement(
        &self,
        remote: &Remote,
        service: Service,
        max_bytes: u64,
    ) -> Result<Packets, GitError> {
        let url = address(&remote.url, &format!("info/refs?service={}", service.name()))?;
        let request = self.client.get(url).headers(headers(remote, service)?);
        self.send(request, &format!("application/x-{}-advertisement", service.name()), max_bytes).await
    }

    /// `POST` to a service; reads at most `max_bytes` of the answer.
    pub(super) async fn call(
        &self,
        remote: &Remote,
        service: Service,
        body: Vec<u8>,
        max_bytes: u64,
    ) -> Result<Packets, GitError> {
        let kind = |part| format!("application/x-{}-{part}", service.name());
        let request = self
            .client
            .post(address(&remote.url, service.name())?)
            .headers(headers(remote, service)?)
            .header(header::CONTENT_TYPE, kind("request"))
            .header(header::ACCEPT, kind("result"))
            .body(body);
        self.send(request, &kind("result"), max_bytes).await
    }

    async fn send(&self, request: reqwest::RequestBuilder, kind: &str, max_bytes: u64) -> Result<Packets, GitError> {
        let response = request.send().await.map_err(|error| broken(&error, self.idle))?;
        check_status(response.status())?;
        check_headers(response.headers(), kind)?;
        Ok(Packets { response, decoder: Decoder::default(), read_bytes: 0, max_bytes, idle: self.idle })
    }
}

/// The packets of one answer.
#[derive(Debug)]
pub(super) struct Packets {
    response: Response,
    decoder: Decoder,
    read_bytes: u64,
    max_bytes: u64,
    idle: Duration,
}

impl Packets {
    /// The next packet; `None` at the end of the answer. An `ERR` packet is an error.
    pub(super) async fn next(&mut self) -> Result<Option<Pkt>, GitError> {
        loop {
            if let Some(packet) = self.decoder.next()? {
                return refuse_err(packet).map(Some);
            }
            match self.response.chunk().await.map_err(|error| broken(&error, self.idle))? {
                Some(bytes) => self.take(&bytes)?,
                None if self.decoder.is_empty() => return Ok(None),
                None => return Err(GitError::Network("the answer was cut off")),
            }
        }
    }

    /// The next packet, where the answer may not end yet.
    pub(super) async fn expect(&mut self) -> Result<Pkt, GitError> {
        self.next().await?.ok_or(GitError::Network("the answer was cut off"))
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), GitError> {
        self.read_bytes += bytes.len() as u64;
        if self.read_bytes > self.max_bytes {
            return Err(GitError::TooLarge { what: "the git server's answer", limit_bytes: self.max_bytes });
        }
        self.decoder.push(bytes);
        Ok(())
    }
}

fn refuse_err(packet: Pkt) -> Result<Pkt, GitError> {
    match &packet {
        Pkt::Data(bytes) => match bytes.strip_prefix(b"ERR ") {
            Some(text) => Err(GitError::Remote(one_line(text))),
            None => Ok(packet),
        },
        _ => Ok(packet),
    }
}

/// What a server said, fit to be shown: one line without control characters, at most 300 characters.
pub(super) fn one_line(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect();
    words.join(" ").chars().take(300).collect()
}

fn address(base: &Url, rest: &str) -> Result<Url, GitError> {
    let text = format!("{}/{rest}", base.as_str().trim_end_matches('/'));
    Url::parse(&text).map_err(|_| GitError::UrlRefused("The clone URL is not a URL.".into()))
}

fn headers(remote: &Remote, service: Service) -> Result<HeaderMap, GitError> {
    let mut headers = HeaderMap::new();
    if service == Service::UploadPack {
        headers.insert("git-protocol", HeaderValue::from_static("version=2"));
    }
    if let Some(token) = &remote.token {
        let plain = format!("x-access-token:{}", token.expose_secret());
        let basic = format!("Basic {}", base64::Engine::encode(&base64::prelude::BASE64_STANDARD, plain));
        let mut value = HeaderValue::try_from(basic).map_err(|_| GitError::AuthFailed)?;
        value.set_sensitive(true);
        headers.insert(header::AUTHORIZATION, value);
    }
    Ok(headers)
}

fn check_status(status: StatusCode) -> Result<(), GitError> {
    match status.as_u16() {
        200 => Ok(()),
        401 | 403 => Err(GitError::AuthFailed),
        404 | 410 => Err(GitError::RepositoryGone),
        429 | 500..=599 => Err(GitError::Unavailable(status.as_u16())),
        300..=399 => Err(GitError::Protocol("it sent us to another address")),
        _ => Err(GitError::Protocol("its status is not one of the protocol")),
    }
}

fn check_headers(headers: &HeaderMap, kind: &str) -> Result<(), GitError> {
    let is = |name, value: &str| headers.get(name).is_some_and(|v: &HeaderValue| v.as_bytes() == value.as_bytes());
    if headers.contains_key(header::CONTENT_ENCODING) && !is(header::CONTENT_ENCODING, "identity") {
        return Err(GitError::Protocol("the answer is compressed though we did not ask for it"));
    }
    if !is(header::CONTENT_TYPE, kind) {
        return Err(GitError::Protocol("the answer is not of git's smart protocol"));
    }
    Ok(())
}

fn broken(error: &reqwest::Error, idle: Duration) -> GitError {
    match error {
        e if e.is_connect() && e.is_timeout() => GitError::Network("no connection in time"),
        e if e.is_connect() => GitError::Network("no connection"),
        e if e.is_timeout() => GitError::Timeout { what: "an answer of the git server", limit: idle },
        e if e.is_body() || e.is_decode() => GitError::Network("the answer was cut off"),
        _ => GitError::Network("the connection broke"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_sorted() {
        let of = |status: u16| check_status(StatusCode::from_u16(status).unwrap()).unwrap_err();
        assert_eq!(of(401), GitError::AuthFailed);
        assert_eq!(of(404), GitError::RepositoryGone);
        assert_eq!(of(503), GitError::Unavailable(503));
        assert!(matches!(of(302), GitError::Protocol(_)));
        assert!(matches!(of(204), GitError::Protocol(_)));
    }

    #[test]
    fn a_servers_words_become_one_short_line() {
        assert_eq!(one_line(b" a\r\n\tb\x1b[31m \xff "), "a b [31m \u{fffd}");
        assert_eq!(one_line(&[b'x'; 1000]).len(), 300);
    }

    #[test]
    fn addresses_keep_the_path() {
        let base = Url::parse("https://github.example/o/n/").unwrap();
        assert_eq!(address(&base, "git-upload-pack").unwrap().as_str(), "https://github.example/o/n/git-upload-pack");
    }
}
