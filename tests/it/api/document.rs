//! The OpenAPI document: as agreed, whole, and true of what is read and sent.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use bakeoff::domain::token::Scope;
use bakeoff::entry::api::{openapi, route_list};
use serde_json::{Map, Value, json};

use super::{Client, end};
use crate::support::contract::{Contract, operations};
use crate::support::world::World;

fn document() -> Value {
    serde_json::from_str(openapi()).unwrap()
}

#[test]
fn the_document_is_as_agreed() {
    let text = openapi().replace(&format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION")), "\"version\": \"…\"");
    insta::assert_snapshot!(text);
}

#[test]
fn every_route_is_told_and_every_operation_is_a_route() {
    let told: BTreeSet<_> = operations(&document()).map(|(method, path, _)| (method, path)).collect();
    let served: BTreeSet<_> = route_list().iter().map(|r| (r.method.to_owned(), r.path.to_owned())).collect();
    assert_eq!(told, served);
}

#[test]
fn every_operation_is_told_whole() {
    let document = document();
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let at = format!("{method} {path}");
        assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{at} has no summary");
        assert_eq!(operation["tags"].as_array().map(Vec::len), Some(1), "{at}");
        assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{at} shares its operationId");
        let route = route_list().into_iter().find(|r| r.method == method && r.path == path).unwrap();
        let scope = operation["security"][0]["token"][0].as_str();
        assert_eq!(scope, route.scope.map(Scope::as_str), "{at}");
        assert_eq!(scope.is_none(), !path.starts_with("/v1/"), "{at}: who may call it?");
        let answers = operation["responses"].as_object().unwrap();
        assert!(answers.keys().any(|status| status.starts_with('2')), "{at} never succeeds");
        if scope.is_some() {
            for status in ["401", "403", "429", "500", "503"] {
                assert!(answers.contains_key(status), "{at} does not tell {status}");
            }
        }
        assert!(!path.contains('{') || answers.contains_key("404"), "{at} does not tell 404");
        if operation.get("requestBody").is_some() && scope.is_some() {
            assert!(["408", "413", "422"].iter().all(|status| answers.contains_key(*status)), "{at}");
            let content = &operation["requestBody"]["content"]["application/json"];
            assert!(content["example"].is_object(), "{at} has no example");
        }
        for (status, answer) in answers {
            assert!(!answer["description"].as_str().unwrap().is_empty(), "{at} {status}");
            for (mime, content) in answer["content"].as_object().into_iter().flatten() {
                let shown = content.get("example").is_some() || content.get("examples").is_some();
                assert!(shown || mime != "application/json" || path == "/openapi.json", "{at} {status} has no example");
            }
        }
    }
}

#[test]
fn the_examples_fit_their_schemas() {
    let contract = Contract::new();
    let document = document();
    let mut seen = 0;
    for (method, path, operation) in operations(&document) {
        let bodies =
            [&operation["requestBody"]].into_iter().chain(operation["responses"].as_object().unwrap().values());
        for content in bodies.filter_map(|body| body.pointer("/content/application~1json")) {
            let many = content["examples"].as_object().into_iter().flatten().map(|(_, example)| &example["value"]);
            for example in many.chain(content.get("example")) {
                let wrong = contract.misfits(&content["schema"], example);
                assert!(wrong.is_empty(), "{method} {path}: {wrong:?} in {example}");
                seen += 1;
            }
        }
    }
    assert!(seen > 50, "only {seen} examples");
}

/// Values that a property of this schema must refuse.
fn wrong_values(schema: &Value) -> Vec<Value> {
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).filter(|kind| *kind != "null").collect(),
        _ => vec!["object"],
    };
    let mut wrong = match kinds[0] {
        "string" => vec![json!(7), json!(["x"])],
        _ => vec![json!("x")],
    };
    if schema.get("enum").is_some() {
        wrong.push(json!("no such word"));
    }
    if kinds[0] == "array" {
        wrong.push(json!([7]));
    }
    if let Some(max) = schema["maxLength"].as_u64() {
        wrong.push(json!("x".repeat(usize::try_from(max).unwrap() + 1)));
    }
    if schema["minLength"].as_u64().is_some_and(|min| min > 0) {
        wrong.push(json!(""));
    }
    if let Some(max) = schema["maxItems"].as_u64() {
        wrong.push(json!(vec!["x"; usize::try_from(max).unwrap() + 1]));
    }
    if kinds[0] == "integer" {
        wrong.extend([json!(-1), json!(1.5)]);
    }
    if kinds[0] == "number" {
        wrong.extend([json!(-0.5), json!(1e300)]);
    }
    wrong
}

