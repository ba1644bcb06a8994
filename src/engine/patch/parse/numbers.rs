//! The header of a hunk.

use super::super::edit::Numbers;

/// Reads `@@ -1,2 +3,4 @@ rest`; counts may be missing (1), the last `@@` too. Gives the numbers and the rest.
pub fn read_header(line: &str) -> Option<(Numbers, &str)> {
    let text = line.strip_prefix("@@")?.trim_start().strip_prefix('-')?;
    let (old_start, old_count, text) = range(text)?;
    let text = text.trim_start().strip_prefix('+')?;
    let (new_start, new_count, text) = range(text)?;
    let rest = text.trim_start();
    let rest = rest.strip_prefix("@@").unwrap_or(rest).trim();
    Some((Numbers { old_start, old_count, new_start, new_count }, rest))
}

fn range(text: &str) -> Option<(u32, u32, &str)> {
    let (start, text) = number(text)?;
    match text.strip_prefix(',') {
        Some(after) => number(after).map(|(count, rest)| (start, count, rest)),
        None => Some((start, 1, text)),
    }
}

fn number(text: &str) -> Option<(u32, &str)> {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = text.get(..text.len() - rest.len())?;
    Some((digits.parse().ok()?, rest))
}
