//! What every operation answers alike, tried over the whole table: whoever adds a route finds it here.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bakeoff::adapters::store::answers::{self, Begun, Named};
use bakeoff::domain::token::Scope;
use bakeoff::entry::api::{Listed, openapi, route_list};
use reqwest::RequestBuilder;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::strangers::{Ids, world_with_everything};
use super::{Client, end, only, past, sent};
use crate::support::contract::operations;
use crate::support::world::{ADMIN, World};

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

fn guarded(method: &str) -> Vec<Listed> {
    route_list().into_iter().filter(|route| route.scope.is_some() && route.method == method).collect()
}

fn takes_a_body(document: &Value, route: &Listed) -> bool {
    let told = operations(document).find(|(m, p, _)| m == route.method && p == route.path);
    told.unwrap().2.get("requestBody").is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn f127_every_post_knows_its_idempotency_key() {
    let document: Value = serde_json::from_str(openapi()).unwrap();
    let world = World::new().await;
    let ids = world_with_everything(&world).await;
    let mac = world.services.keys.mac(b"another request");
    let named = Named { token: "admin", key: "k-1" };
    let begun = Begun { named, mac: &mac, attempt: "a", at: world.services.now() };
    let mut tx = world.store().begin().await.unwrap();
    assert!(answers::begin(&mut tx, begun, past(), past()).await.unwrap());
    tx.commit().await.unwrap();
    for route in guarded("POST") {
        let request = Client::admin(&world).request("POST", &ids.path(&route)).header("idempotency-key", "k-1");
        let answer = sent(request.json(&ids.body(&document, &route))).await;
        assert_eq!(answer.said(), (409, "The Idempotency-Key was used for another request."), "{route:?}");
    }
    end(world).await;
}

/// What is answered to a body of which only the beginning comes, over a connection that stays open or ends.
async fn to_half_a_body(world: &World, path: &str, stays_open: bool) -> String {
    let address = world.base.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {ADMIN}\r\ncontent-length: 20\r\n\
         content-type: application/json\r\nconnection: close\r\n\r\n{{"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    if !stays_open {
        stream.shutdown().await.unwrap();
    }
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn m50_a_body_that_breaks_off_or_drips_is_answered_everywhere() {
    let document: Value = serde_json::from_str(openapi()).unwrap();
    let world = World::with(|settings| settings.pace.api_body_read = Duration::from_millis(200)).await;
    let ids = world_with_everything(&world).await;
    let routes: Vec<Listed> = guarded("POST").into_iter().filter(|route| takes_a_body(&document, route)).collect();
    assert!(routes.len() > 10, "{routes:?}");
    let ask = async |route: &Listed| {
        let path = ids.path(route);
        let (drips, ends) = tokio::join!(to_half_a_body(&world, &path, true), to_half_a_body(&world, &path, false));
        assert!(drips.starts_with("HTTP/1.1 408") && drips.contains("{\"detail\":"), "{route:?}: {drips}");
        assert!(ends.starts_with("HTTP/1.1 400") && ends.contains("{\"detail\":"), "{route:?}: {ends}");
    };
    futures::future::join_all(routes.iter().map(ask)).await;
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_database_every_operation_says_so() {
    let document: Value = serde_json::from_str(openapi()).unwrap();
    let world = World::new().await;
    let ids = world_with_everything(&world).await;
    let client = Client::with(&world, &[Scope::Admin], |_| {}).await;
    assert_eq!(client.get("/v1/tasks").await.status, 200);
    world.store().close().await;
    for route in route_list().iter().filter(|route| route.scope.is_some()) {
        let mut request = client.request(route.method, &ids.path(route));
        if route.method == "POST" {
            request = request.json(&ids.body(&document, route));
        }
        let answer = sent(request).await;
        assert_eq!(answer.said(), (503, "The database cannot answer now."), "{route:?}");
        assert!(answer.headers.contains_key("retry-after"), "{route:?}");
    }
    world.leave().await;
}
