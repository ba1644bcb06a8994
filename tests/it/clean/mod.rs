//! Text of people on its way into a prompt: hidden text, entities, markers.

mod corpus;
mod property;
