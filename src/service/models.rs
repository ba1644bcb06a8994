//! Model profiles: added over REST or from the settings file; keys go in encrypted and never come out.

use secrecy::{ExposeSecret, SecretString};

use crate::adapters::crypto::{Place, Purpose};
use crate::adapters::store::{models, runs};
use crate::domain::ids::ModelId;
use crate::domain::job::Job;
use crate::domain::model::{KeyLimits, ModelProfile, ModelSource, Provider, ToolUse, Wire};
use crate::domain::money::Prices;
use crate::engine::command::{alias_problem, is_reserved_alias};

use super::{Services, audit, execute_run, round_state};

mod change;
mod fallbacks;
mod probe;

pub use change::{Changed, ModelChange, change};
pub use probe::{Probe, probe};

/// A profile as its owner writes it.
#[derive(Debug, Clone)]
pub struct NewModel {
    /// The vendor.
    pub provider: Provider,
    /// The vendor's name of the model.
    pub model_name: String,
    /// The name shown to people.
    pub display_name: Option<String>,
    /// The word in commands; made from the model's name when it is not given.
    pub alias: Option<String>,
    /// Whether `/bakeoff` alone asks it.
    pub default: bool,
    /// The key.
    pub api_key: SecretString,
    /// Another server than the vendor's.
    pub base_url: Option<String>,
    /// OpenAI's protocol; `None` for the provider's usual one.
    pub wire: Option<Wire>,
    /// Tools or single shot.
    pub tools: ToolUse,
    /// What it costs.
    pub prices: Option<Prices>,
    /// Said to cost nothing.
    pub free: bool,
    /// The alias of the profile that is asked when this one cannot be.
    pub fallback: Option<String>,
    /// What its key is asked at most.
    pub limits: KeyLimits,
}

/// A profile that cannot be taken: the field and one sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct InvalidModel {
    /// The field.
    pub field: &'static str,
    /// What is wrong with it.
    pub message: String,
}

fn invalid(field: &'static str, message: impl Into<String>) -> InvalidModel {
    InvalidModel { field, message: message.into() }
}

fn is_in_line(text: &str) -> bool {
    !text.trim().chars().any(char::is_control)
}

/// Why a key cannot be one, whether it is the first of a profile or another.
fn key_problem(key: &SecretString) -> Option<InvalidModel> {
    let text = key.expose_secret();
    let why = match () {
        () if text.trim().is_empty() => "the key must not be empty",
        () if !is_in_line(text) => "the key must be one line of printable characters",
        () => return None,
    };
    Some(invalid("api_key", why))
}

/// Checks everything that can be checked without the network.
fn check(svc: &Services, new: &NewModel) -> Result<(), InvalidModel> {
    if !is_in_line(&new.model_name) {
        return Err(invalid("model_name", "the model's name must be one line of printable characters"));
    }
    if new.model_name.trim().is_empty() || new.model_name.len() > 200 {
        return Err(invalid("model_name", "the model's name must have 1 to 200 characters"));
    }
    if let Some(problem) = key_problem(&new.api_key) {
        return Err(problem);
    }
    if let Some(problem) = new.alias.as_deref().and_then(alias_problem) {
        return Err(invalid("alias", problem));
    }
    match (&new.base_url, new.provider.default_base_url()) {
        (Some(url), _) => svc.llm.check_base_url(url).map_err(|error| invalid("base_url", error.to_string())),
        (None, Some(_)) => Ok(()),
        (None, None) => Err(invalid("base_url", "a compatible server needs its base_url")),
    }
}

/// A word made of the model's name: `gpt-5.2` stays, a reserved or taken one gets a number.
fn alias_from(model_name: &str, taken: &[String]) -> String {
    let base: String = model_name
        .rsplit('/')
        .next()
        .unwrap_or(model_name)
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c.to_ascii_lowercase() } else { '-' })
        .take(48)
        .collect();
    let fits = |word: &str| {
        alias_problem(word).is_none() && !is_reserved_alias(word) && !taken.iter().any(|t| t.eq_ignore_ascii_case(word))
    };
    let numbered = (2..).map(|n| format!("{base}-{n}"));
    let fallback = (1..).map(|n| format!("model-{n}"));
    std::iter::once(base.clone()).chain(numbered.take(200)).chain(fallback).find(|word| fits(word)).unwrap_or(base)
}

fn hint(key: &SecretString) -> String {
    let chars: Vec<char> = key.expose_secret().trim().chars().collect();
    // Four characters of four would be the key itself.
    if chars.len() <= 4 { String::new() } else { chars.iter().skip(chars.len() - 4).collect() }
}

fn profile(svc: &Services, new: &NewModel, id: ModelId, alias: String, source: ModelSource) -> ModelProfile {
    let usual = if new.provider == Provider::OpenAi { Wire::Responses } else { Wire::Chat };
    ModelProfile {
        id,
        provider: new.provider,
        model_name: new.model_name.trim().to_owned(),
        display_name: new.display_name.clone(),
        alias,
        default: new.default,
        base_url: new.base_url.clone(),
        wire: new.wire.unwrap_or(usual),
        tools: new.tools,
        prices: new.prices,
        free: new.free,
        fallback: new.fallback.clone(),
        limits: new.limits,
        source,
        api_key_hint: hint(&new.api_key),
        created_at: svc.now(),
    }
}

