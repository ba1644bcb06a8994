//! Every form in which models send edits, and the prose around them.

use bakeoff::engine::patch::{MemoryFiles, RefusalCode, Tier, parse};

use super::tools::{refused, run, text_after, tiers};

const BASE: &str =
    "import os\n\n\ndef one(a):\n    x = a + 1\n    return x\n\n\ndef two(b):\n    y = b + 2\n    return y\n";
const ONE: &str =
    "import os\n\n\ndef one(a):\n    x = a + 10\n    return x\n\n\ndef two(b):\n    y = b + 2\n    return y\n";
const BOTH: &str =
    "import os\n\n\ndef one(a):\n    x = a + 10\n    return x\n\n\ndef two(b):\n    y = b + 20\n    return y\n";

fn base() -> MemoryFiles {
    MemoryFiles::of([("src/m.py", BASE), ("README.md", "# Title\n\nText.\n")])
}

/// Each of these changes `one` and nothing else.
const CHANGES_ONE: &[(&str, &str)] = &[
    (
        "git diff",
        "diff --git a/src/m.py b/src/m.py\nindex 111..222 100644\n--- a/src/m.py\n+++ b/src/m.py\n@@ -4,3 +4,3 @@ import os\n def one(a):\n-    x = a + 1\n+    x = a + 10\n     return x\n",
    ),
    (
        "bare names",
        "--- src/m.py\n+++ src/m.py\n@@ -4,3 +4,3 @@\n def one(a):\n-    x = a + 1\n+    x = a + 10\n     return x\n",
    ),
    (
        "wrong numbers",
        "--- a/src/m.py\n+++ b/src/m.py\n@@ -40,7 +44,9 @@\n def one(a):\n-    x = a + 1\n+    x = a + 10\n     return x\n",
    ),
    (
        "no numbers",
        "--- a/src/m.py\n+++ b/src/m.py\n@@ ... @@\n def one(a):\n-    x = a + 1\n+    x = a + 10\n     return x\n",
    ),
    (
        "one prefix only",
        "--- a/src/m.py\n+++ src/m.py\n@@ -4,3 +4,3 @@\n def one(a):\n-    x = a + 1\n+    x = a + 10\n     return x\n",
    ),
    (
        "other prefixes",
        "--- old/src/m.py\n+++ new/src/m.py\n@@ -4,3 +4,3 @@\n def one(a):\n-    x = a + 1\n+    x = a + 10\n     return x\n",
    ),
    (
        "time stamps",
        "--- src/m.py\t2024-01-01 10:00:00\n+++ src/m.py 2024-01-01 10:00:00 +0100\n@@ -4,3 +4,3 @@\n def one(a):\n-    x = a + 1\n+    x = a + 10\n     return x\n",
    ),
    (
        "fenced with prose",
        "I fix it:\n\n```diff\n--- a/src/m.py\n+++ b/src/m.py\n@@ -4,3 +4,3 @@\n def one(a):\n-    x = a + 1\n+    x = a + 10\n     return x\n```\n\nThat is all.\n",
    ),
    (
        "tildes",
        "~~~~ diff\n--- a/src/m.py\n+++ b/src/m.py\n@@ -1,2 +3,4 @@\n def one(a):\n-    x = a + 1\n+    x = a + 10\n     return x\n~~~~\n",
    ),
    (
        "tags",
        "<diff>\n--- a/src/m.py\n+++ b/src/m.py\n@@ -4,3 +4,3 @@\n def one(a):\n-    x = a + 1\n+    x = a + 10\n     return x\n</diff>\nDone.",
    ),
    (
        "no final newline in the answer",
        "--- a/src/m.py\n+++ b/src/m.py\n@@ -4,3 +4,3 @@\n def one(a):\n-    x = a + 1\n+    x = a + 10\n     return x",
    ),
    (
        "context without its space",
        "```diff\n--- a/src/m.py\n+++ b/src/m.py\n@@ -4,3 +4,3 @@\ndef one(a):\n-    x = a + 1\n+    x = a + 10\n    return x\n```",
    ),
    (
        "blank context without its space",
        "```diff\n--- a/src/m.py\n+++ b/src/m.py\n@@ -2,5 +2,5 @@\n\n\n def one(a):\n-    x = a + 1\n+    x = a + 10\n```",
    ),
    (
        "hunk below a heading",
        "**src/m.py**\n\n```diff\n@@ -4,3 +4,3 @@\n def one(a):\n-    x = a + 1\n+    x = a + 10\n     return x\n```",
    ),
    (
        "quoted path",
        "--- \"a/src/m\\056py\"\n+++ \"b/src/m\\056py\"\n@@ -4,3 +4,3 @@\n def one(a):\n-    x = a + 1\n+    x = a + 10\n     return x\n",
    ),
    (
        "search/replace, path above the fence",
        "src/m.py\n```python\n<<<<<<< SEARCH\n    x = a + 1\n=======\n    x = a + 10\n>>>>>>> REPLACE\n```\n",
    ),
    (
        "search/replace, path inside the fence",
        "```python\nsrc/m.py\n<<<<<<< SEARCH\n    x = a + 1\n=======\n    x = a + 10\n>>>>>>> REPLACE\n```\n",
    ),
    (
        "search/replace, path in the info",
        "```python src/m.py\n<<<<<<< SEARCH\n    x = a + 1\n=======\n    x = a + 10\n>>>>>>> REPLACE\n```\n",
    ),
    (
        "search/replace, heading",
        "### `src/m.py`\n\nChange the sum.\n\n```\n<<<<<<<<< SEARCH\n    x = a + 1\n=========\n    x = a + 10\n>>>>>>>>> REPLACE\n```\n",
    ),
    (
        "search/replace without fence",
        "File: src/m.py\n<<<<< SEARCH\n    x = a + 1\n=====\n    x = a + 10\n>>>>> REPLACE\n",
    ),
    (
        "search/replace, path in the marker",
        "<<<<<<< SEARCH src/m.py\n    x = a + 1\n=======\n    x = a + 10\n>>>>>>> REPLACE\n",
    ),
    (
        "search/replace, original/updated",
        "src/m.py\n<<<<<<< ORIGINAL\n    x = a + 1\n=======\n    x = a + 10\n>>>>>>> UPDATED\n",
    ),
    (
        "search/replace, dashes and pluses",
        "src/m.py\n------- SEARCH\n    x = a + 1\n=======\n    x = a + 10\n+++++++ REPLACE\n",
    ),
    (
        "search/replace, start line",
        "src/m.py\n<<<<<<< SEARCH\n:start_line:5\n-------\n    x = a + 1\n=======\n    x = a + 10\n>>>>>>> REPLACE\n",
    ),
    (
        "search/replace, fence inside",
        "src/m.py\n<<<<<<< SEARCH\n```python\n    x = a + 1\n```\n=======\n```python\n    x = a + 10\n```\n>>>>>>> REPLACE\n",
    ),
    (
        "search/replace in a sentence's file",
        "In `src/m.py` the sum is wrong:\n\n<<<<<<< SEARCH\n    x = a + 1\n=======\n    x = a + 10\n>>>>>>> REPLACE\n",
    ),
    (
        "search/replace, unindented",
        "src/m.py\n<<<<<<< SEARCH\nx = a + 1\nreturn x\n=======\nx = a + 10\nreturn x\n>>>>>>> REPLACE\n",
    ),
    (
        "tags of search and replace",
        "<edit path=\"src/m.py\">\n<search>\n    x = a + 1\n</search>\n<replace>\n    x = a + 10\n</replace>\n</edit>\n",
    ),
    (
        "begin patch",
        "*** Begin Patch\n*** Update File: src/m.py\n@@ def one(a):\n-    x = a + 1\n+    x = a + 10\n     return x\n*** End Patch\n",
    ),
    (
        "begin patch without end, fenced",
        "```\n*** Begin Patch\n*** Update File: src/m.py\n@@\n def one(a):\n-    x = a + 1\n+    x = a + 10\n```\n",
    ),
    ("begin patch without begin", "*** Update File: src/m.py\n-    x = a + 1\n+    x = a + 10\n     return x\n"),
    (
        "crlf answer",
        "--- a/src/m.py\r\n+++ b/src/m.py\r\n@@ -4,3 +4,3 @@\r\n def one(a):\r\n-    x = a + 1\r\n+    x = a + 10\r\n     return x\r\n",
    ),
    (
        "crlf search/replace",
        "src/m.py\r\n<<<<<<< SEARCH\r\n    x = a + 1\r\n=======\r\n    x = a + 10\r\n>>>>>>> REPLACE\r\n",
    ),
    (
        "trailing space",
        "--- a/src/m.py\n+++ b/src/m.py\n@@ -4,3 +4,3 @@\n def one(a):  \n-    x = a + 1 \n+    x = a + 10\n     return x\n",
    ),
    (
        "kept line sent as removed and added",
        "--- a/src/m.py\n+++ b/src/m.py\n@@ -4,3 +4,3 @@\n-def one(a):\n-    x = a + 1\n+def one(a):\n+    x = a + 10\n     return x\n",
    ),
    (
        "dot in front of the path",
        "--- ./src/m.py\n+++ ./src/m.py\n@@ -4,3 +4,3 @@\n def one(a):\n-    x = a + 1\n+    x = a + 10\n     return x\n",
    ),
];

