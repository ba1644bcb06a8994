//! What the REST API reads and writes beside the use cases it shares with the commands.

pub mod gauges;
pub mod lookup;
pub mod prs;
pub mod rounds;
pub mod tasks;
pub mod tokens;
pub mod usage;
