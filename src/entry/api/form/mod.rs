//! What an operation is, told once: a route's line and its handler's signature give the guard, the list of routes and
//! the OpenAPI document.

mod answers;
mod described;
mod document;
mod draft;
mod endpoint;
mod route;

pub(super) use answers::{Accepted, Created, Decided, Done, Piece, Shown, Text};
pub(super) use described::{Described, Example};
pub(super) use document::document;
pub(super) use draft::Draft;
pub(super) use route::{Family, Kind, Route, delete, elsewhere, family, get, open, patch, post, put};
