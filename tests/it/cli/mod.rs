//! The real binary: what it says, how it ends, what it leaves on disk.

mod backup;
pub mod binary;
mod doctor;
mod files;
mod keys;
mod serve;
mod settings;
mod start;
mod tokens;
mod usage;
mod worker;
