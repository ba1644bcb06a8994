//! What the stories share: databases, the world, the invariants.

pub mod invariants;
pub mod world;
