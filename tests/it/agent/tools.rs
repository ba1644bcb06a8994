//! The tools by themselves, over a real tree.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use bakeoff::adapters::llm::ToolCall;
use bakeoff::engine::agent::tools::{Catalog, Done, MAX_ANSWER_CHARS, Room, answer};
use bakeoff::engine::patch::{Rules, replay};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use super::bench::{Bench, FILES};
use super::canary;

fn room(catalog: &Catalog) -> Room<'_> {
    Room::new(catalog, &[], Instant::now() + Duration::from_secs(60))
}

fn made(name: &str, arguments: &Value) -> ToolCall {
    ToolCall { id: "c".into(), name: name.into(), arguments: arguments.to_string() }
}

/// One call: what the model reads without the markers, and whether it failed.
fn one(room: &mut Room<'_>, name: &str, arguments: Value) -> (String, bool) {
    let done = answer(room, &[made(name, &arguments)]).pop().unwrap();
    let lines: Vec<&str> = done.result.output.lines().collect();
    assert!(lines[0].starts_with("<<<result ") && lines[lines.len() - 1].starts_with("<<<end of result "), "{lines:?}");
    (lines[1..lines.len() - 1].join("\n"), done.result.is_error)
}

async fn with(files: &[(&str, &str)], rules: Rules) -> (Bench, Catalog) {
    let bench = Bench::of(files, |_| {}).await;
    let catalog = Catalog::new(bench.view.clone(), rules);
    (bench, catalog)
}

#[tokio::test]
async fn each_tool_answers_as_described() {
    let (_bench, catalog) = with(FILES, Rules::default()).await;
    let mut room = room(&catalog);
    let rows: &[(&str, Value, bool, &str)] = &[
        ("list", json!({}), false, "src/ (2 files)\nREADME.md"),
        ("list", json!({"path": "src"}), false, "greet.py\nmain.py"),
        ("list", json!({"path": ".", "recursive": true}), false, "README.md\nsrc/greet.py\nsrc/main.py"),
        ("list", json!({"path": "nope"}), true, "there is no folder `nope`"),
        (
            "list",
            json!({"path": "greet.py"}),
            true,
            "there is no folder `greet.py`; files of this name: `src/greet.py`",
        ),
        (
            "read",
            json!({"path": "README.md"}),
            false,
            "`README.md`, lines 1 to 3 of 3\n1|# Greetings\n2|\n3|Says hello.",
        ),
        (
            "read",
            json!({"path": "README.md", "from": 3, "to": 9}),
            false,
            "`README.md`, lines 3 to 3 of 3\n3|Says hello.",
        ),
        ("read", json!({"path": "README.md", "from": 4}), true, "`README.md` has lines 1 to 3, not 4 to 99999999"),
        ("read", json!({"path": "src"}), true, "`src` is a folder; use list"),
        (
            "search",
            json!({"pattern": "retur?n"}),
            false,
            "2 matching lines in 1 files\nsrc/greet.py\n  2|    return \"Helo, \" + name\n  6|    return \"Bye, \" + name",
        ),
        (
            "search",
            json!({"pattern": "HELLO", "ignore_case": true, "files": "*.md"}),
            false,
            "1 matching lines in 1 files\nREADME.md\n  3|Says hello.",
        ),
        ("search", json!({"pattern": "hello", "path": "src"}), false, "no match in 2 files"),
        ("search", json!({"pattern": "x", "path": "nowhere"}), true, "there is no such file to search"),
        (
            "edit",
            json!({"path": "src/greet.py", "old": "name", "new": "who"}),
            true,
            "`old` stands in `src/greet.py` at lines 1, 2, 5, 6, so it is not clear which is meant; take in more of the lines around",
        ),
        ("edit", json!({"path": "src/greet.py", "old": "x", "new": "x"}), true, "`old` and `new` are the same"),
        (
            "edit",
            json!({"path": "src/greet.py", "old": "\n\n", "new": "x"}),
            true,
            "`old` holds no text to find; copy the lines to change from the file",
        ),
        (
            "edit",
            json!({"path": "src/greet.py", "old": "Helo, ", "new": "Hello, "}),
            false,
            "changed `src/greet.py` (+1 −1)",
        ),
        (
            "edit",
            json!({"path": "src/greet.py", "old": "def part(name):\n  return \"Bye, \" + name\n", "new": "def part(name):\n  return \"Ciao, \" + name\n"}),
            false,
            "changed `src/greet.py` (+1 −1)\nnote: src/greet.py:5 was matched ignoring indentation",
        ),
        (
            "search",
            json!({"pattern": "Hello|Ciao"}),
            false,
            "2 matching lines in 1 files\nsrc/greet.py\n  2|    return \"Hello, \" + name\n  6|    return \"Ciao, \" + name",
        ),
        ("create", json!({"path": "a/b.txt", "content": "one\ntwo"}), false, "changed `a/b.txt` (+2 −0)"),
        ("read", json!({"path": "a/b.txt"}), false, "`a/b.txt`, lines 1 to 2 of 2\n1|one\n2|two"),
        ("create", json!({"path": "empty.txt", "content": ""}), false, "changed `empty.txt` (+0 −0)"),
        ("delete", json!({"path": "README.md"}), false, "changed `README.md` (+0 −3)"),
        ("delete", json!({"path": "README.md"}), true, "there is no file `README.md`; files of this name: `README.md`"),
        ("list", json!({}), false, "a/ (1 file)\nsrc/ (2 files)\nempty.txt"),
        ("create", json!({"path": "../up.txt", "content": "x"}), true, "the path `../up.txt` has a part `.` or `..`"),
        (
            "create",
            json!({"path": "SRC/x.py", "content": "x"}),
            true,
            "`SRC` and `src` are one path for some file systems",
        ),
        ("apply_patch", json!({"patch": "hello"}), true, "there is no diff and no search/replace block in it"),
    ];
    for (name, arguments, fails, expected) in rows {
        let (text, failed) = one(&mut room, name, arguments.clone());
        if *name == "delete" && *fails {
            assert!(failed && text.starts_with("there is no file `README.md`"), "{text}");
            continue;
        }
        assert_eq!((text.trim_end(), failed), (*expected, *fails), "{name} {arguments}");
    }
}

