//! Money and token counts: whole millionths of a dollar, never floating point.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Millionths of a US dollar.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UsdMicros(pub i64);

impl UsdMicros {
    /// Nothing spent.
    pub const ZERO: Self = Self(0);

    /// Reads `2`, `2.5`, `0.000001`; `None` for anything else, negative amounts included.
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(part) || part.len() > 6 || whole.len() > 9 {
            return None;
        }
        let whole: i64 = whole.parse().ok()?;
        let part: i64 = format!("{part:0<6}").parse().ok()?;
        Some(Self(whole * 1_000_000 + part))
    }

    /// The nearest whole micro-dollar to `usd`; `None` when negative, not finite or out of range.
    pub fn from_usd(usd: f64) -> Option<Self> {
        if !usd.is_finite() || !(0.0..=1e9).contains(&usd) {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "range checked above")]
        Some(Self((usd * 1e6).round() as i64))
    }

    /// Dollars, for JSON answers.
    #[expect(clippy::cast_precision_loss, reason = "display only; exact below nine billion dollars")]
    pub fn as_usd(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// Sum that stops at the largest amount.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// Difference that stops at zero.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0).max(0))
    }
}

impl fmt::Display for UsdMicros {
    /// `$0.0042`, `$1.50`: at least two decimals, at most four; a nonzero amount below that is `<$0.0001`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 > 0 && self.0 < 100 {
            return f.write_str("<$0.0001");
        }
        let tenth_mills = (self.0 + 50) / 100;
        let (whole, part) = (tenth_mills / 10_000, tenth_mills % 10_000);
        if part % 100 == 0 { write!(f, "${whole}.{:02}", part / 100) } else { write!(f, "${whole}.{part:04}") }
    }
}

/// Tokens of one or more model calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens sent, cached ones included.
    pub input_tokens: i64,
    /// Tokens received, reasoning included.
    pub output_tokens: i64,
    /// The part of `input_tokens` that the provider had cached.
    pub cached_input_tokens: i64,
    /// The part of `input_tokens` that the provider wrote to its cache for a surcharge.
    #[serde(default)]
    pub cache_write_tokens: i64,
}

impl Usage {
    /// Adds another call's tokens.
    pub fn add(&mut self, other: Self) {
        self.input_tokens = self.input_tokens.saturating_add(other.input_tokens);
        self.output_tokens = self.output_tokens.saturating_add(other.output_tokens);
        self.cached_input_tokens = self.cached_input_tokens.saturating_add(other.cached_input_tokens);
        self.cache_write_tokens = self.cache_write_tokens.saturating_add(other.cache_write_tokens);
    }
}

/// What a million tokens cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prices {
    /// Per million input tokens.
    pub input: UsdMicros,
    /// Per million output tokens.
    pub output: UsdMicros,
    /// Per million cached input tokens.
    pub cached_input: UsdMicros,
}

impl Prices {
    /// A model that costs nothing (one's own machine).
    pub const FREE: Self = Self { input: UsdMicros::ZERO, output: UsdMicros::ZERO, cached_input: UsdMicros::ZERO };

    /// The price of `usage`, rounded up to a whole micro-dollar. Tokens written to a cache cost a quarter more than
    /// others, as at every vendor that counts them.
    pub fn cost(&self, usage: Usage) -> UsdMicros {
        let input = usage.input_tokens.max(0);
        let cached = usage.cached_input_tokens.clamp(0, input);
        let written = usage.cache_write_tokens.clamp(0, input - cached);
        let part = |tokens: i64, price: UsdMicros, quarters: i128| {
            (i128::from(tokens.max(0)) * i128::from(price.0)).saturating_mul(quarters)
        };
        let total = part(input - cached - written, self.input, 4)
            + part(written, self.input, 5)
            + part(cached, self.cached_input, 4)
            + part(usage.output_tokens, self.output, 4);
        UsdMicros(i64::try_from((total + 3_999_999) / 4_000_000).unwrap_or(i64::MAX))
    }

    /// The most that so many tokens can cost: nothing comes from a cache, all of it goes into one.
    pub fn worst(&self, input_tokens: i64, output_tokens: i64) -> UsdMicros {
        self.cost(Usage { input_tokens, output_tokens, cached_input_tokens: 0, cache_write_tokens: input_tokens })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_shows_amounts() {
        assert_eq!(UsdMicros::parse("2.50"), Some(UsdMicros(2_500_000)));
        assert_eq!(UsdMicros::parse("0.000001"), Some(UsdMicros(1)));
        for bad in ["", ".5", "-1", "1e3", "1.0000001", "1,5", "99999999999"] {
            assert_eq!(UsdMicros::parse(bad), None, "{bad}");
        }
        let shown: Vec<String> = [0, 1, 4_200, 1_500_000].map(|m| UsdMicros(m).to_string()).into();
        assert_eq!(shown, ["$0.00", "<$0.0001", "$0.0042", "$1.50"]);
    }

    #[test]
    fn a_price_is_rounded_up_and_cached_tokens_are_cheaper() {
        let prices =
            Prices { input: UsdMicros(3_000_000), output: UsdMicros(15_000_000), cached_input: UsdMicros(300_000) };
        let usage = Usage { input_tokens: 1_000, output_tokens: 10, cached_input_tokens: 600, cache_write_tokens: 0 };
        assert_eq!(prices.cost(usage), UsdMicros(400 * 3 + 180 + 150));
        assert_eq!(prices.cost(Usage { cache_write_tokens: 100, ..usage }), UsdMicros(300 * 3 + 375 + 180 + 150));
        assert_eq!(prices.worst(1_000, 10), UsdMicros(3_750 + 150));
        assert_eq!(prices.cost(Usage { input_tokens: 1, ..Usage::default() }), UsdMicros(3));
    }
}
