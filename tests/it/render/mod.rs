//! Every text on GitHub.

mod markdown;
mod property;
mod redact;
mod repofile;
mod snapshot;
mod tick;
mod title;
mod views;
