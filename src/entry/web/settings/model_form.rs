//! From the form of a model to what the service takes, and from a model to the form.

use secrecy::SecretString;

use super::form::Typed;
use crate::domain::model::{KeyLimits, ModelProfile, Provider, ToolUse, Wire};
use crate::domain::money::{Prices, UsdMicros};
use crate::service::models::{ModelChange, NewModel};

fn prices(typed: &mut Typed) -> Option<Prices> {
    let (input, output, cached) = (typed.usd("input"), typed.usd("output"), typed.usd("cached_input"));
    let missing = "Input and output are priced together.";
    match (input, output) {
        (Some(input), Some(output)) => Some(Prices { input, output, cached_input: cached.unwrap_or(input) }),
        (Some(_), None) => {
            typed.refuse("output", missing);
            None
        }
        (None, Some(_)) => {
            typed.refuse("input", missing);
            None
        }
        (None, None) if cached.is_some() => {
            typed.refuse("input", missing);
            None
        }
        (None, None) => None,
    }
}

/// A new profile; `None` when something is wrong with it.
pub(super) fn new_model(typed: &mut Typed) -> Option<NewModel> {
    let provider = typed.word("provider", Provider::parse);
    if provider.is_none() {
        typed.refuse("provider", "Choose one of the list.");
    }
    let model_name = typed.short("model_name", 200);
    if model_name.is_none() {
        typed.refuse("model_name", "Name the model as its provider does.");
    }
    let api_key = typed.short("api_key", 10_000);
    if api_key.is_none() {
        typed.refuse("api_key", "The key is needed. A server without one takes any word.");
    }
    let new = NewModel {
        provider: provider.unwrap_or(Provider::OpenAi),
        model_name: model_name.unwrap_or_default(),
        display_name: typed.short("display_name", 200),
        alias: typed.short("alias", 64),
        default: typed.on("default"),
        api_key: SecretString::from(api_key.unwrap_or_default()),
        base_url: typed.short("base_url", 2000),
        wire: typed.word("wire", Wire::parse),
        tools: typed.word("tools", ToolUse::parse).unwrap_or_default(),
        prices: prices(typed),
        free: typed.on("free"),
        fallback: typed.short("fallback", 64),
        limits: KeyLimits {
            max_concurrent: typed.count("max_concurrent"),
            requests_per_minute: typed.count("requests_per_minute"),
        },
    };
    (!typed.is_refused()).then_some(new)
}

/// The changed profile: the form holds all of it, but for the key, which stays where none is typed.
pub(super) fn change(typed: &mut Typed) -> Option<ModelChange> {
    let alias = typed.short("alias", 64);
    if alias.is_none() {
        typed.refuse("alias", "A model needs a word for commands.");
    }
    let change = ModelChange {
        display_name: Some(typed.short("display_name", 200)),
        alias,
        default: Some(typed.on("default")),
        api_key: typed.short("api_key", 10_000).map(SecretString::from),
        tools: typed.word("tools", ToolUse::parse),
        prices: Some(prices(typed)),
        free: Some(typed.on("free")),
        fallback: Some(typed.short("fallback", 64)),
        max_concurrent: Some(typed.count("max_concurrent")),
        requests_per_minute: Some(typed.count("requests_per_minute")),
    };
    (!typed.is_refused()).then_some(change)
}

/// An amount as it is typed.
pub(super) fn amount(usd: UsdMicros) -> String {
    let text = format!("{}.{:06}", usd.0 / 1_000_000, usd.0 % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A profile as its form shows it.
pub(super) fn shown(model: &ModelProfile) -> Typed {
    let tick = |on: bool| if on { "on" } else { "" }.to_owned();
    let price = |get: fn(&Prices) -> UsdMicros| model.prices.as_ref().map(get).map(amount).unwrap_or_default();
    let number = |count: Option<u32>| count.map(|count| count.to_string()).unwrap_or_default();
    Typed::of(&[
        ("alias", model.alias.clone()),
        ("display_name", model.display_name.clone().unwrap_or_default()),
        ("default", tick(model.default)),
        ("tools", model.tools.as_str().to_owned()),
        ("input", price(|p| p.input)),
        ("output", price(|p| p.output)),
        ("cached_input", price(|p| p.cached_input)),
        ("free", tick(model.free)),
        ("fallback", model.fallback.clone().unwrap_or_default()),
        ("max_concurrent", number(model.limits.max_concurrent)),
        ("requests_per_minute", number(model.limits.requests_per_minute)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_shown_as_they_are_typed() {
        for text in ["0", "3", "0.3", "2.5", "0.000001", "1000"] {
            assert_eq!(amount(UsdMicros::parse(text).unwrap()), text);
        }
    }

    #[test]
    fn a_model_needs_provider_name_and_key_and_whole_prices() {
        let mut empty = Typed::read(b"output=2");
        assert!(new_model(&mut empty).is_none());
        for field in ["provider", "model_name", "api_key", "input"] {
            assert!(empty.error(field).is_some(), "{field}");
        }
        let body = b"provider=anthropic&model_name=claude&api_key=sk-1&input=3&output=15&tools=off&wire=";
        let new = new_model(&mut Typed::read(body)).unwrap();
        assert_eq!((new.provider, new.tools, new.wire), (Provider::Anthropic, ToolUse::Off, None));
        assert_eq!(new.prices.unwrap().cached_input, UsdMicros(3_000_000));
    }
}
