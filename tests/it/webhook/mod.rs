//! The receiver over real HTTP: payloads as GitHub sends them, broken ones, large ones, slow ones.

mod bodies;
mod full;
mod payloads;
mod rotation;
