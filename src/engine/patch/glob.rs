//! Path patterns: `*` and `?` within a part, `**` across parts, a folder covers what is below it.

use super::fold::fold;

/// A pattern, folded as paths are before they meet it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob {
    shown: String,
    parts: Vec<Vec<char>>,
    anchored: bool,
}

impl Glob {
    /// Reads a pattern; every text is one. `None` for one that says nothing (empty, only slashes).
    pub fn new(pattern: &str) -> Option<Self> {
        let folded = fold(pattern.trim());
        let inner = folded.strip_suffix("/**").unwrap_or(&folded);
        let anchored = inner.trim_end_matches('/').contains('/');
        let parts: Vec<Vec<char>> = inner.split('/').filter(|p| !p.is_empty()).map(|p| p.chars().collect()).collect();
        (!parts.is_empty()).then(|| Self { shown: pattern.to_owned(), parts, anchored })
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.shown
    }

    /// Its parts, folded.
    pub fn parts(&self) -> &[Vec<char>] {
        &self.parts
    }

    /// Whether it is compared with a path from its start.
    pub fn is_anchored(&self) -> bool {
        self.anchored
    }

    /// Whether it covers a folded path, given as its parts.
    pub fn covers(&self, path: &[Vec<char>]) -> bool {
        if self.anchored {
            return covers_from_start(&self.parts, path);
        }
        self.parts.first().is_some_and(|pattern| path.iter().any(|part| part_matches(pattern, part)))
    }
}

/// Whether the pattern's parts match the beginning of the path. Row by row, so the time is their product.
fn covers_from_start(pattern: &[Vec<char>], path: &[Vec<char>]) -> bool {
    let mut reached = vec![false; path.len() + 1];
    if let Some(first) = reached.first_mut() {
        *first = true;
    }
    for part in pattern {
        let crossing = part.as_slice() == ['*', '*'];
        let mut next = vec![false; path.len() + 1];
        let mut before = false;
        for (at, slot) in next.iter_mut().enumerate() {
            let here = reached.get(at).copied().unwrap_or(false);
            let stepped = at > 0 && reached.get(at - 1).copied().unwrap_or(false);
            let name = at.checked_sub(1).and_then(|i| path.get(i));
            *slot = if crossing { here || before } else { stepped && name.is_some_and(|n| part_matches(part, n)) };
            before = *slot;
        }
        reached = next;
    }
    reached.iter().any(|r| *r)
}

/// Whether `*` and `?` of one part match one name; at most their product in steps.
pub fn part_matches(pattern: &[char], name: &[char]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(c) if *c == '?' || Some(c) == name.get(n) => (p, n) = (p + 1, n + 1),
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    (p, n) = (at + 1, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(path: &str) -> Vec<Vec<char>> {
        fold(path).split('/').map(|p| p.chars().collect()).collect()
    }

    #[test]
    fn patterns_cover_what_they_say() {
        let table = [
            ("*.key", "a/b/server.KEY", true),
            ("*.key", "a/keys/x", false),
            ("secrets", "a/secrets/x", true),
            ("secrets/", "a/secrets/x", true),
            ("/secrets", "a/secrets/x", false),
            ("/secrets", "secrets/x", true),
            ("a/**/z", "a/b/c/z", true),
            ("a/**/z", "a/z", true),
            ("a/**/z", "b/a/z", false),
            ("**/z.txt", "b/a/z.txt", true),
            (".github/workflows/**", ".github/workflows", true),
            (".github/workflows/**", ".github/workflows/ci.yml", true),
            (".github/workflows/**", ".github/other/ci.yml", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("a*b*c", "aXbYbZc", true),
        ];
        for (pattern, path, covers) in table {
            assert_eq!(Glob::new(pattern).unwrap().covers(&parts(path)), covers, "{pattern} {path}");
        }
        assert_eq!((Glob::new(""), Glob::new("/")), (None, None));
    }
}
