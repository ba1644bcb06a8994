//! What clients see of each thing: the fields of the original's version, and ours beside them. One file for each thing;
//! the document is made from the same structs that are sent.

mod about;
mod audit;
mod budget;
mod delivery;
mod error;
mod github;
mod log;
mod message;
mod model;
mod preferences;
mod pull;
mod repo;
mod round;
mod run;
mod task;
mod token;
mod usage;
mod vote;
mod words;

pub(super) use about::{About, Health, Ready, Received};
pub(super) use audit::{Check, Entry};
pub(super) use budget::BudgetCap;
pub(super) use delivery::{HookDelivery, Redelivery};
pub(super) use error::{Problems, Said};
pub(super) use github::GithubRepository;
pub(super) use log::{Log, LogLine};
pub(super) use message::Message;
pub(super) use model::{Model, Prices};
pub(super) use preferences::Preferences;
pub(super) use pull::{Advanced, Link, Opened, Pull};
pub(super) use repo::Repo;
pub(super) use round::{Comparison, Round};
pub(super) use run::{Run, RunIds};
pub(super) use task::{Task, TaskDetail};
pub(super) use token::{NewToken, Token};
pub(super) use usage::Spending;
pub(super) use vote::{CastVote, LeaderboardLine};
pub(super) use words::Moment;

/// Names of things in "… not found".
pub(super) const MODEL: &str = "Model";
pub(super) const REPO: &str = "Repository";
pub(super) const TASK: &str = "Task";
pub(super) const RUN: &str = "Run";
pub(super) const PULL: &str = "PR";
pub(super) const ROUND: &str = "Round";
pub(super) const TOKEN: &str = "Token";
pub(super) const DELIVERY: &str = "Delivery";
pub(super) const SCHEMA: &str = "Schema";
