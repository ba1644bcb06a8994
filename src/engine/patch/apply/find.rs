//! Finds lines in a file. Where a line of the pattern is rare, only its places are looked at; where all are common, the
//! time is linear in the file for each question (Z algorithm on line numbers). So many questions about one file take
//! time by their own size, not each by the file's.

use std::cell::RefCell;
use std::collections::HashMap;

use super::super::text::Line;
use super::key::{KEYS, Key};
use super::work::{LINE, Work};

/// A file that is searched.
pub struct Finder<'d> {
    lines: &'d [Line],
    /// For each key, the file in numbers.
    known: RefCell<[Option<Known>; KEYS]>,
    work: &'d Work,
}

/// A file with a number for each different line.
struct Known {
    numbers: HashMap<String, u32>,
    file: Vec<u32>,
    /// By number, the lines that have it, ascending.
    rows: Vec<Vec<usize>>,
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

    /// Spends work that is done with what was found; false once there is none left.
    pub fn spend(&self, steps: usize) -> bool {
        self.work.spend(steps)
    }

    /// Every place where all lines of the pattern stand one after the other, ascending.
    pub fn all(&self, pattern: &[&str], key: Key) -> Vec<usize> {
        let whole = |known: &Known, text: &[u32]| {
            let (offset, rows) = known.rarest(text).into_iter().next()?;
            let starts = rows.iter().filter_map(|row| row.checked_sub(offset));
            let starts: Vec<usize> = starts.filter(|at| at + text.len() <= self.lines.len()).collect();
            self.among(&starts, text.len(), |at| known.matched(text, at)).map(|lengths| {
                let whole = |(at, n): (usize, usize)| (n == text.len()).then_some(at);
                starts.into_iter().zip(lengths).filter_map(whole).collect()
            })
        };
        let every = |known: &Known, text: &[u32]| {
            let prefixes = self.prefixes(known, text, false)?;
            Some(prefixes.into_iter().enumerate().filter(|(_, n)| *n == text.len()).map(|(at, _)| at).collect())
        };
        self.asked(pattern, key, |known, text| whole(known, text).or_else(|| every(known, text)))
    }

    /// Every place where all lines but one stand; a single line has none.
    pub fn altered(&self, pattern: &[&str], key: Key) -> Vec<Near> {
        let fits = |start: usize, from_start: usize, from_end: usize| {
            (from_start < pattern.len() && from_start + from_end + 1 >= pattern.len())
                .then_some(Near { start, at: from_start })
        };
        if pattern.len() < 2 {
            return Vec::new();
        }
        // Of two lines of the pattern, one at least stands where it should.
        self.near(pattern, key, pattern.len(), fits, |known, text| {
            let two = known.rarest(text).into_iter().take(2);
            two.flat_map(|(offset, rows)| rows.iter().filter_map(move |row| row.checked_sub(offset))).collect()
        })
    }

    /// Every place where the file has one line more, with the only place of that line in the pattern.
    pub fn dropped(&self, pattern: &[&str], key: Key) -> Vec<Near> {
        let fits = |start: usize, from_start: usize, from_end: usize| {
            let first = pattern.len().saturating_sub(from_end).max(1);
            let last = from_start.min(pattern.len().saturating_sub(1));
            (first == last).then_some(Near { start, at: first })
        };
        // A line of the pattern stands where it should, or one further.
        self.near(pattern, key, pattern.len() + 1, fits, |known, text| {
            let one = known.rarest(text).into_iter().take(1);
            let starts = |(offset, rows): (usize, &'_ [usize])| -> Vec<usize> {
                rows.iter().flat_map(|row| [row.checked_sub(offset), row.checked_sub(offset + 1)]).flatten().collect()
            };
            one.flat_map(starts).collect()
        })
    }