async fn refused(client: &Client<'_>, path: &str, body: Map<String, Value>, loc: &[&str]) {
    let shown = Value::Object(body.clone()).to_string().chars().take(200).collect::<String>();
    let answer = client.post(path, Value::Object(body)).await;
    assert_eq!(answer.status, 422, "{path} took {shown}: {:?}", answer.body);
    let wanted = json!([&["body"], loc].concat());
    let found = answer.body["detail"].as_array().unwrap().iter().any(|problem| problem["loc"] == wanted);
    assert!(found, "{path} with {shown} does not name {wanted}: {}", answer.body);
}

/// Sends the example of a body with each of its fields wrong in each way, and without each required one.
async fn every_field_is_read(client: &Client<'_>, contract: &Contract, path: &str, content: &Value) -> usize {
    let schema = contract.resolved(&content["schema"]);
    let example = content["example"].as_object().unwrap();
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut tried = 0;
    for (name, told) in schema["properties"].as_object().unwrap() {
        let told = contract.resolved(told);
        for value in wrong_values(&told) {
            let mut body = example.clone();
            body.insert(name.clone(), value);
            refused(client, path, body, &[name]).await;
            tried += 1;
        }
        for (inner, told) in told["properties"].as_object().into_iter().flatten() {
            for value in wrong_values(&contract.resolved(told)) {
                let mut body = example.clone();
                body[name].as_object_mut().unwrap().insert(inner.clone(), value);
                refused(client, path, body, &[name, inner]).await;
                tried += 1;
            }
        }
        if required.contains(&name.as_str()) {
            let mut body = example.clone();
            body.remove(name);
            refused(client, path, body, &[name]).await;
        }
    }
    tried
}

#[tokio::test(flavor = "multi_thread")]
async fn every_documented_field_of_a_body_is_read_within_its_bounds() {
    let world = World::new().await;
    let client = Client::admin(&world);
    let task = client.task().await;
    let run = client.start(&task, &["gpt"]).await.remove(0);
    client.ended(&run).await;
    let pull = client.post(&format!("/v1/tasks/{task}/prs"), json!({ "selected_run_id": run })).await.text("pr_id");
    let (document, contract) = (document(), Contract::new());
    let mut tried = 0;
    for (method, path, operation) in operations(&document) {
        let content = operation.pointer("/requestBody/content/application~1json");
        let Some(content) = content.filter(|_| method == "POST" && path.starts_with("/v1/")) else { continue };
        let id = if path.starts_with("/v1/runs/") { &run } else { &task };
        let path = path.replace("{id}", id).replace("{pr_id}", &pull);
        tried += every_field_is_read(&client, &contract, &path, content).await;
    }
    assert!(tried > 60, "only {tried} wrong values");
    end(world).await;
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { sources(&path, found) } else { found.push(path) }
    }
}

#[test]
fn every_field_that_is_read_is_told() {
    let document = document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let told: BTreeSet<&String> =
        schemas.values().filter_map(|schema| schema["properties"].as_object()).flat_map(Map::keys).collect();
    let reads = regex::Regex::new(
        r#"\.(?:text|optional_text|word|optional_word|flag|usd|optional_count|texts|object|moment)\(\s*"([a-z_]+)""#,
    )
    .unwrap();
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/entry/api"), &mut files);
    let mut seen = 0;
    for file in files.iter().filter(|file| !file.ends_with("body.rs")) {
        let text = std::fs::read_to_string(file).unwrap();
        for name in reads.captures_iter(&text).map(|found| found[1].to_owned()) {
            assert!(told.contains(&name), "{} reads {name}, which no body tells", file.display());
            seen += 1;
        }
    }
    assert!(seen > 20, "only {seen} fields");
}
