//! The faults of the contract, each named by its number; after each the invariants are checked.

mod deliveries;
mod github;
mod models;
mod pulls;
mod rights;