    /// Looks at windows of the file with the lengths that match from their starts and to their ends.
    fn near(
        &self,
        pattern: &[&str],
        key: Key,
        window: usize,
        fits: impl Fn(usize, usize, usize) -> Option<Near>,
        likely: impl Fn(&Known, &[u32]) -> Vec<usize>,
    ) -> Vec<Near> {
        let count = (self.lines.len() + 1).saturating_sub(window);
        let some = |known: &Known, text: &[u32]| {
            let mut starts = likely(known, text);
            starts.retain(|at| *at < count);
            starts.sort_unstable();
            starts.dedup();
            let forward = self.among(&starts, text.len(), |at| known.matched(text, at))?;
            let backward = self.among(&starts, text.len(), |at| known.matched_back(text, at + window))?;
            let lengths = forward.into_iter().zip(backward);
            Some(starts.into_iter().zip(lengths).filter_map(|(at, (from, to))| fits(at, from, to)).collect())
        };
        let every = |known: &Known, text: &[u32]| {
            let (forward, backward) = self.prefixes(known, text, false).zip(self.prefixes(known, text, true))?;
            let at = |values: &[usize], i: usize| values.get(i).copied().unwrap_or(0);
            // In the reversed file, the window that starts at `i` starts at `len - i - window`.
            let ends = |i: usize| at(&backward, self.lines.len() - i - window);
            Some((0..count).filter_map(|i| fits(i, at(&forward, i), ends(i))).collect())
        };
        self.asked(pattern, key, |known, text| some(known, text).or_else(|| every(known, text)))
    }

    /// Answers a question about the pattern in the file's numbers; nothing without one, or without work left.
    fn asked<T>(&self, pattern: &[&str], key: Key, answer: impl Fn(&Known, &[u32]) -> Option<Vec<T>>) -> Vec<T> {
        let first = self.known.borrow().get(key as usize).is_some_and(Option::is_none);
        let sorting = if first { self.lines.len() * LINE } else { 0 };
        if pattern.is_empty() || !self.work.spend(sorting + pattern.len() + 1) {
            return Vec::new();
        }
        let mut all_known = self.known.borrow_mut();
        let Some(slot) = all_known.get_mut(key as usize) else { return Vec::new() };
        let known = slot.get_or_insert_with(|| Known::of(self.lines, key));
        let text: Vec<u32> = (0_u32..).zip(pattern).map(|(i, line)| known.number(key, line, i)).collect();
        answer(known, &text).unwrap_or_default()
    }

    /// How much matches at each of `starts`; `None` when looking at all of the file costs less.
    fn among(&self, starts: &[usize], pattern: usize, matched: impl Fn(usize) -> usize) -> Option<Vec<usize>> {
        let most = self.lines.len() + 2 * pattern;
        let (mut lengths, mut steps) = (Vec::with_capacity(starts.len().min(most)), 0);
        for start in starts {
            let length = matched(*start);
            steps += length + 1;
            if steps > most {
                self.work.spend(steps);
                return None;
            }
            lengths.push(length);
        }
        self.work.spend(steps).then_some(lengths)
    }

    /// How many lines of the pattern match from each line of the file on; both reversed if asked.
    fn prefixes(&self, known: &Known, text: &[u32], reversed: bool) -> Option<Vec<usize>> {
        if !self.work.spend(self.lines.len() + 2 * text.len()) {
            return None;
        }
        let mut all = text.to_vec();
        if reversed {
            all.reverse();
            all.extend(known.file.iter().rev());
        } else {
            all.extend(&known.file);
        }
        Some(z_values(&all).into_iter().skip(text.len()).map(|n| n.min(text.len())).collect())
    }
}

impl Known {
    fn of(lines: &[Line], key: Key) -> Self {
        let mut known = Self { numbers: HashMap::new(), file: Vec::with_capacity(lines.len()), rows: Vec::new() };
        for (row, line) in lines.iter().enumerate() {
            let text = key.of(&line.raw);
            let next = u32::try_from(known.rows.len()).unwrap_or(u32::MAX / 2);
            let number = match known.numbers.get(text.as_ref()) {
                Some(number) => *number,
                None => {
                    known.rows.push(Vec::new());
                    *known.numbers.entry(text.into_owned()).or_insert(next)
                }
            };
            known.file.push(number);
            known.rows.get_mut(number as usize).into_iter().for_each(|rows| rows.push(row));
        }
        known
    }

