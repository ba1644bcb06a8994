//! Hidden-text samples: none of them brings its payload into a prompt, and what a reader sees stays.

use bakeoff::engine::context::clean::{Marker, clean, fence_untrusted};

/// Each holds `EVIL` where a reader of the page does not see it, and `seen` where one does.
const HIDDEN: [&str; 66] = [
    // HTML comments, closed and not, nested in other things
    "seen <!-- EVIL -->",
    "seen <!-- EVIL",
    "seen\n\n<!--\nEVIL\n\nEVIL\n-->",
    "seen <!-- a -- EVIL -->",
    "<!-- EVIL --!> EVIL --> seen",
    "seen <!--> ok <!-- EVIL -->",
    "seen &lt;!-- EVIL --&gt;",
    "seen &#60;!-- EVIL --&#62;",
    "seen &#x3C;!-- EVIL --&#x3e;",
    "seen &amp;lt;!-- EVIL --&amp;gt;",
    "seen &amp;#60;!-- EVIL -->",
    "seen <!<!-- x -->-- EVIL -->",
    "seen <<!-- x -->!-- EVIL -->",
    "> seen <!-- EVIL",
    "- seen\n  <!-- EVIL -->",
    "seen <!\u{200B}-- EVIL -->",
    "<!-- ``` -->\nseen\n<!-- EVIL -->\n```",
    "seen <![CDATA[ EVIL ]]>",
    "seen <?php EVIL ?>",
    "seen <!DOCTYPE EVIL>",
    "seen <? EVIL",
    // attributes
    "seen <span title=\"EVIL\"></span>",
    "seen <b title='EVIL'>seen</b>",
    "seen <a\nhref=\"x\"\ntitle=\"EVIL\">seen</a>",
    "<div data-x=\"EVIL\">seen</div>",
    "seen\n\n<div title=\"EVIL\n\nEVIL\">\n",
    "seen\n<div EVIL",
    "seen\n\n<div title=\"EVIL\n\nEVIL",
    "seen <EVIL>",
    "seen </EVIL>",
    "seen <EVIL/>",
    "seen <x-EVIL-y></x-EVIL-y>",
    "&lt;span title='EVIL'&gt;seen",
    // contents that are not shown
    "seen <script>EVIL</script>",
    "seen <style>EVIL</style>",
    "seen <template>EVIL</template>",
    "seen <textarea>EVIL</textarea>",
    "seen <noscript>EVIL</noscript>",
    "seen <title>EVIL</title>",
    "seen <svg><text>EVIL</text></svg>",
    "seen <iframe>EVIL",
    "seen <p hidden>EVIL</p>",
    "seen <span style=\"display:none\">EVIL</span>",
    "seen <span style='display : none'>EVIL</span>",
    "seen <span STYLE=\"visibility: hidden\">EVIL</span>",
    "seen <span style=\"font-size:0\">EVIL</span>",
    // images
    "seen ![EVIL](https://x/y.png)",
    "seen ![a [EVIL] b](https://x/y.png \"EVIL\")",
    "seen ![ok](https://x/y.png 'EVIL')",
    "seen ![EVIL][id]\n\n[id]: https://x/y.png",
    "seen ![EVIL]\n\n[EVIL]: https://x/y.png",
    "seen <img alt=\"EVIL\" src=x>",
    "seen <img src=x title=EVIL>",
    "seen ![EVIL\nEVIL](x)",
    // links
    "[seen](https://x \"EVIL\")",
    "[seen](https://x 'EVIL')",
    "[seen](https://x (EVIL))",
    "[seen](https://x\n\"EVIL\nEVIL\")",
    "[seen](<https://x> \"EVIL\")",
    "[seen][a]\n\n[a]: https://x \"EVIL\"",
    "[seen][a]\n\n[a]: https://x\n  'EVIL'",
    "[seen][a]\n\n[a]:\n  https://x\n  (EVIL)",
    "seen\n\n[//]: # (EVIL)",
    "seen\n\n[comment]: <> (EVIL)",
    "seen\n\n[EVIL]: #",
    "> seen\n>\n> [x]: # \"EVIL\"",
];

