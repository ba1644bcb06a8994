//! Reading answers, applying edits, refusing what is not safe.

mod corpus;
mod damaged;
mod evil;
mod forms;
mod honest;
mod limits;
mod paths;
mod props;
mod refused;
mod tools;
