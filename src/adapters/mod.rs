//! The outside world, one room each; every room hides its library, and rooms do not know each other.

pub mod cache;
pub mod crypto;
pub mod disk;
pub mod git;
pub mod github;
pub mod llm;
pub mod queue;
pub mod store;
