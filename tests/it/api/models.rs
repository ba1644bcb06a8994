//! Model profiles: the key goes in and never comes out.

use serde_json::{Value, json};

use super::{Client, end, sent};
use crate::support::world::World;

const KEY: &str = "sk-canary-abcdefghijklmnop-9876";

#[tokio::test(flavor = "multi_thread")]
async fn m44_a_profile_is_added_shown_without_its_key_and_deleted() {
    let world = World::new().await;
    let client = Client::admin(&world);
    let new = json!({
        "provider": "anthropic", "model_name": "claude-x", "display_name": "X", "api_key": KEY,
        "prices": { "input": 3, "output": 15.5 },
    });
    let added = client.post("/v1/models", new).await;
    assert_eq!(added.status, 201, "{added:?}");
    assert_eq!((added.text("api_key_hint").as_str(), added.text("alias").as_str()), ("9876", "claude-x"));
    assert_eq!(added.body["prices"], json!({ "input": 3.0, "output": 15.5, "cached_input": 3.0 }));
    let path = format!("/v1/models/{}", added.text("id"));
    assert_eq!(client.get(&path).await.body, added.body);
    let all = client.get("/v1/models").await.body;
    assert!(!all.to_string().contains(KEY) && all.as_array().unwrap().len() == 5, "{all}");
    assert_eq!(client.delete(&path).await.status, 204);
    assert_eq!(client.delete(&path).await.said(), (404, "Model not found"));
    assert_eq!(client.get(&path).await.said(), (404, "Model not found"));
    assert_eq!(client.get("/v1/models/nonsense").await.said(), (404, "Model not found"));
    let listed = client.model("gpt").await;
    assert_eq!(client.delete(&format!("/v1/models/{listed}")).await.status, 409, "it stands in the settings file");
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m44_a_bad_profile_is_named_field_by_field_without_its_key() {
    let world = World::new().await;
    let client = Client::admin(&world);
    for (body, field, kind) in [
        (json!({ "model_name": "m", "api_key": KEY }), "provider", "missing"),
        (json!({ "provider": "acme", "model_name": "m", "api_key": KEY }), "provider", "enum"),
        (json!({ "provider": "openai", "model_name": "", "api_key": KEY }), "model_name", "string_too_short"),
        (json!({ "provider": "openai", "model_name": "m", "api_key": "" }), "api_key", "string_too_short"),
        (json!({ "provider": "openai", "model_name": "m", "api_key": [KEY] }), "api_key", "string_type"),
        (json!({ "provider": "openai", "model_name": "m", "api_key": "two\nlines" }), "api_key", "value_error"),
        (json!({ "provider": "openai", "model_name": "m\u{0}", "api_key": KEY }), "model_name", "value_error"),
        (json!({ "provider": "openai", "model_name": "m", "api_key": KEY, "alias": "gpt" }), "alias", "value_error"),
        (json!({ "provider": "openai_compatible", "model_name": "m", "api_key": KEY }), "base_url", "value_error"),
        (
            json!({ "provider": "openai", "model_name": "m", "api_key": KEY, "fallback": "none" }),
            "fallback",
            "value_error",
        ),
        (
            json!({ "provider": "openai", "model_name": "m", "api_key": KEY, "alias": "itself", "fallback": "Itself" }),
            "fallback",
            "value_error",
        ),
        (
            json!({ "provider": "openai", "model_name": "m", "api_key": KEY, "max_concurrent": 0 }),
            "max_concurrent",
            "int_type",
        ),
        (
            json!({ "provider": "openai", "model_name": "m", "api_key": KEY, "requests_per_minute": "many" }),
            "requests_per_minute",
            "int_type",
        ),
        (
            json!({ "provider": "openai", "model_name": "m", "api_key": KEY, "base_url": format!("https://u:{KEY}@h/") }),
            "base_url",
            "value_error",
        ),
    ] {
        let answer = client.post("/v1/models", body).await;
        assert_eq!(answer.status, 422, "{answer:?}");
        let problem = &answer.body["detail"][0];
        assert_eq!((&problem["type"], &problem["loc"]), (&json!(kind), &json!(["body", field])), "{problem}");
        assert!(!answer.body.to_string().contains(KEY), "{answer:?}");
    }
    end(world).await;
}

/// One model stands in for another, never for itself and never in a chain, from whichever side it is tied.
#[tokio::test(flavor = "multi_thread")]
async fn a_fallback_is_another_model_without_one() {
    let world = World::new().await;
    let client = Client::admin(&world);
    let add = async |alias: &str, fallback: Option<&str>| {
        let new = json!({
            "provider": "openai", "model_name": "m", "api_key": KEY, "alias": alias, "fallback": fallback,
            "max_concurrent": 3, "requests_per_minute": 60,
        });
        client.post("/v1/models", new).await
    };
    let first = add("first", Some("GPT")).await;
    assert_eq!(first.status, 201, "{first:?}");
    let limits = (&first.body["fallback"], &first.body["max_concurrent"], &first.body["requests_per_minute"]);
    assert_eq!(limits, (&json!("GPT"), &json!(3), &json!(60)));
    let chained = add("second", Some("first")).await;
    assert_eq!(chained.status, 422);
    let said = "second cannot fall back on first, which has a fallback itself: there are no chains";
    assert_eq!(chained.body["detail"][0]["msg"], said);
    // A model may be deleted although others fall back on it; its name then cannot come back with a fallback.
    let other = add("other", None).await;
    assert_eq!(add("third", Some("other")).await.status, 201);
    assert_eq!(client.delete(&format!("/v1/models/{}", other.text("id"))).await.status, 204);
    assert_eq!(add("other", Some("gpt")).await.status, 422);
    assert_eq!(add("other", None).await.status, 201);
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_is_changed_where_it_was_added_and_keeps_its_server() {
    let world = World::new().await;
    let client = Client::admin(&world);
    let new = json!({ "provider": "anthropic", "model_name": "claude-x", "api_key": KEY, "free": true });
    let path = format!("/v1/models/{}", client.post("/v1/models", new).await.text("id"));
    let patch = async |body: Value| sent(client.request("PATCH", &path).json(&body)).await;
    let changed = patch(json!({
        "alias": "xx", "default": true, "free": false, "prices": { "input": 1, "output": 2 }, "max_concurrent": 3,
        "api_key": "sk-another-canary-0123456789-4321", "base_url": "https://evil.example",
    }))
    .await;
    assert_eq!(changed.status, 200, "{changed:?}");
    let shown = &changed.body;
    assert_eq!((&shown["alias"], &shown["default"], &shown["free"]), (&json!("xx"), &json!(true), &json!(false)));
    assert_eq!((&shown["api_key_hint"], &shown["base_url"]), (&json!("4321"), &Value::Null), "a key is for one server");
    assert_eq!(client.get(&path).await.body, changed.body);
    let cleared = patch(json!({ "max_concurrent": null, "prices": null, "display_name": null })).await;
    assert_eq!((&cleared.body["max_concurrent"], &cleared.body["prices"]), (&Value::Null, &Value::Null));
    assert_eq!((&cleared.body["alias"], &cleared.body["default"]), (&json!("xx"), &json!(true)), "the rest stays");
    for (body, field) in [
        (json!({ "alias": "gpt" }), "alias"),
        (json!({ "alias": "help" }), "alias"),
        (json!({ "fallback": "nobody" }), "fallback"),
        (json!({ "tools": "some" }), "tools"),
        (json!({ "api_key": "" }), "api_key"),
        (json!({ "api_key": "two\nlines" }), "api_key"),
    ] {
        let refused = patch(body.clone()).await;
        assert_eq!((refused.status, &refused.body["detail"][0]["loc"][1]), (422, &json!(field)), "{body}");
    }
    let listed = format!("/v1/models/{}", client.model("gpt").await);
    assert_eq!(sent(client.request("PATCH", &listed).json(&json!({ "default": false }))).await.status, 409);
    let unknown = "/v1/models/0198c0de-0000-7000-8000-000000000000";
    assert_eq!(sent(client.request("PATCH", unknown).json(&json!({}))).await.status, 404);
    let trail = client.get("/v1/audit?action=model.change").await.body.to_string();
    assert!(trail.contains("\"api_key\":\"changed\"") && !trail.contains("canary"), "{trail}");
    end(world).await;
}
