//! How added lines are indented when the answer's indentation is not the file's.

use super::super::text::indent_of;

/// One matched line: the answer's indentation and the file's.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'a> {
    /// In the answer.
    pub asked: &'a str,
    /// In the file.
    pub found: &'a str,
    /// It is a context line, which may be wrong by itself.
    pub context: bool,
}

/// From the answer's indentation to the file's.
#[derive(Debug, PartialEq, Eq)]
pub enum Reindent {
    /// Added lines are right as they are.
    AsIs,
    /// The file has this much more.
    Deeper(String),
    /// The file has this much less.
    Shallower(String),
    /// Each known indentation has its own.
    Table(Vec<(String, String)>),
    /// `units` of the answer are `per` marks of the file, after an offset.
    Scaled { mark: char, asked_mark: char, num: usize, den: usize, asked_from: usize, found_from: usize },
}

impl Reindent {
    /// Learns from the matched lines what the added ones need; `None` when they leave it open. `unit` is the
    /// file's own step.
    pub fn learn(pairs: &[Pair<'_>], added: &[&str], unit: usize) -> Option<Self> {
        if differing(pairs, |p| p.asked == p.found) {
            return Some(Self::AsIs);
        }
        if let Some(lost) = lost_sign(pairs, added) {
            return lost;
        }
        let table = table(pairs);
        if let Some(table) =
            table.clone().filter(|t| added.iter().all(|a| a.is_empty() || t.iter().any(|(h, _)| h == a)))
        {
            return Some(Self::Table(table));
        }
        let shifted = shift(pairs).filter(|s| added.iter().all(|a| a.is_empty() || s.fits(a, unit)));
        let scaled = || table.and_then(|t| scale(&t)).filter(|s| added.iter().all(|a| s.apply(a).is_some()));
        shifted.or_else(scaled)
    }

    /// The indentation of an added line; `None` when it has none in the file.
    pub fn apply(&self, asked: &str) -> Option<String> {
        match self {
            Self::AsIs => Some(asked.to_owned()),
            Self::Deeper(more) => Some(format!("{more}{asked}")),
            Self::Shallower(less) => asked.strip_prefix(less.as_str()).map(str::to_owned),
            Self::Table(pairs) => {
                let known = pairs.iter().find(|(from, _)| from == asked).map(|(_, to)| to.clone());
                known.or_else(|| asked.is_empty().then(String::new))
            }
            Self::Scaled { mark, asked_mark, num, den, asked_from, found_from } => {
                let right = asked.chars().all(|c| c == *asked_mark);
                let steps = (asked.len() * num + found_from * den).checked_sub(asked_from * num)?;
                (right && steps % den == 0).then(|| mark.to_string().repeat(steps / den))
            }
        }
    }

    /// Whether the result lies on the file's grid.
    fn fits(&self, asked: &str, unit: usize) -> bool {
        self.apply(asked).is_some_and(|to| to.starts_with('\t') || unit == 0 || to.len() % unit == 0)
    }
}

/// Whether all pairs are so, or all but one context line with others to tell.
fn differing(pairs: &[Pair<'_>], right: impl Fn(&Pair<'_>) -> bool) -> bool {
    let wrong: Vec<&Pair<'_>> = pairs.iter().filter(|p| !right(p)).collect();
    match wrong.as_slice() {
        [] => true,
        [one] => one.context && pairs.iter().filter(|p| right(p) && !p.asked.is_empty()).count() >= 2,
        _ => false,
    }
}

/// Context lines that lost the diff's space, while added lines did not: told apart from a shift by one.
fn lost_sign(pairs: &[Pair<'_>], added: &[&str]) -> Option<Option<Reindent>> {
    let by_one = |p: &Pair<'_>| p.found.strip_prefix(' ') == Some(p.asked);
    let (context, removed): (Vec<&Pair<'_>>, Vec<&Pair<'_>>) = pairs.iter().partition(|p| p.context);
    if context.is_empty() || !context.iter().all(|p| by_one(p)) {
        return None;
    }
    if !removed.is_empty() {
        return removed.iter().all(|p| p.asked == p.found).then_some(Some(Reindent::AsIs));
    }
    let among =
        |side: fn(&Pair<'_>) -> String| added.iter().any(|a| !a.is_empty() && context.iter().any(|p| side(p) == **a));
    match (among(|p| p.asked.to_owned()), among(|p| p.found.to_owned())) {
        (true, false) => Some(Some(Reindent::Deeper(" ".to_owned()))),
        (false, true) => Some(Some(Reindent::AsIs)),
        _ => Some(None),
    }
}

/// The same more or less for all.
fn shift(pairs: &[Pair<'_>]) -> Option<Reindent> {
    let first = pairs.iter().max_by_key(|p| p.asked.len().abs_diff(p.found.len()))?;
    if let Some(more) = first.found.strip_suffix(first.asked) {
        let right = |p: &Pair<'_>| p.found.strip_prefix(more) == Some(p.asked);
        return differing(pairs, right).then(|| Reindent::Deeper(more.to_owned()));
    }
    let less = first.asked.strip_suffix(first.found)?;
    let right = |p: &Pair<'_>| p.asked.strip_prefix(less) == Some(p.found);
    differing(pairs, right).then(|| Reindent::Shallower(less.to_owned()))
}

/// Each of the answer's indentations with the file's; `None` when one has two.
fn table(pairs: &[Pair<'_>]) -> Option<Vec<(String, String)>> {
    let mut table: Vec<(String, String)> = Vec::new();
    for pair in pairs {
        match table.iter().find(|(from, _)| from == pair.asked) {
            Some((_, to)) if to != pair.found => return None,
            Some(_) => {}
            None => table.push((pair.asked.to_owned(), pair.found.to_owned())),
        }
    }
    Some(table)
}

/// A constant ratio, as between tabs and spaces or two and four spaces.
fn scale(table: &[(String, String)]) -> Option<Reindent> {
    let deepest = table.iter().max_by_key(|(from, _)| from.len())?;
    let shallowest = table.iter().min_by_key(|(from, _)| from.len())?;
    let (asked_mark, mark) = (deepest.0.chars().next()?, deepest.1.chars().next()?);
    let pure = |text: &str, mark: char| text.chars().all(|c| c == mark);
    if !table.iter().all(|(from, to)| pure(from, asked_mark) && pure(to, mark)) {
        return None;
    }
    // One known depth alone tells a ratio only between different marks, counted from the margin.
    let (asked_from, found_from) = if table.len() > 1 {
        (shallowest.0.len(), shallowest.1.len())
    } else if asked_mark == mark {
        return None;
    } else {
        (0, 0)
    };
    let (num, den) = (deepest.1.len().checked_sub(found_from)?, deepest.0.len().checked_sub(asked_from)?);
    let usual = num > 0 && den > 0 && num <= 8 * den && den <= 8 * num;
    let scaled = Reindent::Scaled { mark, asked_mark, num, den, asked_from, found_from };
    (usual && table.iter().all(|(from, to)| scaled.apply(from).as_ref() == Some(to))).then_some(scaled)
}

/// The step by which a file indents: the smallest of 2, 3, 4, 8 spaces that all its lines fit best; 0 if unknown.
pub fn unit_of<'a>(lines: impl Iterator<Item = &'a str>) -> usize {
    let depths: Vec<usize> =
        lines.filter(|l| !l.trim().is_empty()).map(indent_of).filter(|i| i.starts_with(' ')).map(str::len).collect();
    let fitting = |step: &usize| depths.iter().filter(|d| *d % step == 0).count() * 10 >= depths.len() * 9;
    if depths.is_empty() { 0 } else { [8, 4, 3, 2].into_iter().find(fitting).unwrap_or(0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learn(pairs: &[(&str, &str, bool)], added: &[&str]) -> Option<Vec<String>> {
        let pairs: Vec<Pair<'_>> =
            pairs.iter().map(|(asked, found, context)| Pair { asked, found, context: *context }).collect();
        let learnt = Reindent::learn(&pairs, added, 4)?;
        added.iter().map(|a| learnt.apply(a)).collect()
    }

    #[test]
    fn added_lines_follow_the_file() {
        type Case =
            (&'static [(&'static str, &'static str, bool)], &'static [&'static str], Option<&'static [&'static str]>);
        let table: &[Case] = &[
            (&[("", "    ", true)], &["", "    "], Some(&["    ", "        "])),
            (&[("    ", "", true), ("        ", "    ", false)], &["        "], Some(&["    "])),
            (&[("    ", "", true)], &["  "], None),
            (&[("    ", "\t", true)], &["        "], Some(&["\t\t"])),
            (&[("    ", "\t", true)], &["      "], None),
            (&[("\t", "    ", false)], &["\t\t"], Some(&["        "])),
            (&[("", "", true), ("  ", "    ", true)], &["    "], Some(&["        "])),
            (&[("   ", "    ", true), ("    ", "    ", false)], &["    "], Some(&["    "])),
            (&[("   ", "    ", true)], &["    "], Some(&["    "])),
            (&[("   ", "    ", true)], &["   "], Some(&["    "])),
            (&[("   ", "    ", true)], &["       "], None),
            (&[("", "    ", true), ("", "  ", true)], &[""], None),
        ];
        for (pairs, added, want) in table {
            let got = learn(pairs, added);
            let want = want.map(|w| w.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>());
            assert_eq!(got, want, "{pairs:?} {added:?}");
        }
    }
}
