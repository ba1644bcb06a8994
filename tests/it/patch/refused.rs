//! What must be refused although it looks honest: applied already, another line removed, more than one place.

use bakeoff::engine::patch::{MemoryFiles, RefusalCode, Rules, Tier, apply_answer};

use super::tools::{refused, run, text_after, tiers};
use super::unfit::{Unfit, another_line_removed, applied_already};

/// P15: a patch whose change is in the file already, as a diff and as blocks, with and without numbers.
#[test]
fn p15_30_applied_already() {
    for Unfit { path, file, answer } in applied_already(90) {
        let tree = MemoryFiles::of([(path.as_str(), file.as_str())]);
        let bare: String =
            answer.lines().map(|l| if l.starts_with("@@") { "@@ @@\n".to_owned() } else { format!("{l}\n") }).collect();
        for answer in [&answer, &bare] {
            let result = apply_answer(answer, &tree, &Rules::default());
            assert!(result.is_err(), "applied again:\n{answer}");
        }
    }
}

/// P15: a diff that removes a line which is not in the file.
#[test]
fn p15_30_another_line_removed() {
    for Unfit { path, file, answer } in another_line_removed(90) {
        let tree = MemoryFiles::of([(path.as_str(), file.as_str())]);
        assert_eq!(refused(&answer, &tree), RefusalCode::NotFound);
    }
}

#[test]
fn m30_the_first_of_several_places_is_never_taken() {
    let text = "start\n\ndo_it(1)\nend_it()\n\nmiddle\n\ndo_it(1)\nend_it()\n\nlast\n";
    let tree = MemoryFiles::of([("t.txt", text)]);
    let table = [
        "t.txt\n<<<<<<< SEARCH\ndo_it(1)\n=======\ndo_it(2)\n>>>>>>> REPLACE\n",
        "--- a/t.txt\n+++ b/t.txt\n@@ -1,2 +1,2 @@\n-do_it(1)\n+do_it(2)\n end_it()\n",
        "--- a/t.txt\n+++ b/t.txt\n@@ @@\n-do_it(1)\n+do_it(2)\n end_it()\n",
        "*** Begin Patch\n*** Update File: t.txt\n-do_it(1)\n+do_it(2)\n*** End Patch",
        "t.txt\n<<<<<<< SEARCH\n  do_it(1)\n=======\n  do_it(2)\n>>>>>>> REPLACE\n",
    ];
    for answer in table {
        assert_eq!(refused(answer, &tree), RefusalCode::Ambiguous, "{answer}");
    }
    let counts_lie = "--- a/t.txt\n+++ b/t.txt\n@@ -8,9 +8,9 @@\n-do_it(1)\n+do_it(2)\n end_it()\n";
    assert_eq!(refused(counts_lie, &tree), RefusalCode::Ambiguous);
    let exact = "--- a/t.txt\n+++ b/t.txt\n@@ -8,2 +8,2 @@\n-do_it(1)\n+do_it(2)\n end_it()\n";
    assert_eq!(
        text_after(exact, &tree, "t.txt"),
        text.replacen("do_it(1)", "do_it(2)", 2).replacen("do_it(2)", "do_it(1)", 1)
    );
}

/// The unchanged place of a pair must not get what its twin has already.
#[test]
fn m30_an_applied_change_does_not_go_to_the_next_place() {
    let tree = MemoryFiles::of([("t.txt", "open()\nadded()\nclose()\n\nopen()\nclose()\n")]);
    let table = [
        "t.txt\n<<<<<<< SEARCH\nopen()\n=======\nopen()\nadded()\n>>>>>>> REPLACE\n",
        "--- a/t.txt\n+++ b/t.txt\n@@ -1,2 +1,3 @@\n open()\n+added()\n close()\n",
        "--- a/t.txt\n+++ b/t.txt\n@@ @@\n open()\n+added()\n close()\n",
    ];
    for answer in table {
        assert_eq!(refused(answer, &tree), RefusalCode::AlreadyApplied, "{answer}");
    }
    let second = "--- a/t.txt\n+++ b/t.txt\n@@ -5,2 +5,3 @@\n open()\n+added()\n close()\n";
    assert!(run(second, &tree).is_ok());
}