#[test]
fn each_form_is_read() {
    for (name, answer) in CHANGES_ONE {
        assert_eq!(text_after(answer, &base(), "src/m.py"), ONE, "{name}");
    }
}

#[test]
fn whole_files_in_their_forms() {
    let fence = format!("```python\n{ONE}```\n");
    let table = [
        format!("**src/m.py**\n{fence}"),
        format!("### File: `src/m.py`\n\n{fence}"),
        format!("1. `src/m.py`:\n\n{fence}"),
        format!("```python title=\"src/m.py\"\n{ONE}```\n"),
        format!("```src/m.py\n{ONE}```\n"),
        format!("````python:src/m.py\n{ONE}````\n"),
        format!("<file path=\"src/m.py\">\n{ONE}</file>\n"),
        format!("<file path=\"src/m.py\">\n```python\n{ONE}```\n</file>\n"),
        format!("src/m.py (updated)\n~~~\n{ONE}~~~"),
    ];
    for answer in table {
        assert_eq!(text_after(&answer, &base(), "src/m.py"), ONE, "{answer}");
    }
    let new = "Create `src/new.py`:\n\n```python\nprint(1)\n```\n";
    assert_eq!(text_after(new, &base(), "src/new.py"), "print(1)\n");
    let inner = "docs/x.md\n````markdown\n# X\n\n```sh\nmake\n```\n\nEnd.\n````\n";
    assert_eq!(text_after(inner, &base(), "docs/x.md"), "# X\n\n```sh\nmake\n```\n\nEnd.\n");
    let nested = "docs/x.md\n```markdown\n# X\n\n```sh\nmake\n```\n\nEnd.\n```\n";
    assert_eq!(text_after(nested, &base(), "docs/x.md"), "# X\n\n```sh\nmake\n```\n\nEnd.\n");
}

