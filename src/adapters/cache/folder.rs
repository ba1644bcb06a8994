//! The folder of segments: names in order of age, a bound on their bytes, small ones joined now and then.

use std::collections::HashMap;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufWriter};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::Key;
use super::segment::{self, Segment};

const ENDING: &str = ".seg";
const UNFINISHED: &str = ".tmp";
/// More segments than this are joined.
const MAX_SEGMENTS: usize = 48;
/// Segments larger than this are left alone when others are joined.
const LARGE_BYTES: u64 = 512 << 10;
/// An unfinished file of this age belongs to a process that died.
const STALE: Duration = Duration::from_hours(1);

#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    max_bytes: u64,
}

impl Folder {
    pub(super) fn new(path: PathBuf, max_bytes: u64) -> Self {
        Self { path, max_bytes }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Names and bytes, the oldest first.
    pub(super) fn segments(&self) -> Vec<(String, u64)> {
        let entries = fs::read_dir(&self.path).into_iter().flatten().flatten();
        let one = |entry: fs::DirEntry| {
            let name = entry.file_name().into_string().ok().filter(|name| name.ends_with(ENDING))?;
            Some((name, entry.metadata().ok().filter(fs::Metadata::is_file)?.len()))
        };
        let mut found: Vec<_> = entries.filter_map(one).collect();
        found.sort();
        found
    }

    /// Writes a segment and gives it its name.
    pub(super) fn add(&self, entries: &[(Key, Vec<u8>)]) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.path)?;
        // So fine that of two written one after the other the later one counts.
        let age = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let stem = format!("{age:016x}-{}", uuid::Uuid::new_v4().simple());
        let unfinished = self.path(&format!("{stem}{UNFINISHED}"));
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished)?;
        let written = segment::write(&mut BufWriter::new(file), entries)
            .and_then(|()| fs::rename(&unfinished, self.path(&format!("{stem}{ENDING}"))));
        if written.is_err() {
            let _ = fs::remove_file(&unfinished);
        }
        written
    }

    /// Lets the oldest go past the bound, joins small ones, and removes what dead processes left. One process at a
    /// time does so; the others have nothing to wait for.
    pub(super) fn tidy(&self, open: &HashMap<String, Segment>) {
        let Ok(lock) = File::create(self.path("lock")) else { return };
        if lock.try_lock().is_err() {
            return;
        }
        let mut present = self.segments();
        let mut total: u64 = present.iter().map(|(_, bytes)| bytes).sum();
        // Each hole leaves room for a while, so that not every new segment costs an old one.
        let goal = if total > self.max_bytes { self.max_bytes - self.max_bytes / 8 } else { u64::MAX };
        while total > goal && !present.is_empty() {
            let (name, bytes) = present.remove(0);
            let _ = fs::remove_file(self.path(&name));
            total -= bytes;
        }
        present.retain(|(name, _)| self.keep_if_sound(name, open));
        if present.len() > MAX_SEGMENTS {
            self.join(present.into_iter().filter(|(_, bytes)| *bytes <= LARGE_BYTES).map(|(name, _)| name).collect());
        }
        self.remove_unfinished();
    }

    /// What cannot be opened as a segment only takes room.
    fn keep_if_sound(&self, name: &str, open: &HashMap<String, Segment>) -> bool {
        let sound = open.contains_key(name) || Segment::open(&self.path(name)).is_some();
        if !sound {
            let _ = fs::remove_file(self.path(name));
        }
        sound
    }

    fn join(&self, names: Vec<String>) {
        let mut entries: HashMap<Key, Vec<u8>> = HashMap::new();
        for name in &names {
            let Some((segment, places)) = Segment::open(&self.path(name)) else { continue };
            entries.extend(places.into_iter().filter_map(|(key, place)| Some((key, segment.read(place)?))));
        }
        let mut entries: Vec<_> = entries.into_iter().collect();
        entries.sort_by_key(|(key, _)| *key);
        if self.add(&entries).is_ok() {
            names.iter().for_each(|name| drop(fs::remove_file(self.path(name))));
        }
    }

    fn remove_unfinished(&self) {
        for entry in fs::read_dir(&self.path).into_iter().flatten().flatten() {
            let age = entry.metadata().and_then(|m| m.modified()).ok().and_then(|at| at.elapsed().ok());
            let unfinished = entry.file_name().to_string_lossy().ends_with(UNFINISHED);
            if unfinished && age.is_some_and(|age| age > STALE) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}
