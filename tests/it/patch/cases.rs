//! The corpus in `tests/fixtures/edits`: answers as models send them, each with the files before and after.
//!
//! A case is one text file: a sentence, its label, then sections that begin with `%%%`. `solvable` cases should give
//! exactly the files of their `result` and `gone` sections; `refuse` cases (with the codes that fit, `nothing` for
//! an answer without any edit) must change nothing. Sections may be marked `crlf`, `bare` (no final line end) and
//! `escaped` (`\s`, `\t`, `\r`, `\\`, `\u{…}`).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use bakeoff::engine::patch::{MemoryFiles, Mode, RefusalCode, Rules, apply_answer, replay};

/// One answer with what it should do.
pub struct Case {
    /// Folder and file.
    pub name: String,
    base: MemoryFiles,
    answer: String,
    want: Want,
}

enum Want {
    Files(MemoryFiles),
    Nothing(Vec<String>),
}

/// What became of a case.
pub enum Outcome {
    Right,
    Wrong(String),
    Refused(RefusalCode, String),
}

fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((plain, escaped)) = rest.split_once('\\') {
        out.push_str(plain);
        let (c, length) = match escaped.as_bytes()[0] {
            b's' => (' ', 1),
            b't' => ('\t', 1),
            b'r' => ('\r', 1),
            b'\\' => ('\\', 1),
            _ => {
                let hex = escaped.strip_prefix("u{").unwrap().split_once('}').unwrap().0;
                (char::from_u32(u32::from_str_radix(hex, 16).unwrap()).unwrap(), hex.len() + 3)
            }
        };
        out.push(c);
        rest = &escaped[length..];
    }
    out + rest
}

/// A section's content as its marks say.
fn content(lines: &[&str], marks: &str) -> String {
    let mut text: String = lines.iter().map(|l| format!("{l}\n")).collect();
    if marks.contains("escaped") {
        text = unescaped(&text);
    }
    if marks.contains("bare") {
        assert_eq!(text.pop(), Some('\n'));
    }
    if marks.contains("crlf") {
        text = text.replace('\n', "\r\n");
    }
    text
}

fn read(path: &Path) -> Case {
    let text = fs::read_to_string(path).unwrap();
    let (head, _) = text.split_once("\n%%% ").unwrap();
    let label =
        head.lines().find_map(|l| l.strip_prefix("label: ")).unwrap_or_else(|| panic!("{}: no label", path.display()));
    let (mut base, mut after, mut answer) = (MemoryFiles::default(), BTreeMap::new(), None);
    let lines: Vec<&str> = text.lines().collect();
    let starts: Vec<usize> = (0..lines.len()).filter(|i| lines[*i].starts_with("%%% ")).collect();
    for (nth, start) in starts.iter().enumerate() {
        let end = starts.get(nth + 1).copied().unwrap_or(lines.len());
        let (title, marks) = lines[*start].split_once(" | ").unwrap_or((lines[*start], ""));
        let content = content(&lines[start + 1..end], marks);
        match title.splitn(3, ' ').skip(1).collect::<Vec<_>>()[..] {
            ["base", path] => base.put(path, Mode::File, content.into_bytes()),
            ["result", path] => drop(after.insert(path.to_owned(), Some(content))),
            ["gone", path] => drop(after.insert(path.to_owned(), None)),
            ["answer"] => answer = Some(content),
            _ => panic!("{}: {title}", path.display()),
        }
    }
    let want = match label.strip_prefix("refuse") {
        Some(codes) => Want::Nothing(codes.split_whitespace().map(str::to_owned).collect()),
        None => {
            assert!(label == "solvable" && !after.is_empty(), "{}", path.display());
            let mut files: Vec<(String, String)> =
                base.files().iter().map(|(p, (_, b))| (p.clone(), String::from_utf8(b.clone()).unwrap())).collect();
            files.retain(|(p, _)| !after.contains_key(p));
            files.extend(after.into_iter().filter_map(|(p, text)| Some((p, text?))));
            Want::Files(MemoryFiles::of(files.iter().map(|(p, t)| (p.as_str(), t.as_str()))))
        }
    };
    let folder = path.parent().unwrap().file_name().unwrap().to_string_lossy().into_owned();
    let name = format!("{folder}/{}", path.file_stem().unwrap().to_string_lossy());
    Case { name, base, answer: answer.unwrap_or_else(|| panic!("{}: no answer", path.display())), want }
}

