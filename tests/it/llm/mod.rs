//! The provider room over real HTTP, against the stand-ins.

mod answers;
mod caching;
mod errors;
mod faults;
mod guard;
mod limits;
mod retries;
mod shapes;
mod tools;

use std::sync::Arc;
use std::time::Duration;

use bakeoff::adapters::llm::{
    Caps, ChatAnswer, ChatModel, ChatRequest, Connector, Deadlines, LlmSettings, ModelError, ToolSpec,
};
use bakeoff::domain::clock::Timestamp;
use bakeoff::domain::ids::ModelId;
use bakeoff::domain::model::{KeyLimits, ModelProfile, ModelSource, Provider, ToolUse, Wire};
use bakeoff::sim::models::{FakeModels, Reply};
use serde_json::json;

/// What must never be in a message: the stand-ins repeat it in their errors.
const KEY: &str = "sk-canary-7f3a9";

/// Every way to speak to a provider.
const WIRES: [(Provider, Wire); 5] = [
    (Provider::OpenAi, Wire::Responses),
    (Provider::OpenAi, Wire::Chat),
    (Provider::OpenAiCompatible, Wire::Chat),
    (Provider::Anthropic, Wire::Responses),
    (Provider::Google, Wire::Responses),
];

/// A model of a stand-in that costs nothing.
pub fn profile(provider: Provider, wire: Wire, base_url: Option<String>) -> ModelProfile {
    ModelProfile {
        id: ModelId::new(),
        provider,
        model_name: "m".into(),
        display_name: None,
        alias: "m".into(),
        default: true,
        base_url,
        wire,
        tools: ToolUse::Auto,
        prices: None,
        free: true,
        fallback: None,
        limits: KeyLimits::default(),
        source: ModelSource::Api,
        api_key_hint: "f3a9".into(),
        created_at: Timestamp(0),
    }
}

fn settings(fake: &FakeModels) -> LlmSettings {
    LlmSettings { allowed_hosts: vec![fake.host()], ..LlmSettings::default() }
}

/// Deadlines that a test can wait for; `connect` stays long, because loopback is not what is tested.
fn hasty(first_event: u64, idle: u64, total: u64) -> Deadlines {
    let ms = Duration::from_millis;
    Deadlines { first_event: ms(first_event), idle: ms(idle), total: ms(total), ..Deadlines::default() }
}

fn question() -> ChatRequest {
    ChatRequest::single("You fix code.", "Fix the parser.", 1_000)
}

fn search_tool() -> ToolSpec {
    let parameters = json!({
        "type": "object",
        "properties": {"pattern": {"type": "string"}},
        "required": ["pattern"],
        "additionalProperties": false,
    });
    ToolSpec { name: "search".into(), description: "Search the code.".into(), parameters }
}

/// A stand-in and a connector that may call it.
struct Bench {
    fake: FakeModels,
    connector: Connector,
}

impl Bench {
    async fn start() -> Self {
        Self::with(settings).await
    }

    async fn with(settings_of: impl FnOnce(&FakeModels) -> LlmSettings) -> Self {
        let fake = FakeModels::start().await.unwrap();
        let connector = Connector::new(settings_of(&fake)).unwrap();
        Self { fake, connector }
    }

    fn model(&self, (provider, wire): (Provider, Wire)) -> Arc<dyn ChatModel> {
        let profile = profile(provider, wire, Some(self.fake.base_url(provider, wire)));
        self.connector.model(&profile, KEY.into()).unwrap()
    }

    /// One question, answered by this reply; an error is checked for what it must not say.
    async fn ask(&self, wire: (Provider, Wire), reply: Reply) -> Result<ChatAnswer, ModelError> {
        self.fake.script("m", vec![reply]);
        let outcome = self.model(wire).chat(&question()).await;
        if let Err(error) = &outcome {
            harmless(error, &self.fake);
        }
        outcome
    }
}

fn small_caps(line: usize, text: usize, total: usize) -> impl FnOnce(&FakeModels) -> LlmSettings {
    move |fake| LlmSettings { caps: Caps { line, text, total }, ..settings(fake) }
}

/// A message is one sentence without body, key, address.
fn harmless(error: &ModelError, fake: &FakeModels) {
    let (shown, debug) = (error.to_string(), format!("{error:?}"));
    for secret in [KEY, "own words", "forty-two", &fake.host(), "http"] {
        assert!(!shown.contains(secret), "{shown}");
        assert!(!debug.contains(secret), "{debug}");
    }
    assert!(shown.ends_with('.') && !shown.contains('\n') && shown.len() < 160, "{shown}");
}
