//! `[[models]]` of the settings file.

use std::collections::BTreeMap;
use std::path::Path;

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};

use crate::adapters::crypto::read_private;
use crate::domain::model::{KeyLimits, Provider, ToolUse, Wire};
use crate::domain::money::{Prices, UsdMicros};
use crate::service::models::NewModel;

use super::problem::{Problems, unknown};

/// One key of a profile, for the documentation and the error that names the nearest.
#[derive(Debug)]
pub struct ModelKey {
    /// The key.
    pub name: &'static str,
    /// The default as people read it.
    pub default: &'static str,
    /// What it is for.
    pub meaning: &'static str,
}

const fn key(name: &'static str, default: &'static str, meaning: &'static str) -> ModelKey {
    ModelKey { name, default, meaning }
}

/// Every key of a profile.
pub const MODEL_KEYS: &[ModelKey] = &[
    key("provider", "required", "`openai`, `anthropic`, `google` or `openai_compatible`"),
    key("model_name", "required", "the vendor's name of the model"),
    key("display_name", "the model's name", "the name shown to people"),
    key("alias", "made from the model's name", "the word in commands; it also names the profile for good"),
    key("default", "false", "whether `/bakeoff` alone asks it"),
    key("api_key_env", "–", "the environment variable that holds the key"),
    key("api_key_file", "–", "the file that holds the key; only its owner may be able to read it"),
    key("base_url", "the vendor's", "another server; required for `openai_compatible`"),
    key("wire", "responses", "OpenAI's protocol: `responses` or `chat`"),
    key("tools", "auto", "`auto`, or `off` for a single question and answer"),
    key("prices", "known models: the built-in table", "`{ input, output, cached_input }` in USD per million tokens"),
    key("free", "false", "the model costs nothing"),
    key("fallback", "–", "the alias of the profile that is asked when this one cannot be; that one has no fallback"),
    key("max_concurrent", "64", "calls of the key at once, in each process; profiles that share a key share it"),
    key("requests_per_minute", "–", "calls of the key begun within a minute, likewise"),
];

/// What a compatible server without a key (Ollama, vLLM) is sent in its place.
const NO_KEY: &str = "none";

/// One profile on the way.
struct Table<'a> {
    keys: &'a Map<String, Value>,
    env: &'a BTreeMap<String, String>,
}

/// The profiles of the file; what is wrong is added to `problems`.
pub(super) fn read(
    file: &str,
    listed: &[Map<String, Value>],
    env: &BTreeMap<String, String>,
    problems: &mut Problems,
) -> Vec<NewModel> {
    let mut models = Vec::new();
    for (index, keys) in listed.iter().enumerate() {
        let place = |key: &str| format!("{key} of [[models]] number {} in {file}", index + 1);
        for name in keys.keys().filter(|name| MODEL_KEYS.iter().all(|known| known.name != *name)) {
            problems.add(place(name), unknown(name, MODEL_KEYS.iter().map(|known| known.name.to_owned())));
        }
        match (Table { keys, env }).model() {
            Ok(model) => models.push(model),
            Err((key, what)) => problems.add(place(key), what),
        }
    }
    models
}

/// The variables that profiles name, which are known although they may begin with `BAKEOFF_`.
pub(super) fn named_variables(listed: &[Map<String, Value>]) -> Vec<String> {
    listed.iter().filter_map(|keys| keys.get("api_key_env")?.as_str().map(str::to_owned)).collect()
}

type Wrong = (&'static str, String);

impl Table<'_> {
    fn model(&self) -> Result<NewModel, Wrong> {
        let provider =
            self.word("provider", Provider::parse, "must be one of openai, anthropic, google, openai_compatible")?;
        Ok(NewModel {
            provider: provider.ok_or_else(|| ("provider", "is missing".to_owned()))?,
            model_name: self.text("model_name")?.ok_or_else(|| ("model_name", "is missing".to_owned()))?,
            display_name: self.text("display_name")?,
            alias: self.text("alias")?,
            default: self.switch("default")?,
            api_key: self.api_key(provider)?,
            base_url: self.text("base_url")?,
            wire: self.word("wire", Wire::parse, "must be responses or chat")?,
            tools: self.word("tools", ToolUse::parse, "must be auto or off")?.unwrap_or_default(),
            prices: self.prices()?,
            free: self.switch("free")?,
            fallback: self.text("fallback")?,
            limits: KeyLimits {
                max_concurrent: self.count("max_concurrent")?,
                requests_per_minute: self.count("requests_per_minute")?,
            },
        })
    }

    fn text(&self, key: &'static str) -> Result<Option<String>, Wrong> {
        match self.keys.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
            Some(_) => Err((key, "must be a text".into())),
        }
    }

    fn switch(&self, key: &'static str) -> Result<bool, Wrong> {
        match self.keys.get(key) {
            None => Ok(false),
            Some(Value::Bool(on)) => Ok(*on),
            Some(_) => Err((key, "must be true or false".into())),
        }
    }

    fn count(&self, key: &'static str) -> Result<Option<u32>, Wrong> {
        let Some(value) = self.keys.get(key) else { return Ok(None) };
        let count = value.as_u64().and_then(|count| u32::try_from(count).ok()).filter(|count| *count > 0);
        count.map(Some).ok_or_else(|| (key, "must be a whole number of at least 1".into()))
    }

    fn word<T>(&self, key: &'static str, parse: fn(&str) -> Option<T>, wanted: &str) -> Result<Option<T>, Wrong> {
        let Some(word) = self.text(key)? else { return Ok(None) };
        parse(&word).map(Some).ok_or_else(|| (key, wanted.to_owned()))
    }

    fn api_key(&self, provider: Option<Provider>) -> Result<SecretString, Wrong> {
        match (self.text("api_key_env")?, self.text("api_key_file")?) {
            (Some(_), Some(_)) => Err(("api_key_file", "must not be given beside api_key_env".into())),
            (Some(name), None) => {
                let value = self.env.get(&name).filter(|value| !value.trim().is_empty());
                let missing = || ("api_key_env", format!("names the environment variable {name}, which is not set"));
                Ok(SecretString::from(value.ok_or_else(missing)?.trim().to_owned()))
            }
            (None, Some(path)) => {
                let read = read_private(Path::new(&path))
                    .map_err(|error| ("api_key_file", format!("cannot be used: {error}")))?;
                Ok(SecretString::from(read.expose_secret().trim().to_owned()))
            }
            (None, None) if provider == Some(Provider::OpenAiCompatible) => Ok(NO_KEY.into()),
            (None, None) => Err(("api_key_env", "is missing: name the environment variable that holds the key".into())),
        }
    }

    fn prices(&self) -> Result<Option<Prices>, Wrong> {
        let wanted = "must be { input = 1.25, output = 10 } in USD per million tokens, with cached_input if it differs";
        let wrong = || ("prices", wanted.to_owned());
        let Some(value) = self.keys.get("prices") else { return Ok(None) };
        let prices = value.as_object().ok_or_else(wrong)?;
        if prices.keys().any(|key| !["input", "output", "cached_input"].contains(&key.as_str())) {
            return Err(wrong());
        }
        let amount = |key: &str| -> Result<Option<UsdMicros>, Wrong> {
            prices.get(key).map(|value| usd(value).map_err(|()| wrong())).transpose()
        };
        let input = amount("input")?.ok_or_else(wrong)?;
        let output = amount("output")?.ok_or_else(wrong)?;
        Ok(Some(Prices { input, output, cached_input: amount("cached_input")?.unwrap_or(input) }))
    }
}

