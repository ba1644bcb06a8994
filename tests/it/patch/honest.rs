//! Honest edits: what we print, git applies to exactly our bytes and modes; what git prints, we apply as git does.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use bakeoff::engine::patch::{Action, FileChange, MemoryFiles, Mode, Rules, apply_answer, from_changes, replay};

use super::corpus::{edited, source};
use super::tools::{Dice, git, run};

const CASES: usize = 500;

/// One case lives in a folder of its own, so that a few git processes serve all.
struct Case {
    base: MemoryFiles,
    changes: Vec<FileChange>,
}

fn case(dice: &mut Dice, folder: &str) -> Case {
    let mut case = Case { base: MemoryFiles::default(), changes: Vec::new() };
    for nth in 0..=dice.below(3) {
        let functions = 1 + dice.below(8);
        let (text, extension) = source(dice, functions);
        let text = ended(dice, text);
        let odd = *dice.pick(&["", " with space", "-\u{e9}t\u{e9}", "\"quoted\"", "[id]"]);
        let path = format!("{folder}/dir{nth}/file{odd}.{extension}");
        let mode = if dice.chance(20) { Mode::Executable } else { Mode::File };
        case.base.put(&path, mode, text.clone().into_bytes());
        let write = |path: String, bytes: String| FileChange {
            path,
            action: Action::Write { mode, bytes: bytes.into_bytes() },
        };
        match dice.below(8) {
            0 => case.changes.push(FileChange { path, action: Action::Delete }),
            1 => {
                let (fresh, _) = source(dice, 2);
                let new = FileChange {
                    path: format!("{folder}/new{nth}.{extension}"),
                    action: Action::Write { mode: Mode::File, bytes: ended(dice, fresh).into_bytes() },
                };
                case.changes.push(new);
            }
            2 => case.changes.push(write(path, String::new())),
            _ => {
                let count = 1 + dice.below(4);
                let after = edited(dice, &text, count);
                let after = if dice.chance(10) { ended(dice, after) } else { after };
                case.changes.push(write(path, after));
            }
        }
    }
    case
}

/// With other line ends, or without the last one.
fn ended(dice: &mut Dice, text: String) -> String {
    let text = if dice.chance(15) { text.replace('\n', "\r\n") } else { text };
    if dice.chance(15) { text.trim_end().to_owned() } else { text }
}

fn write_tree(root: &Path, tree: &MemoryFiles) {
    for (path, (mode, bytes)) in tree.files() {
        let file = root.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, bytes).unwrap();
        if *mode == Mode::Executable {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
}

/// Mode and content of every file in git's index.
fn index(root: &Path) -> BTreeMap<String, (String, Vec<u8>)> {
    let listed = String::from_utf8(git(root, &["ls-files", "-s", "-z"])).unwrap();
    let entries = listed.split('\0').filter(|l| !l.is_empty()).map(|line| {
        let (meta, path) = line.split_once('\t').unwrap();
        let mode = meta.split(' ').next().unwrap().to_owned();
        (path.to_owned(), (mode, fs::read(root.join(path)).unwrap()))
    });
    entries.collect()
}

fn as_index(tree: &MemoryFiles) -> BTreeMap<String, (String, Vec<u8>)> {
    let entry = |(path, (mode, bytes)): (&String, &(Mode, Vec<u8>))| (path.clone(), (mode.to_string(), bytes.clone()));
    tree.files().iter().map(entry).collect()
}

fn repository(tree: &MemoryFiles) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "-q"]);
    write_tree(folder.path(), tree);
    git(folder.path(), &["add", "-A"]);
    git(folder.path(), &["commit", "-qm", "base"]);
    folder
}

/// All cases in one tree: the base, our patches one after the other, and the tree they should give.
fn all_cases(seed: u64) -> (MemoryFiles, String, MemoryFiles) {
    let mut dice = Dice::new(seed);
    let (mut base, mut patch, mut after) = (MemoryFiles::default(), String::new(), MemoryFiles::default());
    for nth in 0..CASES {
        let case = case(&mut dice, &format!("case{nth}"));
        let applied =
            from_changes(&case.changes, &case.base, &Rules::default()).unwrap_or_else(|r| panic!("{}", r.reason));
        assert_eq!(replay(applied.patch.text(), &case.base).as_ref(), Ok(&applied.changes), "{}", applied.patch.text());
        patch.push_str(applied.patch.text());
        let mut expected = case.base.clone();
        expected.change(&applied.changes);
        for (tree, into) in [(&case.base, &mut base), (&expected, &mut after)] {
            tree.files().iter().for_each(|(path, (mode, bytes))| into.put(path, *mode, bytes.clone()));
        }
    }
    (base, patch, after)
}

#[test]
fn m26_git_applies_our_patches_to_our_bytes() {
    let (base, patch, after) = all_cases(1);
    let folder = repository(&base);
    let file = folder
        .path()
        .join("../bakeoff-test.patch")
        .with_file_name(format!("{}.patch", folder.path().file_name().unwrap().display()));
    fs::write(&file, &patch).unwrap();
    git(folder.path(), &["apply", "--index", "--whitespace=nowarn", file.to_str().unwrap()]);
    fs::remove_file(&file).unwrap();
    let (got, want) = (index(folder.path()), as_index(&after));
    assert_eq!(got.keys().collect::<Vec<_>>(), want.keys().collect::<Vec<_>>());
    for (path, entry) in want {
        assert!(got[&path] == entry, "{path}");
    }
}