#[tokio::test]
async fn an_edit_keeps_line_ends_and_the_mode() {
    let bench = Bench::of(&[("dos.txt", "one\r\ntwo\r\nthree\r\n"), ("run.sh", "echo a\n")], |work| {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(work.join("run.sh"), std::fs::Permissions::from_mode(0o755)).unwrap();
    })
    .await;
    let catalog = Catalog::new(bench.view.clone(), Rules::default());
    let mut room = room(&catalog);
    let edits = [
        ("edit", json!({"path": "dos.txt", "old": "one\ntwo\n", "new": "1\n2\n2.5\n"})),
        ("delete", json!({"path": "run.sh"})),
        ("create", json!({"path": "run.sh", "content": "echo b\n"})),
    ];
    for (name, arguments) in edits {
        let (text, failed) = one(&mut room, name, arguments);
        assert!(!failed, "{text}");
    }
    let text = room.patch(Vec::new()).unwrap().patch.text().to_owned();
    assert!(text.contains("+1\r\n+2\r\n+2.5\r\n three\r\n"), "{text:?}");
    assert!(text.contains("+echo b") && !text.contains("mode 100644\n+++"), "{text}");
    assert!(!text.contains("new mode"), "{text}");
}

#[tokio::test]
async fn several_folders_are_looked_at_together() {
    let files = &[("api/a.py", "needle\n"), ("web/b.py", "needle\n"), ("docs/c.md", "needle\n")];
    let rules = Rules { folders: vec!["api".into(), "web/".into()], ..Rules::default() };
    let (_bench, catalog) = with(files, rules).await;
    let mut room = room(&catalog);
    assert_eq!(one(&mut room, "list", json!({})), ("api:\n  a.py\nweb:\n  b.py\n".into(), false));
    let found = one(&mut room, "search", json!({"pattern": "needle"})).0;
    assert!(found.contains("api/a.py") && found.contains("web/b.py") && !found.contains("docs"), "{found}");
    assert!(one(&mut room, "search", json!({"pattern": "needle", "path": "."})).0.contains("docs/c.md"));
    let edit = json!({"path": "docs/c.md", "old": "needle", "new": "thread"});
    let (why, failed) = one(&mut room, "edit", edit);
    assert!(failed && why.contains("outside `api`, `web`"), "{why}");
}

