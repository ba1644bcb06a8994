//! Lines that stand for code that was left out.

use std::sync::LazyLock;

use regex::Regex;

const MARKS: &[&str] =
    &["{/*", "{#", "/*", "//", "<!--", "--", "#", ";", "%", "*", "(", "[", "' ", "REM ", "rem ", "\" "];
const WORDS: &[&str] = &[
    "rest",
    "existing",
    "unchanged",
    "remaining",
    "remains",
    "same",
    "omitted",
    "previous",
    "other",
    "truncated",
    "snip",
    "as before",
    "keep",
    "code here",
    "no changes",
    // As models write it in other languages.
    "保持",
    "不变",
    "不變",
    "其余",
    "其餘",
    "其他",
    "省略",
    "既存",
    "同じ",
    "기존",
    "остальн",
    "без измен",
    "bestehend",
    "unverändert",
    "restlich",
];
const STARTS: &[&str] = &[
    "rest of the",
    "rest of code",
    "rest of file",
    "rest remains",
    "remaining code",
    "existing code",
    "previous code",
    "same as before",
    "unchanged code",
    "other code",
    "keep the rest",
    "the rest of the",
];

/// What says so without any dots, when nothing else is in the comment.
const ALONE: &[&str] = &[
    "same as before",
    "unchanged",
    "no changes",
    "no change",
    "as before",
    "remains the same",
    "code unchanged",
    "snip",
    "no changes here",
    "保持不變",
    "其余不变",
    "省略",
    "기존 코드 유지",
    "bestehender code",
];

/// A whole comment that says nothing else than that code which is known stands there.
static PHRASE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let stays = "stays|remains|is|are|stay|remain|kept|left";
    let what =
        "code|implementation|implementations|logic|functions?|methods?|class(es)?|file|body|contents?|lines|stuff";
    let whose = "the|your|this|that|all|our|my";
    Regex::new(&format!(
        "^(({whose}) )?((rest|remainder)( of)?( ({whose}))?( ({what}))?|(existing|previous|original|unchanged|remaining|other|same|keep existing|keep original|keep the existing) ({what})|({what}))\
         (( here| above| below| as above| as before| as is| unchanged| omitted| untouched| continues)| ({stays})( the same| unchanged| identical| as is| as before| untouched))*$"
    ))
    .inspect_err(|error| tracing::error!(%error, "the expression for left-out code is wrong"))
    .ok()
});

/// What such a comment must hold: `// the file` alone says nothing.
const TELLING: &[&str] = &[
    "rest",
    "remainder",
    "existing",
    "previous",
    "original",
    "unchanged",
    "remaining",
    "same",
    "omitted",
    "untouched",
    "as before",
    "as above",
    "identical",
    "as is",
    "other",
];

fn is_phrase(bare: &str) -> bool {
    bare.contains(' ')
        && TELLING.iter().any(|word| bare.contains(word))
        && PHRASE.as_ref().is_some_and(|phrase| phrase.is_match(bare))
}

/// Whether a line says "the rest stays" instead of holding it.
pub fn placeholder(line: &str) -> bool {
    if line.len() > 200 {
        return false;
    }
    if is_dots(line) {
        // In some languages dots alone are code.
        return line.contains(|c: char| "[](){}<>/*#".contains(c));
    }
    let line = line.trim();
    if let Some(remark) = line.strip_prefix("pass").map(str::trim_start).filter(|rest| rest.starts_with('#')) {
        return placeholder(remark);
    }
    let Some(inner) = inside_comment(line).or_else(|| line.strip_prefix('<')) else { return false };
    let text = inner.to_lowercase();
    let dotted = |t: &str| t.starts_with("...") || t.starts_with('…');
    let ended = text.trim_end_matches([')', ']', '}', '*', '/', '-', '>', ' ']);
    let trails =
        ended.ends_with("...") || ended.ends_with('…') || ended.ends_with("unchanged") || ended.ends_with("the same");
    let bare = text.trim_matches(|c: char| !c.is_alphanumeric());
    let both_ends = || dotted(&text) && (ended.ends_with("...") || ended.ends_with('…'));
    ALONE.contains(&bare)
        || bare.ends_with("保持不变")
        || is_phrase(bare)
        || (both_ends() && bare.chars().any(char::is_alphabetic))
        || (dotted(&text) && WORDS.iter().any(|w| text.contains(w)))
        || (trails && STARTS.iter().any(|s| text.starts_with(s)))
}

/// Whether a line of a whole file is only dots that stand for code. In Python they are a statement, so there they
/// count below a line that ends in a colon only if nothing says that they are a stub.
pub fn dots_alone(path: &str, lines: &[String], at: usize) -> bool {
    let text = lines.get(at).map_or("", |l| l.trim());
    let python = path.ends_with(".py") || path.ends_with(".pyi");
    matches!(text, "..." | "\u{2026}") && !python
}

