//! Names and tags of sources in memory: each name stands here once and has a number, so that surveys compare numbers.

use std::collections::HashMap;
use std::hash::BuildHasher as _;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::tags::{Kind, Tags, decode};
use crate::adapters::cache::Key;

/// What an entry takes beside its names and numbers, about.
const ENTRY_BYTES: usize = 128;

/// A definition whose name has a number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Defined {
    pub(super) name: u32,
    /// The name's line, the first and the last of the whole, from 1.
    pub(super) line: u32,
    pub(super) first: u32,
    pub(super) last: u32,
    pub(super) kind: Kind,
}

/// The tags of one file.
#[derive(Debug)]
pub(super) struct FileTags {
    pub(super) definitions: Box<[Defined]>,
    /// Names referred to and how often.
    pub(super) references: Box<[(u32, u32)]>,
    pub(super) cut: bool,
}

/// Names, each with a number.
#[derive(Debug, Default)]
pub(super) struct Names {
    numbers: HashTable<u32>,
    hasher: RandomState,
    /// All of them, one after the other, and where each ends.
    text: String,
    ends: Vec<usize>,
}

impl Names {
    /// How many there are; their numbers are below.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The name of a number.
    pub(super) fn text(&self, number: u32) -> &str {
        name(&self.text, &self.ends, number)
    }

    fn number(&mut self, wanted: &str) -> u32 {
        let Self { numbers, hasher, text, ends } = self;
        let hash = hasher.hash_one(wanted);
        if let Some(known) = numbers.find(hash, |known| name(text, ends, *known) == wanted) {
            return *known;
        }
        let number = u32::try_from(ends.len()).unwrap_or(u32::MAX);
        text.push_str(wanted);
        ends.push(text.len());
        numbers.insert_unique(hash, number, |known| hasher.hash_one(name(text, ends, *known)));
        number
    }

    fn bytes(&self) -> usize {
        self.text.capacity() + self.ends.capacity() * size_of::<usize>() + self.numbers.capacity() * 5
    }
}

fn name<'a>(text: &'a str, ends: &[usize], number: u32) -> &'a str {
    let at = number as usize;
    let start = at.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or_default();
    ends.get(at).and_then(|end| text.get(start..*end)).unwrap_or_default()
}

/// What is known of sources; shared by threads.
#[derive(Debug, Default)]
pub(super) struct Lexicon(RwLock<Known>);

#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) names: Names,
    files: HashMap<Key, Arc<FileTags>>,
    bytes: usize,
}

impl Lexicon {
    /// What is known under each of `keys`, in their order.
    pub(super) fn known(&self, keys: &[Key]) -> Vec<Option<Arc<FileTags>>> {
        let known = self.read();
        keys.iter().map(|key| known.files.get(key).cloned()).collect()
    }

    /// Those of `keys` that are not known, in their order.
    pub(super) fn unknown(&self, keys: &[Key]) -> Vec<Key> {
        let known = self.read();
        keys.iter().filter(|key| !known.files.contains_key(key)).copied().collect()
    }

    /// Takes up encoded tags; `None` when they are none.
    pub(super) fn learn(&self, key: Key, bytes: &[u8]) -> Option<Arc<FileTags>> {
        let tags = decode(bytes)?;
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let file = Arc::new(known.numbered(&tags));
        known.bytes += ENTRY_BYTES + size_of_val(&*file.definitions) + size_of_val(&*file.references);
        known.files.insert(key, Arc::clone(&file));
        Some(file)
    }

    /// For looking up names; nothing is learned meanwhile.
    pub(super) fn read(&self) -> RwLockReadGuard<'_, Known> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The memory it takes, about.
    pub(super) fn bytes(&self) -> usize {
        let known = self.read();
        known.bytes + known.names.bytes()
    }
}

impl Known {
    fn numbered(&mut self, tags: &Tags<'_>) -> FileTags {
        let names = &mut self.names;
        let defined = |one: &super::tags::Definition<'_>| Defined {
            name: names.number(one.name),
            line: one.line,
            first: one.first,
            last: one.last,
            kind: one.kind,
        };
        let definitions = tags.definitions.iter().map(defined).collect();
        let references = tags.references.iter().map(|(name, count)| (names.number(name), *count)).collect();
        FileTags { definitions, references, cut: tags.cut }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::context::tags::{Definition, encode};

    #[test]
    fn a_name_has_one_number_in_all_files() {
        let lexicon = Lexicon::default();
        let file = |name, blob| {
            let definition = Definition { line: 2, name, kind: Kind::Function, first: 1, last: 3 };
            let tags = Tags { definitions: vec![definition], references: vec![("other", 2), ("é", 1)], cut: false };
            lexicon.learn(Key { kind: 1, blob: [blob; 20] }, &encode(&tags)).unwrap()
        };
        let (one, two) = (file("other", 1), file("own", 2));
        assert_eq!(one.definitions[0].name, two.references[0].0);
        assert_ne!(one.definitions[0].name, two.definitions[0].name);
        let known = lexicon.read();
        let text = |number| known.names.text(number);
        assert_eq!((text(one.definitions[0].name), text(two.references[1].0), text(9)), ("other", "é", ""));
        assert_eq!(known.names.len(), 3);
        drop(known);
        assert!(lexicon.learn(Key { kind: 1, blob: [3; 20] }, b"\x00\x07").is_none());
        let keys = [2, 3].map(|blob| Key { kind: 1, blob: [blob; 20] });
        assert_eq!(lexicon.known(&keys).iter().map(Option::is_some).collect::<Vec<_>>(), [true, false]);
    }
}