#[test]
fn what_only_looks_like_a_whole_file_is_none() {
    let commands = "Run `src/m.py`:\n\n```sh\npython src/m.py\n```\n";
    assert!(run(commands, &base()).unwrap().patch.is_empty());
    let heading = "### src/m.py\n\nRun it:\n\n```sh\npython src/m.py\n```\n";
    assert!(run(heading, &base()).unwrap().patch.is_empty());
    let library = "### Node.js\n```js\nfoo()\n```\n";
    assert_eq!(refused(library, &base()), RefusalCode::Unclear);
    let doubtful = "docs/x.md\n```markdown\n# X\n\n```\nmake\n```\n\nEnd.\n```\n";
    assert_eq!(refused(doubtful, &base()), RefusalCode::Unclear);
    let open = "src/m.py\n```python\nprint(1)\n";
    assert_eq!(refused(open, &base()), RefusalCode::Unclear);
    let long: String = (0..60).map(|i| format!("line {i}\n")).collect();
    let tree = MemoryFiles::of([("long.txt", long.as_str())]);
    assert_eq!(refused("long.txt\n```\nline 3\nline four\n```\n", &tree), RefusalCode::Unclear);
}

#[test]
fn several_edits_of_one_file_come_together() {
    let table = [
        "--- a/src/m.py\n+++ b/src/m.py\n@@ -5 +5 @@\n-    x = a + 1\n+    x = a + 10\n@@ -10 +10 @@\n-    y = b + 2\n+    y = b + 20\n",
        "--- a/src/m.py\n+++ b/src/m.py\n@@ -5 +5 @@\n-    x = a + 1\n+    x = a + 10\n--- a/src/m.py\n+++ b/src/m.py\n@@ -10 +10 @@\n-    y = b + 2\n+    y = b + 20\n",
        "```diff\n--- a/src/m.py\n+++ b/src/m.py\n@@ -5 +5 @@\n-    x = a + 1\n+    x = a + 10\n```\nand\n```diff\n--- a/src/m.py\n+++ b/src/m.py\n@@ -10 +10 @@\n-    y = b + 2\n+    y = b + 20\n```\n",
        "src/m.py\n<<<<<<< SEARCH\n    x = a + 1\n=======\n    x = a + 10\n>>>>>>> REPLACE\n\n<<<<<<< SEARCH\n    y = b + 2\n=======\n    y = b + 20\n>>>>>>> REPLACE\n",
        "*** Begin Patch\n*** Update File: src/m.py\n@@ def one(a):\n-    x = a + 1\n+    x = a + 10\n@@ def two(b):\n-    y = b + 2\n+    y = b + 20\n*** End Patch",
        "src/m.py\n<<<<<<< SEARCH\n    x = a + 1\n=======\n    x = a + 10\n>>>>>>> REPLACE\n\n--- a/src/m.py\n+++ b/src/m.py\n@@ -10 +10 @@\n-    y = b + 2\n+    y = b + 20\n",
    ];
    for answer in table {
        assert_eq!(text_after(answer, &base(), "src/m.py"), BOTH, "{answer}");
    }
}

