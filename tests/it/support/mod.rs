//! What several rooms of the tests share: databases, the world, the invariants.

pub mod contract;
pub mod databases;
pub mod invariants;
pub mod leaks;
pub mod updates;
pub mod world;
