//! Rounds over REST: listed, compared file by file, and as evidence that its published schema describes.

use bakeoff::domain::token::Scope;
use bakeoff::sim::models::Reply;
use serde_json::{Value, json};

use super::{Client, end, only};
use crate::support::world::{REPO, World, replace, right};

/// A task with two rounds; in the second two candidates did the same, one something else, and one failed.
async fn compared(world: &World) -> String {
    let other = replace("README.md", "Says hello.", "Says hello, rightly.");
    world.models.script("gpt-model", vec![right()]);
    world.models.script("claude-model", vec![right().usage(2_000, 100, 500)]);
    world.models.script("gemini-model", vec![other]);
    world.models.script("local-model", vec![Reply::text("I cannot."); 3]);
    let client = Client::admin(world);
    let task = client.task().await;
    for aliases in [vec!["gpt"], vec!["gpt", "claude", "gemini", "local"]] {
        for run in client.start(&task, &aliases).await {
            client.ended(&run).await;
        }
        crate::support::invariants::settle(world).await;
    }
    task
}

fn letters(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|c| c["candidate"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn rounds_are_listed_and_compared_file_by_file() {
    let world = World::new().await;
    let task = compared(&world).await;
    let client = Client::admin(&world);
    let all = client.get(&format!("/v1/tasks/{task}/rounds")).await.body;
    let numbers: Vec<&Value> = all.as_array().unwrap().iter().map(|round| &round["number"]).collect();
    assert_eq!(numbers, [&json!(2), &json!(1)], "newest first");
    let second = &all[0];
    assert_eq!((letters(&second["candidates"]), &second["status"]), (vec!["A", "B", "C", "D"], &json!("choosing")));
    assert_eq!((&second["requester"], &second["task_id"]), (&json!("admin"), &json!(task)));
    assert_eq!(client.get(&format!("/v1/tasks/{task}/rounds/2")).await.body, *second);
    let piece = client.get(&format!("/v1/tasks/{task}/rounds?limit=1")).await;
    assert!(piece.headers.contains_key("link"));
    let newest = client.get(&format!("/v1/tasks/{task}/compare")).await.body;
    assert_eq!(newest["round"], json!(2));
    let [first, same, other, failed] = [0, 1, 2, 3].map(|at| &newest["candidates"][at]);
    assert_eq!((&first["same_patch"], &same["same_patch"]), (&json!(["B"]), &json!(["A"])));
    assert_eq!((&other["same_patch"], &failed["same_patch"]), (&json!([]), &json!([])));
    assert_eq!((&first["files_changed"], &first["added_lines"], &first["steps"]), (&json!(1), &json!(1), &json!(1)));
    assert_eq!(
        (&failed["status"], failed["error"].is_string(), &failed["patch_sha256"]),
        (&json!("failed"), true, &json!(null))
    );
    assert_eq!((&first["votes"], &first["chosen"]), (&json!({ "up": 0, "down": 0 }), &json!(false)));
    let files = &newest["files"];
    let told: Vec<_> = files.as_array().unwrap().iter().map(|file| (&file["path"], &file["same"])).collect();
    assert_eq!(told, [(&json!("README.md"), &json!([["C"]])), (&json!("greet.py"), &json!([["A", "B"]]))]);
    assert_eq!(letters(&files[1]["candidates"]), ["A", "B"]);
    let before = client.get(&format!("/v1/tasks/{task}/compare?round=1")).await.body;
    assert_eq!((&before["round"], letters(&before["candidates"])), (&json!(1), vec!["A"]));
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_that_is_not_there_is_404_and_a_strange_number_422() {
    let world = World::new().await;
    let client = Client::admin(&world);
    let task = client.task().await;
    for path in ["compare", "compare?round=1", "evidence", "evidence?round=-1", "rounds/1", "rounds/x"] {
        assert_eq!(client.get(&format!("/v1/tasks/{task}/{path}")).await.said(), (404, "Round not found"), "{path}");
    }
    for path in ["compare?round=x", "evidence?round=1.5"] {
        let answer = client.get(&format!("/v1/tasks/{task}/{path}")).await;
        assert_eq!((answer.status, &answer.body["detail"][0]["loc"]), (422, &json!(["query", "round"])), "{path}");
    }
    assert_eq!(client.get(&format!("/v1/tasks/{task}/rounds")).await.body, json!([]));
    let stranger = Client::with(&world, &[Scope::Read], only("octo/other")).await;
    for path in ["rounds", "rounds/1", "compare", "evidence"] {
        assert_eq!(stranger.get(&format!("/v1/tasks/{task}/{path}")).await.said(), (404, "Task not found"), "{path}");
        assert_eq!(client.get(&format!("/v1/tasks/nonsense/{path}")).await.said(), (404, "Task not found"), "{path}");
    }
    for version in ["0", "2", "x"] {
        let answer = client.get(&format!("/v1/schemas/evidence/{version}")).await;
        assert_eq!(answer.said(), (404, "Schema not found"), "{version}");
    }
    end(world).await;
}

/// What of a value its schema does not describe: the parts of JSON Schema that ours uses, no others.
fn wrong(root: &Value, schema: &Value, value: &Value, path: &str, found: &mut Vec<String>) {
    if let Some(name) = schema["$ref"].as_str() {
        let target = root.pointer(name.trim_start_matches('#')).unwrap_or_else(|| panic!("no {name}"));
        return wrong(root, target, value, path, found);
    }
    let bad = |why: &str| format!("{path}: {why}: {value}");
    for key in schema.as_object().unwrap().keys() {
        let known = "$schema $id $defs title description format type const enum anyOf pattern minimum items properties required";
        assert!(known.split(' ').any(|k| k == key), "the check does not know {key}");
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(n) if n.is_i64() || n.is_u64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let is = |word: &Value| word == kind || (word == "number" && kind == "integer");
    match &schema["type"] {
        Value::Array(words) if !words.iter().any(is) => found.push(bad("type")),
        word @ Value::String(_) if !is(word) => found.push(bad("type")),
        _ => {}
    }
    if schema.get("const").is_some_and(|one| one != value)
        || schema["enum"].as_array().is_some_and(|all| !all.contains(value))
    {
        found.push(bad("word"));
    }
    if let (Some(pattern), Some(text)) = (schema["pattern"].as_str(), value.as_str())
        && !regex::Regex::new(pattern).unwrap().is_match(text)
    {
        found.push(bad("pattern"));
    }
    if let (Some(least), Some(number)) = (schema["minimum"].as_f64(), value.as_f64())
        && number < least
    {
        found.push(bad("minimum"));
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        if value.is_object() && value.get(name.as_str().unwrap()).is_none() {
            found.push(bad(&format!("{name} is missing")));
        }
    }
    if let Some(all) = schema["anyOf"].as_array() {
        let fits = |one: &Value| {
            let mut inner = Vec::new();
            wrong(root, one, value, path, &mut inner);
            inner.is_empty()
        };
        if !all.iter().any(fits) {
            found.push(bad("anyOf"));
        }
    }
    for (name, part) in value.as_object().into_iter().flatten() {
        match schema["properties"].get(name) {
            Some(inner) => wrong(root, inner, part, &format!("{path}/{name}"), found),
            None if schema.get("properties").is_some() => found.push(bad(&format!("{name} is not described"))),
            None => {}
        }
    }
    for (at, part) in value.as_array().into_iter().flatten().enumerate() {
        wrong(root, &schema["items"], part, &format!("{path}/{at}"), found);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_is_what_its_published_schema_describes() {
    let world = World::new().await;
    let task = compared(&world).await;
    let client = Client::with(&world, &[Scope::Read], only(REPO)).await;
    let evidence = client.get(&format!("/v1/tasks/{task}/evidence?round=2")).await.body;
    let address = evidence["schema"].as_str().unwrap();
    assert_eq!((address, &evidence["version"]), ("/v1/schemas/evidence/1", &json!(1)));
    let schema = client.get(address).await;
    assert_eq!(schema.headers["content-type"], "application/schema+json");
    let mut found = Vec::new();
    wrong(&schema.body, &schema.body, &evidence, "", &mut found);
    assert!(found.is_empty(), "{found:#?}");
    let mut broken = evidence.clone();
    broken["candidates"][0]["status"] = json!("lost");
    broken["candidates"][1].as_object_mut().unwrap().remove("usage");
    wrong(&schema.body, &schema.body, &broken, "", &mut found);
    assert_eq!(found.len(), 2, "the check finds what is wrong: {found:#?}");
    let [first, second, _, failed] = [0, 1, 2, 3].map(|at| &evidence["candidates"][at]);
    assert_eq!((&first["applies"], &first["patch"]["files"][0]["path"]), (&json!(true), &json!("greet.py")));
    assert_eq!((&first["same_patch"], &first["same_files"]), (&json!(["B"]), &json!(["B"])));
    let tokens = json!({
        "input_tokens": 2_000, "output_tokens": 100, "cached_input_tokens": 500, "cache_write_tokens": 0
    });
    assert_eq!((&second["usage"], &second["steps"]), (&tokens, &json!(1)));
    assert!(second["cost_usd"].as_f64().unwrap() > 0.0 && second["took_ms"].is_u64());
    assert_eq!((&failed["applies"], &failed["patch"], failed["error"].is_string()), (&json!(null), &json!(null), true));
    assert_eq!(evidence["complete"], json!(true));
    let run = client.get(&format!("/v1/runs/{}", first["run_id"].as_str().unwrap())).await.body;
    assert_eq!(run["patch_sha256"], first["patch"]["sha256"]);
    end(world).await;
}