#[test]
fn m21_hidden_text_does_not_reach_the_prompt() {
    for sample in HIDDEN {
        let cleaned = clean(sample);
        assert!(!cleaned.text.contains("EVIL"), "{sample:?} → {:?}", cleaned.text);
        assert!(cleaned.text.contains("seen"), "{sample:?} → {:?}", cleaned.text);
    }
}

#[test]
fn m20_hidden_characters_are_taken_out_and_counted() {
    let tags: String = "EVIL".chars().filter_map(|c| char::from_u32(0xE0000 + u32::from(c))).collect();
    for (sample, text, removed) in [
        (format!("a{tags}b"), "ab", 4),
        ("a\u{202E}b\u{2066}c".into(), "abc", 2),
        ("a\u{200B}\u{200D}\u{FEFF}b".into(), "ab", 3),
        ("a\0\u{7}\u{1B}[31mb".into(), "a[31mb", 3),
        ("a\u{AD}b\u{3164}c\u{FE0F}".into(), "abc", 3),
        ("a\u{E000}b\u{378}".into(), "ab", 2),
        ("a&#x200B;&#8238;b&zwj;".into(), "ab", 3),
        ("`a\u{200B}b`".into(), "`ab`", 1),
        ("line\r\nline\rline\n\ttab".into(), "line\nline\nline\n\ttab", 0),
    ] {
        let cleaned = clean(&sample);
        assert_eq!((cleaned.text.as_str(), cleaned.removed), (text, removed), "{sample:?}");
    }
}

#[test]
fn what_a_reader_sees_stays() {
    for same in [
        "The `Vec<String>` and `HashMap<K, V>` in `x < y`.",
        "```rust\nlet x: Vec<String> = a && b; // <!-- in code -->\n```",
        "~~~html\n<input type=\"text\" disabled>\n~~~",
        "a < b and c > d, 1<2, x <- y, i<n",
        "if (a < b && c > d) { }",
        "Grüße, 漢字, 🚀",
        "- [ ] todo\n- [x] done",
        "[text](https://example.com/a_(b))",
        "see footnote[^1]\n\n[^1]: here",
        "a[i] = b[j]!",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> branch",
    ] {
        assert_eq!(clean(same).text, same);
    }
    for (text, shown) in [
        (
            "<details><summary>More</summary>inside</details>",
            "[collapsed part begins]\n\nMore\ninside\n[collapsed part ends]",
        ),
        ("see <https://example.com/x>", "see https://example.com/x"),
        ("mail <a@example.com>", "mail a@example.com"),
        ("a &lt; b &amp;&amp; c", "a < b && c"),
        ("<b>bold</b> text", "bold text"),
        ("![x](y) after", "[image] after"),
    ] {
        assert_eq!(clean(text).text.trim(), shown);
    }
}

#[test]
fn deep_markup_ends() {
    for sample in [
        "<".repeat(500) + &"b>".repeat(500),
        "&amp;".repeat(50) + &"amp;".repeat(5_000),
        "![".repeat(5_000),
        "](".repeat(20_000),
        "<a\n".repeat(10_000),
    ] {
        let cleaned = clean(&sample);
        assert_eq!(clean(&cleaned.text).text, cleaned.text);
    }
}

#[test]
fn m22_a_text_stands_between_markers_it_cannot_forge() {
    let marker = Marker::from_bits(0xABCD);
    let fenced = fence_untrusted("issue text", "hello", &marker).unwrap();
    let lines: Vec<&str> = fenced.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[0].contains(&marker.to_string()) && lines[2].contains(&marker.to_string()));
    assert!(fence_untrusted("issue text", &format!("x {marker}"), &marker).is_err());
    assert!(fence_untrusted("issue text", &marker.to_string().to_uppercase(), &marker).is_err());
    assert_ne!(Marker::random(), Marker::random());
    assert_eq!(Marker::random().to_string().len(), 32);
}