fn seal(svc: &Services, id: ModelId, key: &SecretString) -> String {
    let record = id.to_string();
    let key = SecretString::from(key.expose_secret().trim().to_owned());
    svc.keys.encrypt(Place { purpose: Purpose::ModelKey, record: &record }, &key)
}

/// The key of a live profile, decrypted here and nowhere else.
pub(super) async fn key(svc: &Services, id: ModelId) -> anyhow::Result<SecretString> {
    let cipher = models::key_cipher(&mut *svc.store.read().await?, id).await?.unwrap_or_default();
    let key = svc.keys.decrypt(Place { purpose: Purpose::ModelKey, record: &id.to_string() }, &cipher)?;
    svc.secrets.register(key.expose_secret());
    Ok(key)
}

/// Adds a profile.
pub async fn add(svc: &Services, new: NewModel, actor: &str) -> anyhow::Result<Result<ModelProfile, InvalidModel>> {
    if let Err(invalid) = check(svc, &new) {
        return Ok(Err(invalid));
    }
    let mut tx = svc.store.begin().await?;
    let taken: Vec<String> = models::list(&mut tx).await?.into_iter().map(|m| m.alias).collect();
    let alias = new.alias.clone().unwrap_or_else(|| alias_from(&new.model_name, &taken));
    let profile = profile(svc, &new, ModelId::new(), alias, ModelSource::Api);
    if models::insert(&mut tx, &profile, &seal(svc, profile.id, &new.api_key)).await?.is_err() {
        return Ok(Err(invalid("alias", format!("another model is called {}", profile.alias))));
    }
    if let Err(wrong) = fallbacks::check(&models::list(&mut tx).await?, |id| id == profile.id) {
        return Ok(Err(invalid("fallback", wrong)));
    }
    let details = serde_json::json!({ "provider": profile.provider.as_str(), "model": profile.model_name });
    audit::note(&mut tx, actor, "model.add", &format!("model:{}", profile.id), details, svc.now()).await?;
    tx.commit().await?;
    Ok(Ok(profile))
}

/// Brings the stored profiles of the settings file to what the file says now.
pub async fn load_file(svc: &Services, listed: Vec<NewModel>) -> anyhow::Result<Result<(), InvalidModel>> {
    let mut rows = Vec::new();
    let mut taken: Vec<String> = listed.iter().filter_map(|m| m.alias.clone()).collect();
    for new in &listed {
        if let Err(invalid) = check(svc, new) {
            return Ok(Err(invalid));
        }
        let alias = new.alias.clone().unwrap_or_else(|| alias_from(&new.model_name, &taken));
        taken.push(alias.clone());
        // The alias names the profile for good: its id stays although the file is read anew at each start.
        let id = ModelId::of_file(&alias);
        let mut row = profile(svc, new, id, alias, ModelSource::File);
        // Listed in the order of the file.
        row.created_at = row.created_at.plus(std::time::Duration::from_millis(rows.len() as u64));
        rows.push((row, seal(svc, id, &new.api_key)));
    }
    let mut tx = svc.store.begin().await?;
    if let Err(clash) = models::replace_file_profiles(&mut tx, &rows, svc.now()).await? {
        return Ok(Err(invalid("alias", format!("another model is called {}", clash.0))));
    }
    if let Err(wrong) = fallbacks::check(&models::list(&mut tx).await?, |id| rows.iter().any(|(row, _)| row.id == id)) {
        return Ok(Err(invalid("fallback", wrong)));
    }
    tx.commit().await?;
    Ok(Ok(()))
}

/// What became of a wish to delete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deleted {
    /// It is gone; its queued runs failed.
    Yes,
    /// There is no such profile.
    Unknown,
    /// It stands in the settings file and must be taken out there.
    InFile,
}

/// Deletes a profile. Queued runs of it fail, running ones finish, all keep provider and name.
pub async fn delete(svc: &Services, id: ModelId, actor: &str) -> anyhow::Result<Deleted> {
    let now = svc.now();
    let mut tx = svc.store.begin().await?;
    let Some(model) = models::get(&mut tx, id).await?.filter(|m| m.deleted_at.is_none()) else {
        return Ok(Deleted::Unknown);
    };
    if model.profile.source == ModelSource::File {
        return Ok(Deleted::InFile);
    }
    models::soft_delete(&mut tx, id, now).await?;
    svc.llm.forget(id);
    let why = "The model profile was deleted before the run began.";
    for run in runs::fail_queued_of_model(&mut tx, id, why, now).await? {
        let Some(row) = runs::get(&mut tx, run).await? else { continue };
        execute_run::note(svc, &mut tx, run, &format!("failed: {why}")).await?;
        round_state::settle(&mut tx, row.round_id, &svc.policy, now).await?;
        svc.enqueue(&mut tx, Job::Publish { round_id: row.round_id }).await?;
    }
    audit::note(&mut tx, actor, "model.delete", &format!("model:{id}"), serde_json::json!({}), now).await?;
    tx.commit().await?;
    Ok(Deleted::Yes)
}