#[test]
fn several_files_new_deleted_and_renamed() {
    let answer = "diff --git a/src/m.py b/lib/m.py\nsimilarity index 90%\nrename from src/m.py\nrename to lib/m.py\n--- a/src/m.py\n+++ b/lib/m.py\n@@ -5 +5 @@\n-    x = a + 1\n+    x = a + 10\ndiff --git a/README.md b/README.md\ndeleted file mode 100644\n--- a/README.md\n+++ /dev/null\n@@ -1,3 +0,0 @@\n-# Title\n-\n-Text.\ndiff --git a/n.txt b/n.txt\nnew file mode 100644\n--- /dev/null\n+++ b/n.txt\n@@ -0,0 +1,2 @@\n+one\n+two\ndiff --git a/e.txt b/e.txt\nnew file mode 100644\nindex 000..e69\n";
    let applied = run(answer, &base()).unwrap();
    let mut after = base();
    after.change(&applied.changes);
    let files: Vec<&str> = after.files().keys().map(String::as_str).collect();
    assert_eq!(files, ["e.txt", "lib/m.py", "n.txt"]);
    assert_eq!(after.files()["lib/m.py"].1, ONE.as_bytes());
    let renamed = applied.patch.files().iter().find(|f| f.path == "lib/m.py").unwrap();
    assert_eq!((renamed.old_path.as_deref(), renamed.added_lines, renamed.removed_lines), (Some("src/m.py"), 1, 1));

    let begin = "*** Begin Patch\n*** Add File: n.txt\n+one\n+\n+two\n*** Delete File: README.md\n*** Update File: src/m.py\n*** Move to: lib/m.py\n@@\n-    x = a + 1\n+    x = a + 10\n*** End Patch\n";
    let mut after = base();
    after.change(&run(begin, &base()).unwrap().changes);
    assert_eq!(after.files().keys().collect::<Vec<_>>(), ["lib/m.py", "n.txt"]);
    assert_eq!(after.files()["n.txt"].1, b"one\n\ntwo\n");
}

#[test]
fn new_files_in_every_form() {
    let table = [
        "new.txt\n<<<<<<< SEARCH\n=======\nhello\n>>>>>>> REPLACE\n",
        "--- /dev/null\n+++ b/new.txt\n@@ -0,0 +1 @@\n+hello\n",
        "--- /dev/null\n+++ new.txt\n@@\n+hello\n",
        "--- a/new.txt\n+++ b/new.txt\n@@ -0,0 +1,3 @@\n+hello\n",
        "diff --git a/new.txt b/new.txt\nnew file mode 100644\n--- a/new.txt\n+++ b/new.txt\n@@ -0,0 +1 @@\n+hello\n",
        "*** Add File: new.txt\n+hello\n",
        "*** Begin Patch\n*** Add File: new.txt\nhello\n*** End Patch",
        "`new.txt`\n```\nhello\n```\n",
        "<file path=\"new.txt\">\nhello\n</file>",
    ];
    for answer in table {
        assert_eq!(text_after(answer, &base(), "new.txt"), "hello\n", "{answer}");
    }
    let bare = "--- /dev/null\n+++ b/new.txt\n@@ -0,0 +1 @@\n+hello\n\\ No newline at end of file\n";
    assert_eq!(text_after(bare, &base(), "new.txt"), "hello");
}

