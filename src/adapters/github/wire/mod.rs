//! GitHub's JSON, only the fields we use; what a person deleted may be null.

mod account;
mod place;
mod thread;

pub(super) use account::{App, Collaborator, Delivery, Installation, Minted};
pub(super) use place::{Comparison, Contents, Reference, Repositories, Repository};
pub(super) use thread::{Comment, Graphql, Issue, Pull, Reaction, Rollup};
