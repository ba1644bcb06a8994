//! Patches made to do harm (F099–F112): each is refused with its own reason, and nothing changes.

use bakeoff::engine::patch::{MemoryFiles, Mode, RefusalCode, Rules, Warning};

use super::tools::{refused, run, run_with};

fn base() -> MemoryFiles {
    let mut tree = MemoryFiles::of([
        ("src/m.py", "one\ntwo\nthree\n"),
        ("README.md", "# Title\n"),
        (".github/workflows/ci.yml", "on: push\n"),
        (".env", "KEY=1\n"),
        ("docs/guide.md", "text\n"),
    ]);
    tree.put("run.sh", Mode::Executable, b"#!/bin/sh\necho one\n".to_vec());
    tree.put("link", Mode::Link, b"/etc/passwd".to_vec());
    tree.put("folder-link", Mode::Link, b"..".to_vec());
    tree.put("module", Mode::Submodule, Vec::new());
    tree.put("logo.png", Mode::File, b"\x89PNG\0\0".to_vec());
    tree
}

fn new(path: &str) -> String {
    format!("--- /dev/null\n+++ {path}\n@@ -0,0 +1 @@\n+x\n")
}

fn new_mode(path: &str, mode: &str) -> String {
    format!("diff --git a/{path} b/{path}\nnew file mode {mode}\n--- /dev/null\n+++ b/{path}\n@@ -0,0 +1 @@\n+x\n")
}

fn edit(path: &str, extended: &str) -> String {
    format!(
        "diff --git a/{path} b/{path}\n{extended}--- a/{path}\n+++ b/{path}\n@@ -1,3 +1,3 @@\n one\n-two\n+zwei\n three\n"
    )
}

fn rename(from: &str, to: &str) -> String {
    format!("diff --git a/{from} b/{to}\nsimilarity index 100%\nrename from {from}\nrename to {to}\n")
}

fn delete(path: &str, lines: &str) -> String {
    format!(
        "diff --git a/{path} b/{path}\ndeleted file mode 100644\n--- a/{path}\n+++ /dev/null\n@@ -1 +0,0 @@\n{lines}"
    )
}

