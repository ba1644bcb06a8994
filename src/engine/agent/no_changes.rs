//! Whether an answer without edits says that there is nothing to change, in the words we asked for or in others.

use super::prompt::NO_CHANGES;

/// How models begin the sentence.
const BEGINNINGS: [&str; 10] = [
    "no changes are needed",
    "no changes are required",
    "no changes are necessary",
    "no change is needed",
    "no change is required",
    "no changes needed",
    "no changes required",
    "no changes necessary",
    "nothing needs to change",
    "nothing needs to be changed",
];

/// Sentences that say it with nothing around.
const WHOLE: [&str; 5] = ["no changes", "no change", "no change needed", "no change required", "nothing to change"];

/// Words by which a sentence speaks of the rest only.
const ELSEWHERE: [&str; 3] = ["other", "else", "rest"];

/// Whether one of the answer's sentences says it.
pub(super) fn says_no_changes(answer: &str) -> bool {
    answer.contains(NO_CHANGES) || answer.split(['.', '!', '\n', ':', ';']).any(says_it)
}

fn says_it(sentence: &str) -> bool {
    let plain = sentence.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let of_the_rest = || plain.split(|c: char| !c.is_alphabetic()).any(|word| ELSEWHERE.contains(&word));
    WHOLE.contains(&plain.as_str()) || (BEGINNINGS.iter().any(|start| plain.starts_with(start)) && !of_the_rest())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_says_it_in_its_own_words_or_not_at_all() {
        for (answer, says) in [
            ("NO CHANGES NEEDED: the code is right.", true),
            ("The code is right already. No changes are needed.", true),
            ("**No changes**", true),
            ("I looked at it.\n\nNo change is required, because `add` adds.", true),
            ("Nothing to change!", true),
            ("I would rename it. No changes needed in the other files.", false),
            ("There should be no changes needed after this", false),
            ("I cannot say.", false),
            ("", false),
        ] {
            assert_eq!(says_no_changes(answer), says, "{answer}");
        }
    }
}
