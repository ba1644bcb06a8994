//! bakeoff: a self-hosted GitHub App that lets several language models write a patch for the same
//! issue and lets a maintainer pick the one that becomes the pull request.
//!
//! The folders are the layers, and arrows only point down (`tests/it/architecture.rs` holds them):
//!
//! ```text
//! app       composition root: settings → stores, clients, router, workers
//! entry     webhook/ · api/ · web/ · worker/ · cli/          what calls us
//! service   one use case a file; the only place that opens transactions
//! engine    command · patch · render · context · agent · evidence    the craft
//! adapters  store · queue · github · llm · git · crypto       the outside world, one room each
//! domain    what things are and which changes are legal
//! ```
//!
//! `sim` holds the stand-ins for GitHub and the model providers; `demo` and the tests use it.

pub mod adapters;
pub mod app;
pub mod domain;
pub mod engine;
pub mod entry;
pub mod service;
pub mod sim;
