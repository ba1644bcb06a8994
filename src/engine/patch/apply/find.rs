//! Finds lines in a file, in time linear in the file for each question (Z algorithm on line numbers).

use std::cell::RefCell;
use std::collections::HashMap;

use super::super::text::Line;
use super::key::{KEYS, Key};
use super::work::{LINE, Work};

/// A file that is searched.
pub struct Finder<'d> {
    lines: &'d [Line],
    /// For each key: a number for each different line, and the file in these numbers.
    known: RefCell<[Option<Known>; KEYS]>,
    work: &'d Work,
}

struct Known {
    numbers: HashMap<String, u32>,
    file: Vec<u32>,
}

/// A match with one line that differs, or with one line of the file in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Near {
    /// The first line in the file.
    pub start: usize,
    /// The differing line of the pattern, or the one before which the file has one more.
    pub at: usize,
}

impl<'d> Finder<'d> {
    /// Nothing is looked at yet.
    pub fn new(lines: &'d [Line], work: &'d Work) -> Self {
        Self { lines, known: RefCell::new(Default::default()), work }
    }

    /// The file's lines.
    pub fn lines(&self) -> &'d [Line] {
        self.lines
    }

    /// Every place where all lines of the pattern stand one after the other.
    pub fn all(&self, pattern: &[&str], key: Key) -> Vec<usize> {
        let Some(prefixes) = self.prefixes(pattern, key, false) else { return Vec::new() };
        prefixes.iter().enumerate().filter(|(_, n)| **n == pattern.len()).map(|(at, _)| at).collect()
    }

    /// Every place where all lines but one stand.
    pub fn altered(&self, pattern: &[&str], key: Key) -> Vec<Near> {
        let fits = |start: usize, from_start: usize, from_end: usize| {
            (from_start < pattern.len() && from_start + from_end + 1 >= pattern.len())
                .then_some(Near { start, at: from_start })
        };
        self.near(pattern, key, pattern.len(), fits)
    }

    /// Every place where the file has one line more, with the only place of that line in the pattern.
    pub fn dropped(&self, pattern: &[&str], key: Key) -> Vec<Near> {
        let fits = |start: usize, from_start: usize, from_end: usize| {
            let first = pattern.len().saturating_sub(from_end).max(1);
            let last = from_start.min(pattern.len().saturating_sub(1));
            (first == last).then_some(Near { start, at: first })
        };
        self.near(pattern, key, pattern.len() + 1, fits)
    }

    /// Looks at each window of the file with the lengths that match from its start and to its end.
    fn near(
        &self,
        pattern: &[&str],
        key: Key,
        window: usize,
        fits: impl Fn(usize, usize, usize) -> Option<Near>,
    ) -> Vec<Near> {
        let forward = self.prefixes(pattern, key, false);
        let Some((forward, backward)) = forward.zip(self.prefixes(pattern, key, true)) else { return Vec::new() };
        let count = (self.lines.len() + 1).saturating_sub(window);
        let at = |values: &[usize], i: usize| values.get(i).copied().unwrap_or(0);
        // In the reversed file, the window that starts at `i` starts at `len - i - window`.
        (0..count).filter_map(|i| fits(i, at(&forward, i), at(&backward, self.lines.len() - i - window))).collect()
    }

    /// How many lines of the pattern match from each line of the file on; both reversed if asked.
    fn prefixes(&self, pattern: &[&str], key: Key, reversed: bool) -> Option<Vec<usize>> {
        let first = self.known.borrow().get(key as usize).is_some_and(Option::is_none);
        let sorting = if first { self.lines.len() * LINE } else { 0 };
        let enough = self.work.spend(sorting + self.lines.len() + 2 * pattern.len() + 1);
        if pattern.is_empty() || !enough {
            return None;
        }
        let mut all_known = self.known.borrow_mut();
        let known = all_known.get_mut(key as usize)?.get_or_insert_with(|| Known::of(self.lines, key));
        let mut text: Vec<u32> = (0_u32..).zip(pattern).map(|(i, line)| known.number(key, line, i)).collect();
        if reversed {
            text.reverse();
            text.extend(known.file.iter().rev());
        } else {
            text.extend(&known.file);
        }
        let matched = z_values(&text);
        Some(matched.into_iter().skip(pattern.len()).map(|n| n.min(pattern.len())).collect())
    }
}

impl Known {
    fn of(lines: &[Line], key: Key) -> Self {
        let mut numbers: HashMap<String, u32> = HashMap::new();
        let mut file = Vec::with_capacity(lines.len());
        for line in lines {
            let text = key.of(&line.raw);
            let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX / 2);
            file.push(match numbers.get(text.as_ref()) {
                Some(number) => *number,
                None => *numbers.entry(text.into_owned()).or_insert(next),
            });
        }
        Self { numbers, file }
    }

    /// A line's number; one of its own when the file does not have it.
    fn number(&self, key: Key, line: &str, place: u32) -> u32 {
        self.numbers.get(key.of(line).as_ref()).copied().unwrap_or(u32::MAX - place)
    }
}

/// For each place, how many items from there equal those from the start.
fn z_values(text: &[u32]) -> Vec<usize> {
    let mut z = vec![0; text.len()];
    let (mut left, mut right) = (0, 0);
    for at in 1..text.len() {
        let mut length = 0;
        if at < right {
            length = z.get(at - left).copied().unwrap_or(0).min(right - at);
        }
        while at + length < text.len() && text.get(length) == text.get(at + length) {
            length += 1;
        }
        if at + length > right {
            (left, right) = (at, at + length);
        }
        if let Some(slot) = z.get_mut(at) {
            *slot = length;
        }
    }
    z
}

#[cfg(test)]
mod tests {
    use super::super::super::text::split;
    use super::*;

    #[test]
    fn finds_whole_altered_and_dropped() {
        let lines = split("a\nb\nc\nb\nc\nd\n");
        let work = Work::new();
        let finder = Finder::new(&lines, &work);
        assert_eq!(finder.all(&["b", "c"], Key::Raw), [1, 3]);
        assert_eq!(finder.all(&["c", "x"], Key::Raw), Vec::<usize>::new());
        assert_eq!(finder.altered(&["a", "x", "c"], Key::Raw), [Near { start: 0, at: 1 }]);
        assert_eq!(finder.dropped(&["a", "c", "b"], Key::Raw), [Near { start: 0, at: 1 }]);
        assert_eq!(finder.dropped(&["b", "d"], Key::Raw), [Near { start: 3, at: 1 }]);
    }
}
