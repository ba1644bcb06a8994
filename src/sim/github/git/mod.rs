//! The repositories' objects and the smart HTTP protocol.

mod http;
mod objects;
mod push;

pub use http::serve;
pub use objects::{Difference, Objects, TreeFile};
