//! The REST API over the real program: the original client's flow, who may do what, and every row's errors.

mod audit;
mod auth;
mod budgets;
mod deliveries;
mod document;
mod edge;
mod edges;
mod every_answer;
mod flow;
mod forms;
mod github;
mod logs;
mod models;
mod prs;
mod rounds;
mod runs;
mod strangers;
mod tokens;
mod updates;
mod usage;
mod votes;
mod worked_example;

use std::time::Duration;

use bakeoff::adapters::crypto::NewSecret;
use bakeoff::adapters::store::tokens as stored;
use bakeoff::domain::clock::Timestamp;
use bakeoff::domain::ids::TokenId;
use bakeoff::domain::repo::RepoName;
use bakeoff::domain::token::{Scope, Token};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::support::contract::Contract;
use crate::support::world::{ADMIN, REPO, World};

/// An answer of the API.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl Answer {
    /// A text field.
    pub fn text(&self, field: &str) -> String {
        self.body[field].as_str().unwrap_or_else(|| panic!("no {field} in {:?}", self.body)).to_owned()
    }

    /// Its status and sentence.
    pub fn said(&self) -> (u16, &str) {
        (self.status, self.body["detail"].as_str().unwrap_or_default())
    }
}

/// Sends it, and fails when the answer is none that the document tells.
async fn sent(request: reqwest::RequestBuilder) -> Answer {
    let (client, request) = request.build_split();
    let request = request.unwrap();
    let (method, path) = (request.method().to_string(), request.url().path().to_owned());
    let response = client.execute(request).await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::Null);
    let content_type = headers.get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default();
    Contract::hold(&method, &path, status, content_type, &body);
    Answer { status, headers, body }
}

/// One client with its token.
pub struct Client<'a> {
    pub world: &'a World,
    pub token: String,
}

impl<'a> Client<'a> {
    /// The operator.
    pub fn admin(world: &'a World) -> Self {
        Self { world, token: ADMIN.into() }
    }

    /// The holder of a stored token that `change` has made.
    pub async fn with(world: &'a World, scopes: &[Scope], change: impl FnOnce(&mut Token)) -> Self {
        let secret = NewSecret::generate();
        let mut token = Token {
            id: TokenId::new(),
            name: "a script".into(),
            scopes: scopes.to_vec(),
            repositories: None,
            github_login: None,
            expires_at: None,
            last_used_at: None,
            created_at: world.services.now(),
            revoked_at: None,
        };
        change(&mut token);
        let mut tx = world.store().begin().await.unwrap();
        stored::insert(&mut tx, &token, &secret.hash).await.unwrap();
        tx.commit().await.unwrap();
        Self { world, token: secret.secret.expose_secret().to_owned() }
    }

    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let url = format!("{}{path}", self.world.base);
        self.world.http.request(method.parse().unwrap(), url).bearer_auth(&self.token)
    }

    pub async fn get(&self, path: &str) -> Answer {
        sent(self.request("GET", path)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        sent(self.request("DELETE", path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        sent(self.request("POST", path).json(&body)).await
    }

    /// The id of a model of the world.
    pub async fn model(&self, alias: &str) -> String {
        let all = self.get("/v1/models").await.body;
        let found = all.as_array().unwrap().iter().find(|m| m["alias"] == alias);
        found.unwrap()["id"].as_str().unwrap().to_owned()
    }

    /// The world's repository, cloned.
    pub async fn repo(&self) -> String {
        let url = format!("{}/{REPO}", self.world.hub.url().trim_end_matches('/'));
        let answer = self.post("/v1/repos/clone", json!({ "repo_url": url })).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.text("id")
    }

    /// A fresh task of the world's repository.
    pub async fn task(&self) -> String {
        let repo_id = self.repo().await;
        self.post("/v1/tasks", json!({ "repo_id": repo_id, "title": "Greet" })).await.text("id")
    }

    /// A task with a candidate of each of these models, and the path of its pull requests.
    pub async fn candidates(&self, aliases: &[&str]) -> (String, Vec<String>) {
        let task = self.task().await;
        let runs = self.start(&task, aliases).await;
        for run in &runs {
            assert_eq!(self.ended(run).await["status"], "succeeded");
        }
        (format!("/v1/tasks/{task}/prs"), runs)
    }

    /// Starts runs of these models.
    pub async fn start(&self, task: &str, aliases: &[&str]) -> Vec<String> {
        let mut models = Vec::new();
        for alias in aliases {
            models.push(self.model(alias).await);
        }
        let body = json!({ "instruction": "Spell the greeting right in greet.py", "model_ids": models });
        let answer = self.post(&format!("/v1/tasks/{task}/runs"), body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.body["run_ids"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect()
    }

    /// The run once it has ended, as a client finds out: by asking again.
    pub async fn ended(&self, run: &str) -> Value {
        let asking = async {
            loop {
                let body = self.get(&format!("/v1/runs/{run}")).await.body;
                if !matches!(body["status"].as_str(), Some("queued" | "running")) {
                    return body;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), asking).await.expect("the run did not end")
    }
}

/// Ends a story once every delivery has arrived: a short one could be over before.
pub async fn end(world: World) {
    world
        .hub
        .wait_for("no delivery on its way", |hub| hub.deliveries().iter().all(|d| d.status != 0).then_some(()))
        .await;
    world.end().await;
}

/// The only repository that a token may see.
pub fn only(name: &str) -> impl FnOnce(&mut Token) {
    let name = RepoName::parse(name).unwrap();
    move |token| token.repositories = Some(vec![name])
}

/// A moment that is over.
pub fn past() -> Timestamp {
    Timestamp(1_000)
}
