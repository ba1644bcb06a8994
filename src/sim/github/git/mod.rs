//! The repositories' objects and the smart HTTP protocol.

mod http;
mod objects;
mod push;

pub use http::{is_asked, serve};
pub use objects::{Difference, Objects, TreeFile};
