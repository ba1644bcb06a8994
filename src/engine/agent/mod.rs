//! Agents: from an issue and a pinned commit to a patch.
//!
//! An agent asks one model through [`ChatModel`](crate::adapters::llm::ChatModel) and hands back a patch, a summary
//! and a log, nothing else: it cannot choose repository, branch, URL, model or command (M24).

mod earlier;
mod ground;
mod no_changes;
mod prompt;
mod single;
mod spend;
mod tree_base;

use futures::future::BoxFuture;

use crate::adapters::llm::estimate_tokens;
use crate::domain::money::{Prices, Usage, UsdMicros};
use crate::engine::patch::{Applied, FileChange};

pub use earlier::Earlier;
pub use single::SingleShot;
pub use tree_base::{TreeBase, tree_changes};

/// What a model is asked to do; every text is cleaned already.
#[derive(Debug, Clone, Default)]
pub struct Assignment {
    /// The title.
    pub title: Option<String>,
    /// The text.
    pub body: String,
    /// Earlier comments of people who may write, oldest first.
    pub thread: Vec<String>,
    /// What the commander or the REST client added.
    pub instruction: String,
    /// The only folder that may change.
    pub scope: Option<String>,
    /// Changes of the pinned commit to go on from (an earlier candidate's). The files are shown and edited with
    /// them, and the patch that comes out holds them too.
    pub start: Vec<FileChange>,
    /// The candidate those changes come from.
    pub revised: Option<Earlier>,
    /// What earlier rounds brought, newest first.
    pub earlier: Vec<Earlier>,
}

impl Assignment {
    /// About how many tokens the earlier rounds take.
    pub fn told_tokens(&self) -> i64 {
        self.revised.iter().chain(&self.earlier).map(|told| estimate_tokens(&told.text)).sum()
    }

    /// All words in it, for choosing files.
    pub fn words(&self) -> String {
        let mut text = self.title.clone().unwrap_or_default();
        for part in [&self.body, &self.instruction].into_iter().chain(&self.thread) {
            text.push('\n');
            text.push_str(part);
        }
        text
    }
}

/// The most a run may use.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The model's price.
    pub prices: Prices,
    /// The most output tokens of one call.
    pub max_output_tokens: u32,
    /// The most input tokens of one call.
    pub max_input_tokens: i64,
}

/// Why a call may not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeskError {
    /// The run, the round, the repository or the day has no money left for it.
    #[error("{0}")]
    OverBudget(String),
    /// The run was cancelled or belongs to another worker now.
    #[error("the run was stopped")]
    Stopped,
    /// The database did not answer.
    #[error("the spending could not be written down")]
    Unavailable,
}

/// What an agent needs of its surroundings: money asked for before each call, and a place to log.
pub trait Desk: Send + Sync {
    /// Sets aside at most `most` for one call, or says why not.
    fn reserve(&self, most: UsdMicros) -> BoxFuture<'_, Result<(), DeskError>>;
    /// How much a call may cost at most right now.
    fn available(&self) -> BoxFuture<'_, Result<UsdMicros, DeskError>>;
    /// Writes down what the call took, in place of what was set aside.
    fn settle(&self, usage: Usage, cost: UsdMicros) -> BoxFuture<'_, Result<(), DeskError>>;
    /// Adds a line to the run's log.
    fn log(&self, line: String) -> BoxFuture<'_, ()>;
}

/// How an agent ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// A patch, or an empty one for "nothing to change".
    Patch(Box<Applied>),
    /// No usable answer: one sentence for people.
    Failed(String),
    /// Stopped from outside; whoever stopped it writes the status.
    Stopped,
    /// Could not be worked on now; try the whole run again later.
    Later(String),
}

/// What an agent leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// How it ended.
    pub ending: Ending,
    /// The model's own words about the change.
    pub summary: Option<String>,
}