/// Whether a line is nothing but dots or other marks that stand for lines left out.
pub fn is_dots(line: &str) -> bool {
    let text = line.trim();
    let dots = |c: char| matches!(c, '.' | '\u{2026}' | '\u{22ee}' | '\u{22ef}');
    let around = |c: char| dots(c) || "[](){}<>/*#-;% ".contains(c);
    text.chars().any(dots) && text.chars().all(around)
}

/// Whether a line is a comment that speaks of what stays, is left out or stands elsewhere. Only worth something where
/// it takes the place of code: people write such comments too.
pub fn speaks_of_the_rest(line: &str) -> bool {
    const STAYS: &[&str] =
        &["stays", "stay", "remain", "remains", "kept", "keep", "above", "below", "here", "is", "are"];
    let Some(inner) = inside_comment(line.trim()) else { return false };
    let text = inner.to_lowercase();
    let mut words = text.split(|c: char| !c.is_alphabetic());
    WORDS.iter().any(|word| text.contains(word))
        || (text.contains("as is") || text.contains("as it is") || text.contains("as they are"))
            && words.any(|w| STAYS.contains(&w))
}

/// What follows the comment's mark, or the line itself if it starts with dots.
fn inside_comment(line: &str) -> Option<&str> {
    let mut text = line;
    while let Some(rest) = MARKS.iter().find_map(|mark| text.strip_prefix(mark)) {
        text = rest.trim_start();
    }
    (text.len() < line.len() || bare_dots(text)).then_some(text)
}

/// Dots with a space behind them; without one they spread a value (`...rest,`).
fn bare_dots(text: &str) -> bool {
    let behind = text.strip_prefix("...").or_else(|| text.strip_prefix('…'));
    behind.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || "_$({[".contains(c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_told_from_comments() {
        let left_out = [
            "// ... existing code ...",
            "# ... rest of the file unchanged ...",
            "    // ... (rest of the code remains the same)",
            "<!-- ... existing content ... -->",
            "/* ... other methods ... */",
            "// rest of the code...",
            "{/* ... existing code ... */}",
            "# (rest of the file unchanged)",
            "... rest of the function ...",
            "// … unchanged …",
            "{# ... existing body unchanged ... #}",
            "' ... remaining functions unchanged ...",
            "REM ... rest unchanged",
            "[...]",
            "/* ... */",
            "<...>",
            "# snip",
            "[snip]",
            "# existing implementation",
            "(existing implementation)",
            "// your existing code",
            "// your existing code here",
            "// previous code here",
            "# same logic as above",
            "# 保持不变",
            "<existing code>",
            "// original code",
            "// keep existing logic here",
            "# implementation stays the same",
            "# body unchanged",
            "--- rest unchanged ---",
            "// rest of function",
            "// the rest is identical",
            "// ... 其余代码保持不变 ...",
            "// ... 其他代码保持不变",
            "// ... 既存のコード ...",
            "# 기존 코드 유지",
            "// ... остальной код ...",
            "// ... el resto del código sigue igual ...",
            "pass  # as before",
        ];
        for line in left_out {
            assert!(placeholder(line), "{line}");
        }
        let real = [
            "...",
            "    ...",
            "# Skip the rest of the file...",
            "// Keep the same order as before.",
            "print('...')",
            "foo(...rest)",
            "let { a, ...rest } = b;",
            "# ... and so on",
            "// existing code paths call this",
            "...rest,",
            "...existing,",
            "// other",
            "# The original code of the country.",
            "// Keep the body small.",
            "# the file",
            "<original>",
            "// implementation",
            "<div>",
            "pass  # nothing to do",
        ];
        for line in real {
            assert!(!placeholder(line), "{line}");
        }
    }

    #[test]
    fn what_stands_in_for_lines_is_told_from_code() {
        for line in ["...", "  \u{2026}", ".", "\u{22ee}", "[...]", "# ...", "/* ... */", "// …"] {
            assert!(is_dots(line), "{line}");
        }
        for line in ["...rest", "a.b", "..", "}", "", "()", "# ... and so on"] {
            assert!(line == ".." || !is_dots(line), "{line}");
        }
        for line in ["-- (items table stays as it is)", "# other helpers", "// rest", "/* same as before */"] {
            assert!(speaks_of_the_rest(line), "{line}");
        }
        for line in ["// Rounds up.", "stays as it is", "# adds two numbers"] {
            assert!(!speaks_of_the_rest(line), "{line}");
        }
    }
}
