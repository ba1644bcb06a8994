//! Conversations in, what GitHub and the database hold afterwards out.

mod add;
mod commands;
mod context;
mod fallback;
mod first;
mod money;
mod own_pull;
mod repofile;
mod revise;
pub mod talk;
mod upkeep;
mod votes;
