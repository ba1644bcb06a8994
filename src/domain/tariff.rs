//! What a model costs, long prompts included.

use super::money::{Prices, Usage, UsdMicros};

/// Prices of a model; some models cost more when the prompt is long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tariff {
    /// The usual prices.
    pub usual: Prices,
    /// The number of prompt tokens above which other prices hold for the whole call, and those.
    pub long: Option<(i64, Prices)>,
}

impl Tariff {
    /// A model that costs nothing.
    pub const FREE: Self = Self { usual: Prices::FREE, long: None };

    /// The same prices for prompts of any length.
    pub fn flat(prices: Prices) -> Self {
        Self { usual: prices, long: None }
    }

    /// The prices of a call with so many prompt tokens.
    pub fn at(&self, prompt_tokens: i64) -> Prices {
        match self.long {
            Some((above, prices)) if prompt_tokens > above => prices,
            _ => self.usual,
        }
    }

    /// The price of one call.
    pub fn cost(&self, usage: Usage) -> UsdMicros {
        self.at(usage.input_tokens).cost(usage)
    }

    /// The most that one call of so many tokens can cost.
    pub fn worst(&self, input_tokens: i64, output_tokens: i64) -> UsdMicros {
        self.at(input_tokens).worst(input_tokens, output_tokens)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_prompt_costs_its_own_prices_as_a_whole() {
        let of = |dollars: i64| {
            let amount = |times: i64| UsdMicros(dollars * times * 1_000_000);
            Prices { input: amount(1), output: amount(5), cached_input: amount(0) }
        };
        let tariff = Tariff { usual: of(1), long: Some((1_000, of(2))) };
        let used = |input_tokens| Usage { input_tokens, output_tokens: 10, ..Usage::default() };
        assert_eq!(tariff.cost(used(1_000)), UsdMicros(1_050));
        assert_eq!(tariff.cost(used(1_001)), UsdMicros(2_102));
        assert_eq!((tariff.worst(1_000, 0), tariff.worst(1_004, 0)), (UsdMicros(1_250), UsdMicros(2_510)));
        assert_eq!(Tariff::flat(of(1)).worst(1_000_000, 0), UsdMicros(1_250_000));
    }
}
