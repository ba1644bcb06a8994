//! Which files a search looks into, by a pattern such as `*.rs` or `src/**/test_*.{py,pyi}`.

use regex::Regex;

/// The pattern as a regular expression over whole paths; without `/` it is compared with the file's name.
pub fn compile(pattern: &str) -> Result<Regex, String> {
    let anchored = if pattern.contains('/') { "^" } else { "(?:^|/)" };
    let mut text = format!("(?i){anchored}");
    let mut chars = pattern.trim_start_matches("./").trim_start_matches('/').chars().peekable();
    let mut open = 0_usize;
    while let Some(c) = chars.next() {
        match c {
            '*' if chars.peek() == Some(&'*') => {
                chars.next();
                let slash = chars.next_if_eq(&'/').is_some();
                text.push_str(if slash { "(?:.*/)?" } else { ".*" });
            }
            '*' => text.push_str("[^/]*"),
            '?' => text.push_str("[^/]"),
            '{' => {
                open += 1;
                text.push_str("(?:");
            }
            '}' if open > 0 => {
                open -= 1;
                text.push(')');
            }
            ',' if open > 0 => text.push('|'),
            other => text.push_str(&regex::escape(other.encode_utf8(&mut [0; 4]))),
        }
    }
    text.push('$');
    Regex::new(&text).map_err(|_| "the argument `files` is no pattern such as `*.rs` or `src/**/*.py`".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_people_expect() {
        for (pattern, path, fits) in [
            ("*.rs", "src/a.rs", true),
            ("*.rs", "src/a.rsx", false),
            ("src/*.rs", "src/a/b.rs", false),
            ("src/**/*.rs", "src/a/b.rs", true),
            ("src/**/*.rs", "src/b.rs", true),
            ("*.{js,ts}", "x/y.TS", true),
            ("a+b?.txt", "a+bc.txt", true),
            ("**", "a/b", true),
        ] {
            assert_eq!(compile(pattern).unwrap().is_match(path), fits, "{pattern} {path}");
        }
        assert!(compile("{a").is_err());
    }
}
