//! What the REST API reads and writes beside the use cases it shares with the commands.

pub mod answers;
pub mod budgets;
pub mod compared;
pub mod deliveries;
pub mod gauges;
pub mod github;
pub mod known;
pub mod leaderboard;
pub mod logs;
pub mod lookup;
pub mod new_tasks;
pub mod preferences;
pub mod prs;
pub mod rounds;
pub mod tasks;
pub mod tokens;
pub mod trail;
pub mod usage;
pub mod votes;