/// A folder may really be called `a` or `b`.
#[test]
fn prefixes_that_are_folders() {
    let tree = MemoryFiles::of([("a/x.txt", "one\n"), ("y.txt", "one\n")]);
    let same = "--- a/x.txt\n+++ a/x.txt\n@@ -1 +1 @@\n-one\n+two\n";
    assert_eq!(text_after(same, &tree, "a/x.txt"), "two\n");
    let git = "diff --git a/a/x.txt b/a/x.txt\n--- a/a/x.txt\n+++ b/a/x.txt\n@@ -1 +1 @@\n-one\n+two\n";
    assert_eq!(text_after(git, &tree, "a/x.txt"), "two\n");
    let plain = "--- a/y.txt\n+++ a/y.txt\n@@ -1 +1 @@\n-one\n+two\n";
    assert_eq!(text_after(plain, &tree, "y.txt"), "two\n");
}

#[test]
fn line_ends_and_the_final_newline_are_the_files_own() {
    let crlf = MemoryFiles::of([("w.txt", "one\r\ntwo\r\nthree\r\n")]);
    let answer = "--- a/w.txt\n+++ b/w.txt\n@@ -1,3 +1,4 @@\n one\n-two\n+zwei\n+mehr\n three\n";
    assert_eq!(text_after(answer, &crlf, "w.txt"), "one\r\nzwei\r\nmehr\r\nthree\r\n");
    let block = "w.txt\n<<<<<<< SEARCH\ntwo\n=======\nzwei\n>>>>>>> REPLACE\n";
    assert_eq!(text_after(block, &crlf, "w.txt"), "one\r\nzwei\r\nthree\r\n");
    assert_eq!(text_after("w.txt\n```\none\nzwei\nthree\n```\n", &crlf, "w.txt"), "one\r\nzwei\r\nthree\r\n");
    let bare = MemoryFiles::of([("w.txt", "one\ntwo")]);
    let kept = "--- a/w.txt\n+++ b/w.txt\n@@ -1,2 +1,2 @@\n one\n-two\n+zwei\n";
    assert_eq!(text_after(kept, &bare, "w.txt"), "one\nzwei");
    let given = "--- a/w.txt\n+++ b/w.txt\n@@ -1,2 +1,2 @@\n one\n-two\n\\ No newline at end of file\n+zwei\n";
    assert_eq!(text_after(given, &bare, "w.txt"), "one\nzwei\n");
    let ended = MemoryFiles::of([("w.txt", "one\ntwo\n")]);
    let taken = "--- a/w.txt\n+++ b/w.txt\n@@ -1,2 +1,2 @@\n one\n-two\n+two\n\\ No newline at end of file\n";
    assert_eq!(text_after(taken, &ended, "w.txt"), "one\ntwo");
    let appended = "--- a/w.txt\n+++ b/w.txt\n@@ -1,2 +1,3 @@\n one\n two\n+three\n";
    assert_eq!(text_after(appended, &bare, "w.txt"), "one\ntwo\nthree");
}

#[test]
fn looser_tiers_are_named() {
    let tree = MemoryFiles::of([(
        "t.md",
        "He said \u{201c}no\u{201d} twice \u{2014} loudly.\nSecond line.\ncafe\u{301} au lait\nlast one\n",
    )]);
    let table = [
        (
            "He said \"no\" twice - loudly.\nSecond line.",
            "He said \"no\" twice - loudly.\n2nd line.",
            Tier::Punctuation,
            "He said \u{201c}no\u{201d} twice \u{2014} loudly.\n2nd line.\n",
        ),
        (
            "caf\u{e9} au lait\nlast one",
            "caf\u{e9} au lait\nlast 1",
            Tier::Normalization,
            "cafe\u{301} au lait\nlast 1\n",
        ),
        ("Second line.  ", "2nd line.", Tier::TrailingSpace, "2nd line.\n"),
        ("  Second line.\n  last", "", Tier::Exact, ""),
    ];
    for (search, replace, tier, part) in table {
        let answer = format!("t.md\n<<<<<<< SEARCH\n{search}\n=======\n{replace}\n>>>>>>> REPLACE\n");
        if tier == Tier::Exact {
            assert_eq!(refused(&answer, &tree), RefusalCode::NotFound);
            continue;
        }
        assert!(text_after(&answer, &tree, "t.md").contains(part), "{search}");
        assert_eq!(tiers(&run(&answer, &tree).unwrap()), [tier], "{search}");
    }
}

