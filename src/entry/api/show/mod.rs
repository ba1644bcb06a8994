//! What clients see of each thing: the fields of the original's version, and ours beside them. One file for each thing;
//! the document is made from the same structs that are sent.

mod about;
mod error;
mod message;
mod model;
mod pull;
mod repo;
mod run;
mod task;
mod usage;
mod words;

pub(super) use about::{About, Health, Ready, Received};
pub(super) use error::{Problems, Said};
pub(super) use message::Message;
pub(super) use model::{Model, Prices};
pub(super) use pull::{Advanced, Opened, Pull};
pub(super) use repo::Repo;
pub(super) use run::{Run, RunIds};
pub(super) use task::{Task, TaskDetail};
pub(super) use usage::Spending;
pub(super) use words::Moment;

/// Names of things in "… not found".
pub(super) const MODEL: &str = "Model";
pub(super) const REPO: &str = "Repository";
pub(super) const TASK: &str = "Task";
pub(super) const RUN: &str = "Run";
pub(super) const PULL: &str = "PR";