#[test]
fn f099_f112_the_evil_table() {
    use RefusalCode::{
        BadMode, BadPath, Binary, CaseCollision, Conflict, Exists, Forbidden, Missing, NotAFile, NotFound,
        TooManyFiles, Unclear,
    };
    let many: String = (0..201).map(|i| new(&format!("b/f{i}.txt"))).collect();
    let table: Vec<(&str, String, RefusalCode)> = vec![
        ("f099 parent", new("b/../../etc/passwd"), BadPath),
        ("f099 parent in the middle", new("b/src/../../x"), BadPath),
        ("f099 absolute", new("/etc/cron.d/x"), BadPath),
        ("f099 backslash", new("b/src\\x"), BadPath),
        ("f099 quoted backslash", new("\"b/src\\\\..\\\\x\""), BadPath),
        ("f099 drive", new("b/C:/x"), BadPath),
        ("f099 quoted NUL", new("\"b/x\\000y\""), BadPath),
        ("f099 quoted newline", new("\"b/x\\ny\""), BadPath),
        ("f099 odd quoting", new("\"b/x\\qy\""), Unclear),
        ("f099 quoted parent", new("\"b/\\056\\056/x\""), BadPath),
        ("f099 wide slash and dots", new("b/\u{ff0e}\u{ff0e}\u{ff0f}x"), BadPath),
        ("f099 parent in search/replace", "../x\n<<<<<<< SEARCH\n=======\ny\n>>>>>>> REPLACE\n".into(), BadPath),
        ("f099 parent in begin patch", "*** Begin Patch\n*** Add File: ../x\n+y\n*** End Patch".into(), BadPath),
        ("f099 parent as move", "*** Begin Patch\n*** Update File: src/m.py\n*** Move to: ../m.py\n*** End Patch".into(), BadPath),
        ("f100 hooks", new("b/.git/hooks/post-checkout"), Forbidden),
        ("f100 case", new("b/.GiT/config"), Forbidden),
        ("f100 zero width", new("b/.g\u{200d}it/config"), Forbidden),
        ("f100 short name", new("b/GIT~1/config"), Forbidden),
        ("f100 trailing dot", new("b/.git./config"), Forbidden),
        ("f100 deeper", new("b/sub/.git/config"), Forbidden),
        ("f101 env", edit(".env", ""), Forbidden),
        ("f101 key", new("b/certs/X.KEY"), Forbidden),
        ("f101 quoted env", new("\"b/\\056env\""), Forbidden),
        ("f102 workflow", new("b/.github/workflows/x.yml"), Forbidden),
        ("f102 workflow case", new("b/.GitHub/Workflows/x.yml"), Forbidden),
        ("f102 workflow edit", edit(".github/workflows/ci.yml", ""), Forbidden),
        ("f102 workflow delete", delete(".github/workflows/ci.yml", "-on: push\n"), Forbidden),
        ("f102 owners", new("b/docs/codeowners"), Forbidden),
        ("f103 new link", new_mode("evil", "120000"), NotAFile),
        ("f103 retargeted link", "--- a/link\n+++ b/link\n@@ -1 +1 @@\n-/etc/passwd\n+/etc/shadow\n".into(), NotAFile),
        ("f103 file to link by index", edit("src/m.py", "index 111..222 120000\n"), NotAFile),
        ("f103 file to link by modes", edit("src/m.py", "old mode 100644\nnew mode 120000\n"), NotAFile),
        ("f103 link deleted", delete("link", "-/etc/passwd\n"), NotAFile),
        ("f103 link renamed", rename("link", "other"), NotAFile),
        ("f103 link as whole file", "`link`\n```\n/etc/shadow\n```\n".into(), NotAFile),
        ("f104 below a link", new("b/folder-link/x"), NotAFile),
        ("f104 edit below a link", edit("folder-link/src/m.py", ""), NotAFile),
        ("f104 below a file", new("b/README.md/x"), NotAFile),
        ("f105 gitlink", new_mode("sub", "160000"), NotAFile),
        ("f105 gitmodules", new("b/.gitmodules"), Forbidden),
        ("f105 submodule edit", edit("module", ""), NotAFile),
        ("f105 below a submodule", new("b/module/x"), NotAFile),
        ("f106 group writable", new_mode("x", "100666"), BadMode),
        ("f106 setuid", new_mode("x", "104755"), BadMode),
        ("f106 setuid on edit", edit("src/m.py", "old mode 100644\nnew mode 104755\n"), BadMode),
        ("f106 words", new_mode("x", "rwxrwxrwx"), BadMode),
        ("f106 new executable", new_mode("x.sh", "100755"), BadMode),
        ("f106 made executable", "diff --git a/README.md b/README.md\nold mode 100644\nnew mode 100755\n".into(), BadMode),
        ("f108 new over existing", new("b/README.md"), Exists),
        ("f108 file over folder", new("b/src"), Exists),
        ("f108 folder over file", new("b/run.sh/x"), NotAFile),
        ("f108 add over existing", "*** Begin Patch\n*** Add File: README.md\n+x\n*** End Patch".into(), Exists),
        ("f108 rename over existing", rename("README.md", "docs/guide.md"), Exists),
        ("f109 deleted and edited", delete("README.md", "-# Title\n") + "--- a/README.md\n+++ b/README.md\n@@ -1 +1 @@\n-# Title\n+# T\n", Conflict),
        ("f109 new twice", new("b/x") + &new("b/x"), Conflict),
        ("f109 renamed and new", rename("README.md", "x") + "\n" + &new("b/x"), Conflict),
        ("f109 case of a file", new("b/readme.MD"), CaseCollision),
        ("f109 case of a folder", new("b/SRC/x.py"), CaseCollision),
        ("f109 case among new ones", new("b/x/a") + &new("b/X/b"), CaseCollision),
        ("f109 compatible letters", new("b/\u{ff52}eadme.md"), CaseCollision),
        ("f109 file and folder", new("b/x") + &new("b/x/y"), NotAFile),
        ("f110 binary patch", "diff --git a/logo.png b/logo.png\nindex 111..222 100644\nGIT binary patch\nliteral 1\nIcmZPo000310RR91\n\n".into(), Binary),
        ("f110 new binary", "diff --git a/x b/x\nnew file mode 100644\nGIT binary patch\nliteral 9999999\nzzzzzz\n".into(), Binary),
        ("f110 files differ", "diff --git a/logo.png b/logo.png\nBinary files a/logo.png and b/logo.png differ\n".into(), Binary),
        ("f110 text edit of a binary", edit("logo.png", ""), Binary),
        ("f111 too many", many, TooManyFiles),
        ("f112 rename into workflows", rename("README.md", ".github/workflows/r.yml"), Forbidden),
        ("f112 rename out of secrets", rename(".env", "env.txt"), Forbidden),
        ("f112 rename into git", rename("README.md", ".git/x"), Forbidden),
        ("edit of nothing", edit("nothing.py", ""), Missing),
        ("delete of nothing", delete("nothing.py", "-x\n"), Missing),
        ("rename of nothing", rename("nothing.py", "x.py"), Missing),
        ("delete with other content", delete("README.md", "-# Other\n"), NotFound),
        ("rename without saying so", "--- a/README.md\n+++ b/other.md\n@@ -1 +1 @@\n-# Title\n+# T\n".into(), Conflict),
    ];
    assert!(table.len() >= 43);
    for (name, answer, code) in table {
        assert_eq!(refused(&answer, &base()), code, "{name}");
    }
}

