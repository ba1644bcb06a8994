//! Every JSON shape GitHub sends, in REST answers and deliveries alike.

mod account;
mod app;
mod comment;
mod delivery;
mod issue;
mod pull;
mod repo;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::world::{REACTIONS, Reaction, World};
use crate::domain::clock::Timestamp;

/// GitHub's times have whole seconds.
pub fn time(at: Timestamp) -> String {
    chrono::DateTime::from_timestamp_millis(at.0).unwrap_or_default().to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

/// A global node id: a prefix for the kind, then something opaque.
pub fn node_id(prefix: &str, id: i64) -> String {
    format!("{prefix}_kwDO{}", BASE64_URL_SAFE_NO_PAD.encode(id.to_be_bytes()))
}

/// The roll-up that stands in issues and comments.
fn rollup(world: &World, url: &str, reactions: &[Reaction]) -> Value {
    let seen: Vec<_> = reactions.iter().filter(|r| world.reaction_is_seen(r.at)).collect();
    let mut all = serde_json::Map::new();
    all.insert("url".into(), json!(format!("{url}/reactions")));
    all.insert("total_count".into(), json!(seen.len()));
    for word in REACTIONS {
        all.insert(word.into(), json!(seen.iter().filter(|r| r.content == word).count()));
    }
    Value::Object(all)
}

/// Puts the fields of `more` into `shown`.
pub fn add(shown: &mut Value, more: Value) {
    if let (Some(fields), Value::Object(more)) = (shown.as_object_mut(), more) {
        fields.extend(more);
    }
}
