//! What was worked out from blobs, kept on disk: bounded, shared by threads and processes, free to be thrown away.
//!
//! Entries lie in segments: files that are written whole, renamed into place and never changed. So a reader needs no
//! lock, a crash leaves nothing half-written under a segment's name, and a damaged entry is only a missing one. When
//! the folder grows past its bound the oldest segments go.

mod folder;
mod segment;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use folder::Folder;
use segment::{Place, Segment};

/// What an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// How it was worked out; another way of doing so has another number.
    pub kind: u64,
    /// The id of the blob it was worked out from.
    pub blob: [u8; 20],
}

/// A cache in one folder. Nothing here fails: what cannot be read is not there, what cannot be written is not kept.
#[derive(Debug)]
pub struct BlobCache {
    folder: Folder,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    segments: HashMap<String, Segment>,
    entries: HashMap<Key, (String, Place)>,
}

impl BlobCache {
    /// A cache of at most `max_bytes` in `folder`, which is made when something is kept.
    pub fn new(folder: PathBuf, max_bytes: u64) -> Self {
        Self { folder: Folder::new(folder, max_bytes), known: Mutex::default() }
    }

    /// What is kept under each of `keys`, in their order. Blocking.
    pub fn get(&self, keys: &[Key]) -> Vec<Option<Vec<u8>>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.refresh(&self.folder);
        keys.iter().map(|key| known.read(key)).collect()
    }

    /// Keeps entries. Blocking.
    pub fn put(&self, entries: &[(Key, Vec<u8>)]) {
        if entries.is_empty() {
            return;
        }
        if let Err(error) = self.folder.add(entries) {
            tracing::debug!(error.kind = ?error.kind(), "derived data could not be cached");
            return;
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.refresh(&self.folder);
        self.folder.tidy(&known.segments);
        known.refresh(&self.folder);
    }

    /// Bytes on disk.
    pub fn bytes(&self) -> u64 {
        self.folder.segments().iter().map(|(_, bytes)| bytes).sum()
    }
}

impl Known {
    /// Learns of segments that came and forgets those that went.
    fn refresh(&mut self, folder: &Folder) {
        let present: HashMap<String, u64> = folder.segments().into_iter().collect();
        let before = self.segments.len();
        self.segments.retain(|name, _| present.contains_key(name));
        if self.segments.len() < before {
            self.entries.retain(|_, (name, _)| present.contains_key(name));
        }
        let mut fresh: Vec<String> = present.into_keys().filter(|name| !self.segments.contains_key(name)).collect();
        fresh.sort();
        for name in fresh {
            let Some((segment, places)) = Segment::open(&folder.path(&name)) else { continue };
            self.entries.extend(places.into_iter().map(|(key, place)| (key, (name.clone(), place))));
            self.segments.insert(name, segment);
        }
    }

    fn read(&mut self, key: &Key) -> Option<Vec<u8>> {
        let (name, place) = self.entries.get(key)?;
        let found = self.segments.get(name).and_then(|segment| segment.read(*place));
        if found.is_none() {
            self.entries.remove(key);
        }
        found
    }
}
