//! Conversations in, what GitHub and the database hold afterwards out.

mod add;
mod commands;
mod first;
mod own_pull;
mod revise;
mod talk;
