//! The faults of the contract, each named by its number; after each the invariants are checked.

mod changes;
mod deliveries;
mod github;
mod given_up;
mod keys;
mod killed;
mod killed_updates;
mod models;
mod program;
mod pulls;
mod rights;
mod storm;
mod updates;

pub use program::free_port;
