//! Addresses, methods, bodies and lists at their edges; what needs no token.

use serde_json::json;

use super::{Client, end, sent};
use crate::support::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn what_needs_no_token() {
    let world = World::new().await;
    let get = async |path: &str| sent(world.http.get(format!("{}{path}", world.base))).await;
    let about = get("/").await.body;
    assert_eq!((&about["name"], &about["openapi"]), (&json!("bakeoff"), &json!("/openapi.json")));
    let page = world.http.get(&world.base).header("accept", "text/html,*/*").send().await.unwrap();
    assert!(page.text().await.unwrap().contains("<html"));
    let foreign = sent(world.http.get(&world.base).header("host", "evil.example")).await;
    assert_eq!(foreign.status, 403, "the local web view answers this machine only");
    assert_eq!((&about["version"], &about["docs"]), (&json!(env!("CARGO_PKG_VERSION")), &json!("/docs")));
    let document = get("/openapi.json").await.body;
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(get("/health").await.body["status"], "healthy");
    assert_eq!(get("/readyz").await.status, 200);
    let metrics = world.http.get(format!("{}/metrics", world.base)).send().await.unwrap().text().await.unwrap();
    for line in
        ["bakeoff_jobs{status=\"dead\"} 0\n", "bakeoff_deliveries{status=\"failed\"} 0\n", "bakeoff_git_packs_total "]
    {
        assert!(metrics.contains(line), "{line} is not in\n{metrics}");
    }
    assert_eq!(get("/nothing").await.said(), (404, "Not Found"));
    assert_eq!(get("/v1/nothing").await.said(), (404, "Not Found"));
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_methods_slashes_and_bodies() {
    let world = World::new().await;
    let client = Client::admin(&world);
    let wrong = client.delete("/v1/tasks").await;
    assert_eq!(wrong.said(), (405, "Method Not Allowed"));
    let allowed = wrong.headers["allow"].to_str().unwrap().to_owned();
    assert!(allowed.contains("GET") && allowed.contains("POST"), "{allowed}");
    assert_eq!(client.get("/webhooks/github").await.said(), (405, "Method Not Allowed"));
    // Also without a token, and where people must sign in.
    let posted = sent(world.http.post(format!("{}/", world.base))).await;
    assert_eq!(posted.said(), (405, "Method Not Allowed"));
    assert_eq!(posted.headers["allow"], "GET,HEAD");
    let plain = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let slash = plain.get(format!("{}/v1/tasks/?limit=1", world.base)).send().await.unwrap();
    assert_eq!((slash.status().as_u16(), slash.headers()["location"].to_str().unwrap()), (307, "/v1/tasks?limit=1"));
    let post = |body: String| sent(client.request("POST", "/v1/tasks").body(body));
    let broken = post("{\"repo_id\":".into()).await;
    assert_eq!((broken.status, &broken.body["detail"][0]["type"]), (422, &json!("json_invalid")));
    let large = post(format!("{{\"title\":\"{}\"}}", "x".repeat(1 << 20))).await;
    assert_eq!(large.status, 413);
    assert_eq!(post("{\"repo_id\":\"nonsense\"}".into()).await.said(), (404, "Repository not found"));
    assert_eq!(client.get("/v1/tasks?repo_id=nonsense").await.said(), (404, "Repository not found"));
    for path in ["/v1/tasks/nonsense", "/v1/tasks/%ff%fe", "/v1/tasks/%00"] {
        assert_eq!(client.get(path).await.status, 404, "{path}");
    }
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m46_clone_takes_only_what_is_allowed_and_can_be_read() {
    let world = World::new().await;
    let client = Client::admin(&world);
    let hub = world.hub.url().trim_end_matches('/').to_owned();
    for url in ["https://evil.example/a/b".to_owned(), "file:///etc".into(), "ssh://x/y".into(), "nonsense".into()] {
        assert_eq!(client.post("/v1/repos/clone", json!({ "repo_url": url })).await.status, 400, "{url}");
    }
    let gone = client.post("/v1/repos/clone", json!({ "repo_url": format!("{hub}/octo/none") })).await;
    assert_eq!(gone.status, 400, "{gone:?}");
    assert!(gone.said().1.starts_with("Failed to clone: "), "{gone:?}");
    let place = std::env::temp_dir().display().to_string();
    assert!(!gone.body.to_string().contains(&place), "{gone:?}");
    let url = format!("{hub}/octo/hello");
    let nowhere = client.post("/v1/repos/clone", json!({ "repo_url": url, "ref": "no where" })).await;
    assert_eq!(nowhere.said(), (400, "Failed to clone: Ref not found: no where"));
    assert_eq!(client.post("/v1/repos/clone", json!({})).await.status, 422);
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_in_pieces_for_whoever_asks() {
    let world = World::new().await;
    let client = Client::admin(&world);
    let mut made = Vec::new();
    for _ in 0..3 {
        made.push(client.task().await);
    }
    made.reverse();
    let ids = |body: &serde_json::Value| -> Vec<String> {
        body.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&client.get("/v1/tasks").await.body), made, "newest first");
    for (list, whole) in [("/v1/tasks", made.clone()), ("/v1/models", ids(&client.get("/v1/models").await.body))] {
        let (mut found, mut next) = (Vec::new(), Some(format!("{list}?limit=2")));
        while let Some(path) = next {
            let piece = client.get(&path).await;
            found.extend(ids(&piece.body));
            next = piece.headers.get("link").map(|link| {
                let link = link.to_str().unwrap();
                link.strip_prefix('<').and_then(|l| l.strip_suffix(">; rel=\"next\"")).unwrap().to_owned()
            });
        }
        assert_eq!(found, whole, "{list}");
    }
    for query in ["limit=0", "limit=x", "limit=1001", "cursor=x"] {
        assert_eq!(client.get(&format!("/v1/tasks?{query}")).await.status, 422, "{query}");
    }
    end(world).await;
}