/// A number, or a number in quotes.
fn usd(value: &Value) -> Result<UsdMicros, ()> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    UsdMicros::parse(text.trim()).ok_or(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(text: &str) -> Result<NewModel, String> {
        use figment::providers::{Format as _, Toml};
        let keys: Map<String, Value> = Toml::from_str(text).unwrap();
        let env = BTreeMap::from([("OPENAI_API_KEY".to_owned(), " sk-hunter2 ".to_owned())]);
        let mut problems = Problems::default();
        let read = read("f.toml", &[keys], &env, &mut problems);
        if problems.0.is_empty() { Ok(read.into_iter().next().unwrap()) } else { Err(problems.to_string()) }
    }

    #[test]
    fn a_profile_is_read() {
        let text = "provider = 'openai'\nmodel_name = 'gpt-5'\nalias = 'gpt'\ndefault = true\n\
                    api_key_env = 'OPENAI_API_KEY'\nwire = 'chat'\ntools = 'off'\n\
                    prices = { input = 1.25, output = 10, cached_input = '0.125' }\n\
                    fallback = 'claude'\nmax_concurrent = 4\nrequests_per_minute = 50";
        let read = model(text).unwrap();
        assert_eq!(read.api_key.expose_secret(), "sk-hunter2");
        assert_eq!((read.alias.as_deref(), read.default, read.wire), (Some("gpt"), true, Some(Wire::Chat)));
        assert_eq!(read.prices.unwrap().cached_input, UsdMicros(125_000));
        let limits = KeyLimits { max_concurrent: Some(4), requests_per_minute: Some(50) };
        assert_eq!((read.fallback.as_deref(), read.limits), (Some("claude"), limits));
        let local =
            "provider = 'openai_compatible'\nmodel_name = 'qwen'\nbase_url = 'http://127.0.0.1:1/v1'\nfree = true";
        assert_eq!(model(local).unwrap().api_key.expose_secret(), "none");
    }

    #[test]
    fn what_is_wrong_names_the_key_and_no_secret() {
        let start = "provider = 'openai'\nmodel_name = 'gpt-5'\n";
        for (text, told) in [
            ("provider = 'open'\n", "provider of [[models]] number 1 in f.toml must be one of openai"),
            ("provider = 'openai'\napi_key_env = 'OPENAI_API_KEY'", "model_name of [[models]] number 1"),
            (start, "api_key_env of [[models]] number 1 in f.toml is missing"),
            (&format!("{start}api_key_env = 'NOT_SET'"), "names the environment variable NOT_SET"),
            (
                &format!("{start}api_key = 'sk-hunter2'"),
                "api_key of [[models]] number 1 in f.toml is unknown: did you mean api_key_",
            ),
            (&format!("{start}api_key_env = 'OPENAI_API_KEY'\ndefault = 'sk-hunter2'"), "default of"),
            (&format!("{start}api_key_env = 'OPENAI_API_KEY'\nprices = {{ input = 'sk-hunter2' }}"), "prices of"),
            (&format!("{start}api_key_env = 'OPENAI_API_KEY'\nprices = {{ in = 1 }}"), "prices of"),
            (
                &format!("{start}api_key_env = 'OPENAI_API_KEY'\nmax_concurrent = 0"),
                "must be a whole number of at least 1",
            ),
            (&format!("{start}api_key_env = 'OPENAI_API_KEY'\nrequests_per_minute = 'x'"), "requests_per_minute of"),
        ] {
            let error = model(text).unwrap_err();
            assert!(error.contains(told) && !error.contains("hunter2"), "{text}: {error}");
        }
    }
}
