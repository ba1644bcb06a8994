//! The cache of what was worked out from blobs: shared, bounded, never trusted.

use std::fs;
use std::path::{Path, PathBuf};

use bakeoff::adapters::cache::{BlobCache, Key};

fn key(kind: u64, blob: u32) -> Key {
    let mut id = [0; 20];
    id[..4].copy_from_slice(&blob.to_le_bytes());
    Key { kind, blob: id }
}

fn entry(kind: u64, blob: u32, bytes: usize) -> (Key, Vec<u8>) {
    (key(kind, blob), vec![u8::try_from(blob % 251).unwrap(); bytes])
}

fn segments(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "seg"))
        .collect();
    found.sort();
    found
}

#[test]
fn what_is_kept_is_found_by_kind_and_blob_and_by_others_too() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (BlobCache::new(dir.path().join("c"), 1 << 20), BlobCache::new(dir.path().join("c"), 1 << 20));
    assert_eq!(one.get(&[key(1, 1)]), [None], "no folder yet");
    one.put(&[entry(1, 1, 10), entry(1, 2, 0)]);
    two.put(&[entry(2, 1, 20)]);
    let keys = [key(1, 1), key(1, 2), key(2, 1), key(3, 1)];
    let wanted = [Some(vec![1; 10]), Some(vec![]), Some(vec![1; 20]), None];
    assert_eq!(one.get(&keys), wanted);
    assert_eq!(two.get(&keys), wanted);
    assert_eq!(BlobCache::new(dir.path().join("c"), 1 << 20).get(&keys), wanted, "a later start");
}

#[test]
fn the_bound_holds_and_the_oldest_go_first() {
    let dir = tempfile::tempdir().unwrap();
    let cache = BlobCache::new(dir.path().into(), 100_000);
    for blob in 0..40 {
        cache.put(&[entry(1, blob, 10_000)]);
        assert!(cache.bytes() <= 100_000, "{} bytes", cache.bytes());
    }
    assert!(cache.bytes() > 50_000, "what fits is kept");
    assert_eq!(cache.get(&[key(1, 39)]), [Some(vec![39; 10_000])]);
    assert_eq!(cache.get(&[key(1, 0)]), [None]);
}

#[test]
fn many_small_segments_are_joined_and_nothing_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let cache = BlobCache::new(dir.path().into(), 1 << 20);
    for blob in 0..200 {
        cache.put(&[entry(1, blob, 100)]);
    }
    assert!(segments(dir.path()).len() <= 60, "{} segments", segments(dir.path()).len());
    let keys: Vec<Key> = (0..200).map(|blob| key(1, blob)).collect();
    assert!(cache.get(&keys).iter().all(Option::is_some));
}

#[test]
fn a_damaged_entry_is_missing_and_can_be_written_again() {
    let dir = tempfile::tempdir().unwrap();
    let cache = BlobCache::new(dir.path().into(), 1 << 20);
    cache.put(&[entry(1, 1, 100), entry(1, 2, 100), entry(1, 3, 100)]);
    let segment = &segments(dir.path())[0];
    let mut bytes = fs::read(segment).unwrap();
    bytes[8 + 36 + 50] ^= 1;
    fs::write(segment, &bytes).unwrap();
    let fresh = BlobCache::new(dir.path().into(), 1 << 20);
    assert_eq!(fresh.get(&[key(1, 1), key(1, 2)]), [None, Some(vec![2; 100])]);
    fresh.put(&[entry(1, 1, 100)]);
    assert_eq!(fresh.get(&[key(1, 1)]), [Some(vec![1; 100])]);
    assert_eq!(BlobCache::new(dir.path().into(), 1 << 20).get(&[key(1, 1)]), [Some(vec![1; 100])], "a later start");
}

#[test]
fn segments_cut_emptied_or_made_up_are_missing_entries() {
    for damage in
        [&b""[..], b"bkoseg1\n", b"bkoseg1\nxxxx", b"something else that is long enough to be read", &[0xff; 300]]
    {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("00000000000001-a.seg"), damage).unwrap();
        let cache = BlobCache::new(dir.path().into(), 1 << 20);
        assert_eq!(cache.get(&[key(1, 1)]), [None], "{damage:?}");
        cache.put(&[entry(1, 1, 10)]);
        assert_eq!(cache.get(&[key(1, 1)]), [Some(vec![1; 10])], "{damage:?}");
    }
    let dir = tempfile::tempdir().unwrap();
    BlobCache::new(dir.path().into(), 1 << 20).put(&[entry(1, 1, 100), entry(1, 2, 100)]);
    let segment = &segments(dir.path())[0];
    let bytes = fs::read(segment).unwrap();
    for end in 0..bytes.len() {
        fs::write(segment, &bytes[..end]).unwrap();
        let found = BlobCache::new(dir.path().into(), 1 << 20).get(&[key(1, 1), key(1, 2)]);
        assert!(found[0].as_ref().is_none_or(|b| *b == [1; 100]), "cut at {end}");
        assert_eq!(found[1], None, "cut at {end}");
    }
}

#[test]
fn threads_with_caches_of_their_own_share_one_folder() {
    let dir = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for part in 0..4 {
            let folder = dir.path().to_owned();
            scope.spawn(move || {
                let cache = BlobCache::new(folder, 10 << 20);
                for blob in 0..50 {
                    cache.put(&[entry(part, blob, 50)]);
                    cache.get(&[key(part, blob)]);
                }
            });
        }
    });
    let keys: Vec<Key> = (0..4).flat_map(|part| (0..50).map(move |blob| key(part, blob))).collect();
    let found = BlobCache::new(dir.path().into(), 10 << 20).get(&keys);
    assert_eq!(found.iter().filter(|one| one.is_none()).count(), 0);
}

#[test]
fn a_folder_that_cannot_be_written_only_keeps_nothing() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("file"), "x").unwrap();
    let cache = BlobCache::new(dir.path().join("file/below"), 1 << 20);
    cache.put(&[entry(1, 1, 10)]);
    assert_eq!(cache.get(&[key(1, 1)]), [None]);
}
