//! What an agent works on: the pinned commit, with the changes of an earlier candidate laid over it.

use std::collections::BTreeSet;

use crate::engine::context::{Context, ContextFile};
use crate::engine::patch::{
    Action, Applied, BaseFiles, FileChange, Overlay, Refusal, Rules, Warning, apply_answer, from_changes,
};

/// A file larger than this is never shown (M23), in bytes.
const MAX_SHOWN_BYTES: usize = 256 * 1024;

/// Applies an answer to `base` with `start` laid over it. The patch that comes out is the whole change against
/// `base`, so it stands alone.
pub fn apply_over(
    answer: &str,
    base: &dyn BaseFiles,
    start: &[FileChange],
    rules: &Rules,
) -> Result<(Applied, String), Refusal> {
    if start.is_empty() {
        return apply_answer(answer, base, rules);
    }
    let mut ground = Overlay::new(base);
    ground.change(start);
    let (applied, summary) = apply_answer(answer, &ground, rules)?;
    ground.change(&applied.changes);
    Ok((whole(&ground, base, rules, applied.warnings)?, summary))
}

/// Everything on `ground` that differs from `base`, held to the rules; `noted` is what was found out on the way.
pub fn whole(
    ground: &Overlay<'_>,
    base: &dyn BaseFiles,
    rules: &Rules,
    noted: Vec<Warning>,
) -> Result<Applied, Refusal> {
    let mut all = from_changes(&ground.changes(), base, rules)?;
    // What is true of the result is noted for the whole; only how a place was found would be lost.
    let mut warnings: Vec<Warning> = noted.into_iter().filter(|w| matches!(w, Warning::Fuzzy { .. })).collect();
    warnings.append(&mut all.warnings);
    Ok(Applied { warnings, ..all })
}

/// Shows the files as `start` leaves them: its own first, then as many others as fit `max_bytes` still.
pub fn show_over(context: &mut Context, start: &[FileChange], rules: &Rules, max_bytes: usize) {
    let changed: BTreeSet<&str> = start.iter().map(|change| change.path.as_str()).collect();
    context.files.retain(|file| !changed.contains(file.path.as_str()));
    context.paths.retain(|path| !changed.contains(path.as_str()));
    context.map.retain(|file| !changed.contains(file.path.as_str()));
    let written = || start.iter().filter(|c| c.action != Action::Delete && rules.forbidden.forbids(&c.path).is_none());
    context.paths.splice(0..0, written().map(|change| change.path.clone()));
    context.files.splice(0..0, written().filter_map(shown));
    let mut room = max_bytes;
    let before = context.files.len();
    context.files.retain(|file| {
        let fits = file.text.len() <= room;
        room -= if fits { file.text.len() } else { 0 };
        fits
    });
    let dropped = before - context.files.len();
    if dropped > 0 {
        context.left_out.push(format!("{dropped} files did not fit beside the earlier change"));
    }
}

fn shown(change: &FileChange) -> Option<ContextFile> {
    let Action::Write { bytes, .. } = &change.action else { return None };
    let text = String::from_utf8(bytes.clone()).ok()?;
    let fits = bytes.len() <= MAX_SHOWN_BYTES && !bytes.contains(&0);
    fits.then(|| ContextFile::whole(&change.path, text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::patch::{MemoryFiles, Mode};

    fn write(path: &str, text: &str) -> FileChange {
        FileChange { path: path.into(), action: Action::Write { mode: Mode::File, bytes: text.into() } }
    }

    #[test]
    fn an_answer_on_top_of_an_earlier_change_gives_one_patch_against_the_base() {
        let base = MemoryFiles::of([("a.txt", "one\ntwo\n"), ("b.txt", "b\n")]);
        let start = [
            write("a.txt", "one\nTWO\n"),
            write("c.txt", "new\n"),
            FileChange { path: "b.txt".into(), action: Action::Delete },
        ];
        let answer = "Mended.\n\na.txt\n<<<<<<< SEARCH\nTWO\n=======\nTWO!\n>>>>>>> REPLACE\n\n\
                      c.txt\n<<<<<<< SEARCH\nnew\n=======\nnewer\n>>>>>>> REPLACE\n";
        let (applied, summary) = apply_over(answer, &base, &start, &Rules::default()).unwrap();
        assert_eq!(summary, "Mended.");
        let paths: Vec<&str> = applied.patch.files().iter().map(|f| f.path.as_str()).collect();
        assert_eq!(paths, ["a.txt", "b.txt", "c.txt"]);
        let mut after = base.clone();
        after.change(&crate::engine::patch::replay(applied.patch.text(), &base).unwrap());
        assert_eq!(after, MemoryFiles::of([("a.txt", "one\nTWO!\n"), ("c.txt", "newer\n")]));
    }

    #[test]
    fn an_answer_that_takes_the_earlier_change_back_leaves_no_patch() {
        let base = MemoryFiles::of([("a.txt", "one\n")]);
        let start = [write("a.txt", "two\n")];
        let answer = "a.txt\n<<<<<<< SEARCH\ntwo\n=======\none\n>>>>>>> REPLACE\n";
        assert!(apply_over(answer, &base, &start, &Rules::default()).unwrap().0.patch.is_empty());
    }

    #[test]
    fn files_are_shown_as_the_earlier_change_leaves_them() {
        let file = |path: &str, text: &str| ContextFile::whole(path, text.into());
        let mut context = Context {
            files: vec![file("a.txt", "old"), file("gone.txt", "x"), file("d.txt", "0123456789")],
            paths: vec!["a.txt".into(), "gone.txt".into(), "d.txt".into()],
            ..Context::default()
        };
        let start = [
            write("a.txt", "new"),
            write("server.key", "secret"),
            FileChange { path: "gone.txt".into(), action: Action::Delete },
        ];
        show_over(&mut context, &start, &Rules::default(), 8);
        assert_eq!(context.files, [file("a.txt", "new")]);
        assert_eq!(context.paths, ["a.txt", "d.txt"]);
        assert_eq!(context.left_out, ["1 files did not fit beside the earlier change"]);
    }
}
