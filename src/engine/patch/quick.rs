//! A cheap first look at a path: whether any pattern can concern it at all. Large trees are asked path by path, and
//! nearly all of their paths concern no pattern.

use super::glob::Glob;

/// What a part of a path must begin and end with to fit one part of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Ends {
    first: Vec<u8>,
    last: Vec<u8>,
}

impl Ends {
    fn of(pattern: &[char]) -> Self {
        let is_wild = |c: &&char| matches!(**c, '*' | '?');
        let literal = |chars: &mut dyn Iterator<Item = &char>| chars.take_while(|c| !is_wild(c)).collect::<String>();
        let first = literal(&mut pattern.iter());
        let last: String = literal(&mut pattern.iter().rev()).chars().rev().collect();
        Self { first: first.into_bytes(), last: last.into_bytes() }
    }

    fn fit(&self, part: &[u8]) -> bool {
        let same = |piece: Option<&[u8]>, wanted: &[u8]| piece.is_some_and(|p| p.eq_ignore_ascii_case(wanted));
        same(part.get(..self.first.len()), &self.first)
            && same(part.len().checked_sub(self.last.len()).and_then(|from| part.get(from..)), &self.last)
    }
}

/// All patterns of a matcher, as far as a cheap look goes.
#[derive(Debug, Clone)]
pub struct Quick {
    /// Compared with every part of a path.
    anywhere: Vec<Ends>,
    /// Compared with the first part.
    at_start: Vec<Ends>,
    /// For a byte, whether a part that begins or ends with it can fit `anywhere`.
    first: [bool; 256],
    last: [bool; 256],
    /// Some pattern fits whatever it is asked about.
    all: bool,
}

impl Default for Quick {
    fn default() -> Self {
        Self { anywhere: Vec::new(), at_start: Vec::new(), first: [false; 256], last: [false; 256], all: false }
    }
}

impl Quick {
    /// Takes a pattern in.
    pub fn add(&mut self, glob: &Glob) {
        match glob.parts().iter().find(|part| part.as_slice() != ['*', '*']) {
            None => self.all = true,
            Some(part) if glob.is_anchored() && glob.parts().first() == Some(part) => {
                self.at_start.push(Ends::of(part));
            }
            Some(part) => self.add_anywhere(Ends::of(part)),
        }
    }

    fn add_anywhere(&mut self, ends: Ends) {
        match (ends.first.first(), ends.last.last()) {
            (Some(first), _) => mark(&mut self.first, *first),
            (None, Some(last)) => mark(&mut self.last, *last),
            (None, None) => self.all = true,
        }
        self.anywhere.push(ends);
    }

    /// `false` only when no pattern can cover `path`: what is not plainly written is always worth the exact look.
    pub fn may_concern(&self, path: &str) -> bool {
        let mut parts = path.as_bytes().split(|byte| *byte == b'/');
        self.all
            || parts.clone().any(|part| !is_plain(part) || self.may_fit(part))
            || parts.next().is_some_and(|part| self.at_start.iter().any(|ends| ends.fit(part)))
    }

    fn may_fit(&self, part: &[u8]) -> bool {
        let known =
            |table: &[bool; 256], byte: Option<&u8>| byte.is_some_and(|b| table.get(*b as usize) == Some(&true));
        (known(&self.first, part.first()) || known(&self.last, part.last()))
            && self.anywhere.iter().any(|ends| ends.fit(part))
    }
}

/// For both cases of a letter.
fn mark(table: &mut [bool; 256], byte: u8) {
    for byte in [byte.to_ascii_lowercase(), byte.to_ascii_uppercase()] {
        table.get_mut(byte as usize).into_iter().for_each(|slot| *slot = true);
    }
}

/// Whether folding changes nothing but the case of letters.
fn is_plain(part: &[u8]) -> bool {
    let plain = |byte: &u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'\\' | b':');
    part.iter().all(plain) && part.last().is_some_and(|last| !matches!(last, b'.' | b' '))
}
