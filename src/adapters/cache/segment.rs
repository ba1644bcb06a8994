//! One segment: a first line that names the form, then entries of key, length, checksum and bytes.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use super::Key;

/// Changes with the form of the file.
const FORM: &[u8; 8] = b"bkoseg1\n";
/// Kind, blob, length, checksum.
const HEAD_BYTES: usize = 8 + 20 + 4 + 4;
/// No entry is larger.
pub(super) const MAX_ENTRY_BYTES: usize = 1 << 20;

/// Where an entry's bytes lie.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    offset: u64,
    len: u32,
    check: u32,
}

/// An open segment; it stays readable when its name is gone.
#[derive(Debug)]
pub(super) struct Segment {
    file: File,
}

impl Segment {
    /// Opens a segment and lists its entries up to the first damage. `None` when it is no segment.
    pub(super) fn open(path: &Path) -> Option<(Self, Vec<(Key, Place)>)> {
        let file = File::open(path).ok()?;
        let end = file.metadata().ok()?.len();
        let mut reader = BufReader::with_capacity(64 * 1024, &file);
        let mut form = [0; FORM.len()];
        reader.read_exact(&mut form).ok()?;
        if &form != FORM {
            return None;
        }
        let mut places = Vec::new();
        let mut offset = FORM.len() as u64;
        let mut head = [0; HEAD_BYTES];
        while reader.read_exact(&mut head).is_ok() {
            let Some((key, len, check)) = read_head(&head) else { break };
            offset += HEAD_BYTES as u64;
            let after = offset + u64::from(len);
            if after > end || len as usize > MAX_ENTRY_BYTES || reader.seek_relative(i64::from(len)).is_err() {
                break;
            }
            places.push((key, Place { offset, len, check }));
            offset = after;
        }
        Some((Self { file }, places))
    }

    /// An entry's bytes, unless they are damaged.
    pub(super) fn read(&self, place: Place) -> Option<Vec<u8>> {
        let mut bytes = vec![0; place.len as usize];
        self.file.read_exact_at(&mut bytes, place.offset).ok()?;
        (checksum(&bytes) == place.check).then_some(bytes)
    }
}

/// Writes a whole segment; entries that are too large are left out.
pub(super) fn write(out: &mut impl Write, entries: &[(Key, Vec<u8>)]) -> io::Result<()> {
    out.write_all(FORM)?;
    for (key, bytes) in entries.iter().filter(|(_, bytes)| bytes.len() <= MAX_ENTRY_BYTES) {
        let len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        out.write_all(&key.kind.to_le_bytes())?;
        out.write_all(&key.blob)?;
        out.write_all(&len.to_le_bytes())?;
        out.write_all(&checksum(bytes).to_le_bytes())?;
        out.write_all(bytes)?;
    }
    out.flush()
}

fn read_head(head: &[u8; HEAD_BYTES]) -> Option<(Key, u32, u32)> {
    let (kind, rest) = head.split_first_chunk::<8>()?;
    let (blob, rest) = rest.split_first_chunk::<20>()?;
    let (len, rest) = rest.split_first_chunk::<4>()?;
    let check = rest.first_chunk::<4>()?;
    let key = Key { kind: u64::from_le_bytes(*kind), blob: *blob };
    Some((key, u32::from_le_bytes(*len), u32::from_le_bytes(*check)))
}

/// FNV-1a folded to 32 bits: it finds torn and turned bytes, which is all it is for.
fn checksum(bytes: &[u8]) -> u32 {
    let hash = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3));
    u32::try_from((hash >> 32) ^ (hash & 0xffff_ffff)).unwrap_or_default()
}
