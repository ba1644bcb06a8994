//! Stateful stand-ins for GitHub and the model providers on loopback, used by `demo` and the tests only.

pub mod github;
pub mod models;
