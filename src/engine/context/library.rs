//! The tags of blobs: from memory, from the cache on disk, else parsed by a few threads, within a bound of time.

use std::collections::HashSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::adapters::cache::{BlobCache, Key};
use crate::adapters::git::{BlobId, TreeView};

use super::lexicon::{FileTags, Lexicon};
use super::memory::Memory;
use super::tags::{Language, MAX_SOURCE_BYTES, TagParser, encode};
use super::turns::{Turn, Turns};

/// Tags are kept up to this size on disk; 10,000 files take about 15 MB.
const MAX_CACHE_BYTES: u64 = 256 << 20;
/// Tags and names stay in memory up to this size; past it they are read anew from the disk.
const MAX_MEMORY_BYTES: usize = 96 << 20;
/// Entries read from the disk at once.
const CHUNK: usize = 256;
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
    lexicon: Mutex<Arc<Lexicon>>,
    pub(super) memory: Memory,
}

/// What is known of the sources that were asked for.
pub(super) struct Tagged {
    /// The names.
    pub(super) lexicon: Arc<Lexicon>,
    /// The tags of each source, as far as time allowed.
    pub(super) tags: Vec<Option<Arc<FileTags>>>,
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
    work: Vec<Source>,
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
        let (turns, lexicon, memory) = (Arc::default(), Mutex::default(), Memory::default());
        Arc::new(Self { cache, turns, patience, lexicon, memory })
    }

    /// The tags of `sources`, in their order. Those that come first are parsed first; where time runs out there is
    /// nothing, and what is missing goes on being parsed for the next run.
    pub(super) fn tags(self: &Arc<Self>, view: &TreeView, sources: &[Source]) -> Tagged {
        let lexicon = self.lexicon();
        let keys: Vec<Key> = sources.iter().map(|source| source.key()).collect();
        self.recall(&lexicon, &keys);
        if !lexicon.unknown(&keys).is_empty()
            && let Some(turn) = self.turns.take(self.patience.turn)
        {
            // While this run waited, another may have parsed the same.
            self.recall(&lexicon, &keys);
            self.parse(view, &lexicon, missing(&lexicon, sources, &keys), turn);
        }
        let tags = lexicon.known(&keys);
        Tagged { lexicon, tags }
    }

    /// The names and tags in memory, or none when they have become too many.
    fn lexicon(&self) -> Arc<Lexicon> {
        let mut lexicon = self.lexicon.lock().unwrap_or_else(PoisonError::into_inner);
        if lexicon.bytes() > MAX_MEMORY_BYTES {
            *lexicon = Arc::default();
        }
        Arc::clone(&lexicon)
    }

    /// Takes up what the disk has of what is not in memory.
    fn recall(&self, lexicon: &Lexicon, keys: &[Key]) {
        for keys in lexicon.unknown(keys).chunks(CHUNK) {
            for (key, bytes) in keys.iter().zip(self.cache.get(keys)) {
                bytes.and_then(|bytes| lexicon.learn(*key, &bytes));
            }
        }
    }

    fn parse(self: &Arc<Self>, view: &TreeView, lexicon: &Lexicon, work: Vec<Source>, turn: Turn) {
        if work.is_empty() {
            return;
        }
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
        receive(&receiver, now + self.patience.parse, lexicon);
        job.background.store(true, Ordering::SeqCst);
    }
}

/// Takes what the threads found, until they are done or time is over.
fn receive(receiver: &Receiver<(Key, Vec<u8>)>, end: Instant, lexicon: &Lexicon) {
    loop {
        match receiver.recv_timeout(end.saturating_duration_since(Instant::now())) {
            Ok((key, tags)) => drop(lexicon.learn(key, &tags)),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// The sources that memory does not know, each once, in their order.
fn missing(lexicon: &Lexicon, sources: &[Source], keys: &[Key]) -> Vec<Source> {
    let mut unknown: HashSet<Key> = lexicon.unknown(keys).into_iter().collect();
    sources.iter().zip(keys).filter(|(_, key)| unknown.remove(key)).map(|(source, _)| *source).collect()
}

impl Job {
    /// One thread's share.
    fn run(&self, sender: &Sender<(Key, Vec<u8>)>) {
        let mut parser = TagParser::default();
        let mut batch = Batch::default();
        while let Some(source) = self.take() {
            let Ok(text) = self.view.read_blob(source.blob, MAX_SOURCE_BYTES) else { continue };
            let tags = encode(&parser.tags(source.language, &text));
            batch.add(source.key(), tags.clone(), &self.library.cache);
            let _ = sender.send((source.key(), tags));
        }
        batch.keep(&self.library.cache);
    }

    fn take(&self) -> Option<Source> {
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
