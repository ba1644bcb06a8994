//! The git adapter against real git: bare repositories behind smart HTTP, and servers that misbehave.

mod build;
mod clone;
mod damage;
mod hostile;
mod local;
mod merge;
mod push;
mod server;
pub mod work;
