//! Paths in git's diff headers: C-quoted where they hold unusual characters.

/// Reads a quoted path from its opening quote on; gives the path and what follows the closing quote. `None` when
/// the quote is not closed, an escape is unknown or the bytes are not UTF-8.
pub fn unquote(text: &str) -> Option<(String, &str)> {
    let inner = text.strip_prefix('"')?;
    let mut bytes = Vec::new();
    let mut rest = inner.char_indices();
    while let Some((at, c)) = rest.next() {
        match c {
            '"' => return Some((String::from_utf8(bytes).ok()?, inner.get(at + 1..)?)),
            '\\' => {
                let (_, escape) = rest.next()?;
                bytes.push(match escape {
                    '0'..='3' => octal(escape, rest.next()?.1, rest.next()?.1)?,
                    _ => simple(escape)?,
                });
            }
            _ => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    None
}

fn octal(high: char, middle: char, low: char) -> Option<u8> {
    let value = high.to_digit(8)? * 64 + middle.to_digit(8)? * 8 + low.to_digit(8)?;
    u8::try_from(value).ok()
}

fn simple(escape: char) -> Option<u8> {
    Some(match escape {
        'a' => 7,
        'b' => 8,
        't' => b'\t',
        'n' => b'\n',
        'v' => 11,
        'f' => 12,
        'r' => b'\r',
        '"' => b'"',
        '\\' => b'\\',
        _ => return None,
    })
}

/// A path as git prints it in a header: quoted only where it must be.
pub fn quote(path: &str) -> String {
    if !path.contains(['"', '\\']) && !path.chars().any(char::is_control) {
        return path.to_owned();
    }
    let mut text = String::from('"');
    for c in path.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            _ if c.is_control() => {
                let mut buffer = [0; 4];
                text.extend(c.encode_utf8(&mut buffer).bytes().map(|b| format!("\\{b:03o}")));
            }
            _ => text.push(c),
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoting_and_unquoting_are_inverse() {
        for path in ["a\"b", "tab\there", "back\\slash", "new\nline", "é\u{7f}"] {
            assert_eq!(unquote(&quote(path)), Some((path.to_owned(), "")), "{path:?}");
        }
        assert_eq!(quote("plain é.txt"), "plain é.txt");
        assert_eq!(unquote(r#""a/\056env" rest"#), Some(("a/.env".to_owned(), " rest")));
        assert_eq!(unquote(r#""\303\251""#), Some(("é".to_owned(), "")));
        for bad in [r#""open"#, r#""\q""#, r#""\377""#, r#""\40""#, "plain"] {
            assert_eq!(unquote(bad), None, "{bad}");
        }
    }
}
