//! The oldest protocol version, for servers and proxies that do not pass our wish for version 2 on: all refs at once,
//! one commit of depth 1 without what is here already.

use super::http::{AGENT, Packets};
use super::pkt::{Encoder, Pkt};
use super::{GitError, Head, Refs};
use crate::domain::repo::{BranchName, CommitSha};

/// What a server that speaks version 0 advertises.
#[derive(Debug, Default)]
pub(super) struct Advertisement {
    refs: Refs,
    /// The branch HEAD names, by the capability `symref`.
    default: Option<BranchName>,
    shallow: bool,
    side_band: bool,
}

impl Advertisement {
    /// Reads the rest of an advertisement whose first line is `first`.
    pub(super) async fn read(first: Pkt, packets: &mut Packets) -> Result<Self, GitError> {
        let mut found = Self::default();
        let (mut packet, mut is_first) = (first, true);
        loop {
            match &packet {
                Pkt::Flush if !is_first => break,
                Pkt::Data(bytes) => found.add(bytes, is_first)?,
                _ => return Err(GitError::Protocol("the advertisement does not start as one")),
            }
            is_first = false;
            packet = packets.expect().await?;
        }
        if found.shallow && found.side_band {
            Ok(found)
        } else {
            Err(GitError::Protocol("it offers neither version 2 nor a shallow fetch"))
        }
    }

    fn add(&mut self, bytes: &[u8], is_first: bool) -> Result<(), GitError> {
        let mut parts = bytes.splitn(2, |b| *b == 0);
        let name_part = parts.next().unwrap_or_default();
        let Some(line) = std::str::from_utf8(name_part).ok().map(|text| text.trim_end_matches('\n')) else {
            // A name that is not UTF-8 cannot be one of ours.
            return if is_first { Err(GitError::Protocol("a line of refs has no name")) } else { Ok(()) };
        };
        if is_first {
            self.capabilities(&String::from_utf8_lossy(parts.next().unwrap_or_default()))?;
        }
        let (id, name) = line.split_once(' ').ok_or(GitError::Protocol("a line of refs has no name"))?;
        let commit = CommitSha::parse(id).ok_or(GitError::Protocol("a line of refs has no id"))?;
        match name {
            // Stands for no ref at all: an empty repository.
            "capabilities^{}" => self.refs.unborn = self.default.clone(),
            "HEAD" => self.refs.head = Some(Head { branch: self.default.clone(), commit }),
            name if name.ends_with("^{}") => {}
            name => self.refs.list.push((name.to_owned(), commit)),
        }
        Ok(())
    }

    fn capabilities(&mut self, text: &str) -> Result<(), GitError> {
        for word in text.split_whitespace() {
            match word {
                "shallow" => self.shallow = true,
                "side-band-64k" => self.side_band = true,
                _ => {}
            }
            if let Some(branch) = word.strip_prefix("symref=HEAD:refs/heads/") {
                self.default = BranchName::parse(branch);
            }
            if word.strip_prefix("object-format=").is_some_and(|format| format != "sha1") {
                return Err(GitError::Protocol("its object ids are not SHA-1"));
            }
        }
        Ok(())
    }

    /// The refs whose names start with one of `prefixes`.
    pub(super) fn refs(mut self, prefixes: &[&str]) -> Refs {
        let wanted = |name: &str| prefixes.iter().any(|prefix| name.starts_with(prefix));
        self.refs.list.retain(|(name, _)| wanted(name));
        self.refs.head = self.refs.head.filter(|_| wanted("HEAD"));
        self.refs
    }
}

/// The request for one commit.
pub(super) fn request(commit: &CommitSha) -> Vec<u8> {
    let mut request = Encoder::default();
    request.line(&format!("want {commit} side-band-64k ofs-delta no-progress agent={AGENT}")).line("deepen 1");
    let mut body = request.flush();
    body.extend_from_slice(b"0009done\n");
    body
}

/// Reads up to the pack; gives the commits the server cut the history at.
pub(super) async fn read_sections(packets: &mut Packets) -> Result<Vec<CommitSha>, GitError> {
    let mut shallow = Vec::new();
    loop {
        let packet = packets.expect().await?;
        match packet.line() {
            Some(line) => shallow.extend(line.strip_prefix("shallow ").and_then(CommitSha::parse)),
            None if packet == Pkt::Flush => break,
            None => return Err(GitError::Protocol("the answer ends before its pack")),
        }
    }
    match packets.expect().await?.line() {
        Some("NAK") => Ok(shallow),
        _ => Err(GitError::Protocol("the answer does not come to its pack")),
    }
}
