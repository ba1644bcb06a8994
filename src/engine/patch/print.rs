//! Prints edits as a git-format diff that `git apply --index` accepts.

use similar::{Algorithm, DiffOp, capture_diff_slices, group_diff_ops};

use super::edit::{Body, Edit, Hunk, HunkLine, Numbers, Tag};
use super::quote::quote;

const CONTEXT: usize = 3;

/// The hunks that lead from one text to another, with three lines of context.
pub fn hunks_between(old: &str, new: &str) -> Vec<Hunk> {
    let old_lines: Vec<&str> = old.split_inclusive('\n').collect();
    let new_lines: Vec<&str> = new.split_inclusive('\n').collect();
    let ops = capture_diff_slices(Algorithm::Myers, &old_lines, &new_lines);
    let groups = group_diff_ops(ops, CONTEXT);
    groups.iter().filter(|g| !g.is_empty()).map(|group| hunk(group, &old_lines, &new_lines)).collect()
}

fn hunk(group: &[DiffOp], old: &[&str], new: &[&str]) -> Hunk {
    let mut lines = Vec::new();
    for op in group {
        let (removed, added) = (old.get(op.old_range()), new.get(op.new_range()));
        if let DiffOp::Equal { .. } = op {
            lines.extend(tagged(Tag::Context, removed));
        } else {
            lines.extend(tagged(Tag::Remove, removed));
            lines.extend(tagged(Tag::Add, added));
        }
    }
    let first = group.first().map_or((0, 0), |op| (op.old_range().start, op.new_range().start));
    let mut hunk = Hunk { lines, ..Hunk::default() };
    hunk.numbers = Some(numbers(&hunk, first));
    hunk
}

fn tagged<'a>(tag: Tag, lines: Option<&'a [&'a str]>) -> impl Iterator<Item = HunkLine> + 'a {
    lines.unwrap_or_default().iter().map(move |line| {
        let text = line.strip_suffix('\n');
        HunkLine { tag, text: text.unwrap_or(line).to_owned(), no_newline: text.is_none() }
    })
}

/// The header's numbers of a hunk whose first lines have these places, counted from 0.
fn numbers(hunk: &Hunk, (old_first, new_first): (usize, usize)) -> Numbers {
    let count = |lines: usize| u32::try_from(lines).unwrap_or(u32::MAX);
    let (old_count, new_count) = (hunk.old().count(), hunk.new_side().count());
    // An empty side is told by the line before it.
    let start = |first: usize, lines: usize| count(if lines == 0 { first } else { first + 1 });
    Numbers {
        old_start: start(old_first, old_count),
        old_count: count(old_count),
        new_start: start(new_first, new_count),
        new_count: count(new_count),
    }
}

/// Prints one edit in git's form. Only renames, modes, hunks and empty bodies have one.
pub fn print(edit: &Edit) -> String {
    let old = edit.old_path.as_deref().or(edit.new_path.as_deref()).unwrap_or_default();
    let new = edit.new_path.as_deref().or(edit.old_path.as_deref()).unwrap_or_default();
    let mut text = format!("diff --git {} {}\n", quote(&format!("a/{old}")), quote(&format!("b/{new}")));
    text.push_str(&mode_lines(edit));
    if edit.rename {
        text.push_str(&format!("rename from {}\nrename to {}\n", quote(old), quote(new)));
    }
    if let Body::Hunks(hunks) = &edit.body {
        text.push_str(&format!("--- {}\n", side("a/", edit.old_path.as_deref())));
        text.push_str(&format!("+++ {}\n", side("b/", edit.new_path.as_deref())));
        hunks.iter().for_each(|hunk| print_hunk(hunk, &mut text));
    }
    text
}

fn mode_lines(edit: &Edit) -> String {
    match (&edit.old_path, &edit.new_path, &edit.old_mode, &edit.new_mode) {
        (None, _, _, Some(mode)) => format!("new file mode {mode}\n"),
        (_, None, Some(mode), _) => format!("deleted file mode {mode}\n"),
        (Some(_), Some(_), Some(old), Some(new)) if old != new => format!("old mode {old}\nnew mode {new}\n"),
        _ => String::new(),
    }
}

fn side(prefix: &str, path: Option<&str>) -> String {
    let Some(path) = path else { return "/dev/null".to_owned() };
    let quoted = quote(&format!("{prefix}{path}"));
    // git ends a name that holds white space with a tab, so that no time stamp is seen in it.
    if !quoted.starts_with('"') && path.contains(char::is_whitespace) { format!("{quoted}\t") } else { quoted }
}

fn print_hunk(hunk: &Hunk, text: &mut String) {
    let Some(n) = hunk.numbers else { return };
    let range = |start: u32, count: u32| if count == 1 { start.to_string() } else { format!("{start},{count}") };
    text.push_str(&format!("@@ -{} +{} @@\n", range(n.old_start, n.old_count), range(n.new_start, n.new_count)));
    for line in &hunk.lines {
        text.push(match line.tag {
            Tag::Context => ' ',
            Tag::Remove => '-',
            Tag::Add => '+',
        });
        text.push_str(&line.text);
        text.push('\n');
        if line.no_newline {
            text.push_str("\\ No newline at end of file\n");
        }
    }
}
