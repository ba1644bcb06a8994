//! Ids are never a right (M43): over the whole table of routes, what belongs to one repository does not exist for a
//! token of another.

use std::collections::HashMap;

use bakeoff::domain::token::Scope;
use bakeoff::entry::api::{Listed, openapi, route_list};
use serde_json::{Value, json};

use super::{Answer, Client, end, only};
use crate::support::contract::operations;
use crate::support::world::{REPO, World};

/// Things of the installation, not of a repository.
const EVERYBODYS: [&str; 2] = ["/v1/models", "/v1/schemas"];

pub(super) struct Ids(HashMap<&'static str, String>);

impl Ids {
    pub(super) fn path(&self, route: &Listed) -> String {
        let kind = route.path.split('/').nth(2).unwrap_or_default();
        let id = self.0.get(kind).cloned().unwrap_or_else(|| "01975f1e-8c00-7000-8000-000000000001".into());
        let (owner, name) = REPO.split_once('/').unwrap();
        let named = route
            .path
            .replace("{owner}", owner)
            .replace("{repo}", name)
            .replace("{number}", "1")
            .replace("{version}", "1");
        let filled = named.replace("{pr_id}", &self.0["prs"]).replace("{id}", &id);
        filled
            .split('/')
            .map(|part| if part.starts_with('{') { id.as_str() } else { part })
            .collect::<Vec<_>>()
            .join("/")
    }

    /// The example of the route's body, with things that exist.
    pub(super) fn body(&self, document: &Value, route: &Listed) -> Value {
        let (_, _, told) = operations(document).find(|(m, p, _)| m == route.method && p == route.path).unwrap();
        let mut body = told.pointer("/requestBody/content/application~1json/example").cloned().unwrap_or(json!({}));
        for (field, kind) in [("repo_id", "repos"), ("selected_run_id", "runs"), ("message_id", "messages")] {
            if body.get(field).is_some_and(Value::is_string) {
                body[field] = json!(self.0[kind]);
            }
        }
        if body.get("model_ids").is_some() {
            body["model_ids"] = json!([self.0["models"]]);
        }
        body
    }
}

pub(super) async fn world_with_everything(world: &World) -> Ids {
    let admin = Client::admin(world);
    let task = admin.task().await;
    let said = json!({ "role": "user", "content": "Please" });
    let message = admin.post(&format!("/v1/tasks/{task}/messages"), said).await.text("id");
    let run = admin.start(&task, &["gpt"]).await.remove(0);
    admin.ended(&run).await;
    let pull = admin.post(&format!("/v1/tasks/{task}/prs"), json!({ "selected_run_id": run })).await.text("pr_id");
    let (repos, models) = (admin.repo().await, admin.model("gpt").await);
    let token = admin.post("/v1/tokens", json!({ "name": "one of many", "scopes": ["read"] })).await.text("id");
    world.issue();
    let delivered = |hub: &bakeoff::sim::github::Hub| hub.deliveries().into_iter().find(|one| one.status == 202);
    let delivery = world.hub.wait_for("a delivery", delivered).await.guid;
    Ids(HashMap::from([
        ("tasks", task),
        ("messages", message),
        ("runs", run),
        ("prs", pull),
        ("repos", repos),
        ("tokens", token),
        ("deliveries", delivery),
        ("models", models),
    ]))
}

async fn ask(client: &Client<'_>, ids: &Ids, document: &Value, route: &Listed) -> Answer {
    let path = ids.path(route);
    match route.method {
        "POST" => client.post(&path, ids.body(document, route)).await,
        "PUT" | "PATCH" => super::sent(client.request(route.method, &path).json(&ids.body(document, route))).await,
        "DELETE" => client.delete(&path).await,
        _ => client.get(&path).await,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn m43_nothing_of_another_repository_exists_over_all_routes() {
    let world = World::new().await;
    let ids = world_with_everything(&world).await;
    let document: Value = serde_json::from_str(openapi()).unwrap();
    let scopes = [Scope::Read, Scope::Run, Scope::Pick];
    let stranger = Client::with(&world, &scopes, only("octo/other")).await;
    let admin = Client::with(&world, &[Scope::Admin], only("octo/other")).await;
    let mut asked = 0;
    for route in route_list().iter().filter(|route| route.scope.is_some()) {
        if EVERYBODYS.iter().any(|start| route.path.starts_with(start)) {
            continue;
        }
        for client in [&stranger, &admin] {
            let answer = ask(client, &ids, &document, route).await;
            let text = answer.body.to_string();
            let shown: Vec<_> =
                ids.0.iter().filter(|(kind, id)| **kind != "models" && text.contains(id.as_str())).collect();
            assert!(shown.is_empty() && !text.contains(REPO), "{route:?} shows {shown:?} to a stranger: {text}");
            let hidden = answer.status == 404 || answer.status == 403;
            assert!(hidden || !route.path.contains('{'), "{route:?} is {answer:?}");
            asked += 1;
        }
    }
    assert!(asked > 20, "only {asked} requests");

    let friend = Client::with(&world, &scopes, only(REPO)).await;
    for route in route_list().iter().filter(|r| r.method == "GET" && r.scope == Some(Scope::Read)) {
        if ids.0.contains_key(route.path.split('/').nth(2).unwrap_or_default()) {
            let answer = ask(&friend, &ids, &document, route).await;
            assert_eq!(answer.status, 200, "{route:?} must be there for its own: {answer:?}");
        }
    }
    end(world).await;
}
