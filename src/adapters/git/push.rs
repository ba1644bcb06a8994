//! `receive-pack`: one branch made or moved on, never forced.

use super::http::{AGENT, Http, Packets, Service, one_line};
use super::pkt::{Decoder, Encoder, Pkt};
use super::refs::{Advertised, ls_refs, push_advertisement};
use super::{BuiltCommit, GitError, GitSettings, PushOutcome, Remote, sideband};
use crate::domain::repo::{BranchName, CommitSha};

/// Longest report that is read, in bytes.
const MAX_REPORT: u64 = 1 << 20;

/// What a push works with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Push<'a> {
    pub(super) http: &'a Http,
    pub(super) settings: &'a GitSettings,
    pub(super) remote: &'a Remote,
    pub(super) branch: &'a BranchName,
    pub(super) commit: &'a BuiltCommit,
    pub(super) expected_old: Option<&'a CommitSha>,
}

impl Push<'_> {
    /// Asks where the branch stands, sends the pack, reads the report.
    pub(super) async fn run(&self) -> Result<PushOutcome, GitError> {
        let name = self.full_name();
        let there = push_advertisement(self.http, self.remote, &name, self.settings.max_refs_bytes).await?;
        if let Some(outcome) = self.judge(there.branch.as_ref()) {
            return Ok(outcome);
        }
        if there.branch.is_none() && self.expected_old.is_some() {
            return Ok(PushOutcome::Rejected("the branch no longer exists".into()));
        }
        let body = self.request(&name, &there);
        let packets = self.http.call(self.remote, Service::ReceivePack, body, MAX_REPORT).await?;
        match read_report(packets, there.side_band).await?.verdict(&name)? {
            None => Ok(PushOutcome::Pushed),
            Some(reason) => Ok(self.look().await?.unwrap_or(PushOutcome::Rejected(reason))),
        }
    }

    /// Where the branch stands now, if that decides the push: it may have arrived though its answer
    /// was lost (F066), or someone else was faster.
    pub(super) async fn look(&self) -> Result<Option<PushOutcome>, GitError> {
        let name = self.full_name();
        let refs = ls_refs(self.http, self.remote, &[&name], self.settings.max_refs_bytes).await?;
        Ok(self.judge(refs.branch(self.branch)))
    }

    fn judge(&self, there: Option<&CommitSha>) -> Option<PushOutcome> {
        match there {
            Some(sha) if *sha == self.commit.sha => Some(PushOutcome::AlreadyThere),
            Some(sha) if Some(sha) != self.expected_old => Some(PushOutcome::TakenByOther(sha.clone())),
            _ => None,
        }
    }

    fn full_name(&self) -> String {
        format!("refs/heads/{}", self.branch)
    }

    fn request(&self, name: &str, there: &Advertised) -> Vec<u8> {
        let zeros = "0".repeat(40);
        let old = self.expected_old.map_or(zeros.as_str(), CommitSha::as_str);
        let band = if there.side_band { " side-band-64k" } else { "" };
        let mut request = Encoder::default();
        request.data(format!("{old} {} {name}\0 report-status{band} agent={AGENT}", self.commit.sha).as_bytes());
        let mut body = request.flush();
        body.extend_from_slice(&self.commit.pack);
        body
    }
}

/// A `report-status`.
#[derive(Debug, Default, PartialEq, Eq)]
struct Report {
    unpack: Option<String>,
    refs: Vec<(String, Option<String>)>,
}

impl Report {
    fn add(&mut self, line: &str) -> Result<(), GitError> {
        if let Some(result) = line.strip_prefix("unpack ") {
            self.unpack = Some(result.to_owned());
        } else if let Some(name) = line.strip_prefix("ok ") {
            self.refs.push((name.to_owned(), None));
        } else if let Some(rest) = line.strip_prefix("ng ") {
            let (name, reason) = rest.split_once(' ').unwrap_or((rest, "no reason given"));
            self.refs.push((name.to_owned(), Some(one_line(reason.as_bytes()))));
        } else {
            return Err(GitError::Protocol("a line of its report is unknown"));
        }
        Ok(())
    }

    /// `None` when the branch was taken, else why not.
    fn verdict(self, full_name: &str) -> Result<Option<String>, GitError> {
        let unpack = self.unpack.ok_or(GitError::Protocol("its report says nothing about the pack"))?;
        let (_, reason) = self
            .refs
            .into_iter()
            .find(|(name, _)| name == full_name)
            .ok_or(GitError::Protocol("its report says nothing about the branch"))?;
        let unpacked = (unpack != "ok").then(|| format!("unpack {}", one_line(unpack.as_bytes())));
        Ok(reason.or(unpacked))
    }
}

async fn read_report(mut packets: Packets, side_band: bool) -> Result<Report, GitError> {
    let mut report = Report::default();
    if !side_band {
        loop {
            let packet = packets.expect().await?;
            let Some(line) = packet.line() else { return Ok(report) };
            report.add(line)?;
        }
    }
    let mut inner = Decoder::default();
    while let Some(data) = sideband::next_data(&mut packets).await? {
        inner.push(&data);
    }
    while let Some(packet) = inner.next()? {
        match packet.line() {
            Some(line) => report.add(line)?,
            None if packet == Pkt::Flush => return Ok(report),
            None => return Err(GitError::Protocol("a line of its report is unknown")),
        }
    }
    Err(GitError::Network("the answer was cut off"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(lines: &[&str]) -> Result<Option<String>, GitError> {
        let mut report = Report::default();
        lines.iter().try_for_each(|line| report.add(line))?;
        report.verdict("refs/heads/b")
    }

    #[test]
    fn f065_reports_are_read_strictly() {
        assert_eq!(verdict(&["unpack ok", "ok refs/heads/b"]), Ok(None));
        let refused = verdict(&["unpack ok", "ng refs/heads/b protected  branch\thook declined"]);
        assert_eq!(refused, Ok(Some("protected branch hook declined".into())));
        let unpack = verdict(&["unpack index-pack failed", "ng refs/heads/b unpacker error"]);
        assert_eq!(unpack, Ok(Some("unpacker error".into())));
        assert_eq!(verdict(&["unpack disk full", "ok refs/heads/b"]), Ok(Some("unpack disk full".into())));
        for bad in [&["unpack ok"][..], &["ok refs/heads/b"], &["unpack ok", "ok refs/heads/other"], &["nonsense"]] {
            assert!(matches!(verdict(bad), Err(GitError::Protocol(_))), "{bad:?}");
        }
    }
}
