//! A stateful stand-in for GitHub on loopback: web, `/api/v3`, `/api/graphql`, git over HTTP and webhooks.
//!
//! It is as strict as GitHub (stricter where leniency would hide a fault of ours) and sends what GitHub
//! sends: whole objects, large ids, times in seconds. [`FakeGithub`] starts it; everything a scene needs
//! (building the world, acting as a person, looking at the result, faults) is a method of [`Hub`].

mod act;
mod entry;
mod fault;
mod git;
mod hub;
mod limits;
mod log;
mod look;
mod rest;
mod show;
mod stage;
mod start;
mod webhook;
mod world;

pub use act::{Change, RepoHandle, User};
pub use fault::Fault;
pub use hub::Hub;
pub use log::LoggedCall;
pub use look::{SeenComment, SeenIssue, SeenPull, SeenReaction};
pub use start::FakeGithub;
pub use webhook::{RawDelivery, SeenDelivery};
