//! Honest edits: what we print, git applies to exactly our bytes and modes; what git prints, we apply as git does.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use bakeoff::engine::patch::{Action, FileChange, MemoryFiles, Mode, Rules, apply_answer, from_changes, replay};

use super::corpus::{edited, source};
use super::tools::{Dice, git, git_with, run};

const CASES: usize = 5_000;
/// The context that git's diffs have, a third of the cases each.
const CONTEXTS: [&str; 3] = ["-U3", "-U2", "-U10"];

/// One case has paths of its own, so that a few git processes serve all.
struct Case {
    base: MemoryFiles,
    changes: Vec<FileChange>,
}

fn case(dice: &mut Dice, start: &str) -> Case {
    let mut case = Case { base: MemoryFiles::default(), changes: Vec::new() };
    // Most touch one file, as most do; some two.
    for nth in 0..=usize::from(dice.chance(20)) {
        let functions = 1 + dice.below(8);
        let (text, extension) = source(dice, functions);
        let text = ended(dice, text);
        let odd = *dice.pick(&["", " with space", "-\u{e9}t\u{e9}", "\"quoted\"", "[id]"]);
        let path = format!("{start}-file{nth}{odd}.{extension}");
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
                    path: format!("{start}-new{nth}.{extension}"),
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

/// Base and wanted tree of every case, and both in one repository as the branches `base` and `after`.
struct Work {
    cases: Vec<(Case, MemoryFiles)>,
    folder: tempfile::TempDir,
}

/// How the paths of a case begin.
fn start_of(nth: usize) -> String {
    format!("{}/{}/case{nth}", nth % CONTEXTS.len(), nth / 100)
}

fn work(seed: u64) -> Work {
    let mut dice = Dice::new(seed);
    let with_after = |case: Case| {
        let mut after = case.base.clone();
        after.change(&case.changes);
        (case, after)
    };
    let cases: Vec<_> = (0..CASES).map(|nth| with_after(case(&mut dice, &start_of(nth)))).collect();
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "-q"]);
    let mut stream = Vec::new();
    commit(&mut stream, "base", cases.iter().map(|(case, _)| &case.base));
    commit(&mut stream, "after", cases.iter().map(|(_, after)| after));
    git_with(folder.path(), &["fast-import", "--quiet"], &stream);
    git(folder.path(), &["checkout", "-q", "base"]);
    Work { cases, folder }
}

/// A commit of these files alone, as `git fast-import` reads it.
fn commit<'a>(stream: &mut Vec<u8>, branch: &str, trees: impl Iterator<Item = &'a MemoryFiles>) {
    let head = format!("commit refs/heads/{branch}\ncommitter t <t@example.com> 0 +0000\ndata 0\ndeleteall\n");
    stream.extend(head.into_bytes());
    for (path, (mode, bytes)) in trees.flat_map(MemoryFiles::files) {
        stream.extend(format!("M {mode} inline {path}\ndata {}\n", bytes.len()).into_bytes());
        stream.extend(bytes);
        stream.push(b'\n');
    }
}

impl Work {
    /// What `git apply --index` makes of a patch on the base is the wanted tree, to the byte and mode.
    fn git_applies(&self, patch: &str) {
        let root = self.folder.path();
        fs::write(root.join(".git/the.patch"), patch).unwrap();
        git(root, &["apply", "--index", "--whitespace=nowarn", ".git/the.patch"]);
        let differs = git(root, &["diff", "--cached", "--raw", "after"]);
        assert!(differs.is_empty(), "{}", String::from_utf8_lossy(&differs));
    }
}

#[test]
fn m26_git_applies_our_patches_to_our_bytes() {
    let work = work(1);
    let mut patch = String::new();
    for (case, _) in &work.cases {
        let applied =
            from_changes(&case.changes, &case.base, &Rules::default()).unwrap_or_else(|r| panic!("{}", r.reason));
        assert_eq!(replay(applied.patch.text(), &case.base).as_ref(), Ok(&applied.changes), "{}", applied.patch.text());
        patch.push_str(applied.patch.text());
    }
    work.git_applies(&patch);
}

/// The other way round: git's own diffs, with and without its function names and with little context.
#[test]
fn m26_we_apply_gits_patches_as_git_does() {
    let work = work(2);
    let mut diff = String::new();
    for (part, context) in CONTEXTS.iter().enumerate() {
        let part = format!("{part}/");
        let arguments = ["diff", "--no-renames", context, "base", "after", "--", &part];
        diff.push_str(&String::from_utf8(git(work.folder.path(), &arguments)).unwrap());
    }
    let parts = by_case(&diff);
    let (mut refusals, mut right) = (String::new(), 0);
    for (nth, (case, after)) in work.cases.iter().enumerate() {
        let part = parts.get(&nth).map(String::as_str).unwrap_or_default();
        let mut tree = case.base.clone();
        match apply_answer(part, &tree, &Rules::default()) {
            Ok((applied, _)) => {
                tree.change(&applied.changes);
                assert_eq!(tree, *after, "{part}");
                right += 1;
            }
            Err(refusal) => writeln!(refusals, "{nth} {:?}: {}", refusal.code, refusal.reason).unwrap(),
        }
    }
    assert!(right >= CASES - CASES / 250, "{right} right; refused:\n{refusals}");
    work.git_applies(&diff);
}

/// A diff by the case its files belong to.
fn by_case(diff: &str) -> BTreeMap<usize, String> {
    let mut cases: BTreeMap<usize, String> = BTreeMap::new();
    let mut nth = 0;
    for line in diff.split_inclusive('\n') {
        if let Some((_, rest)) = line.split_once("/case").filter(|_| line.starts_with("diff --git ")) {
            nth = rest.split('-').next().unwrap().parse().unwrap();
        }
        cases.entry(nth).or_default().push_str(line);
    }
    cases
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
