//! What is built, merged and pushed, and how it came out.

use crate::domain::clock::Timestamp;
use crate::domain::repo::CommitSha;
use crate::domain::tree::TreeChange;

/// An author or committer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The name; `<`, `>` and line ends are left out of the commit.
    pub name: String,
    /// The address.
    pub email: String,
}

/// Everything a commit is made of: the same spec gives the same SHA (F039).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitSpec {
    /// The commit it stands on, which the mirror must have.
    pub parent: CommitSha,
    /// Changes to the parent's tree, each path once.
    pub changes: Vec<TreeChange>,
    /// The whole message.
    pub message: String,
    /// Who wrote it.
    pub author: Person,
    /// Who made the commit.
    pub committer: Person,
    /// Both dates, cut to the second, in UTC.
    pub time: Timestamp,
}

/// A commit that exists in memory only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltCommit {
    /// Its id.
    pub sha: CommitSha,
    /// Its tree's id.
    pub tree: CommitSha,
    /// A pack of exactly the objects that its parent does not have.
    pub pack: Vec<u8>,
}

/// Whether a change still fits a branch that moved on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MergeOutcome {
    /// It does (F061).
    Clean,
    /// These paths are in conflict (F062).
    Conflict(Vec<String>),
}

/// How changes come out on a branch that moved on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Merged {
    /// As these changes to the branch's own tree; none when it holds them already.
    Clean(Vec<TreeChange>),
    /// These paths are in conflict.
    Conflict(Vec<String>),
}

/// How a push came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PushOutcome {
    /// The branch points at our commit now.
    Pushed,
    /// It pointed there already, perhaps by an earlier push whose answer was lost (F063, F066).
    AlreadyThere,
    /// It points somewhere else and was left alone (F064).
    TakenByOther(CommitSha),
    /// The server refused, with its reason in one line (F065).
    Rejected(String),
}
