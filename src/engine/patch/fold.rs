//! The folded form of a path, under which file systems may take two paths for one.

use unicode_normalization::UnicodeNormalization;

/// NFKC, case folded, without ignorable characters. Parts lose trailing dots and spaces; `\` counts as `/`.
/// Folding what is folded changes nothing.
pub fn fold(path: &str) -> String {
    if path.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return parts_trimmed(&path.to_ascii_lowercase());
    }
    let mut text = path.to_owned();
    for _ in 0..4 {
        let next = fold_once(&text);
        if next == text {
            break;
        }
        text = next;
    }
    text
}

fn fold_once(path: &str) -> String {
    let upper: String = path.chars().filter(|c| !is_ignorable(*c)).nfkc().flat_map(char::to_uppercase).collect();
    let lower: String = upper.chars().flat_map(char::to_lowercase).nfkc().filter(|c| !is_ignorable(*c)).collect();
    parts_trimmed(&lower)
}

fn parts_trimmed(path: &str) -> String {
    let parts: Vec<&str> = path.split(['/', '\\']).map(|part| part.trim_end_matches(['.', ' '])).collect();
    parts.join("/")
}

/// Characters that show nothing, are dropped by some file systems, or change the direction of text.
pub fn is_ignorable(c: char) -> bool {
    c.is_control() || is_invisible(c)
}

/// As [`is_ignorable`] without the control characters (tabs and line ends are ordinary in text).
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}