/// Every case, by name.
pub fn all() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/edits");
    let entries =
        |folder: &Path| -> Vec<PathBuf> { fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect() };
    let mut files: Vec<PathBuf> =
        entries(&root).iter().filter(|p| p.is_dir()).flat_map(|folder| entries(folder)).collect();
    files.sort();
    files.iter().map(|path| read(path)).collect()
}

impl Case {
    fn is_solvable(&self) -> bool {
        matches!(self.want, Want::Files(_))
    }

    /// Applies the answer and judges the result byte by byte.
    fn outcome(&self) -> Outcome {
        let applied = match apply_answer(&self.answer, &self.base, &Rules::default()) {
            Ok((applied, _)) => applied,
            Err(refusal) => return Outcome::Refused(refusal.code, refusal.detail),
        };
        assert_eq!(replay(applied.patch.text(), &self.base).as_ref(), Ok(&applied.changes), "{}", self.name);
        let mut after = self.base.clone();
        after.change(&applied.changes);
        match &self.want {
            Want::Files(files) if *files == after => Outcome::Right,
            Want::Nothing(codes) if applied.patch.is_empty() && codes.iter().any(|c| c == "nothing") => Outcome::Right,
            Want::Nothing(_) if applied.patch.is_empty() => Outcome::Wrong("nothing was found to change\n".to_owned()),
            _ => Outcome::Wrong(applied.patch.text().to_owned()),
        }
    }
}

#[derive(Default)]
struct Row {
    right: usize,
    solvable: usize,
    rightly_refused: usize,
    to_refuse: usize,
    wrong: usize,
}

/// P15, the corpus: none wrong, nearly all that can be solved solved, each refusal for its own reason.
#[test]
fn m30_the_corpus_of_answers() {
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    let mut report = String::new();
    for case in all() {
        let row = rows.entry(case.name.split('/').next().unwrap().to_owned()).or_default();
        let solvable = case.is_solvable();
        *(if solvable { &mut row.solvable } else { &mut row.to_refuse }) += 1;
        match (case.outcome(), &case.want) {
            (Outcome::Right, _) => *(if solvable { &mut row.right } else { &mut row.rightly_refused }) += 1,
            (Outcome::Wrong(patch), _) => {
                row.wrong += 1;
                writeln!(report, "WRONG {}\n{patch}", case.name).unwrap();
            }
            (Outcome::Refused(code, detail), Want::Files(_)) => {
                writeln!(report, "refused {}: {} {detail}", case.name, code.as_str()).unwrap();
            }
            (Outcome::Refused(code, _), Want::Nothing(codes)) if codes.iter().any(|c| c == code.as_str()) => {
                row.rightly_refused += 1;
            }
            (Outcome::Refused(code, detail), Want::Nothing(codes)) => {
                writeln!(report, "other reason {}: {} for {codes:?}: {detail}", case.name, code.as_str()).unwrap();
            }
        }
    }
    println!("{:<14}{:>9}{:>9}{:>9}{:>9}{:>7}", "form", "solvable", "right", "refuse", "refused", "wrong");
    for (form, row) in &rows {
        let Row { right, solvable, rightly_refused, to_refuse, wrong } = row;
        println!("{form:<14}{solvable:>9}{right:>9}{to_refuse:>9}{rightly_refused:>9}{wrong:>7}");
    }
    let sum = |of: fn(&Row) -> usize| rows.values().map(of).sum::<usize>();
    let (right, solvable, refuse) = (sum(|r| r.right), sum(|r| r.solvable), sum(|r| r.to_refuse));
    println!("{right} of {solvable} right, {} of {refuse} refused\n{report}", sum(|r| r.rightly_refused));
    assert_eq!(sum(|r| r.wrong), 0, "{report}");
    assert_eq!(sum(|r| r.rightly_refused), refuse, "{report}");
    assert!(solvable + refuse >= 220 && refuse * 4 >= solvable + refuse, "{solvable} + {refuse} cases");
    assert!(right * 100 >= solvable * 97, "{right} of {solvable} right\n{report}");
}
