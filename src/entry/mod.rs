//! What calls us: GitHub's deliveries, REST clients, browsers, the queue and the command line.

pub mod api;
pub mod cli;
pub mod web;
pub mod webhook;
pub mod worker;