#[test]
fn f107_an_edit_keeps_the_executable_bit() {
    let body = "--- a/run.sh\n+++ b/run.sh\n@@ -1,2 +1,2 @@\n #!/bin/sh\n-echo one\n+echo two\n";
    for header in ["", "diff --git a/run.sh b/run.sh\nindex 111..222 100644\n"] {
        let mut after = base();
        after.change(&run(&format!("{header}{body}"), &base()).unwrap().changes);
        assert_eq!(after.files()["run.sh"], (Mode::Executable, b"#!/bin/sh\necho two\n".to_vec()));
    }
}

#[test]
fn m29_the_operator_may_allow_executables() {
    let rules = Rules { allow_executables: true, ..Rules::default() };
    let applied = run_with(&new_mode("x.sh", "100755"), &base(), &rules).unwrap();
    assert!(applied.patch.text().contains("new file mode 100755"));
    assert!(run_with(&new_mode("x", "120000"), &base(), &rules).is_err());
    let plain = "diff --git a/run.sh b/run.sh\nold mode 100755\nnew mode 100644\n";
    let mut after = base();
    after.change(&run(plain, &base()).unwrap().changes);
    assert_eq!(after.files()["run.sh"].0, Mode::File);
}

#[test]
fn m30_a_rename_may_change_only_the_case() {
    let applied = run(&rename("README.md", "Readme.md"), &base()).unwrap();
    assert_eq!(applied.changes.len(), 2);
}

#[test]
fn m31_nothing_to_change_is_an_empty_patch() {
    let same = "src/m.py\n<<<<<<< SEARCH\ntwo\n=======\ntwo\n>>>>>>> REPLACE\n";
    let whole = "`src/m.py`\n```\none\ntwo\nthree\n```\n";
    let hunk = "--- a/src/m.py\n+++ b/src/m.py\n@@ -1,3 +1,3 @@\n one\n-two\n+two\n three\n";
    for answer in ["", "Nothing is wrong.", same, whole, hunk] {
        let applied = run(answer, &base()).unwrap();
        assert!(applied.patch.is_empty() && applied.changes.is_empty(), "{answer}");
    }
}

#[test]
fn m32_f114_a_reviewer_is_warned() {
    let answer = new("b/package.json")
        + "--- a/src/m.py\n+++ b/src/m.py\n@@ -1,3 +1,3 @@\n one\n-two\n+zw\u{202e}ei\u{200b}\n three\n";
    let warnings = run(&answer, &base()).unwrap().warnings;
    let want =
        [Warning::RunsInCi { path: "package.json".into() }, Warning::Invisible { path: "src/m.py".into(), count: 2 }];
    assert_eq!(warnings, want);
    assert_eq!(warnings[0].to_string(), "package.json is executed by CI or tools");
    assert_eq!(warnings[1].to_string(), "src/m.py gains 2 invisible or direction-changing characters");
}

#[test]
fn a_refusal_names_paths_harmlessly() {
    let refusal = run(&new("\"b/a\\n`b\\342\\200\\256c\""), &base()).unwrap_err();
    assert_eq!(refusal.reason, "the path `a\\u{a}\\u{60}b\\u{202e}c` holds a control or invisible character");
}

#[test]
fn a_refusal_quotes_the_nearest_lines() {
    let answer = "src/m.py\n<<<<<<< SEARCH\none\ntwo and a half\nthree\n=======\none\n3\nthree\n>>>>>>> REPLACE\n";
    let refusal = run(answer, &base()).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::NotFound);
    assert!(refusal.detail.contains("1|one\n2|two\n3|three\n"), "{}", refusal.detail);
    let missing = run(&edit("lib/m.py", ""), &base()).unwrap_err();
    assert!(missing.detail.contains("`src/m.py`"), "{}", missing.detail);
}
