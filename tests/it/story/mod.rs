//! Conversations in, what GitHub and the database hold afterwards out.

mod commands;
mod first;
