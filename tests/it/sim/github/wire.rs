//! A plain client: what is sent is said in full, what comes is shown in full.

use std::sync::OnceLock;

use bakeoff::sim::github::FakeGithub;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};

/// An answer read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|v| v.to_str().unwrap()).unwrap_or_default()
    }

    /// The address of a `Link` relation.
    pub fn link(&self, relation: &str) -> Option<String> {
        let mark = format!("rel=\"{relation}\"");
        let link = self.header("link").split(", ").find(|l| l.ends_with(&mark))?;
        Some(link.split(['<', '>']).nth(1)?.to_owned())
    }

    /// The message of the first error of a 422, or its field and code.
    pub fn error(&self) -> String {
        let error = &self.body["errors"][0];
        let words = error["message"].as_str().map(String::from);
        words.unwrap_or_else(|| format!("{} {}", error["field"], error["code"]).replace('"', ""))
    }
}

/// One for all tests: it keeps no connection, because each test has a runtime of its own.
pub fn client() -> Client {
    static CLIENT: OnceLock<Client> = OnceLock::new();
    let build = || Client::builder().pool_max_idle_per_host(0).redirect(Policy::none()).user_agent("test").build();
    CLIENT.get_or_init(|| build().unwrap()).clone()
}

pub async fn read(answer: Response) -> Answer {
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let text = answer.text().await.unwrap();
    Answer { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) }
}

/// A request with a token; `path` is below `/api/v3`, or a whole address.
pub fn request(hub: &FakeGithub, method: Method, path: &str, token: &str) -> RequestBuilder {
    let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", hub.api_url()) };
    let request = client().request(method, url);
    if token.is_empty() { request } else { request.bearer_auth(token) }
}

pub async fn get(hub: &FakeGithub, path: &str, token: &str) -> Answer {
    read(request(hub, Method::GET, path, token).send().await.unwrap()).await
}

pub async fn send(hub: &FakeGithub, method: &str, path: &str, token: &str, body: Value) -> Answer {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    read(request(hub, method, path, token).json(&body).send().await.unwrap()).await
}

/// An App JWT with these claims relative to GitHub's clock.
pub fn jwt_with(hub: &FakeGithub, issuer: &Value, iat: i64, exp: i64) -> String {
    let now = hub.now().0 / 1000;
    let key = EncodingKey::from_rsa_pem(hub.private_key_pem().as_bytes()).unwrap();
    let claims = json!({ "iss": issuer, "iat": now + iat, "exp": now + exp });
    encode(&Header::new(Algorithm::RS256), &claims, &key).unwrap()
}

pub fn jwt(hub: &FakeGithub) -> String {
    jwt_with(hub, &json!(hub.app_id()), -60, 300)
}
