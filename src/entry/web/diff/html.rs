//! Text into HTML.

/// Appends `text` so that nothing in it is markup, in an element's content or a quoted attribute.
pub(in crate::entry::web) fn escape(text: &str, out: &mut String) {
    replace(text, out, |byte| match byte {
        b'"' => Some("&quot;"),
        b'\'' => Some("&#39;"),
        other => markup(other),
    });
}

/// The same in an element's content only, where quotes mean nothing.
pub(in crate::entry::web) fn content(text: &str, out: &mut String) {
    replace(text, out, markup);
}

fn markup(byte: u8) -> Option<&'static str> {
    match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        _ => None,
    }
}

fn replace(text: &str, out: &mut String, safe: impl Fn(u8) -> Option<&'static str>) {
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let Some(safe) = safe(byte) else { continue };
        out.push_str(text.get(from..at).unwrap_or_default());
        out.push_str(safe);
        from = at + 1;
    }
    out.push_str(text.get(from..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m41_nothing_stays_markup() {
        let mut out = String::new();
        escape("é<a href=\"x\" b='y'>&amp;ü", &mut out);
        assert_eq!(out, "é&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;ü");
        out.clear();
        content("<a href=\"x\">&", &mut out);
        assert_eq!(out, "&lt;a href=\"x\"&gt;&amp;");
    }
}
