//! The one integration binary: rooms of the adapters and the craft, conversations, faults, REST, web.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a failing test should say where"
)]

mod agent;
mod api;
mod architecture;
mod browser;
mod clean;
mod cli;
mod command;
mod context;
mod fault;
mod git;
mod github;
mod llm;
mod patch;
mod queue;
mod reliability;
mod render;
mod repofile;
mod sim;
mod store;
mod story;
mod support;
mod web;
mod webhook;