#[tokio::test]
async fn the_scope_is_where_tools_look_and_where_alone_they_change() {
    let rules = Rules { scope: Some("src".into()), ..Rules::default() };
    let (_bench, catalog) = with(FILES, rules).await;
    let mut room = room(&catalog);
    assert_eq!(one(&mut room, "list", json!({})).0.trim(), "greet.py\nmain.py");
    assert_eq!(one(&mut room, "search", json!({"pattern": "hello"})).0.trim(), "no match in 2 files");
    assert!(one(&mut room, "read", json!({"path": "README.md"})).0.contains("Says hello."));
    for (name, arguments) in [
        ("edit", json!({"path": "README.md", "old": "hello", "new": "bye"})),
        ("create", json!({"path": "x.txt", "content": "x"})),
        ("delete", json!({"path": "README.md"})),
    ] {
        let (text, failed) = one(&mut room, name, arguments);
        assert!(failed && text.contains("lies outside `src`"), "{name}: {text}");
    }
}

#[tokio::test]
async fn long_answers_are_cut_and_say_so() {
    let many: Vec<(String, String)> =
        (0..900).map(|n| (format!("folder{n:03}/a_file_with_a_long_name.txt"), format!("needle {n}\n"))).collect();
    let long = "x".repeat(200_000) + "\n" + &"word word word\n".repeat(3_000);
    let mut files: Vec<(&str, &str)> = many.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    files.push(("long.txt", &long));
    let (_bench, catalog) = with(&files, Rules::default()).await;
    let mut room = room(&catalog);
    for (name, arguments, note) in [
        ("list", json!({"recursive": true}), "[cut: "),
        ("list", json!({}), "[cut: "),
        ("read", json!({"path": "long.txt"}), "[cut: lines "),
        ("read", json!({"path": "long.txt", "to": 1}), "[cut: 199000 more characters in this line]"),
        ("search", json!({"pattern": "needle"}), "[cut: "),
        ("search", json!({"pattern": "word"}), "[more lines of this file match]"),
    ] {
        let done = answer(&mut room, &[made(name, &arguments)]).pop().unwrap();
        assert!(done.result.output.chars().count() <= MAX_ANSWER_CHARS, "{name}");
        assert!(done.result.output.contains(note), "{name}: {}", done.result.output);
        assert!(!done.result.is_error);
    }
    let calls: Vec<ToolCall> = (0..20).map(|_| made("read", &json!({"path": "long.txt"}))).collect();
    let done = answer(&mut room, &calls);
    assert_eq!(done.len(), 20);
    assert!(done[19].result.output.contains("not run: the results of this turn are too long"), "{:?}", done[19]);
}

/// Everything below a folder, with size and time.
fn snapshot(folder: &Path) -> BTreeMap<String, (u64, SystemTime)> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let meta = std::fs::symlink_metadata(entry.path()).unwrap();
            found.insert(entry.path().display().to_string(), (meta.len(), meta.modified().unwrap()));
            if meta.is_dir() {
                open.push(entry.path());
            }
        }
    }
    found
}

