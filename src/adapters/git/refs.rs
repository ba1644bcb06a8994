//! What a server offers, and `ls-refs` of protocol version 2.

use super::http::{AGENT, Http, Packets, Service, one_line};
use super::pkt::{Encoder, Pkt};
use super::version0::Advertisement;
use super::{GitError, Head, Refs, Remote};
use crate::domain::repo::{BranchName, CommitSha};

/// What a server says it can do.
#[derive(Debug, Default)]
pub(super) struct Capabilities {
    /// An empty repository's HEAD can be asked for.
    pub(super) unborn: bool,
}

/// How a server can be spoken with.
#[derive(Debug)]
pub(super) enum Offer {
    /// Version 2, which we ask for.
    Two(Capabilities),
    /// Version 0: what it knows is told at once.
    Zero(Box<Advertisement>),
}

/// Reads the advertisement and refuses what we cannot speak with.
pub(super) async fn offer(http: &Http, remote: &Remote, max_bytes: u64) -> Result<Offer, GitError> {
    let mut packets = http.advertisement(remote, Service::UploadPack, max_bytes).await?;
    let mut first = packets.expect().await?;
    if first.line() == Some("# service=git-upload-pack") {
        if packets.expect().await? != Pkt::Flush {
            return Err(GitError::Protocol("the advertisement has no end after its first line"));
        }
        first = packets.expect().await?;
    }
    if first.line() != Some("version 2") {
        return Advertisement::read(first, &mut packets).await.map(|found| Offer::Zero(Box::new(found)));
    }
    capabilities(&mut packets).await.map(Offer::Two)
}

async fn capabilities(packets: &mut Packets) -> Result<Capabilities, GitError> {
    let mut found = Capabilities::default();
    let (mut can_list, mut can_fetch) = (false, false);
    loop {
        let packet = packets.expect().await?;
        let Some(line) = packet.line() else { break };
        let (name, value) = line.split_once('=').unwrap_or((line, ""));
        let has = |word| value.split(' ').any(|w| w == word);
        match name {
            "ls-refs" => (can_list, found.unborn) = (true, has("unborn")),
            "fetch" => can_fetch = has("shallow"),
            "object-format" if value != "sha1" => return Err(GitError::Protocol("its object ids are not SHA-1")),
            _ => {}
        }
    }
    if can_list && can_fetch { Ok(found) } else { Err(GitError::Protocol("it offers no ls-refs or no shallow fetch")) }
}

/// The refs whose names start with one of `prefixes`.
pub(super) async fn ls_refs(http: &Http, remote: &Remote, prefixes: &[&str], max_bytes: u64) -> Result<Refs, GitError> {
    let can = match offer(http, remote, max_bytes).await? {
        Offer::Two(can) => can,
        Offer::Zero(all) => return Ok(all.refs(prefixes)),
    };
    let mut request = Encoder::default();
    request.line("command=ls-refs").line(&format!("agent={AGENT}")).line("object-format=sha1").delim().line("symrefs");
    if can.unborn {
        request.line("unborn");
    }
    for prefix in prefixes {
        request.line(&format!("ref-prefix {prefix}"));
    }
    let answer = http.call(remote, Service::UploadPack, request.flush(), max_bytes).await?;
    read_refs(answer).await
}

async fn read_refs(mut packets: Packets) -> Result<Refs, GitError> {
    let mut refs = Refs::default();
    loop {
        match packets.expect().await? {
            Pkt::Flush => return Ok(refs),
            Pkt::Data(bytes) => {
                // A name that is not UTF-8 cannot be one of ours.
                if let Ok(line) = std::str::from_utf8(&bytes) {
                    add_line(&mut refs, line.trim_end_matches('\n'))?;
                }
            }
            Pkt::Delim | Pkt::End => return Err(GitError::Protocol("a list of refs holds a section")),
        }
    }
}

