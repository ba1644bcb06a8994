//! What stands around the endpoints: names of requests, limits, other origins, tags, and keys for doing things once.

use bakeoff::adapters::crypto::{KeyRing, generate_key};
use bakeoff::adapters::store::answers::{self, Begun, Named};
use bakeoff::adapters::store::{meta, models, tasks, tokens};
use bakeoff::domain::clock::Timestamp;
use bakeoff::domain::ids::TaskId;
use bakeoff::domain::sha256::Sha256Hex;
use bakeoff::domain::task::Task;
use bakeoff::domain::token::Scope;
use bakeoff::entry::api::Network;
use bakeoff::service::rest::answers::{self as kept, Asked, Kept, Turn};
use bakeoff::service::{Services, keys};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use super::{Answer, Client, end, sent};
use crate::support::world::World;

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_names_its_request() {
    let world = World::new().await;
    let client = Client::admin(&world);
    let ask = |method: &str, path: &str, id: &str| sent(client.request(method, path).header("x-request-id", id));
    for (method, path, status) in [
        ("GET", "/v1/tasks", 200),
        ("GET", "/v1/tasks/x", 404),
        ("GET", "/nothing", 404),
        ("PUT", "/v1/tasks", 405),
        ("POST", "/webhooks/github", 415),
        ("GET", "/health", 200),
    ] {
        let answer = ask(method, path, "trace-1.2_3").await;
        assert_eq!((answer.status, header(&answer, "x-request-id")), (status, "trace-1.2_3"), "{method} {path}");
    }
    let made = ask("GET", "/v1/tasks", "two words").await;
    assert_eq!(header(&made, "x-request-id").len(), 32, "{made:?}");
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m49_tokens_are_limited_each_for_itself() {
    let world = World::with(|settings| settings.limits.token = 3).await;
    let [one, two] = [Client::with(&world, &[Scope::Read], |_| {}).await, Client::admin(&world)];
    for _ in 0..3 {
        assert_eq!(one.get("/v1/models").await.status, 200);
    }
    let refused = one.get("/v1/models").await;
    assert_eq!(refused.status, 429, "{refused:?}");
    let wait: u64 = header(&refused, "retry-after").parse().unwrap();
    assert!((1..=20).contains(&wait), "{wait}");
    assert_eq!(refused.said().1, format!("Too many requests: try again in {wait} s."));
    assert_eq!(two.get("/v1/models").await.status, 200);
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m49_addresses_are_limited_before_their_token_is_looked_at() {
    let limits = |settings: &mut bakeoff::app::settings::Settings| {
        (settings.limits.address, settings.limits.webhook) = (4, 2);
        settings.trusted_proxies = vec!["127.0.0.0/8".parse::<Network>().unwrap()];
    };
    let world = World::with(limits).await;
    let ask = |method: &str, path: &str, from: &str| {
        let request = world.http.request(method.parse().unwrap(), format!("{}{path}", world.base));
        sent(request.header("x-forwarded-for", from.to_owned()))
    };
    for (from, path, statuses) in [
        ("203.0.113.1", "/v1/tasks", [401, 401, 401, 401, 429]),
        ("203.0.113.2", "/nothing", [404, 404, 404, 404, 429]),
        ("203.0.113.3", "/health", [200, 200, 200, 200, 200]),
    ] {
        for status in statuses {
            assert_eq!(ask("GET", path, from).await.status, status, "{path} from {from}");
        }
    }
    assert_eq!(ask("GET", "/v1/tasks", "203.0.113.9, 203.0.113.1").await.status, 429, "the last one counts");
    assert_eq!(ask("POST", "/webhooks/github", "203.0.113.1").await.status, 415, "webhooks have a limit of their own");
    for status in [415, 429] {
        let answer =
            world.http.post(format!("{}/webhooks/github", world.base)).header("x-forwarded-for", "203.0.113.1");
        assert_eq!(answer.send().await.unwrap().status().as_u16(), status);
    }
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_origins_are_strangers_unless_named() {
    let ask = async |world: &World, method: &str, origin: &str| {
        let request = Client::admin(world).request(method, "/v1/models").header("origin", origin.to_owned());
        let response = request.header("access-control-request-method", "GET").send().await.unwrap();
        response.headers().get("access-control-allow-origin").map(|value| value.to_str().unwrap().to_owned())
    };
    let closed = World::new().await;
    for method in ["GET", "OPTIONS"] {
        assert_eq!(ask(&closed, method, "https://tools.example.com").await, None, "{method}");
    }
    end(closed).await;
    let open = World::with(|settings| settings.cors_origins = vec!["https://tools.example.com".parse().unwrap()]).await;
    for method in ["GET", "OPTIONS"] {
        let allowed = ask(&open, method, "https://tools.example.com").await;
        assert_eq!(allowed.as_deref(), Some("https://tools.example.com"), "{method}");
        assert_eq!(ask(&open, method, "https://evil.example").await, None, "{method}");
    }
    end(open).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_not_changed_is_not_sent_again() {
    let world = World::new().await;
    let client = Client::admin(&world);
    let task = client.task().await;
    for path in
        [format!("/v1/tasks/{task}"), "/v1/tasks".into(), format!("/v1/tasks/{task}/messages"), "/v1/models".into()]
    {
        let first = client.get(&path).await;
        let tag = header(&first, "etag").to_owned();
        assert!(tag.starts_with("W/\""), "{path}: {tag}");
        let again = sent(client.request("GET", &path).header("if-none-match", format!("\"x\", {tag}"))).await;
        assert_eq!((again.status, header(&again, "etag")), (304, tag.as_str()), "{path}");
        assert!(again.body.is_null() && !again.headers.contains_key("content-type"), "{path}: {again:?}");
        if path.contains(&task) {
            client.post(&format!("/v1/tasks/{task}/messages"), json!({ "role": "user", "content": "More" })).await;
            let changed = sent(client.request("GET", &path).header("if-none-match", tag.clone())).await;
            assert_eq!(changed.status, 200, "{path}");
            assert_ne!(header(&changed, "etag"), tag, "{path}");
        }
    }
    end(world).await;
}

/// Another process on the same file writes; what this one remembers is never older than that.
#[tokio::test(flavor = "multi_thread")]
async fn m44_what_is_remembered_is_never_old() {
    let world = World::new().await;
    let admin = Client::admin(&world);
    let repo = admin.repo().await.parse().unwrap();
    let made = admin.post("/v1/tokens", json!({ "name": "reader", "scopes": ["read"] })).await;
    let (id, secret) = (made.text("id"), made.text("secret"));
    let list = || sent(world.http.get(format!("{}/v1/tasks?limit=500", world.base)).bearer_auth(&secret));
    let other = world.second_store().await;
    for count in 1..=30 {
        assert_eq!(list().await.body.as_array().unwrap().len(), count - 1);
        let now = world.services.now();
        let title = Some(format!("Task {count}"));
        let task =
            Task { id: TaskId::new(), repo_id: repo, title, issue: None, round: 0, created_at: now, updated_at: now };
        let mut tx = other.begin().await.unwrap();
        tasks::insert(&mut tx, &task).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(list().await.body.as_array().unwrap().len(), count, "at once");
    }
    assert_eq!(list().await.status, 200);
    let mut tx = other.begin().await.unwrap();
    tokens::revoke(&mut tx, id.parse().unwrap(), world.services.now()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(list().await.status, 401, "and a token ends at once");
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f127_the_same_post_twice_is_one_task_and_one_answer() {
    let mut world = World::new().await;
    let repo = Client::admin(&world).repo().await;
    let body = json!({ "repo_id": repo, "title": "Once only" });
    let post = async |world: &World, body: &serde_json::Value, key: &str| {
        let client = Client::admin(world);
        sent(client.request("POST", "/v1/tasks").header("idempotency-key", key).json(body)).await
    };
    let first = post(&world, &body, "k-1").await;
    assert_eq!((first.status, header(&first, "idempotent-replayed")), (201, ""), "{first:?}");
    let again = post(&world, &body, "k-1").await;
    assert_eq!((again.status, &again.body), (201, &first.body));
    assert_eq!(header(&again, "idempotent-replayed"), "true");
    world.restart().await;
    assert_eq!(post(&world, &body, "k-1").await.body, first.body, "it survives a restart");
    let other = post(&world, &json!({ "repo_id": repo, "title": "Another" }), "k-1").await;
    assert_eq!(other.said(), (409, "The Idempotency-Key was used for another request."));
    assert_eq!(Client::admin(&world).get("/v1/tasks").await.body.as_array().unwrap().len(), 1);

    let stranger = Client::with(&world, &[Scope::Run], |_| {}).await;
    let theirs = sent(stranger.request("POST", "/v1/tasks").header("idempotency-key", "k-1").json(&body)).await;
    assert_eq!(theirs.status, 201, "another token has keys of its own");
    assert_ne!(theirs.body["id"], first.body["id"]);

    let wrong = post(&world, &json!({ "repo_id": 7 }), "k-2").await;
    assert_eq!(wrong.status, 422);
    assert_eq!(post(&world, &body, "k-2").await.status, 201, "what was refused has not used its key");
    for key in ["", "two words", &"k".repeat(256)] {
        assert_eq!(post(&world, &body, key).await.body["detail"][0]["loc"], json!(["header", "Idempotency-Key"]));
    }
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f127_m47_a_kept_answer_outlives_an_exchange_of_the_keys() {
    let world = World::new().await;
    let (old, new) = (generate_key(), generate_key());
    let with = |keys: &[&SecretString]| {
        let list: Vec<&str> = keys.iter().map(|key| key.expose_secret()).collect();
        Services { keys: KeyRing::parse(&list.join(",").into()).unwrap(), ..world.services.clone() }
    };
    let before = with(&[&old]);
    let asked = |request: &[u8]| Asked { token: "t".into(), key: "k".into(), request: request.to_vec() };
    let Turn::First(attempt) = kept::begin(&before, &asked(b"POST /x")).await.unwrap() else { panic!("it is new") };
    let answer = Kept { status: 201, location: Some("/v1/x".into()), body: "{\"secret\":\n1}".into() };
    kept::keep(&before, &asked(b"POST /x"), &attempt, &answer).await.unwrap();
    // On a database of its own, without the sentinel and the models of the world's keys.
    let store = world.store();
    let mut tx = store.begin().await.unwrap();
    meta::set(&mut tx, keys::SENTINEL, &before.keys.sentinel()).await.unwrap();
    for model in models::list(&mut tx).await.unwrap() {
        models::soft_delete(&mut tx, model.id, world.services.now()).await.unwrap();
    }
    tx.commit().await.unwrap();
    let both = with(&[&new, &old]);
    let done = keys::rotate(store, &both.keys, "local", world.services.now()).await.unwrap();
    assert_eq!((done.renewed, done.current), (1, 0));
    for services in [with(&[&new]), both] {
        let turn = kept::begin(&services, &asked(b"POST /x")).await.unwrap();
        let Turn::Again(again) = turn else { panic!("{turn:?}") };
        assert_eq!((again.status, again.location.as_deref()), (201, Some("/v1/x")));
        assert_eq!(again.body.expose_secret(), "{\"secret\":\n1}");
        assert!(matches!(kept::begin(&services, &asked(b"POST /y")).await.unwrap(), Turn::Other));
    }
    assert!(matches!(kept::begin(&with(&[&old]), &asked(b"POST /x")).await.unwrap(), Turn::Unreadable));
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f127_one_at_work_is_told_and_one_that_was_killed_is_given_up() {
    let world = World::new().await;
    let client = Client::admin(&world);
    let repo = client.repo().await;
    let body = json!({ "repo_id": repo, "title": "Once only" });
    let text = body.to_string();
    let mac = world.services.keys.mac(format!("POST /v1/tasks\n{text}").as_bytes());
    let post = || {
        let request = client.request("POST", "/v1/tasks").header("idempotency-key", "k-1");
        sent(request.header("content-type", "application/json").body(text.clone()))
    };
    let began = async |at: Timestamp| {
        let begun = Begun { named: Named { token: "admin", key: "k-1" }, mac: &mac, attempt: "a", at };
        let mut tx = world.store().begin().await.unwrap();
        assert!(answers::begin(&mut tx, begun, Timestamp(0), Timestamp(i64::MAX)).await.unwrap());
        tx.commit().await.unwrap();
    };
    began(world.services.now()).await;
    let busy = post().await;
    assert_eq!(busy.said(), (409, "The first request with this Idempotency-Key is still at work."));
    assert_eq!(header(&busy, "retry-after"), "1");
    began(world.services.now().minus(std::time::Duration::from_mins(3))).await;
    assert_eq!(post().await.status, 201);

    let mut conn = world.store().read().await.unwrap();
    let known = answers::known(&mut conn, Named { token: "admin", key: "k-1" }).await.unwrap().unwrap();
    let stored = format!("{known:?}");
    assert!(!stored.contains("Once only") && known.answer.is_some(), "sealed and hashed: {stored}");
    drop(conn);
    let mut tx = world.store().begin().await.unwrap();
    let later = world.services.now().plus(std::time::Duration::from_hours(25));
    assert_eq!(kept::sweep(&mut tx, later).await.unwrap(), 1);
    let swept = answers::known(&mut tx, Named { token: "admin", key: "k-1" }).await.unwrap();
    assert_eq!(swept, None, "a day later it is forgotten");
    tx.rollback().await.unwrap();
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documentation_page_loads_nothing_from_elsewhere() {
    let world = World::new().await;
    let get = async |path: &str| world.http.get(format!("{}{path}", world.base)).send().await.unwrap();
    let page = get("/docs").await;
    let csp = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(csp.contains("default-src 'none'") && csp.contains("script-src 'self';"), "{csp}");
    let text = page.text().await.unwrap();
    let links = regex::Regex::new("(?:src|href)=\"([^\"]+)\"").unwrap();
    let mut loaded = 0;
    for link in links.captures_iter(&text).map(|found| found[1].to_owned()).filter(|link| !link.starts_with("data:")) {
        assert!(link.starts_with('/') && !link.starts_with("//"), "{link} is elsewhere");
        assert_eq!(get(&link).await.status().as_u16(), 200, "{link}");
        loaded += 1;
    }
    assert_eq!(loaded, 4);
    // As npm's swagger-ui-dist 5.34.0 holds them (docs/decisions).
    for (file, sha256) in [
        ("swagger-ui-bundle.js", "3f6abf70480db7e07914df4c98a77385f22ea585eaf457a3e6415ba0eae2d167"),
        ("swagger-ui.css", "c3cfe8248c4b0b89673600fb829924eafbac6de4bc4b2b06f5f5243483074d0a"),
    ] {
        let bytes = get(&format!("/docs/{file}")).await.bytes().await.unwrap();
        assert_eq!(Sha256Hex::of(&bytes).as_str(), sha256, "{file}");
    }
    assert_eq!(get("/docs/index.html").await.status().as_u16(), 404);
    let home = get("/tasks").await;
    assert!(!home.headers().get("content-security-policy").is_some_and(|csp| csp.to_str().unwrap().contains("unsafe")));
    end(world).await;
}
