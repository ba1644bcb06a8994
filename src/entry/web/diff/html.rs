//! Text into HTML.

/// Appends `text` so that nothing in it is markup, in an element's content or a quoted attribute.
pub(in crate::entry::web) fn escape(text: &str, out: &mut String) {
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let safe = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'\'' => "&#39;",
            _ => continue,
        };
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
    }
}
