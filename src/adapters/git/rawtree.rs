//! Tree objects byte by byte: entries keep the mode as it is written, whatever we make of it.

use git2::Oid;

use super::GitError;
use crate::domain::tree::FileMode;

/// One entry as it lies in the object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RawEntry<'a> {
    /// Octal digits, without a leading zero by right.
    pub(super) mode: &'a [u8],
    /// The name, in any encoding; never empty.
    pub(super) name: &'a [u8],
    /// What it points at.
    pub(super) id: Oid,
}

/// What an entry is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Folder,
    File(FileMode),
}

impl RawEntry<'_> {
    /// The kind, told from the mode's digits; odd permission bits (100664) are an ordinary file's.
    pub(super) fn kind(&self) -> Result<Kind, GitError> {
        let digits = std::str::from_utf8(self.mode).ok().and_then(|text| u32::from_str_radix(text, 8).ok());
        match digits.ok_or(GitError::Corrupt)? {
            0o040_000 => Ok(Kind::Folder),
            0o120_000 => Ok(Kind::File(FileMode::Symlink)),
            0o160_000 => Ok(Kind::File(FileMode::Gitlink)),
            mode if mode & 0o170_000 == 0o100_000 && mode & 0o100 != 0 => Ok(Kind::File(FileMode::Executable)),
            mode if mode & 0o170_000 == 0o100_000 => Ok(Kind::File(FileMode::Regular)),
            _ => Err(GitError::Corrupt),
        }
    }
}

/// Takes the first entry off `bytes`; `None` at the end.
pub(super) fn take_entry<'a>(bytes: &mut &'a [u8]) -> Result<Option<RawEntry<'a>>, GitError> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let split = |bytes: &'a [u8], end: u8| {
        let at = bytes.iter().position(|b| *b == end)?;
        Some((bytes.get(..at)?, bytes.get(at + 1..)?))
    };
    let (mode, rest) = split(bytes, b' ').ok_or(GitError::Corrupt)?;
    let (name, rest) = split(rest, 0).ok_or(GitError::Corrupt)?;
    let (id, rest) = rest.split_at_checked(20).ok_or(GitError::Corrupt)?;
    if name.is_empty() || mode.is_empty() || mode.len() > 6 {
        return Err(GitError::Corrupt);
    }
    *bytes = rest;
    Ok(Some(RawEntry { mode, name, id: Oid::from_bytes(id).map_err(|_| GitError::Corrupt)? }))
}

/// Writes entries in git's order: a folder sorts as if its name ended in `/`.
pub(super) fn write_tree<'a>(entries: impl Iterator<Item = RawEntry<'a>>) -> Vec<u8> {
    let mut entries: Vec<RawEntry<'a>> = entries.collect();
    entries.sort_by(|a, b| sort_key(a).cmp(sort_key(b)));
    let mut bytes = Vec::with_capacity(entries.iter().map(|e| e.name.len() + 28).sum());
    for entry in entries {
        bytes.extend_from_slice(entry.mode);
        bytes.push(b' ');
        bytes.extend_from_slice(entry.name);
        bytes.push(0);
        bytes.extend_from_slice(entry.id.as_bytes());
    }
    bytes
}

fn sort_key<'a>(entry: &RawEntry<'a>) -> impl Iterator<Item = u8> + use<'a> {
    let slash = matches!(entry.kind(), Ok(Kind::Folder)).then_some(b'/');
    entry.name.iter().copied().chain(slash)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry<'a>(mode: &'a [u8], name: &'a [u8]) -> RawEntry<'a> {
        RawEntry { mode, name, id: Oid::from_bytes(&[7; 20]).unwrap() }
    }

    #[test]
    fn entries_round_trip_in_gits_order() {
        let given =
            [entry(b"40000", b"a"), entry(b"100664", b"a.c"), entry(b"100644", b"a0"), entry(b"120000", b"\xff")];
        let bytes = write_tree(given.into_iter());
        let (mut rest, mut names) = (&bytes[..], Vec::new());
        while let Some(entry) = take_entry(&mut rest).unwrap() {
            names.push(entry.name);
        }
        assert_eq!(names, [&b"a.c"[..], b"a", b"a0", b"\xff"]);
    }

    #[test]
    fn modes_are_read_by_their_meaning() {
        for (mode, kind) in [
            (&b"40000"[..], Kind::Folder),
            (b"100644", Kind::File(FileMode::Regular)),
            (b"100664", Kind::File(FileMode::Regular)),
            (b"100755", Kind::File(FileMode::Executable)),
            (b"120000", Kind::File(FileMode::Symlink)),
            (b"160000", Kind::File(FileMode::Gitlink)),
        ] {
            assert_eq!(entry(mode, b"x").kind(), Ok(kind));
        }
        assert!(entry(b"20000", b"x").kind().is_err() && entry(b"9", b"x").kind().is_err());
    }

    #[test]
    fn f132_cut_trees_are_noticed() {
        let bytes = write_tree([entry(b"100644", b"name")].into_iter());
        for end in 1..bytes.len() {
            assert!(take_entry(&mut &bytes[..end]).is_err(), "{end}");
        }
    }
}
