//! A model profile; never its key.

use serde::Serialize;
use utoipa::ToSchema;

use super::Moment;
use crate::domain::ids::ModelId;
use crate::domain::model::{ModelProfile, ModelSource, Provider, ToolUse, Wire};
use crate::domain::money;
use crate::entry::api::form::Example;

/// What a million tokens cost, in US dollars.
#[derive(Debug, Serialize, ToSchema)]
pub struct Prices {
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    pub input: f64,
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    pub output: f64,
    /// Input that the provider had cached; as other input unless told.
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    pub cached_input: Option<f64>,
}

/// A model profile; never its key.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ModelProfile)]
pub struct Model {
    id: ModelId,
    provider: Provider,
    /// The vendor's name of the model.
    model_name: String,
    /// The name shown to people.
    display_name: Option<String>,
    created_at: Moment,
    /// The word in commands.
    alias: String,
    /// Whether `/bakeoff` alone asks it.
    default: bool,
    /// Another server than the vendor's.
    base_url: Option<String>,
    wire: Wire,
    tools: ToolUse,
    /// What it costs, when it is known.
    prices: Option<Prices>,
    /// Said to cost nothing.
    free: bool,
    /// The alias of the profile that is asked when this one cannot be.
    fallback: Option<String>,
    /// Calls at once with its key, in each process.
    max_concurrent: Option<u32>,
    /// Calls begun within a minute with its key, in each process.
    requests_per_minute: Option<u32>,
    source: ModelSource,
    /// The key's last four characters.
    api_key_hint: String,
}

impl From<&money::Prices> for Prices {
    fn from(prices: &money::Prices) -> Self {
        Self {
            input: prices.input.as_usd(),
            output: prices.output.as_usd(),
            cached_input: Some(prices.cached_input.as_usd()),
        }
    }
}

impl From<&ModelProfile> for Model {
    fn from(model: &ModelProfile) -> Self {
        Self {
            id: model.id,
            provider: model.provider,
            model_name: model.model_name.clone(),
            display_name: model.display_name.clone(),
            created_at: model.created_at.into(),
            alias: model.alias.clone(),
            default: model.default,
            base_url: model.base_url.clone(),
            wire: model.wire,
            tools: model.tools,
            prices: model.prices.as_ref().map(Prices::from),
            free: model.free,
            fallback: model.fallback.clone(),
            max_concurrent: model.limits.max_concurrent,
            requests_per_minute: model.limits.requests_per_minute,
            source: model.source,
            api_key_hint: model.api_key_hint.clone(),
        }
    }
}

impl Example for Prices {
    fn example() -> Self {
        Self { input: 1.25, output: 10.0, cached_input: Some(0.125) }
    }
}

impl Example for Model {
    fn example() -> Self {
        Self {
            id: Example::example(),
            provider: Provider::OpenAi,
            model_name: "gpt-5".into(),
            display_name: Some("GPT-5".into()),
            created_at: Moment::example(),
            alias: "gpt".into(),
            default: true,
            base_url: None,
            wire: Wire::Responses,
            tools: ToolUse::Auto,
            prices: Some(Prices::example()),
            free: false,
            fallback: None,
            max_concurrent: Some(8),
            requests_per_minute: None,
            source: ModelSource::Api,
            api_key_hint: "3f9a".into(),
        }
    }
}
