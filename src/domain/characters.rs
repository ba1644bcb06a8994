//! Which characters a reader can see: an allow-list of Unicode categories (M20, M36).

use unicode_properties::{GeneralCategory as G, UnicodeGeneralCategory};

/// Letters, marks and symbols by category that nevertheless show nothing: fillers, joiners, variation selectors.
const BLANK: [(char, char); 12] = [
    ('\u{034F}', '\u{034F}'),
    ('\u{115F}', '\u{1160}'),
    ('\u{17B4}', '\u{17B5}'),
    ('\u{180B}', '\u{180F}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{FE00}', '\u{FE0F}'),
    ('\u{FFA0}', '\u{FFA0}'),
    ('\u{FFFC}', '\u{FFFC}'),
    ('\u{16FE4}', '\u{16FE4}'),
    ('\u{1D159}', '\u{1D159}'),
    ('\u{E0100}', '\u{E01EF}'),
];

/// Whether `c` leaves no mark on the page or changes the order of others: controls other than `\n` and `\t`,
/// format and bidi characters, private use, unassigned, tags, fillers, variation selectors.
pub fn is_hidden(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control() && c != '\n' && c != '\t';
    }
    let category = c.general_category();
    matches!(
        category,
        G::Control
            | G::Format
            | G::PrivateUse
            | G::Unassigned
            | G::Surrogate
            | G::LineSeparator
            | G::ParagraphSeparator
    ) || BLANK.iter().any(|(first, last)| (*first..=*last).contains(&c))
}

/// `text` with every hidden character written out as `⟨U+202E⟩`, so that a reader sees what is there.
pub fn made_visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) {
            out.push_str(&format!("⟨U+{:04X}⟩", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m36_hidden_characters_are_known_and_shown() {
        for hidden in "\0\u{7}\r\u{7F}\u{85}\u{AD}\u{200B}\u{200D}\u{202E}\u{2028}\u{2066}\u{FEFF}\u{3164}\u{FE0F}\u{E0041}\u{E000}\u{378}".chars() {
            assert!(is_hidden(hidden), "{hidden:?}");
        }
        for seen in "aZ0 \n\té漢\u{A0}©→🚀́".chars() {
            assert!(!is_hidden(seen), "{seen:?}");
        }
        assert_eq!(made_visible("a\u{202E}b"), "a⟨U+202E⟩b");
    }
}
