//! Changes to a profile that stay within it: what it is called, what it costs, its key. Where its key is sent never
//! changes: for another server or model there is another profile (M45).

use secrecy::SecretString;
use serde_json::{Map, Value, json};

use crate::adapters::store::models;
use crate::domain::ids::ModelId;
use crate::domain::model::{ModelProfile, ModelSource, ToolUse};
use crate::domain::money::{Prices, UsdMicros};
use crate::engine::command::alias_problem;
use crate::service::{Services, audit};

use super::{InvalidModel, fallbacks, hint, invalid, key_problem, seal};

/// What is to be different; `None` leaves it as it is.
#[derive(Debug, Clone, Default)]
pub struct ModelChange {
    /// The name shown to people, or none.
    pub display_name: Option<Option<String>>,
    /// The word in commands.
    pub alias: Option<String>,
    /// Whether `/bakeoff` alone asks it.
    pub default: Option<bool>,
    /// The key.
    pub api_key: Option<SecretString>,
    /// Tools or single shot.
    pub tools: Option<ToolUse>,
    /// What it costs, or what is known of it.
    pub prices: Option<Option<Prices>>,
    /// Said to cost nothing.
    pub free: Option<bool>,
    /// The alias of the profile that is asked when this one cannot be, or none.
    pub fallback: Option<Option<String>>,
    /// Calls at once with its key, or any number.
    pub max_concurrent: Option<Option<u32>>,
    /// Calls begun within a minute with its key, or any number.
    pub requests_per_minute: Option<Option<u32>>,
}

/// What became of a wish to change.
#[derive(Debug)]
pub enum Changed {
    /// This is the profile now.
    Yes(Box<ModelProfile>),
    /// There is no such profile.
    Unknown,
    /// It stands in the settings file and must be changed there.
    InFile,
    /// A field is wrong.
    Invalid(InvalidModel),
}

impl ModelChange {
    fn problem(&self) -> Option<InvalidModel> {
        if let Some(problem) = self.api_key.as_ref().and_then(key_problem) {
            return Some(problem);
        }
        self.alias.as_deref().and_then(alias_problem).map(|problem| invalid("alias", problem))
    }

    fn apply(self, profile: &mut ModelProfile) -> Map<String, Value> {
        let mut told = Map::new();
        let mut tell = |name: &str, value: Value| drop(told.insert(name.to_owned(), value));
        if let Some(name) = self.display_name {
            tell("display_name", json!(name));
            profile.display_name = name;
        }
        if let Some(alias) = self.alias {
            tell("alias", json!(alias));
            profile.alias = alias;
        }
        if let Some(default) = self.default {
            tell("default", json!(default));
            profile.default = default;
        }
        if let Some(key) = &self.api_key {
            tell("api_key", json!("changed"));
            profile.api_key_hint = hint(key);
        }
        if let Some(tools) = self.tools {
            tell("tools", json!(tools.as_str()));
            profile.tools = tools;
        }
        if let Some(prices) = self.prices {
            tell("prices", json!(prices.map(|p| [p.input, p.output, p.cached_input].map(UsdMicros::as_usd))));
            profile.prices = prices;
        }
        if let Some(free) = self.free {
            tell("free", json!(free));
            profile.free = free;
        }
        if let Some(fallback) = self.fallback {
            tell("fallback", json!(fallback));
            profile.fallback = fallback;
        }
        if let Some(most) = self.max_concurrent {
            tell("max_concurrent", json!(most));
            profile.limits.max_concurrent = most;
        }
        if let Some(most) = self.requests_per_minute {
            tell("requests_per_minute", json!(most));
            profile.limits.requests_per_minute = most;
        }
        told
    }
}

/// Changes a profile. Runs at work go on as they began.
pub async fn change(svc: &Services, id: ModelId, change: ModelChange, actor: &str) -> anyhow::Result<Changed> {
    if let Some(problem) = change.problem() {
        return Ok(Changed::Invalid(problem));
    }
    let mut tx = svc.store.begin().await?;
    let Some(found) = models::get(&mut tx, id).await?.filter(|model| model.deleted_at.is_none()) else {
        return Ok(Changed::Unknown);
    };
    let mut profile = found.profile;
    if profile.source == ModelSource::File {
        return Ok(Changed::InFile);
    }
    let cipher = match &change.api_key {
        Some(key) => seal(svc, id, key),
        None => models::key_cipher(&mut tx, id).await?.unwrap_or_default(),
    };
    let told = change.apply(&mut profile);
    if models::insert(&mut tx, &profile, &cipher).await?.is_err() {
        return Ok(Changed::Invalid(invalid("alias", format!("another model is called {}", profile.alias))));
    }
    if let Err(wrong) = fallbacks::check(&models::list(&mut tx).await?, |other| other == id) {
        return Ok(Changed::Invalid(invalid("fallback", wrong)));
    }
    audit::note(&mut tx, actor, "model.change", &format!("model:{id}"), Value::Object(told), svc.now()).await?;
    tx.commit().await?;
    svc.llm.forget(id);
    Ok(Changed::Yes(Box::new(profile)))
}
