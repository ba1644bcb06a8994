//! Keeps a growing conversation within what one call may take: the oldest tool results are shortened first, and say so.

use crate::adapters::llm::{ChatRequest, Turn};

use super::spend::planned_input;

/// Results up to this many bytes stay.
const KEPT_BYTES: usize = 400;
/// Once it is necessary, it is done down to this share, so that the provider's cache is not lost at every step.
const TARGET_PERCENT: i64 = 70;

/// Shortens until a call takes at most `max_input_tokens`. Gives how many results were shortened; `None` when it does
/// not fit even so.
pub fn fit(request: &mut ChatRequest, max_input_tokens: i64) -> Option<usize> {
    if planned_input(request) <= max_input_tokens {
        return Some(0);
    }
    let target = max_input_tokens / 100 * TARGET_PERCENT;
    let mut shortened = 0;
    while planned_input(request) > target {
        if !shorten_oldest(request) {
            break;
        }
        shortened += 1;
    }
    (planned_input(request) <= max_input_tokens).then_some(shortened)
}

/// Shortens the oldest result that is still long; the newest turn stays whole.
fn shorten_oldest(request: &mut ChatRequest) -> bool {
    let older = request.turns.len().saturating_sub(1);
    let results = request.turns.iter_mut().take(older).flat_map(|turn| match turn {
        Turn::Tools(results) => results.iter_mut(),
        _ => [].iter_mut(),
    });
    for result in results {
        if result.output.len() > KEPT_BYTES {
            let characters = result.output.chars().count();
            result.output = format!(
                "[shortened: this result of {characters} characters was taken out to make room; call the tool again \
                 if you need it]"
            );
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::llm::ToolResult;

    fn result(output: String) -> Turn {
        Turn::Tools(vec![ToolResult { call_id: "c".into(), name: "read".into(), output, is_error: false }])
    }

    #[test]
    fn the_oldest_results_go_first_and_the_newest_stays() {
        let mut request = ChatRequest::single("s", "u", 100);
        request.turns.extend((0..4).map(|n| result(format!("{n}").repeat(3_000))));
        assert_eq!(fit(&mut request, 10_000), Some(0));
        assert_eq!(fit(&mut request, 4_000), Some(2));
        let outputs: Vec<String> = request
            .turns
            .iter()
            .filter_map(|turn| if let Turn::Tools(results) = turn { Some(results[0].output.clone()) } else { None })
            .collect();
        assert!(outputs[0].starts_with("[shortened: this result of 3000 characters"), "{}", outputs[0]);
        assert!(outputs[1].starts_with("[shortened") && outputs[2].starts_with('2') && outputs[3].starts_with('3'));
        assert_eq!(fit(&mut request, 500), None);
        let Some(Turn::Tools(last)) = request.turns.last() else { panic!("{request:?}") };
        assert_eq!(last[0].output.len(), 3_000);
    }
}
