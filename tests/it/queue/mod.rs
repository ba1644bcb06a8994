//! The queue's contract on every engine, and the inbox.

mod harness;
mod inbox;
mod jobs;
mod leases;
mod stopping;
mod turns;
