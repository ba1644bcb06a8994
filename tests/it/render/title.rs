//! M35: an issue's title inside ours.

use bakeoff::domain::run::Letter;
use bakeoff::engine::render::{branch_name, safe_title};

use super::views::{run, task};

#[test]
fn m35_titles_lose_what_acts() {
    for (title, safe) in [
        ("Crash on an empty list", "Crash on an empty list"),
        ("Fix the crash", "Fix the crash"),
        ("a\nb\r\nc\td", "a b c d"),
        ("ask @org/team now", "ask org/team now"),
        ("see #12 and o/r#3", "see 12 and o/r3"),
        ("C# and F#", "C# and F#"),
        ("fixes #12", "12"),
        ("This closes: #12!", "This 12!"),
        ("Resolved GH-7", "GH 7"),
        ("closes https://github.com/o/r/issues/1", "github.com/o/r/issues/1"),
        ("closes o/r#4", "o/r4"),
        ("fixes fixes #12", "fixes 12"),
        ("fix[skip ci]es #12", "fix es 12"),
        ("x [skip ci]", "x"),
        ("[CI SKIP] x", "x"),
        ("x [no ci] y", "x y"),
        ("x [skip actions]", "x"),
        ("x [actions skip]", "x"),
        ("x [skip-ci]", "x"),
        ("x ***NO_CI***", "x"),
        ("[sk[skip ci]ip ci] x", "ip ci] x"),
        ("[bug] x", "[bug] x"),
        ("Signed-off-by: A <a@b.c>", "Signed-off-by A <ab.c>"),
        ("x skip-checks: true", "x skip-checks true"),
        ("Co-authored-by: A", "Co-authored-by A"),
        ("a\u{202E}b\u{200B}c", "abc"),
        ("\u{200B}@\u{200B}x", "x"),
        ("@@x", "x"),
        ("", ""),
        ("@", ""),
    ] {
        assert_eq!(safe_title(title, 100), safe, "{title:?}");
    }
    assert_eq!(safe_title("abcdef", 3), "abc…");
}

#[test]
fn branches_are_named_by_ids_only() {
    let name = |issue, attempt| branch_name(issue, task(), Letter::at(1), run(1), attempt).to_string();
    assert_eq!(name(Some(12), 1), "bakeoff/issue-12-b-000000000001");
    assert_eq!(name(Some(12), 3), "bakeoff/issue-12-b-000000000001-3");
    assert_eq!(name(None, 1), "bakeoff/task-00000000aaaa-b-000000000001");
}