#[test]
fn m30_one_context_line_may_differ_or_be_missing() {
    let text = "fn a() {\n    let first = 1;\n    let second = 2;\n\n    let third = 3;\n    done(third);\n}\n";
    let tree = MemoryFiles::of([("t.rs", text)]);
    let hunk = |lines: &str| format!("--- a/t.rs\n+++ b/t.rs\n@@ -1,4 +1,4 @@\n{lines}");
    let altered = hunk(" fn a() {\n     let first = one;\n-    let second = 2;\n+    let second = 22;\n");
    assert_eq!(text_after(&altered, &tree, "t.rs"), text.replace("second = 2", "second = 22"));
    assert_eq!(tiers(&run(&altered, &tree).unwrap()), [Tier::AlteredLine]);
    let dropped = hunk("     let second = 2;\n     let third = 3;\n-    done(third);\n+    finish(third);\n");
    assert_eq!(text_after(&dropped, &tree, "t.rs"), text.replace("done", "finish"));
    assert_eq!(tiers(&run(&dropped, &tree).unwrap()), [Tier::DroppedLine]);
    let refused_ones = [
        // two altered lines
        hunk(" fn b() {\n     let first = one;\n-    let second = 2;\n+    let second = 22;\n"),
        // a line missing beside an addition
        hunk("     let second = 2;\n+    let more = 0;\n     let third = 3;\n     done(third);\n"),
        // the removed line itself differs
        hunk(" fn a() {\n     let first = 1;\n-    let second = two;\n+    let second = 22;\n"),
        // two lines missing
        hunk(" fn a() {\n     let second = 2;\n-    done(third);\n+    finish(third);\n"),
        // nothing that tells the place
        hunk("+    let more = 0;\n"),
    ];
    for answer in refused_ones {
        assert_eq!(refused(&answer, &tree), RefusalCode::NotFound, "{answer}");
    }
}

#[test]
fn m30_indentation_that_stays_open_is_refused() {
    let tree = MemoryFiles::of([("t.py", "def f():\n    if a:\n        b()\n")]);
    let flat = "t.py\n<<<<<<< SEARCH\nif a:\nb()\n=======\nif a:\nc()\nd()\n>>>>>>> REPLACE\n";
    assert_eq!(refused(flat, &tree), RefusalCode::Indentation);
}

#[test]
fn placeholders_are_not_written() {
    let tree = MemoryFiles::of([("t.js", "function f() {\n  return 1;\n}\n")]);
    let table = [
        "t.js\n```js\nfunction f() {\n  return 2;\n}\n// ... rest of the code unchanged ...\n```\n",
        "t.js\n<<<<<<< SEARCH\n  return 1;\n=======\n  // ... existing code ...\n  return 2;\n>>>>>>> REPLACE\n",
        "--- a/t.js\n+++ b/t.js\n@@ -1,3 +1,4 @@\n function f() {\n-  return 1;\n+  // ... existing code ...\n+  return 2;\n }\n",
    ];
    for answer in table {
        assert_eq!(refused(answer, &tree), RefusalCode::Placeholder, "{answer}");
    }
}

#[test]
fn overlapping_changes_are_refused() {
    let tree = MemoryFiles::of([("t.txt", "one\ntwo\nthree\nfour\n")]);
    let table = [
        "--- a/t.txt\n+++ b/t.txt\n@@ -1,2 +1,2 @@\n one\n-two\n+zwei\n@@ -2,2 +2,2 @@\n-two\n+deux\n three\n",
        "--- a/t.txt\n+++ b/t.txt\n@@ -1,2 +1,3 @@\n one\n+x\n two\n@@ -1,2 +1,3 @@\n one\n+y\n two\n",
    ];
    for answer in table {
        assert_eq!(refused(answer, &tree), RefusalCode::Conflict, "{answer}");
    }
    // The same block again is the same change, not another one.
    let repeated = "t.txt\n<<<<<<< SEARCH\ntwo\n=======\nzwei\n>>>>>>> REPLACE\n".repeat(2);
    assert_eq!(text_after(&repeated, &tree, "t.txt"), "one\nzwei\nthree\nfour\n");
}