    /// A line's number; one of its own when the file does not have it.
    fn number(&self, key: Key, line: &str, place: u32) -> u32 {
        self.numbers.get(key.of(line).as_ref()).copied().unwrap_or(u32::MAX - place)
    }

    /// The lines of the pattern, the rarest in the file first, with where they stand there.
    fn rarest(&self, text: &[u32]) -> Vec<(usize, &[usize])> {
        let rows = |number: &u32| self.rows.get(*number as usize).map(Vec::as_slice).unwrap_or_default();
        let mut all: Vec<(usize, &[usize])> = text.iter().map(rows).enumerate().collect();
        all.sort_by_key(|(offset, rows)| (rows.len(), *offset));
        all
    }

    /// How many lines of the pattern match from `start` on.
    fn matched(&self, text: &[u32], start: usize) -> usize {
        let there = self.file.get(start..).unwrap_or_default();
        text.iter().zip(there).take_while(|(a, b)| a == b).count()
    }

    /// How many match backwards, from the end of the pattern and from before `end`.
    fn matched_back(&self, text: &[u32], end: usize) -> usize {
        let there = self.file.get(..end).unwrap_or_default();
        text.iter().rev().zip(there.iter().rev()).take_while(|(a, b)| a == b).count()
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
    use proptest::prelude::*;

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

    /// The same by looking at every window.
    fn slowly(file: &[&str], pattern: &[&str], window: usize) -> Vec<(usize, usize, usize)> {
        let lengths = |there: &[&str]| {
            let from_start = pattern.iter().zip(there).take_while(|(a, b)| a == b).count();
            let from_end = pattern.iter().rev().zip(there.iter().rev()).take_while(|(a, b)| a == b).count();
            (from_start, from_end)
        };
        let all = file.windows(window).enumerate();
        all.map(|(at, there)| (at, lengths(there))).map(|(at, (start, end))| (at, start, end)).collect()
    }

    proptest! {
        #[test]
        fn rare_lines_or_common_ones_what_is_found_is_the_same(
            file in proptest::collection::vec("[ab]|x{1,12}", 0..60),
            pattern in proptest::collection::vec("[abc]|x{1,12}", 1..6),
        ) {
            let lines = split(&file.iter().map(|l| format!("{l}\n")).collect::<String>());
            let work = Work::new();
            let finder = Finder::new(&lines, &work);
            let file: Vec<&str> = file.iter().map(String::as_str).collect();
            let pattern: Vec<&str> = pattern.iter().map(String::as_str).collect();
            let n = pattern.len();
            let straight = slowly(&file, &pattern, n);
            let whole: Vec<usize> = straight.iter().filter(|(_, from, _)| *from == n).map(|(at, ..)| *at).collect();
            prop_assert_eq!(finder.all(&pattern, Key::Raw), whole);
            let one_off = |(at, from, to): &(usize, usize, usize)| {
                (n > 1 && *from < n && from + to + 1 >= n).then_some(Near { start: *at, at: *from })
            };
            let altered: Vec<Near> = straight.iter().filter_map(one_off).collect();
            prop_assert_eq!(finder.altered(&pattern, Key::Raw), altered);
            let gap = |(at, from, to): &(usize, usize, usize)| {
                let (first, last) = (n.saturating_sub(*to).max(1), (*from).min(n - 1));
                (first == last).then_some(Near { start: *at, at: first })
            };
            let dropped: Vec<Near> = slowly(&file, &pattern, n + 1).iter().filter_map(gap).collect();
            prop_assert_eq!(finder.dropped(&pattern, Key::Raw), dropped);
        }
    }
}