/// The other way round: git's own diffs, with and without its function names and with little context.
#[test]
fn m26_we_apply_gits_patches_as_git_does() {
    for (seed, context) in [(2, "-U3"), (3, "-U2"), (4, "-U10")] {
        let (base, _, after) = all_cases(seed);
        let folder = repository(&base);
        for path in base.files().keys() {
            fs::remove_file(folder.path().join(path)).unwrap();
        }
        write_tree(folder.path(), &after);
        git(folder.path(), &["add", "-A"]);
        let diff = git(folder.path(), &["diff", "--cached", "--no-renames", context]);
        let diff = String::from_utf8(diff).unwrap();
        let (mut refusals, mut right) = (String::new(), 0);
        let parts = by_case(&diff);
        for nth in 0..CASES {
            let part = parts.get(&nth).map(String::as_str).unwrap_or_default();
            let mut tree = part_of(&base, nth);
            match apply_answer(part, &tree, &Rules::default()) {
                Ok((applied, _)) => {
                    tree.change(&applied.changes);
                    assert_eq!(tree, part_of(&after, nth), "{part}");
                    right += 1;
                }
                Err(refusal) => writeln!(refusals, "{nth} {:?}: {}", refusal.code, refusal.reason).unwrap(),
            }
        }
        assert!(right >= CASES - 2, "{context}: {right} right; refused:\n{refusals}");
    }
}

/// A diff by the folder its files lie in.
fn by_case(diff: &str) -> BTreeMap<usize, String> {
    let mut cases: BTreeMap<usize, String> = BTreeMap::new();
    let mut nth = 0;
    for line in diff.split_inclusive('\n') {
        if let Some((_, rest)) = line.split_once("/case").filter(|_| line.starts_with("diff --git ")) {
            nth = rest.split('/').next().unwrap().parse().unwrap();
        }
        cases.entry(nth).or_default().push_str(line);
    }
    cases
}

/// The files of one case.
fn part_of(tree: &MemoryFiles, nth: usize) -> MemoryFiles {
    let mut part = MemoryFiles::default();
    let folder = format!("case{nth}/");
    let inside = tree.files().iter().filter(|(path, _)| path.starts_with(&folder));
    inside.for_each(|(path, (mode, bytes))| part.put(path, *mode, bytes.clone()));
    part
}

#[test]
fn m26_git_applies_renames_and_modes() {
    let mut base = MemoryFiles::of([("a b/one.txt", "1\n2\n3\n4\n5\n6\n7\n8\n"), ("two.txt", "x\n"), ("empty", "")]);
    base.put("run.sh", Mode::Executable, b"echo\n".to_vec());
    base.put("logo.png", Mode::File, b"\x89PNG\0".to_vec());
    let answer = "diff --git a/a b/one.txt b/c d/one.txt\nrename from a b/one.txt\nrename to c d/one.txt\n--- a/a b/one.txt\n+++ b/c d/one.txt\n@@ -3,3 +3,3 @@\n 3\n-4\n+vier\n 5\n\
        diff --git a/run.sh b/bin/run\nsimilarity index 100%\nrename from run.sh\nrename to bin/run\n\
        diff --git a/logo.png b/img/logo.png\nsimilarity index 100%\nrename from logo.png\nrename to img/logo.png\n\
        diff --git a/empty b/empty\ndeleted file mode 100644\n\
        diff --git a/new b/new\nnew file mode 100644\n";
    let applied = run(answer, &base).unwrap();
    let mut after = base.clone();
    after.change(&applied.changes);
    let folder = repository(&base);
    let file = folder.path().join(".git/our.patch");
    fs::write(&file, applied.patch.text()).unwrap();
    git(folder.path(), &["apply", "--index", file.to_str().unwrap()]);
    assert_eq!(index(folder.path()), as_index(&after));
    assert_eq!(after.files()["bin/run"].0, Mode::Executable);
}

#[test]
fn i6_replay_takes_nothing_but_its_own() {
    let base = MemoryFiles::of([("a.txt", "one\ntwo\nthree\n")]);
    let good = "diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1,3 +1,3 @@\n one\n-two\n+zwei\n three\n";
    assert!(replay(good, &base).is_ok());
    let table = [
        good.replace(" one", " on"),
        good.replace("@@ -1,3 +1,3 @@", "@@ -2,3 +2,3 @@"),
        good.replace("@@ -1,3 +1,3 @@", "@@ -1,4 +1,4 @@"),
        good.replace("a.txt", "b.txt"),
        good.replace("diff --git", "diff"),
        good.replace("--- a", "new file mode 120000\n--- a"),
        format!("{good}{good}"),
        "diff --git a/a.txt b/a.txt\nnew file mode 100644\n".to_owned(),
        "diff --git a/a.txt b/a.txt\ndeleted file mode 100644\n--- a/a.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-one\n"
            .to_owned(),
    ];
    for patch in table {
        assert!(replay(&patch, &base).is_err(), "{patch}");
    }
}
