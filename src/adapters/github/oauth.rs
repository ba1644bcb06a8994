//! Signing people in through the App: the page they are sent to, and who they are once they come back with a code.
//!
//! Their token is asked for, used for one question, ended and dropped; nothing here keeps it.

use std::time::Duration;

use http::Method;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::{Url, form_urlencoded};

use crate::domain::ids::GithubUserId;
use crate::domain::permission::Person;

use super::place::Place;
use super::transport::client;
use super::{AccountKind, GithubConfig, GithubError};

/// Longest answer that is read, bytes.
const MAX_BODY: usize = 256 * 1024;
/// The longest code that is sent on, in characters.
const MAX_CODE: usize = 512;

/// Why GitHub did not say who somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// The code was used before, is too old, or is none of ours.
    #[error("GitHub does not take the code")]
    Code,
    /// GitHub does not take the App's client id or secret.
    #[error("GitHub does not take the App's client id and secret")]
    Client,
    /// The address people come back to is none of the App's callback URLs.
    #[error("our callback URL is not one of the App's")]
    Callback,
    /// The account is no person.
    #[error("the account is no person")]
    NotAPerson,
    /// GitHub cannot be reached or answers nonsense.
    #[error("GitHub is not available: {0}")]
    Unavailable(&'static str),
}

/// The App as people sign in through it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct OAuth {
    http: reqwest::Client,
    web_url: Url,
    api_url: String,
    client_id: String,
    client_secret: SecretString,
    deadline: Duration,
}

#[derive(Deserialize)]
struct Redeemed {
    access_token: Option<String>,
    error: Option<String>,
}

#[derive(Deserialize)]
struct Me {
    id: i64,
    login: String,
    #[serde(rename = "type")]
    kind: String,
}

impl OAuth {
    /// Prepares the connection; nothing is sent.
    ///
    /// # Errors
    /// [`GithubError::NotConfigured`] when an address or the CA file cannot be used.
    pub fn new(config: &GithubConfig, client_id: String, client_secret: SecretString) -> Result<Self, GithubError> {
        let address = |text: String| Url::parse(&text).map_err(|_| GithubError::NotConfigured("its address is no URL"));
        let loopback = Place::new(&config.web_url)?.is_loopback();
        Ok(Self {
            http: client(config, loopback)?,
            web_url: address(config.web_url.clone())?,
            api_url: Place::new(&config.api_url).map(|_| config.api_url.clone())?,
            client_id,
            client_secret,
            deadline: config.request_timeout,
        })
    }

    fn page(&self, path: &str) -> Url {
        let mut url = self.web_url.clone();
        url.set_path(&format!("{}{path}", self.web_url.path().trim_end_matches('/')));
        url
    }

    /// GitHub's page where a person lets us know who they are.
    pub fn authorize_url(&self, callback: &Url, state: &SecretString, challenge: &str) -> Url {
        let mut url = self.page("/login/oauth/authorize");
        url.query_pairs_mut()
            .append_pair("client_id", &self.client_id)
            .append_pair("redirect_uri", callback.as_str())
            .append_pair("state", state.expose_secret())
            .append_pair("code_challenge", challenge)
            .append_pair("code_challenge_method", "S256");
        url
    }

    /// The person who came back with this code.
    ///
    /// # Errors
    /// As [`SignInError`] sorts them; a code is never sent twice.
    pub async fn person(&self, callback: &Url, code: &str, verifier: &SecretString) -> Result<Person, SignInError> {
        if code.is_empty() || code.len() > MAX_CODE {
            return Err(SignInError::Code);
        }
        let asking = async {
            let token = self.redeem(callback, code, verifier).await?;
            let person = self.who(&token).await;
            // Nobody waits for the end of what nobody has.
            tokio::spawn(self.clone().end(token));
            person
        };
        tokio::time::timeout(self.deadline, asking)
            .await
            .unwrap_or(Err(SignInError::Unavailable("it does not answer in time")))
    }

