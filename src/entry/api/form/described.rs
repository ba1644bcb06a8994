//! Parts of a handler's signature that tell what they mean for a client.

use axum::extract::State;
use serde::Serialize;

use super::Draft;
use crate::entry::api::ApiState;
use crate::entry::api::auth::Caller;
use crate::entry::api::input::{Ids, Query};

/// An argument or an answer of a handler, as the document tells it.
pub trait Described {
    /// Adds to the operation.
    fn describe(draft: &mut Draft);
}

/// A value such as a client could send or get.
pub trait Example: Serialize {
    /// The one that the document shows.
    fn example() -> Self;
}

impl Example for String {
    fn example() -> Self {
        "main".into()
    }
}

/// A list with one of them.
impl<T: Example> Example for Vec<T> {
    fn example() -> Self {
        vec![T::example()]
    }
}

impl Described for State<ApiState> {
    fn describe(_: &mut Draft) {}
}

/// The route tells its scope.
impl Described for Caller {
    fn describe(_: &mut Draft) {}
}

/// The route tells its path.
impl Described for Ids {
    fn describe(_: &mut Draft) {}
}

/// The route tells the words of its query.
impl Described for Query {
    fn describe(_: &mut Draft) {}
}
