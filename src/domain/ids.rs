//! Identifiers: time-ordered UUIDs of our own, numeric ids of GitHub's, each its own type.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The text was not an identifier of this kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid id")]
pub struct InvalidId;

macro_rules! uuid_id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A fresh id (UUIDv7: sorts by time of creation).
            #[expect(clippy::new_without_default, reason = "a default id would be a new one each time")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }

            /// The last 12 hexadecimal digits, used in branch names.
            pub fn tail(&self) -> String {
                let text = self.0.simple().to_string();
                text.chars().skip(20).collect()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Uuid::parse_str(text).map(Self).map_err(|_| InvalidId)
            }
        }
    )*};
}

uuid_id! {
    /// The GitHub App as it was made on the setup page.
    AppCredentialsId,
    /// A repository that bakeoff knows.
    RepoId,
    /// One issue's (or one REST user's) piece of work.
    TaskId,
    /// One `/bakeoff`: the same pinned commit for all its candidates.
    RoundId,
    /// One model's attempt in a round.
    RunId,
    /// One message of a task's conversation.
    MessageId,
    /// One person's choice of a candidate.
    PickId,
    /// One pull request that the bot opened.
    PullId,
    /// A stored model profile.
    ModelId,
    /// A REST token (not the secret).
    TokenId,
    /// A unit of queued work.
    JobId,
    /// Something done once on GitHub.
    EffectId,
}

impl PickId {
    /// The id of the pull request that this choice opens: known before that is there, so that it can be promised.
    pub fn opens(self) -> PullId {
        PullId(self.0)
    }
}

impl PullId {
    /// The choice that opens the pull request of this id.
    pub fn opened_by(self) -> PickId {
        PickId(self.0)
    }
}

impl ModelId {
    /// The id of a profile in the settings file: always the same for the same alias, so that runs and clients keep
    /// their reference although the file is read at each start.
    pub fn of_file(alias: &str) -> Self {
        let hash = Sha256::digest(format!("bakeoff settings file model\n{}", alias.to_lowercase()));
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
        Self(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }
}

macro_rules! numeric_id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

numeric_id! {
    /// GitHub's number of an App installation.
    InstallationId,
    /// GitHub's number of a repository; survives renames and transfers.
    GithubRepoId,
    /// GitHub's number of an account; survives renames (M13).
    GithubUserId,
    /// GitHub's number of an issue comment.
    CommentId,
}
