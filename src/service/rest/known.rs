//! What was read from the database and holds until its next commit: who a token is, and whole answers.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::adapters::store::Version;

/// Entries by key, each with the version it was read under and what it weighs in bytes.
#[derive(Debug)]
pub struct Known<K, V> {
    most: usize,
    kept: Mutex<Kept<K, V>>,
}

#[derive(Debug)]
struct Kept<K, V> {
    entries: HashMap<K, Entry<V>>,
    bytes: usize,
}

#[derive(Debug)]
struct Entry<V> {
    version: Version,
    value: V,
    bytes: usize,
}

impl<K: Eq + Hash, V: Clone> Known<K, V> {
    /// Room for `most` bytes.
    pub fn new(most: usize) -> Self {
        Self { most, kept: Mutex::new(Kept { entries: HashMap::new(), bytes: 0 }) }
    }

    /// What was read under the same version.
    pub fn get(&self, key: &K, version: Version) -> Option<V> {
        let kept = self.held();
        kept.entries.get(key).filter(|entry| entry.version == version).map(|entry| entry.value.clone())
    }

    /// Keeps what was read after `version` was looked at.
    pub fn keep(&self, key: K, version: Version, value: V, bytes: usize) {
        if bytes > self.most {
            return;
        }
        let mut kept = self.held();
        if let Some(before) = kept.entries.remove(&key) {
            kept.bytes -= before.bytes;
        }
        // Most of it is of an older version; what is not is soon read again.
        if kept.bytes + bytes > self.most {
            (kept.entries, kept.bytes) = (HashMap::new(), 0);
        }
        kept.bytes += bytes;
        kept.entries.insert(key, Entry { version, value, bytes });
    }

    fn held(&self) -> MutexGuard<'_, Kept<K, V>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_the_place_of_something_old_takes_its_room() {
        let (one, two) = (Version::of_test(1), Version::of_test(2));
        let known = Known::new(10);
        for version in [one, two].into_iter().cycle().take(100) {
            known.keep("a", version, 'a', 4);
            known.keep("b", version, 'b', 4);
        }
        assert_eq!((known.get(&"a", two), known.get(&"b", two)), (Some('a'), Some('b')), "both fit, however often");
        assert_eq!(known.get(&"a", one), None);
        known.keep("c", two, 'c', 4);
        assert_eq!((known.get(&"c", two), known.get(&"a", two)), (Some('c'), None), "a third does not fit");
    }
}
