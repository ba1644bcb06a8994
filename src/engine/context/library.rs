//! The tags of blobs: from the cache, else parsed by a few threads, within a bound of time.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use crate::adapters::cache::{BlobCache, Key};
use crate::adapters::git::{BlobId, TreeView};

use super::memory::Memory;
use super::tags::{Language, MAX_SOURCE_BYTES, TagParser, encode};
use super::turns::{Turn, Turns};

/// Tags are kept up to this size on disk; 10,000 files take about 15 MB.
const MAX_CACHE_BYTES: u64 = 256 << 20;
/// More threads than this would only starve what else the process does.
const MAX_THREADS: usize = 4;
/// What was parsed is kept when so many bytes are together, or so much time went by.
const BATCH_BYTES: usize = 2 << 20;
const BATCH_TIME: Duration = Duration::from_secs(2);

/// How long a run waits for tags.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For other runs that parse.
    pub turn: Duration,
    /// For its own files to be parsed.
    pub parse: Duration,
    /// And how long what is left is parsed in the background.
    pub background: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { turn: Duration::from_secs(12), parse: Duration::from_secs(10), background: Duration::from_mins(5) }
    }
}

/// What is known of the sources of repositories, for all runs of the process.
#[derive(Debug)]
pub struct Library {
    cache: BlobCache,
    turns: Arc<Turns>,
    patience: Patience,
    pub(super) memory: Memory,
}

/// A source file whose tags are wanted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source {
    pub(super) blob: BlobId,
    pub(super) language: Language,
}

impl Source {
    fn key(self) -> Key {
        Key { kind: self.language.version(), blob: self.blob.0 }
    }
}

/// Files to be parsed, shared by the threads that do.
struct Job {
    library: Arc<Library>,
    view: TreeView,
    work: Vec<(usize, Source)>,
    next: AtomicUsize,
    /// Nobody waits any more.
    background: AtomicBool,
    give_up: Instant,
    _turn: Turn,
}

impl Library {
    /// A library that keeps what it finds below `data_dir`.
    pub fn new(data_dir: &Path, patience: Patience) -> Arc<Self> {
        let cache = BlobCache::new(data_dir.join("cache/tags"), MAX_CACHE_BYTES);
        Arc::new(Self { cache, turns: Arc::default(), patience, memory: Memory::default() })
    }

    /// The encoded tags of `sources`, in their order. Those that come first are parsed first; where time runs out
    /// there is nothing, and what is missing goes on being parsed for the next run.
    pub(super) fn tags(self: &Arc<Self>, view: &TreeView, sources: &[Source]) -> Vec<Option<Vec<u8>>> {
        let keys: Vec<Key> = sources.iter().map(|source| source.key()).collect();
        let mut found = self.cache.get(&keys);
        if found.iter().all(Option::is_some) {
            return found;
        }
        let turn = self.turns.take(self.patience.turn);
        // While this run waited, another may have parsed the same.
        fill(&mut found, self.cache.get(&keys));
        let Some(turn) = turn else { return found };
        let (work, twins) = missing(&keys, &found, sources);
        if !work.is_empty() {
            self.parse(view, work, turn, &mut found);
        }
        for (index, first) in twins {
            let same = found.get(first).cloned().flatten();
            found.get_mut(index).into_iter().for_each(|place| place.clone_from(&same));
        }
        found
    }

    fn parse(self: &Arc<Self>, view: &TreeView, work: Vec<(usize, Source)>, turn: Turn, found: &mut [Option<Vec<u8>>]) {
        let now = Instant::now();
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(MAX_THREADS).min(work.len());
        let job = Arc::new(Job {
            library: Arc::clone(self),
            view: view.clone(),
            work,
            next: AtomicUsize::new(0),
            background: AtomicBool::new(false),
            give_up: now + self.patience.parse + self.patience.background,
            _turn: turn,
        });
        let (sender, receiver) = channel();
        for _ in 0..threads {
            let (job, sender) = (Arc::clone(&job), sender.clone());
            let thread = std::thread::Builder::new().name("tags".into()).spawn(move || job.run(&sender));
            if let Err(error) = thread {
                tracing::warn!(error.kind = ?error.kind(), "a thread for parsing could not be started");
            }
        }
        drop(sender);
        receive(&receiver, now + self.patience.parse, found);
        job.background.store(true, Ordering::SeqCst);
    }
}

/// Takes what the threads found, until they are done or time is over.
fn receive(receiver: &Receiver<(usize, Vec<u8>)>, end: Instant, found: &mut [Option<Vec<u8>>]) {
    loop {
        match receiver.recv_timeout(end.saturating_duration_since(Instant::now())) {
            Ok((index, tags)) => {
                if let Some(place) = found.get_mut(index) {
                    *place = Some(tags);
                }
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn fill(found: &mut [Option<Vec<u8>>], fresh: Vec<Option<Vec<u8>>>) {
    for (place, fresh) in found.iter_mut().zip(fresh) {
        if place.is_none() {
            *place = fresh;
        }
    }
}

type Work = Vec<(usize, Source)>;

/// What is to be parsed, and the places that want the same as an earlier one.
fn missing(keys: &[Key], found: &[Option<Vec<u8>>], sources: &[Source]) -> (Work, Vec<(usize, usize)>) {
    let (mut work, mut twins) = (Vec::new(), Vec::new());
    let mut first: HashMap<Key, usize> = HashMap::new();
    for (index, ((key, found), source)) in keys.iter().zip(found).zip(sources).enumerate() {
        if found.is_some() {
            continue;
        }
        match first.get(key) {
            Some(earlier) => twins.push((index, *earlier)),
            None => {
                first.insert(*key, index);
                work.push((index, *source));
            }
        }
    }
    (work, twins)
}

impl Job {
    /// One thread's share.
    fn run(&self, sender: &Sender<(usize, Vec<u8>)>) {
        let mut parser = TagParser::default();
        let mut batch = Batch::default();
        while let Some((index, source)) = self.take() {
            let Ok(text) = self.view.read_blob(source.blob, MAX_SOURCE_BYTES) else { continue };
            let tags = encode(&parser.tags(source.language, &text));
            batch.add(source.key(), tags.clone(), &self.library.cache);
            let _ = sender.send((index, tags));
        }
        batch.keep(&self.library.cache);
    }

    fn take(&self) -> Option<(usize, Source)> {
        let in_background = self.background.load(Ordering::SeqCst);
        if in_background && (self.library.turns.is_wanted() || Instant::now() > self.give_up) {
            return None;
        }
        self.work.get(self.next.fetch_add(1, Ordering::SeqCst)).copied()
    }
}

/// Tags on their way into the cache.
struct Batch {
    entries: Vec<(Key, Vec<u8>)>,
    bytes: usize,
    since: Instant,
}

impl Default for Batch {
    fn default() -> Self {
        Self { entries: Vec::new(), bytes: 0, since: Instant::now() }
    }
}

impl Batch {
    fn add(&mut self, key: Key, tags: Vec<u8>, cache: &BlobCache) {
        self.bytes += tags.len();
        self.entries.push((key, tags));
        if self.bytes >= BATCH_BYTES || self.since.elapsed() >= BATCH_TIME {
            self.keep(cache);
        }
    }

    fn keep(&mut self, cache: &BlobCache) {
        cache.put(&self.entries);
        *self = Self::default();
    }
}