    /// Whether GitHub takes the App's client id and secret; `None` when it does not say.
    pub async fn is_accepted(&self) -> Option<bool> {
        let asked = read(self.of_app(Method::POST, &SecretString::from("none")));
        match tokio::time::timeout(self.deadline, asked).await {
            // It does not know the token: then it has looked for it.
            Ok(Ok((200 | 404 | 422, _))) => Some(true),
            Ok(Ok((401, _))) => Some(false),
            _ => None,
        }
    }

    /// Ends a person's token; when that fails it ends by itself within hours.
    async fn end(self, token: SecretString) {
        let ended = tokio::time::timeout(self.deadline, read(self.of_app(Method::DELETE, &token))).await;
        if !matches!(ended, Ok(Ok((204, _)))) {
            tracing::debug!("a person's token could not be ended; it was dropped");
        }
    }

    /// What the App asks about a token with its client id and secret.
    fn of_app(&self, method: Method, token: &SecretString) -> reqwest::RequestBuilder {
        let url = format!("{}/applications/{}/token", self.api_url, super::encode(&self.client_id));
        let body = serde_json::json!({ "access_token": token.expose_secret() });
        self.http
            .request(method, url)
            .basic_auth(&self.client_id, Some(self.client_secret.expose_secret()))
            .header(CONTENT_TYPE, "application/json")
            .body(body.to_string())
    }

    async fn redeem(&self, callback: &Url, code: &str, verifier: &SecretString) -> Result<SecretString, SignInError> {
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("client_id", &self.client_id)
            .append_pair("client_secret", self.client_secret.expose_secret())
            .append_pair("code", code)
            .append_pair("redirect_uri", callback.as_str())
            .append_pair("code_verifier", verifier.expose_secret())
            .finish();
        let request = self.http.post(self.page("/login/oauth/access_token"));
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
        let (status, body) = read(request).await?;
        match status {
            200 => {}
            // An unknown client id has no address there.
            404 => return Err(SignInError::Client),
            _ => return Err(SignInError::Unavailable("it has an error of its own")),
        }
        let redeemed: Redeemed =
            serde_json::from_slice(&body).map_err(|_| SignInError::Unavailable("its answer is not understood"))?;
        // Errors come with status 200.
        match (redeemed.error.as_deref(), redeemed.access_token) {
            (None, Some(token)) => Ok(SecretString::from(token)),
            (Some("bad_verification_code" | "invalid_grant"), _) => Err(SignInError::Code),
            (Some("incorrect_client_credentials" | "invalid_client"), _) => Err(SignInError::Client),
            (Some("redirect_uri_mismatch"), _) => Err(SignInError::Callback),
            _ => Err(SignInError::Unavailable("its answer is not understood")),
        }
    }

    async fn who(&self, token: &SecretString) -> Result<Person, SignInError> {
        let mut bearer = http::HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()))
            .map_err(|_| SignInError::Unavailable("its answer is not understood"))?;
        bearer.set_sensitive(true);
        let request = self.http.get(format!("{}/user", self.api_url)).header(AUTHORIZATION, bearer);
        let (status, body) = read(request.header("x-github-api-version", "2022-11-28")).await?;
        if status != 200 {
            return Err(SignInError::Unavailable("it does not say who you are"));
        }
        let me: Me =
            serde_json::from_slice(&body).map_err(|_| SignInError::Unavailable("its answer is not understood"))?;
        if AccountKind::parse(&me.kind) != AccountKind::User {
            return Err(SignInError::NotAPerson);
        }
        Ok(Person { id: GithubUserId(me.id), login: me.login })
    }
}

/// Status and body of the answer, capped.
async fn read(request: reqwest::RequestBuilder) -> Result<(u16, Vec<u8>), SignInError> {
    let request =
        request.header(ACCEPT, "application/json").header(USER_AGENT, concat!("bakeoff/", env!("CARGO_PKG_VERSION")));
    let mut answer = request.send().await.map_err(|_| SignInError::Unavailable("it cannot be reached"))?;
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(|_| SignInError::Unavailable("the connection broke"))? {
        if body.len().saturating_add(piece.len()) > MAX_BODY {
            return Err(SignInError::Unavailable("its answer is too long"));
        }
        body.extend_from_slice(&piece);
    }
    Ok((answer.status().as_u16(), body))
}
