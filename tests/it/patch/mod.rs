//! Reading answers, applying edits, refusing what is not safe.

mod cases;
mod corpus;
mod damaged;
mod dialects;
mod evil;
mod forms;
mod honest;
mod limits;
mod paths;
mod props;
mod refused;
mod samples;
mod tools;
mod unfit;
