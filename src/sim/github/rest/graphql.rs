//! The few GraphQL mutations that REST does not have: minimising comments, draft and ready.

use axum::extract::State;
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::access::{WRITE_PULLS, WRITE_TALK};
use super::{Caller, Refusal, Reply, Shared, object, ok, text};
use crate::sim::github::show::{add, node_id};
use crate::sim::github::world::World;

const MUTATIONS: [&str; 4] =
    ["minimizeComment", "unminimizeComment", "convertPullRequestToDraft", "markPullRequestReadyForReview"];
const CLASSIFIERS: [&str; 6] = ["ABUSE", "DUPLICATE", "OFF_TOPIC", "OUTDATED", "RESOLVED", "SPAM"];

/// One call of a mutation in the query text: its alias or name, the mutation, what stands in its parentheses.
struct Step {
    key: String,
    name: &'static str,
    input: String,
}

fn steps(query: &str) -> Vec<Step> {
    let mut found = Vec::new();
    for name in MUTATIONS {
        for (at, _) in query.match_indices(name) {
            let before = query.get(..at).unwrap_or_default();
            let after = query.get(at + name.len()..).unwrap_or_default().trim_start();
            let inside = before.ends_with(|c: char| c.is_alphanumeric() || c == '_');
            let Some(rest) = after.strip_prefix('(').filter(|_| !inside) else { continue };
            let input = rest.split(')').next().unwrap_or_default().to_owned();
            let alias = before.trim_end().strip_suffix(':').map(|b| {
                let word = b.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
                word.to_owned()
            });
            found.push((at, Step { key: alias.unwrap_or_else(|| name.into()), name, input }));
        }
    }
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, step)| step).collect()
}

impl Step {
    /// The value of a field: a literal, `$variable`, or a field of the `$variable` that is the whole input.
    fn value(&self, field: &str, variables: &Value) -> Option<String> {
        let named = self.input.split_once(&format!("{field}:")).map(|(_, after)| after.trim_start());
        let word = |text: &str| text.split(|c: char| !c.is_alphanumeric() && c != '_').next().map(String::from);
        match named {
            Some(after) if after.starts_with('"') => after.split('"').nth(1).map(String::from),
            Some(after) if after.starts_with('$') => text(variables, &word(after.get(1..)?)?).map(String::from),
            Some(after) => word(after),
            None => {
                let whole = self.input.split_once('$').and_then(|(_, after)| word(after))?;
                variables.get(whole)?.get(field)?.as_str().map(String::from)
            }
        }
    }
}

/// `POST /api/graphql`: 200 whatever happens, errors inside, as GitHub does.
pub async fn run(State(hub): Shared, caller: Caller, body: Bytes) -> Reply {
    if matches!(caller, Caller::Anonymous | Caller::App) {
        return Err(Refusal::plain(401, "Bad credentials"));
    }
    let body = object(&body)?;
    let none = json!({});
    let variables = body.get("variables").filter(|v| v.is_object()).unwrap_or(&none);
    let steps = steps(text(&body, "query").unwrap_or_default());
    if steps.is_empty() {
        let message = "A query attribute must be specified and must be a string.";
        return Ok(ok(json!({ "errors": [{ "message": message }] })));
    }
    let (mut data, mut errors) = (Map::new(), Vec::new());
    let mut world = hub.world();
    for step in steps {
        let done = world.take(&caller, &step, variables);
        if let Err(error) = &done {
            let mut error = error.clone();
            add(&mut error, json!({ "path": [step.key] }));
            errors.push(error);
        }
        data.insert(step.key, done.unwrap_or(Value::Null));
    }
    drop(world);
    hub.notify();
    let mut answer = json!({ "data": data });
    if !errors.is_empty() {
        add(&mut answer, json!({ "errors": errors }));
    }
    Ok(ok(answer))
}

fn error(kind: &str, message: &str) -> Value {
    json!({ "type": kind, "message": message, "locations": [{ "line": 1, "column": 1 }] })
}

impl World {
    fn take(&mut self, caller: &Caller, step: &Step, variables: &Value) -> Result<Value, Value> {
        let comment = step.name.ends_with("minimizeComment");
        let field = if comment { "subjectId" } else { "pullRequestId" };
        let id = step.value(field, variables).unwrap_or_default();
        let unknown = error("NOT_FOUND", &format!("Could not resolve to a node with the global id of '{id}'"));
        if comment {
            self.minimize(caller, step, variables, &id, unknown)
        } else {
            self.draft(caller, step, &id, unknown)
        }
    }

    fn minimize(
        &mut self,
        caller: &Caller,
        step: &Step,
        variables: &Value,
        id: &str,
        unknown: Value,
    ) -> Result<Value, Value> {
        let fits = |c: &&i64| node_id("IC", **c) == id;
        let found = self.repos.values().find_map(|r| Some((r.id, *r.comments.keys().find(fits)?)));
        let (repo, comment) = found.ok_or_else(|| unknown.clone())?;
        self.grant(caller, repo, WRITE_TALK, unknown)?;
        let reason = step.value("classifier", variables);
        let minimizing = step.name == "minimizeComment";
        if minimizing && !reason.as_deref().is_some_and(|r| CLASSIFIERS.contains(&r)) {
            return Err(error(
                "INVALID",
                "Argument 'classifier' has an invalid value. Expected type 'ReportedContentClassifiers!'.",
            ));
        }
        let reason = reason.filter(|_| minimizing).map(|r| r.to_ascii_lowercase().replace('_', "-"));
        if let Some(found) = self.repos.get_mut(&repo).and_then(|r| r.comments.get_mut(&comment)) {
            found.minimized.clone_from(&reason);
        }
        let shown = json!({ "isMinimized": minimizing, "minimizedReason": reason, "id": id });
        let key = if minimizing { "minimizedComment" } else { "unminimizedComment" };
        let mut answer = Map::new();
        answer.insert(key.into(), shown);
        Ok(Value::Object(answer))
    }

    fn draft(&mut self, caller: &Caller, step: &Step, id: &str, unknown: Value) -> Result<Value, Value> {
        let fits = |i: &&crate::sim::github::world::Issue| i.pull.as_ref().is_some_and(|p| node_id("PR", p.id) == id);
        let found = self.repos.values().find_map(|r| Some((r.id, r.issues.values().find(fits)?.number)));
        let (repo, number) = found.ok_or_else(|| unknown.clone())?;
        self.grant(caller, repo, WRITE_PULLS, unknown)?;
        let draft = step.name == "convertPullRequestToDraft";
        let issue = self.repos.get_mut(&repo).and_then(|r| r.issues.get_mut(&number));
        if let Some(pull) = issue.and_then(|i| i.pull.as_mut()) {
            pull.draft = draft;
        }
        Ok(json!({ "pullRequest": { "id": id, "number": number, "isDraft": draft } }))
    }

    fn grant(&self, caller: &Caller, repo: i64, need: super::access::Need, unknown: Value) -> Result<(), Value> {
        let repo = self.repos.get(&repo).ok_or_else(|| unknown.clone())?;
        if self.may(caller, repo, super::access::METADATA).is_err() {
            return Err(unknown);
        }
        self.may(caller, repo, need).map_err(|_| error("FORBIDDEN", "Resource not accessible by integration"))
    }
}
