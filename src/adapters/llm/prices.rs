//! Known prices, from a table with date and source.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::domain::model::Provider;
use crate::domain::money::{Prices, UsdMicros};
use crate::domain::tariff::Tariff;

/// TOML of the plainest kind: sections, and rows of strings.
const TABLE: &str = include_str!("prices.toml");

/// By provider and model.
type Table = HashMap<(Provider, String), Tariff>;

/// What a million tokens of this model cost; `None` when the table does not know it, as for every compatible server.
///
/// A dated name (`gpt-5-2025-08-07`, `claude-sonnet-4-5-20250929`, `…-latest`) is found by the name before the date.
pub fn known(provider: Provider, model_name: &str) -> Option<Tariff> {
    let name = model_name.strip_prefix("models/").unwrap_or(model_name);
    let row = |name: &str| table().get(&(provider, name.to_owned()));
    row(name).or_else(|| row(undated(name)?)).copied()
}

fn table() -> &'static Table {
    static PARSED: OnceLock<Table> = OnceLock::new();
    // A test holds every line readable; one that is not would only leave its model without a price.
    PARSED.get_or_init(|| parse(TABLE).into_iter().flatten().collect())
}

/// The rows; `None` for a line that cannot be read.
fn parse(table: &str) -> Vec<Option<((Provider, String), Tariff)>> {
    let mut provider = None;
    let mut rows = Vec::new();
    for line in table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            Some(section) => provider = Provider::parse(section),
            None => rows.push(parse_row(provider, line)),
        }
    }
    rows
}

fn parse_row(provider: Option<Provider>, line: &str) -> Option<((Provider, String), Tariff)> {
    let (name, values) = line.split_once(" = ")?;
    let (name, values): (String, Vec<String>) = (serde_json::from_str(name).ok()?, serde_json::from_str(values).ok()?);
    let row = match &values[..] {
        [input, cached, output] => Tariff::flat(prices(input, cached, output)?),
        [input, cached, output, above, long @ ..] => {
            let [long_input, long_cached, long_output] = long else { return None };
            let long = (above.parse().ok()?, prices(long_input, long_cached, long_output)?);
            Tariff { usual: prices(input, cached, output)?, long: Some(long) }
        }
        _ => return None,
    };
    Some(((provider?, name), row))
}

fn prices(input: &str, cached: &str, output: &str) -> Option<Prices> {
    let read = UsdMicros::parse;
    Some(Prices { input: read(input)?, output: read(output)?, cached_input: read(cached)? })
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
        let rows = parse(TABLE);
        assert!(rows.len() > 60);
        for row in rows {
            let ((provider, name), row) = row.unwrap();
            let long = row.long.map_or(row.usual, |(_, prices)| prices);
            for prices in [row.usual, long] {
                assert!(prices.cached_input <= prices.input && prices.input < prices.output, "{name}");
            }
            assert_eq!(row.long.is_some(), row.usual.input < long.input, "{name}");
            assert_eq!(known(provider, &name), Some(row), "{name}: twice in the table?");
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
