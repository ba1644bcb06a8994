//! What things are, and which changes are legal. Nothing here does input or output.

pub mod audit;
pub mod characters;
pub mod clock;
pub mod crash;
pub mod delivery;
pub mod effect;
pub mod ids;
pub mod installation;
pub mod issue;
pub mod job;
pub mod message;
pub mod model;
pub mod money;
pub mod patch;
pub mod permission;
pub mod pick;
pub mod pull;
pub mod repo;
pub mod round;
pub mod run;
pub mod sha256;
pub mod task;
pub mod terms;
pub mod token;
pub mod tree;
pub mod watch;
