//! What every operation answers alike, tried over the whole table: whoever adds a route finds it here.

use std::collections::{BTreeMap, BTreeSet};

use bakeoff::domain::token::Scope;
use bakeoff::entry::api::{Listed, openapi, route_list};
use reqwest::RequestBuilder;
use serde_json::Value;

use super::strangers::{Ids, world_with_everything};
use super::{Client, end, only, sent};
use crate::support::contract::operations;
use crate::support::world::World;

/// What this page tries; all other answers belong to one operation and stand in its own stories.
const ALIKE: [u16; 7] = [304, 401, 403, 404, 413, 422, 429];

/// Which of these answers each operation was seen to give, and which the document tells.
#[derive(Default)]
struct Seen(BTreeSet<(String, u16)>);

impl Seen {
    async fn ask(&mut self, route: &Listed, request: RequestBuilder) -> u16 {
        let status = sent(request).await.status;
        self.0.insert((format!("{} {}", route.method, route.path), status));
        status
    }

    /// Operations that never gave an answer that the document tells of them.
    fn lacking(&self, document: &Value) -> BTreeMap<String, Vec<u16>> {
        let mut lacking = BTreeMap::new();
        for (method, path, told) in operations(document).filter(|(_, path, _)| path.starts_with("/v1/")) {
            let name = format!("{method} {path}");
            let told = told["responses"].as_object().unwrap().keys().filter_map(|status| status.parse().ok());
            let missing = told.filter(|s| ALIKE.contains(s) && !self.0.contains(&(name.clone(), *s)));
            let missing: Vec<u16> = missing.collect();
            if !missing.is_empty() {
                lacking.insert(name, missing);
            }
        }
        lacking
    }
}

/// A path of things that are not there.
fn nowhere(route: &Listed) -> String {
    let part = |part: &str| if part.starts_with('{') { "nonsense".to_owned() } else { part.to_owned() };
    route.path.split('/').map(part).collect::<Vec<_>>().join("/")
}

async fn strange_requests(seen: &mut Seen, world: &World, document: &Value, ids: &Ids) {
    let admin = Client::admin(world);
    let nobody = Client::with(world, &[], |_| {}).await;
    for route in route_list().iter().filter(|route| route.scope.is_some()) {
        let (path, method) = (ids.path(route), route.method);
        let bare = world.http.request(method.parse().unwrap(), format!("{}{path}", world.base));
        assert_eq!(seen.ask(route, bare).await, 401, "{route:?}");
        assert_eq!(seen.ask(route, nobody.request(method, &path)).await, 403, "{route:?}");
        if route.path.contains('{') {
            let body = ids.body(document, route);
            seen.ask(route, admin.request(method, &nowhere(route)).json(&body)).await;
        }
        if method == "GET" {
            seen.ask(route, admin.request(method, &format!("{path}?limit=0"))).await;
            seen.ask(route, admin.request(method, &format!("{path}?from_line=x&round=x&from=x&after=x&group=x"))).await;
            seen.ask(route, admin.request(method, &path).header("if-none-match", "*")).await;
            let elsewhere = format!("{path}?repo_id=01975f1e-8c00-7000-8000-000000000001");
            seen.ask(route, admin.request(method, &elsewhere)).await;
        } else {
            let json = ("content-type", "application/json");
            seen.ask(route, admin.request(method, &path).header(json.0, json.1).body("{")).await;
            seen.ask(route, admin.request(method, &path).header("idempotency-key", "two words")).await;
            // On a connection of its own: it ends with an answer to what was not read to its end.
            let large = reqwest::Client::new().request(method.parse().unwrap(), format!("{}{path}", world.base));
            let large = large.bearer_auth(&admin.token).header(json.0, json.1).body(vec![b' '; (1 << 20) + 1]);
            seen.ask(route, large).await;
        }
    }
}

/// The body's parts that name nothing.
async fn unknown_names(seen: &mut Seen, world: &World, document: &Value, ids: &Ids) {
    let admin = Client::admin(world);
    let stranger = Client::with(world, &[Scope::Admin], only("octo/other")).await;
    for route in route_list().iter().filter(|route| route.scope.is_some() && route.method == "POST") {
        let mut body = ids.body(document, route);
        for field in ["repo_id", "selected_run_id"] {
            if body.get(field).is_some() {
                body[field] = "nonsense".into();
            }
        }
        seen.ask(route, admin.request("POST", &ids.path(route)).json(&body)).await;
        let stranger = stranger.request("POST", &ids.path(route)).json(&ids.body(document, route));
        seen.ask(route, stranger).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_every_operation_may_answer_it_does() {
    let document: Value = serde_json::from_str(openapi()).unwrap();
    let mut seen = Seen::default();
    let world = World::new().await;
    let ids = world_with_everything(&world).await;
    strange_requests(&mut seen, &world, &document, &ids).await;
    unknown_names(&mut seen, &world, &document, &ids).await;
    end(world).await;

    let hasty = World::with(|settings| settings.limits.token = 1).await;
    let admin = Client::admin(&hasty);
    sent(admin.request("GET", "/v1/models")).await;
    for route in route_list().iter().filter(|route| route.scope.is_some()) {
        let path = nowhere(route);
        assert_eq!(seen.ask(route, admin.request(route.method, &path)).await, 429, "{route:?}");
    }
    end(hasty).await;
    assert_eq!(seen.lacking(&document), BTreeMap::new());
}
