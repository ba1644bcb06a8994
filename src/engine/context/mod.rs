//! (in work)

pub mod clean;
