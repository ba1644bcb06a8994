//! Known prices, from a table with date and source.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use figment::Figment;
use figment::providers::{Format, Toml};
use serde::Deserialize;

use crate::domain::model::Provider;
use crate::domain::money::{Prices, UsdMicros};

const TABLE: &str = include_str!("prices.toml");

/// A row of the table: dollars per million tokens.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    input: String,
    output: String,
    /// Without it cached tokens cost what others cost.
    cached: Option<String>,
    long: Option<Box<LongRow>>,
}

/// The prices of a request whose prompt is longer than `above` tokens.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct LongRow {
    above: i64,
    input: String,
    output: String,
    cached: Option<String>,
}

/// Provider, then model.
type Table = BTreeMap<String, BTreeMap<String, Row>>;

/// What a million tokens of this model cost; `None` when the table does not know it, as for every compatible server.
///
/// A dated name (`gpt-5-2025-08-07`, `claude-sonnet-4-5-20250929`, `…-latest`) is found by the name before the date.
pub fn known(provider: Provider, model_name: &str) -> Option<Prices> {
    known_for(provider, model_name, 0)
}

/// The same for one request with a prompt of `prompt_tokens`: some models cost more when it is long.
pub fn known_for(provider: Provider, model_name: &str, prompt_tokens: i64) -> Option<Prices> {
    let models = table().get(provider.as_str())?;
    let name = model_name.strip_prefix("models/").unwrap_or(model_name);
    let row = models.get(name).or_else(|| models.get(undated(name)?))?;
    match &row.long {
        Some(long) if prompt_tokens > long.above => prices(&long.input, &long.output, long.cached.as_deref()),
        _ => prices(&row.input, &row.output, row.cached.as_deref()),
    }
}

fn table() -> &'static Table {
    static PARSED: OnceLock<Table> = OnceLock::new();
    // A test holds the file readable; a broken one would only mean that no price is known.
    PARSED.get_or_init(|| Figment::from(Toml::string(TABLE)).extract().unwrap_or_default())
}

fn prices(input: &str, output: &str, cached: Option<&str>) -> Option<Prices> {
    let input = UsdMicros::parse(input)?;
    let cached_input = cached.map_or(Some(input), UsdMicros::parse)?;
    Some(Prices { input, output: UsdMicros::parse(output)?, cached_input })
}

/// The name before `-latest`, `-20250929`, `-2025-08-07` or `-001`.
fn undated(name: &str) -> Option<&str> {
    let cuts = ["-latest".len(), "-2025-08-07".len(), "-20250929".len(), "-001".len()];
    cuts.into_iter().find_map(|cut| {
        let (head, tail) = name.split_at_checked(name.len().checked_sub(cut)?)?;
        let shape: String = tail.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
        ["-latest", "-0000-00-00", "-00000000", "-000"].contains(&shape.as_str()).then_some(head)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_can_be_read() {
        let table: Table = Figment::from(Toml::string(TABLE)).extract().unwrap();
        for provider in [Provider::OpenAi, Provider::Anthropic, Provider::Google] {
            let models = &table[provider.as_str()];
            assert!(models.len() >= 10, "{provider:?}");
            for (name, row) in models {
                let short = known(provider, name).unwrap_or_else(|| panic!("{name}"));
                let long = known_for(provider, name, i64::MAX).unwrap_or_else(|| panic!("{name}"));
                assert!(short.cached_input <= short.input && short.input < short.output, "{name}");
                assert_eq!(row.long.is_some(), short.input < long.input, "{name}");
            }
        }
    }

    #[test]
    fn dated_names_are_found_and_others_are_not() {
        let found = [
            (Provider::OpenAi, "gpt-5-2025-08-07", "gpt-5"),
            (Provider::OpenAi, "gpt-5-mini-2025-08-07", "gpt-5-mini"),
            (Provider::Anthropic, "claude-sonnet-4-5-20250929", "claude-sonnet-4-5"),
            (Provider::Anthropic, "claude-sonnet-4-20250514", "claude-sonnet-4"),
            (Provider::Anthropic, "claude-3-7-sonnet-latest", "claude-3-7-sonnet"),
            (Provider::Google, "models/gemini-2.5-flash-001", "gemini-2.5-flash"),
        ];
        for (provider, dated, name) in found {
            assert!(known(provider, name).is_some());
            assert_eq!(known(provider, dated), known(provider, name), "{dated}");
        }
        let unknown = [
            (Provider::OpenAiCompatible, "gpt-5"),
            (Provider::OpenAi, "gpt-5-turbo"),
            (Provider::OpenAi, "gpt-5-2025-08"),
            (Provider::OpenAi, ""),
            (Provider::Anthropic, "gpt-5"),
            (Provider::Google, "gemini-2.5-flashé"),
        ];
        for (provider, name) in unknown {
            assert_eq!(known(provider, name), None, "{name}");
        }
    }
}
