//! Each model profile: price known, key present, address allowed. No model is called: that would cost.

use secrecy::ExposeSecret as _;

use crate::adapters::crypto::{KeyRing, Place, Purpose};
use crate::adapters::llm::{Connector, prices};
use crate::adapters::store::{Store, StoreError, models};
use crate::domain::model::{ModelProfile, ModelSource, Provider};
use crate::service::models::NewModel;
use crate::service::start_round::price_of;

use super::Report;

const PRICE: &str = "has no known price";
const PRICE_FIX: &str = "give prices = { input, output } in USD per million tokens, or free = true";

/// One profile of the settings file.
pub fn of_file(llm: &Connector, model: &NewModel, report: &mut Report) {
    let part = format!("model {} (settings file)", model.alias.as_ref().unwrap_or(&model.model_name));
    let priced = model.free || model.prices.is_some() || prices::known(model.provider, &model.model_name).is_some();
    let key = !model.api_key.expose_secret().trim().is_empty();
    let problem = problem(llm, model.provider, model.base_url.as_deref(), priced, key);
    tell(&part, problem, report);
}

/// That there is no profile at all.
pub fn none(report: &mut Report) {
    let fix = "add one on the settings page, or [[models]] to the settings file";
    report.warning("models", "there is no model profile yet", fix);
}

/// The profiles that were added while running; how many there are.
pub async fn of_database(
    llm: &Connector,
    store: &Store,
    keys: Option<&KeyRing>,
    report: &mut Report,
) -> Result<usize, StoreError> {
    let profiles = models::list(&mut *store.read().await?).await?;
    let own: Vec<_> = profiles.into_iter().filter(|model| model.source == ModelSource::Api).collect();
    for model in &own {
        let key = match keys {
            Some(ring) => opens(store, ring, model).await?,
            None => false,
        };
        let problem = problem(llm, model.provider, model.base_url.as_deref(), price_of(model).is_some(), key);
        tell(&format!("model {}", model.alias), problem, report);
    }
    Ok(own.len())
}

async fn opens(store: &Store, ring: &KeyRing, model: &ModelProfile) -> Result<bool, StoreError> {
    let sealed = models::key_cipher(&mut *store.read().await?, model.id).await?.unwrap_or_default();
    let record = model.id.to_string();
    Ok(ring.decrypt(Place { purpose: Purpose::ModelKey, record: &record }, &sealed).is_ok())
}

/// What is wrong with a profile, and the fix.
fn problem(
    llm: &Connector,
    provider: Provider,
    base_url: Option<&str>,
    priced: bool,
    key: bool,
) -> Option<(String, &'static str)> {
    let url = base_url.or(provider.default_base_url());
    let refused = url.map(|url| llm.check_base_url(url).err());
    match refused {
        None => return Some(("needs a base_url".into(), "give the address of its server")),
        Some(Some(refusal)) => return Some((refusal.to_string(), "correct the base_url, or list its host")),
        Some(None) => {}
    }
    if !key {
        return Some(("has no key that can be opened".into(), "store its key again, or give the old encryption key"));
    }
    (!priced).then(|| (PRICE.to_owned(), PRICE_FIX))
}

fn tell(part: &str, problem: Option<(String, &'static str)>, report: &mut Report) {
    match problem {
        Some((found, fix)) => report.wrong(part, &found, fix),
        None => report.ok(part, "price known, key present, address allowed"),
    }
}
