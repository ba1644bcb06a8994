//! Diffs that must be refused although they look honest: applied already, or another line removed.

use super::corpus::{edited, source};
use super::samples::{Diff, diff_of, unified};
use super::tools::Dice;

/// A diff that does not fit its file.
pub struct Unfit {
    pub path: String,
    pub file: String,
    pub answer: String,
}

/// So many diffs whose change is in the file already.
pub fn applied_already(count: usize) -> Vec<Unfit> {
    gather(count, 31, |diff, _, after| Some((after, unified(diff))))
}

/// So many diffs that remove a line which is not in the file.
pub fn another_line_removed(count: usize) -> Vec<Unfit> {
    gather(count, 32, |diff, before, _| {
        let lines = diff.hunks.iter_mut().flat_map(|h| &mut h.lines);
        let (_, text) = lines.into_iter().find(|(sign, text)| *sign == '-' && text.len() > 8)?;
        text.truncate(text.len() / 2);
        text.push_str("another_thing(here)");
        Some((before, unified(diff)))
    })
}

fn gather(
    count: usize,
    seed: u64,
    spoil: impl Fn(&mut Diff, String, String) -> Option<(String, String)>,
) -> Vec<Unfit> {
    let mut dice = Dice::new(seed);
    let mut found = Vec::new();
    while found.len() < count {
        let functions = 3 + dice.below(8);
        let (before, extension) = source(&mut dice, functions);
        let after = edited(&mut dice, &before, 1);
        let path = format!("f.{extension}");
        let mut diff = diff_of(&path, &before, &after);
        let spoilt = Some(()).filter(|()| !diff.hunks.is_empty()).and_then(|()| spoil(&mut diff, before, after));
        found.extend(spoilt.map(|(file, answer)| Unfit { path, file, answer }));
    }
    found
}
