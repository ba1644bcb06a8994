//! Agents over the wire: a real repository, the stand-in providers, and a desk that counts the money.

mod answers;
mod bench;
mod canary;
mod limits;
mod loops;
mod pull;
mod tools;
