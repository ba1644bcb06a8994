//! Votes: what people think of a candidate. They pick nothing.

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;
use super::ids::{GithubUserId, RunId, TokenId};

/// A vote, or that one was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ballot {
    /// 👍
    Up,
    /// 👎
    Down,
    /// Neither any more.
    None,
}

impl Ballot {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Up, Self::Down, Self::None];

    /// The word shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::None => "none",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ballot| ballot.as_str() == word)
    }

    /// The number stored.
    pub fn value(self) -> i64 {
        match self {
            Self::Up => 1,
            Self::Down => -1,
            Self::None => 0,
        }
    }

    /// Reads the number.
    pub fn of_value(value: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|ballot| ballot.value() == value)
    }
}

/// How a vote reached us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VoteSource {
    /// 👍 or 👎 on a candidate's comment.
    Reaction,
    /// `POST /v1/runs/{id}/votes`.
    Rest,
    /// The buttons of the comparison page.
    Web,
}

impl VoteSource {
    /// The word stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reaction => "reaction",
            Self::Rest => "rest",
            Self::Web => "web",
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Reaction, Self::Rest, Self::Web].into_iter().find(|source| source.as_str() == word)
    }
}

/// Who votes. A person is the same by every way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voter {
    id: String,
    name: String,
}

impl Voter {
    /// Someone on GitHub.
    pub fn person(id: GithubUserId, login: &str) -> Self {
        Self { id: format!("github:{id}"), name: login.to_owned() }
    }

    /// A token that acts for nobody; without an id the operator's.
    pub fn token(id: Option<TokenId>, name: &str) -> Self {
        let id = id.map_or_else(|| "token:admin".to_owned(), |id| format!("token:{id}"));
        Self { id, name: name.to_owned() }
    }

    /// Whoever sits at the machine, where the pages ask nobody to sign in.
    pub fn owner() -> Self {
        Self { id: "local".to_owned(), name: "local".to_owned() }
    }

    /// Read back.
    pub fn known(id: String, name: String) -> Self {
        Self { id, name }
    }

    /// What tells one from another.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The login or the token's name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// A vote row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vote {
    /// The candidate.
    pub run_id: RunId,
    /// The way in.
    pub source: VoteSource,
    /// Who.
    pub voter: Voter,
    /// What.
    pub ballot: Ballot,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// Votes of a candidate, one of each voter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// 👍
    pub up: i64,
    /// 👎
    pub down: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ballots_round_trip() {
        for ballot in Ballot::ALL {
            assert_eq!(Ballot::parse(ballot.as_str()), Some(ballot));
            assert_eq!(Ballot::of_value(ballot.value()), Some(ballot));
        }
        assert_eq!((Ballot::parse("UP"), Ballot::of_value(2)), (None, None));
        assert_ne!(Voter::token(None, "x").id(), Voter::token(Some(TokenId::new()), "x").id());
    }
}
