//! Properties: reading never panics, printing and reading are inverse, what is refused changes nothing.

use bakeoff::engine::patch::{
    Action, FileChange, MemoryFiles, Mode, Overlay, Rules, apply, apply_answer, from_changes, parse, replay,
};
use proptest::prelude::*;

fn scrap() -> impl Strategy<Value = String> {
    let marks = prop::sample::select(vec![
        "--- a/x.txt\n",
        "+++ b/x.txt\n",
        "diff --git a/x.txt b/x.txt\n",
        "@@ -1,2 +1,2 @@\n",
        "@@\n",
        "@@ -0,0 +1 @@\n",
        " one\n",
        "-two\n",
        "+zwei\n",
        "one\n",
        "two\n",
        "\n",
        "\r\n",
        "```\n",
        "```diff\n",
        "~~~\n",
        "`x.txt`\n",
        "x.txt\n",
        "<<<<<<< SEARCH\n",
        "=======\n",
        ">>>>>>> REPLACE\n",
        "*** Begin Patch\n",
        "*** Update File: x.txt\n",
        "*** Add File: y.txt\n",
        "*** Delete File: x.txt\n",
        "*** Move to: z.txt\n",
        "*** End of File\n",
        "*** End Patch\n",
        "\\ No newline at end of file\n",
        "rename from x.txt\n",
        "rename to z.txt\n",
        "new file mode 100644\n",
        "deleted file mode 100644\n",
        "index 1..2 100755\n",
        "GIT binary patch\n",
        "--- /dev/null\n",
        "+++ /dev/null\n",
        "<file path=\"x.txt\">\n",
        "</file>\n",
        "<search>\n",
        "</search>\n",
        "<replace>\n",
        "</replace>\n",
        "\"",
        "\\",
        "\u{e9}",
        "\u{200b}",
        "`",
        " ",
        "\t",
        "@@@ -1 -1 +1 @@@\n",
        "--- \"a/\\303\n",
        ":start_line:1\n",
        "-------\n",
    ]);
    prop_oneof![8 => marks.prop_map(str::to_owned), 1 => ".{0,12}", 1 => any::<char>().prop_map(String::from)]
}

fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-c]{1,3}",
        1 => Just(String::new()),
        1 => prop::sample::select(vec!["-- a/x", "++ b/x", "@@ -1 +1 @@", "diff --git a/x b/x", "```", "    deep", "\ttab",
            "x\r", "=======", "<<<<<<< SEARCH", ">>>>>>> REPLACE", "*** End Patch", "\\ No newline", " ", "--- a/x", "+++ b/x"])
            .prop_map(str::to_owned),
    ]
}

fn text() -> impl Strategy<Value = String> {
    (prop::collection::vec(line(), 0..20), any::<bool>()).prop_map(|(lines, ended)| {
        let text = lines.join("\n");
        if ended && !text.is_empty() { text + "\n" } else { text }
    })
}

/// Two texts that share most lines.
fn pair() -> impl Strategy<Value = (String, String)> {
    (text(), prop::collection::vec((0_usize..20, line(), 0_u8..3), 0..5)).prop_map(|(old, edits)| {
        let mut lines: Vec<String> = old.split('\n').map(str::to_owned).collect();
        for (at, line, kind) in edits {
            let at = at % lines.len().max(1);
            match kind {
                0 => lines.insert(at, line),
                1 if lines.len() > 1 => drop(lines.remove(at)),
                _ => lines[at] = line,
            }
        }
        (old, lines.join("\n"))
    })
}

fn write(path: &str, text: &str) -> FileChange {
    FileChange { path: path.to_owned(), action: Action::Write { mode: Mode::File, bytes: text.as_bytes().to_vec() } }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn reading_and_applying_never_panic(scraps in prop::collection::vec(scrap(), 0..40)) {
        let answer = scraps.concat();
        let base = MemoryFiles::of([("x.txt", "one\ntwo\nthree\n")]);
        let before = base.clone();
        let result = apply_answer(&answer, &base, &Rules::default());
        prop_assert_eq!(&base, &before);
        if let Ok((applied, _)) = result {
            prop_assert_eq!(replay(applied.patch.text(), &base), Ok(applied.changes));
        }
    }

    #[test]
    fn any_text_is_read(answer in any::<String>()) {
        let parsed = parse(&answer);
        prop_assert!(parsed.summary.chars().count() <= 8_000);
    }

    /// What we print is read as what it was, replays to the byte, and applies to the same result.
    #[test]
    fn printing_and_reading_are_inverse((old, new) in pair(), (old2, new2) in pair()) {
        let base = MemoryFiles::of([("x", old.as_str()), ("y z/\"q\"", old2.as_str())]);
        let applied = from_changes(&[write("x", &new), write("y z/\"q\"", &new2)], &base, &Rules::default()).unwrap();
        prop_assert_eq!(replay(applied.patch.text(), &base), Ok(applied.changes.clone()));
        let parsed = parse(applied.patch.text());
        prop_assert_eq!(parsed.problems.len(), 0, "{}", applied.patch.text());
        prop_assert_eq!(parsed.edits.len(), applied.patch.files().len());
        prop_assert_eq!(parsed.summary.as_str(), "");
        if let Ok(again) = apply(&parsed.edits, &base, &Rules::default()) {
            prop_assert_eq!(again.changes, applied.changes, "{}", applied.patch.text());
            prop_assert_eq!(again.patch, applied.patch);
        }
    }

    /// Two edits one after the other are the same as their sum (the overlay of a tool-using model).
    #[test]
    fn an_overlay_sums_up((old, new) in pair(), last in text()) {
        let base = MemoryFiles::of([("x", old.as_str())]);
        let mut overlay = Overlay::new(&base);
        overlay.change(&[write("x", &new), write("n", "1")]);
        overlay.change(&[write("x", &last), FileChange { path: "n".into(), action: Action::Delete }]);
        let applied = from_changes(&overlay.changes(), &base, &Rules::default()).unwrap();
        let mut after = base.clone();
        after.change(&applied.changes);
        prop_assert_eq!(after, MemoryFiles::of([("x", last.as_str())]));
    }
}
