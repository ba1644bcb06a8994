//! A command on its way: who asked, where, in which text.

use crate::adapters::github::RepoClient;
use crate::domain::clock::Timestamp;
use crate::domain::ids::CommentId;
use crate::domain::issue::IssueRef;
use crate::domain::permission::Person;
use crate::domain::repo::Repo;
use crate::domain::round::Brief;
use crate::domain::sha256::Sha256Hex;

/// The text that held the command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Carrier {
    /// A comment.
    Comment {
        /// GitHub's number.
        id: CommentId,
        /// The text as sent.
        body: String,
    },
    /// The issue's own text.
    Opening {
        /// The text as sent.
        body: String,
    },
    /// The label `bakeoff`.
    Label,
}

/// The issue as the signed payload told it (M14).
#[derive(Debug, Clone)]
pub struct IssueFacts {
    /// Number and page.
    pub issue: IssueRef,
    /// The title as sent.
    pub title: String,
    /// The text as sent.
    pub body: String,
    /// Whether it is a pull request.
    pub is_pull: bool,
}

/// Everything about one command but its words.
pub struct Asked<'a> {
    /// Where.
    pub repo: &'a Repo,
    /// GitHub there.
    pub client: &'a RepoClient,
    /// Under which issue.
    pub issue: &'a IssueFacts,
    /// Who.
    pub person: &'a Person,
    /// In which text.
    pub carrier: &'a Carrier,
    /// Which command of that text, counted from 0.
    pub ordinal: i64,
    /// The command's line.
    pub line: &'a str,
    /// When it was said.
    pub at: Timestamp,
}

impl Asked<'_> {
    /// A name for this command that is the same at every delivery.
    pub fn key(&self) -> String {
        let place = (self.repo.id, self.issue.issue.number);
        match self.carrier {
            Carrier::Comment { id, .. } => format!("comment:{id}:{}", self.ordinal),
            Carrier::Opening { .. } => format!("opening:{}:{}:{}", place.0, place.1, self.ordinal),
            Carrier::Label => format!("label:{}:{}:{}", place.0, place.1, self.at.0),
        }
    }

    /// The comment that held it, if one did.
    pub fn comment_id(&self) -> Option<CommentId> {
        match self.carrier {
            Carrier::Comment { id, .. } => Some(*id),
            Carrier::Opening { .. } | Carrier::Label => None,
        }
    }

    /// Fingerprint of the text that held it.
    pub fn carrier_sha256(&self) -> Option<Sha256Hex> {
        match self.carrier {
            Carrier::Comment { body, .. } | Carrier::Opening { body } => Some(Sha256Hex::of(body)),
            Carrier::Label => None,
        }
    }

    /// The issue's texts and the thread before the command.
    pub fn brief(&self, thread: Vec<String>) -> Brief {
        Brief { title: Some(self.issue.title.clone()), body: self.issue.body.clone(), thread }
    }
}
