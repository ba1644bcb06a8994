//! A small map that forgets its oldest entry when full: caches whose size must not grow (I7).

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// At most `most` entries, in order of first insertion.
#[derive(Debug)]
pub(super) struct Bounded<K, V> {
    most: usize,
    entries: HashMap<K, V>,
    order: VecDeque<K>,
}

impl<K: Clone + Eq + Hash, V: Clone> Bounded<K, V> {
    pub(super) fn new(most: usize) -> Self {
        Self { most, entries: HashMap::new(), order: VecDeque::new() }
    }

    pub(super) fn get(&self, key: &K) -> Option<V> {
        self.entries.get(key).cloned()
    }

    pub(super) fn insert(&mut self, key: K, value: V) {
        if self.entries.insert(key.clone(), value).is_none() {
            self.order.push_back(key);
        }
        while self.entries.len() > self.most {
            let Some(oldest) = self.order.pop_front() else { break };
            self.entries.remove(&oldest);
        }
    }

    pub(super) fn get_or_insert_with(&mut self, key: K, make: impl FnOnce() -> V) -> V {
        if let Some(known) = self.get(&key) {
            return known;
        }
        let value = make();
        self.insert(key, value.clone());
        value
    }

    pub(super) fn retain(&mut self, keep: impl Fn(&K) -> bool) {
        self.entries.retain(|key, _| keep(key));
        self.order.retain(|key| keep(key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_when_it_is_full() {
        let mut map = Bounded::new(2);
        for key in ["a", "b", "a", "c"] {
            map.insert(key, key.len());
        }
        assert_eq!((map.get(&"a"), map.get(&"b"), map.get(&"c")), (None, Some(1), Some(1)));
        map.retain(|key| *key != "b");
        assert_eq!((map.get(&"b"), map.order.len()), (None, 1));
        assert_eq!(map.get_or_insert_with("d", || 7), 7);
        assert_eq!(map.get_or_insert_with("d", || 8), 7);
    }
}
