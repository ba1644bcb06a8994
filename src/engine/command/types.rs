//! What a person can ask for.

use crate::domain::money::UsdMicros;
use crate::domain::run::Letter;

use super::table::{ROWS, Row, Word};

/// One model and how many candidates it shall write (`gpt:3`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelRequest {
    /// The word that names the profile, in lower case; resolved by the caller.
    pub alias: String,
    /// How often it is asked, at least 1.
    pub count: u32,
}

/// `base=`, `path=`, `budget=`, `check=`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Branch, tag or commit to start from; its form is checked, its existence is not.
    pub base: Option<String>,
    /// The folder the candidates may touch, relative, without a final slash.
    pub path: Option<String>,
    /// The most the round may spend; more than nothing.
    pub budget: Option<UsdMicros>,
    /// Names of checks, in the order given.
    pub checks: Vec<String>,
}

/// A command that could be read. Model names and letters are resolved by the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// The next round.
    Run {
        /// Empty for the default models.
        models: Vec<ModelRequest>,
        /// What was set.
        options: Options,
        /// The lines below; may be empty.
        instruction: String,
    },
    /// Open the pull request from this candidate.
    Pick(Letter),
    /// Again: this candidate, or all that failed.
    Retry(Option<Letter>),
    /// More candidates in the newest round.
    Add {
        /// At least one.
        models: Vec<ModelRequest>,
    },
    /// A new round that starts from a candidate's patch.
    Revise {
        /// The candidate; `None` on the bot's own pull request.
        letter: Option<Letter>,
        /// What was set.
        options: Options,
        /// The rest of the line and the lines below; may be empty.
        instruction: String,
    },
    /// Stop this candidate, or the round.
    Cancel(Option<Letter>),
    /// What is running, spent and left; renews an expired choice.
    Status,
    /// What can be named here.
    Models,
    /// The list of commands.
    Help,
}

impl Command {
    /// The word that names it.
    pub fn word(&self) -> Word {
        match self {
            Self::Run { .. } => Word::Run,
            Self::Pick(_) => Word::Pick,
            Self::Retry(_) => Word::Retry,
            Self::Add { .. } => Word::Add,
            Self::Revise { .. } => Word::Revise,
            Self::Cancel(_) => Word::Cancel,
            Self::Status => Word::Status,
            Self::Models => Word::Models,
            Self::Help => Word::Help,
        }
    }

    /// Its row in the table: who may, where it works.
    pub fn row(&self) -> &'static Row {
        let word = self.word();
        ROWS.iter().find(|row| row.command == word).unwrap_or(&ROWS[0])
    }
}