#[test]
fn added_lines_take_the_files_indentation() {
    let go = MemoryFiles::of([("m.go", "func f() {\n\tif a {\n\t\tb()\n\t}\n}\n")]);
    let spaces = "m.go\n<<<<<<< SEARCH\n    if a {\n        b()\n    }\n=======\n    if a {\n        b()\n        if c {\n            d()\n        }\n    }\n>>>>>>> REPLACE\n";
    assert_eq!(
        text_after(spaces, &go, "m.go"),
        "func f() {\n\tif a {\n\t\tb()\n\t\tif c {\n\t\t\td()\n\t\t}\n\t}\n}\n"
    );
    let flat = "m.go\n<<<<<<< SEARCH\nif a {\n\tb()\n}\n=======\nif a {\n\tc()\n}\n>>>>>>> REPLACE\n";
    assert_eq!(text_after(flat, &go, "m.go"), "func f() {\n\tif a {\n\t\tc()\n\t}\n}\n");
}

#[test]
fn anchors_choose_among_places_alike() {
    let text = "class A:\n    def f(self):\n        return 1\n\nclass B:\n    def f(self):\n        return 1\n";
    let tree = MemoryFiles::of([("c.py", text)]);
    let want = text.replacen("return 1", "return 2", 2).replacen("return 2", "return 1", 1);
    let answer = "*** Begin Patch\n*** Update File: c.py\n@@ class B:\n@@     def f(self):\n-        return 1\n+        return 2\n*** End Patch\n";
    assert_eq!(text_after(answer, &tree, "c.py"), want);
    let none = "*** Begin Patch\n*** Update File: c.py\n@@     def f(self):\n-        return 1\n+        return 2\n*** End Patch\n";
    assert_eq!(refused(none, &tree), RefusalCode::Ambiguous);
    let numbered = "--- a/c.py\n+++ b/c.py\n@@ -7 +7 @@\n-        return 1\n+        return 2\n";
    assert_eq!(text_after(numbered, &tree, "c.py"), want);
    let twice = "c.py\n<<<<<<< SEARCH\n        return 1\n=======\n        return 2\n>>>>>>> REPLACE\n".repeat(2);
    assert_eq!(text_after(&twice, &tree, "c.py"), text.replace("return 1", "return 2"));
}

#[test]
fn the_summary_is_the_prose() {
    let answer = "I changed the sum.\n\n\nsrc/m.py\n```python\n<<<<<<< SEARCH\n    x = a + 1\n=======\n    x = a + 10\n>>>>>>> REPLACE\n```\n\nThis closes the gap.\n";
    let parsed = parse(answer);
    assert_eq!(parsed.summary, "I changed the sum.\n\nThis closes the gap.");
    assert_eq!((parsed.edits.len(), parsed.problems.len()), (1, 0));
    assert_eq!(parse("Nothing to do.").summary, "Nothing to do.");
}

#[test]
fn what_cannot_be_read_is_a_problem() {
    let table = [
        "src/m.py\n<<<<<<< SEARCH\n    x = a + 1\n=======\n    x = a + 10\n",
        "src/m.py\n<<<<<<< SEARCH\n    x = a + 1\n>>>>>>> REPLACE\n",
        "src/m.py\n<<<<<<< SEARCH\nTitle\n=======\nx\n=======\nTitel\n>>>>>>> REPLACE\n",
        "<<<<<<< SEARCH\n    x = a + 1\n=======\n    x = a + 10\n>>>>>>> REPLACE\n",
        "@@ -1 +1 @@\n-a\n+b\n",
        "--- a/src/m.py\n+++ b/src/m.py\nand so on\n",
        "diff --git a/src/m.py b/src/m.py\n--- a/README.md\n+++ b/README.md\n@@ -1 +1 @@\n-# Title\n+# Titel\n",
        "diff --git a/src/m.py b/c.py\ncopy from src/m.py\ncopy to c.py\n",
        "*** Update File: src/m.py\n*** End Patch\n",
    ];
    for answer in table {
        assert_eq!(refused(answer, &base()), RefusalCode::Unclear, "{answer}");
    }
}