/// `<id> <name>[ symref-target:<name>]` or `unborn HEAD symref-target:<name>`.
fn add_line(refs: &mut Refs, line: &str) -> Result<(), GitError> {
    let mut words = line.split(' ');
    let (Some(id), Some(name)) = (words.next(), words.next()) else {
        return Err(GitError::Protocol("a line of refs has no name"));
    };
    let target = words.find_map(|word| word.strip_prefix("symref-target:refs/heads/")).and_then(BranchName::parse);
    if id == "unborn" {
        refs.unborn = target;
        return Ok(());
    }
    let commit = CommitSha::parse(id).ok_or(GitError::Protocol("a line of refs has no id"))?;
    if name == "HEAD" {
        refs.head = Some(Head { branch: target, commit });
    } else {
        refs.list.push((name.to_owned(), commit));
    }
    Ok(())
}

/// What a receive-pack advertisement says.
#[derive(Debug, Default)]
pub(super) struct Advertised {
    /// Where the branch points, when it exists.
    pub(super) branch: Option<CommitSha>,
    /// The report can come in a band beside others.
    pub(super) side_band: bool,
}

/// Reads a receive-pack advertisement for one branch.
pub(super) async fn push_advertisement(
    http: &Http,
    remote: &Remote,
    full_name: &str,
    max_bytes: u64,
) -> Result<Advertised, GitError> {
    let mut packets = http.advertisement(remote, Service::ReceivePack, max_bytes).await?;
    if packets.expect().await?.line() != Some("# service=git-receive-pack") || packets.expect().await? != Pkt::Flush {
        return Err(GitError::Protocol("the advertisement does not start as one"));
    }
    let (mut found, mut first) = (Advertised::default(), true);
    loop {
        let line = match packets.expect().await? {
            Pkt::Data(line) => line,
            Pkt::Flush => return Ok(found),
            _ => return Err(GitError::Protocol("a list of refs holds a section")),
        };
        if first && !offers(&line, b"report-status") {
            return Err(GitError::Protocol("it does not report how a push came out"));
        }
        found.side_band |= first && offers(&line, b"side-band-64k");
        first = false;
        let name = line.get(41..).unwrap_or_default();
        let name = name.split(|b| *b == 0 || *b == b'\n').next().unwrap_or_default();
        if name == full_name.as_bytes() {
            let id = line.get(..40).map(one_line).and_then(|id| CommitSha::parse(&id));
            found.branch = Some(id.ok_or(GitError::Protocol("a line of refs has no id"))?);
        }
    }
}

fn offers(first_line: &[u8], capability: &[u8]) -> bool {
    let capabilities = first_line.splitn(2, |b| *b == 0).nth(1).unwrap_or_default();
    capabilities.split(|b| b" \n".contains(b)).any(|word| word == capability)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_refs_are_read_strictly() {
        let id = "0123456789abcdef0123456789abcdef01234567";
        let mut refs = Refs::default();
        add_line(&mut refs, &format!("{id} HEAD symref-target:refs/heads/main")).unwrap();
        add_line(&mut refs, &format!("{id} refs/heads/a peeled:{id}")).unwrap();
        assert_eq!(refs.head.as_ref().unwrap().branch.as_ref().unwrap().as_str(), "main");
        assert_eq!(refs.branch(&BranchName::parse("a").unwrap()).unwrap().as_str(), id);
        add_line(&mut refs, "unborn HEAD symref-target:refs/heads/trunk").unwrap();
        assert_eq!(refs.unborn.as_ref().unwrap().as_str(), "trunk");
        for bad in ["", id, "0123 refs/heads/a", "zz HEAD"] {
            assert!(matches!(add_line(&mut refs, bad), Err(GitError::Protocol(_))), "{bad}");
        }
    }

    #[test]
    fn capabilities_are_whole_words() {
        let line = b"0000 capabilities^{}\0report-status delete-refs side-band-64k\n";
        assert!(offers(line, b"report-status") && offers(line, b"side-band-64k"));
        assert!(!offers(line, b"report-status-v2") && !offers(line, b"delete"));
    }
}
