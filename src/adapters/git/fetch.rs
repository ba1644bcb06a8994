//! `fetch`, in protocol version 2 where the server speaks it: one commit with its tree and nothing of its history.

use std::path::PathBuf;

use tokio::sync::mpsc::{Sender, channel};

use super::http::{AGENT, Http, Packets, Service};
use super::incoming::{Piece, receive};
use super::pkt::{Encoder, Pkt};
use super::pool::Pool;
use super::refs::{self, Offer};
use super::{GitError, GitSettings, Remote, sideband, version0};
use crate::domain::repo::CommitSha;

/// Pieces of a pack (at most 64 KiB each) that may wait for the disk.
const WAITING_PIECES: usize = 16;

/// Newest commits of ours that a server is told of.
const MAX_HAVES: usize = 32;

/// What a fetch works with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fetch<'a> {
    pub(super) http: &'a Http,
    pub(super) pool: &'a Pool,
    pub(super) settings: &'a GitSettings,
    pub(super) remote: &'a Remote,
    pub(super) commit: &'a CommitSha,
    /// Whole commits of depth 1 that are here already: what they hold is not sent again.
    pub(super) haves: &'a [CommitSha],
}

impl Fetch<'_> {
    /// Brings the commit into the bare repository `mirror`; gives the pack's size in bytes.
    pub(super) async fn run(&self, mirror: PathBuf) -> Result<u64, GitError> {
        let max = self.settings.max_pack_bytes;
        let offer = refs::offer(self.http, self.remote, self.settings.max_refs_bytes).await?;
        let is_old = matches!(offer, Offer::Zero(_));
        let request = if is_old { version0::request(self.commit) } else { self.request() };
        let answer = self.http.call(self.remote, Service::UploadPack, request, max).await;
        let mut packets = answer.map_err(|error| self.explain(error))?;
        let sections =
            if is_old { version0::read_sections(&mut packets).await } else { read_sections(&mut packets).await };
        let mut shallow = sections.map_err(|error| self.explain(error))?;
        // A first commit has no history to cut, but must be known as whole all the same.
        shallow.push(self.commit.clone());
        let (sender, mut pieces) = channel(WAITING_PIECES);
        let limit = self.settings.total_timeout + self.settings.call_timeout;
        let indexing = self.pool.run("taking in a pack", limit, move || receive(&mirror, &mut pieces, &shallow));
        let (sent, indexed) = tokio::join!(send_pack(&mut packets, sender), indexing);
        match sent {
            // The indexer hung up: it knows why.
            Err(GitError::Crashed) => indexed.map(|()| 0),
            Err(error) => Err(self.explain(error)),
            Ok(bytes) => indexed.map(|()| bytes),
        }
    }

    fn request(&self) -> Vec<u8> {
        let mut request = Encoder::default();
        request.line("command=fetch").line(&format!("agent={AGENT}")).line("object-format=sha1").delim();
        request.line("no-progress").line("ofs-delta");
        let haves = || self.haves.iter().rev().take(MAX_HAVES);
        if !self.haves.is_empty() {
            // Without it git looks at histories only, and between two commits of depth 1 there is none.
            request.line("thin-pack");
        }
        for have in haves() {
            request.line(&format!("shallow {have}"));
        }
        request.line("deepen 1").line(&format!("want {}", self.commit));
        for have in haves() {
            request.line(&format!("have {have}"));
        }
        request.line("done").flush()
    }

    fn explain(&self, error: GitError) -> GitError {
        match error {
            GitError::Remote(text) if text.contains("not our ref") => GitError::CommitGone(self.commit.clone()),
            GitError::TooLarge { limit_bytes, .. } => GitError::TooLarge { what: "the repository", limit_bytes },
            other => other,
        }
    }
}

/// Reads up to the pack; gives the commits the server cut the history at.
async fn read_sections(packets: &mut Packets) -> Result<Vec<CommitSha>, GitError> {
    let mut shallow = Vec::new();
    loop {
        let header = packets.expect().await?;
        match header.line() {
            Some("packfile") => return Ok(shallow),
            Some("shallow-info" | "acknowledgments") => {}
            _ => return Err(GitError::Protocol("a section is not one we asked for")),
        }
        loop {
            let packet = packets.expect().await?;
            match packet.line() {
                Some(line) => shallow.extend(line.strip_prefix("shallow ").and_then(CommitSha::parse)),
                None if packet == Pkt::Delim => break,
                None => return Err(GitError::Protocol("the answer ends before its pack")),
            }
        }
    }
}

/// Passes the pack on; `Crashed` when the other side takes no more.
async fn send_pack(packets: &mut Packets, sender: Sender<Piece>) -> Result<u64, GitError> {
    let mut bytes = 0;
    while let Some(data) = sideband::next_data(packets).await? {
        bytes += data.len() as u64;
        sender.send(Piece::Data(data)).await.map_err(|_| GitError::Crashed)?;
    }
    sender.send(Piece::End).await.map_err(|_| GitError::Crashed)?;
    Ok(bytes)
}
