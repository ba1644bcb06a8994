//! Agents: from an issue and a pinned commit to a patch.
//!
//! An agent asks one model through [`ChatModel`](crate::adapters::llm::ChatModel) and hands back a patch, a summary
//! and a log, nothing else: it cannot choose repository, branch, URL, model or command (M24).

mod asker;
mod call;
mod earlier;
mod ground;
mod limits;
mod no_changes;
mod opening;
mod prompt;
mod shorten;
mod shown;
mod single;
mod spend;
mod tool_prompt;
pub mod tools;
mod tree_base;
mod turns;

use std::sync::Arc;

use futures::future::BoxFuture;
use tokio::time::Instant;

use crate::adapters::git::{GitError, Mirror, TreeView};
use crate::adapters::llm::estimate_tokens;
use crate::domain::failure::FailureKind;
use crate::domain::model::{Provider, ToolUse};
use crate::domain::money::{Usage, UsdMicros};
use crate::engine::context::Library;
use crate::engine::patch::{Applied, FileChange, Rules};

pub use asker::{Asker, Seat};
pub use earlier::Earlier;
pub use limits::LoopLimits;
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
    /// The only folders that may change, when there are several.
    pub folders: Vec<String>,
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

/// A call that is about to be made, for the books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The vendor.
    pub provider: Provider,
    /// The vendor's name of the model.
    pub model_name: String,
    /// The tokens it is planned to send.
    pub input_tokens: i64,
    /// The most it may cost.
    pub most: UsdMicros,
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
    /// Sets aside the most that a call may cost, or says why not.
    fn reserve(&self, call: Call) -> BoxFuture<'_, Result<(), DeskError>>;
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
    /// No usable answer: what kind of failure, and one sentence for people.
    Failed(FailureKind, String),
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
    /// What a reviewer should know about how the run ended ("stopped at the limit of 40 steps; …").
    pub note: Option<String>,
    /// The name of the model that answered in place of the run's own.
    pub answered_by: Option<String>,
}

impl Report {
    /// An ending without words.
    pub fn ended(ending: Ending) -> Self {
        Self { ending, summary: None, note: None, answered_by: None }
    }
}

/// One model at work on one pinned commit.
pub struct Agent {
    /// The model, within its money and time.
    pub asker: Asker,
    /// Whether it is given tools, or one question.
    pub tools: ToolUse,
    /// Where the pinned commit's objects are.
    pub mirror: Mirror,
    /// The pinned commit's files.
    pub view: TreeView,
    /// Where parsed sources are kept.
    pub library: Arc<Library>,
    /// What a patch may do.
    pub rules: Rules,
    /// The most input tokens of one call.
    pub max_input_tokens: i64,
    /// What a run with tools may use.
    pub loop_limits: LoopLimits,
    /// When the run must be over.
    pub deadline: Instant,
}

impl Agent {
    /// Works on `task`: with tools, or as a single shot where they are off or not taken. Money is asked for at `desk`
    /// before every call.
    pub async fn run(&self, task: &Assignment, desk: &dyn Desk) -> Report {
        let report = self.attempt(task, desk).await.unwrap_or_else(Report::ended);
        Report { answered_by: self.asker.answered_by(), ..report }
    }

    async fn attempt(&self, task: &Assignment, desk: &dyn Desk) -> Result<Report, Ending> {
        match self.tools {
            ToolUse::Auto => turns::tool_loop(self, task, desk).await,
            ToolUse::Off => single::single_shot(self, task, desk).await,
        }
    }
}

/// A reason as a sentence: a capital first letter and a full stop.
fn sentence(reason: &str) -> String {
    let mut chars = reason.chars();
    let first: String = chars.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    let end = if reason.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", chars.as_str())
}

/// A taken patch, for the log.
fn told(applied: &Applied) -> String {
    let (added, removed) = applied.patch.lines();
    match applied.patch.files().len() {
        0 => "applies: nothing to change".into(),
        files => format!("applies: {files} files, +{added} −{removed}"),
    }
}

fn git_ending(error: GitError) -> Ending {
    if error.is_transient() {
        Ending::Later(error.to_string())
    } else {
        Ending::Failed(FailureKind::Other, sentence(&error.to_string()))
    }
}
