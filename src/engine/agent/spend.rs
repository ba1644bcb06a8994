//! What a call can cost at most, and how much answer the money allows.

use crate::adapters::llm::{ChatRequest, estimate_request};
use crate::domain::money::UsdMicros;
use crate::domain::tariff::Tariff;

/// The fewest output tokens worth paying for.
pub const LEAST_OUTPUT_TOKENS: u32 = 256;

/// An estimate counts bytes, so it can be too low on unusual text; a call is planned with this much more.
const MARGIN_PERCENT: i64 = 15;

/// An answer is not made shorter than this to leave money for a provider that counts more than planned.
const ENOUGH_OUTPUT_TOKENS: u32 = 4_096;

/// Input tokens a request is planned with.
pub fn planned_input(request: &ChatRequest) -> i64 {
    let estimate = estimate_request(request);
    estimate + estimate * MARGIN_PERCENT / 100
}

/// The most that `input_tokens` and `output_tokens` can cost.
pub fn price(tariff: &Tariff, input_tokens: i64, output_tokens: u32) -> UsdMicros {
    tariff.worst(input_tokens, i64::from(output_tokens))
}

/// How many output tokens `available` leaves after the input; `None` when not even a short answer fits.
pub fn affordable_output(tariff: &Tariff, input_tokens: i64, wanted: u32, available: UsdMicros) -> Option<u32> {
    let left = available.minus(price(tariff, input_tokens, 0));
    if price(tariff, input_tokens, LEAST_OUTPUT_TOKENS) > available {
        return None;
    }
    let each = tariff.at(input_tokens).output.0;
    if each <= 0 {
        return Some(wanted);
    }
    let tokens = i128::from(left.0) * 1_000_000 / i128::from(each);
    Some(u32::try_from(tokens.clamp(0, i128::from(wanted))).unwrap_or(wanted).max(LEAST_OUTPUT_TOKENS))
}

/// How many output tokens to ask for, for an input that is `planned` and can be `most` at worst. Where the money allows
/// it, not even the worst passes what is `available`; near its end a call may, by the price of what the input is more
/// than planned, and there is none after it.
pub fn output_for(tariff: &Tariff, (planned, most): (i64, i64), wanted: u32, available: UsdMicros) -> Option<u32> {
    let sure = affordable_output(tariff, most.max(planned), wanted, available);
    sure.filter(|output| *output >= ENOUGH_OUTPUT_TOKENS.min(wanted))
        .or_else(|| affordable_output(tariff, planned, wanted, available))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Prices;

    const USUAL: Prices =
        Prices { input: UsdMicros(3_000_000), output: UsdMicros(15_000_000), cached_input: UsdMicros(300_000) };
    const LONG: Prices =
        Prices { input: UsdMicros(6_000_000), output: UsdMicros(30_000_000), cached_input: UsdMicros(600_000) };
    const PRICES: Tariff = Tariff { usual: USUAL, long: Some((100_000, LONG)) };

    #[test]
    fn the_answer_shrinks_with_the_money_and_never_costs_more() {
        assert_eq!(affordable_output(&PRICES, 1_000, 8_000, UsdMicros(1_000_000)), Some(8_000));
        let fits = affordable_output(&PRICES, 1_000, 8_000, UsdMicros(20_000)).unwrap();
        assert!(fits < 8_000 && price(&PRICES, 1_000, fits) <= UsdMicros(20_000), "{fits}");
        assert_eq!(affordable_output(&PRICES, 1_000, 8_000, UsdMicros(3_100)), None);
        assert_eq!(affordable_output(&PRICES, 100_001, 8_000, UsdMicros(757_000)), None, "a long prompt costs its own");
        assert_eq!(affordable_output(&Tariff::FREE, 1_000, 8_000, UsdMicros(0)), Some(8_000));
    }

    #[test]
    fn what_a_provider_counts_at_worst_is_paid_for_too_or_the_excess_is_known() {
        let (planned, most, wanted) = (10_000, 30_000, 16_000);
        for cents in [4, 5, 10, 12, 16, 20, 30, 40, 100] {
            let available = UsdMicros(cents * 10_000);
            let Some(output) = output_for(&PRICES, (planned, most), wanted, available) else {
                assert!(price(&PRICES, planned, LEAST_OUTPUT_TOKENS) > available, "{cents}");
                continue;
            };
            let (expected, worst) = (price(&PRICES, planned, output), price(&PRICES, most, output));
            assert!(expected <= available, "{cents}");
            let pays_for_worst = price(&PRICES, most, ENOUGH_OUTPUT_TOKENS) <= available;
            assert_eq!(worst <= available, pays_for_worst, "{cents}: {output}");
            let excess = price(&PRICES, most, 0).minus(price(&PRICES, planned, 0));
            assert!(worst <= available.plus(excess), "{cents}");
        }
    }
}