fn argument() -> impl Strategy<Value = Value> {
    let words = [
        "src/greet.py",
        "src/main.py",
        "README.md",
        ".env",
        "server.key",
        "environ",
        "innocent.txt",
        "public/deep/plan.txt",
        "private",
        "src",
        "",
        ".",
        "/",
        "/etc/passwd",
        "../work/.env",
        "new/file.py",
        "NEW/file.py",
        ".git/config",
        "big.txt",
        "binary.bin",
        "Helo",
        "canary",
        "name",
        ".*",
        "(",
        "a{1000}{1000}",
        "\\bdef\\b",
        "\0",
        "é\u{202e}",
        "**",
        "*.py",
        "--- a/.env\n+++ b/.env\n@@ -1 +1 @@\n-TOKEN\n+x\n",
        "*** Begin Patch\n*** Add File: ../x\n+x\n*** End Patch",
        "src/main.py\n<<<<<<< SEARCH\nfrom greet import greet\n=======\nimport greet\n>>>>>>> REPLACE\n",
        "line\n",
    ];
    prop_oneof![
        8 => prop::sample::select(words.to_vec()).prop_map(|word| json!(word)),
        1 => any::<String>().prop_map(Value::String),
        1 => any::<i64>().prop_map(|n| json!(n)),
        1 => any::<bool>().prop_map(|yes| json!(yes)),
        1 => Just(Value::Null),
    ]
}

fn any_call() -> impl Strategy<Value = (String, String)> {
    let names = ["list", "read", "search", "edit", "create", "delete", "apply_patch", "finish", "shell", ""];
    let fields = [
        "path",
        "from",
        "to",
        "pattern",
        "files",
        "ignore_case",
        "recursive",
        "old",
        "new",
        "content",
        "patch",
        "summary",
    ];
    let object = prop::collection::btree_map(prop::sample::select(fields.to_vec()), argument(), 0..6);
    let arguments = prop_oneof![
        9 => object.prop_map(|fields| json!(fields).to_string()),
        1 => any::<String>(),
    ];
    (prop::sample::select(names.to_vec()).prop_map(str::to_owned), arguments)
}

#[test]
fn m24_no_sequence_of_calls_touches_the_host_or_breaks_a_rule() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let bench = runtime.block_on(Bench::of(FILES, canary::secrets));
    let catalog = Catalog::new(bench.view.clone(), canary::rules());
    let before = snapshot(bench.folder.path());
    let mut runner = TestRunner::new(ProptestConfig { cases: 300, ..ProptestConfig::default() });
    let turns = prop::collection::vec(prop::collection::vec(any_call(), 1..5), 1..6);
    runner
        .run(&turns, |turns| {
            let mut changes = Vec::new();
            for turn in turns {
                let mut room = Room::new(&catalog, &changes, Instant::now() + Duration::from_secs(20));
                let calls: Vec<ToolCall> = (0..)
                    .zip(turn)
                    .map(|(n, (name, arguments)): (i32, _)| ToolCall { id: format!("call {n}"), name, arguments })
                    .collect();
                let done = answer(&mut room, &calls);
                let ids: Vec<&str> = done.iter().map(|d: &Done| d.result.call_id.as_str()).collect();
                prop_assert_eq!(ids, calls.iter().map(|c| c.id.as_str()).collect::<Vec<_>>());
                for done in &done {
                    prop_assert!(done.result.output.chars().count() <= MAX_ANSWER_CHARS);
                    prop_assert!(!done.result.output.contains("9f2c41d7"), "{}", done.result.output);
                }
                let applied = room.patch(Vec::new()).map_err(|refusal| TestCaseError::fail(refusal.detail))?;
                let base = bakeoff::engine::agent::TreeBase::new(bench.view.clone());
                prop_assert!(replay(applied.patch.text(), &base).is_ok());
                changes = room.changes();
            }
            Ok(())
        })
        .unwrap();
    assert_eq!(snapshot(bench.folder.path()), before);
}
