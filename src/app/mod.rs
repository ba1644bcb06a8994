//! The composition root: settings → stores, clients, router, workers.

mod app_watch;
pub mod parts;
mod root;
pub mod serve;
pub mod settings;

pub use parts::{Parts, StartError, build};
pub use serve::{Running, Start, open, serve, start, work};
pub use settings::Settings;
