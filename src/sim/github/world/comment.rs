//! Comments under issues, and reactions to anything.

use crate::domain::clock::Timestamp;

/// The reactions there are.
pub const REACTIONS: [&str; 8] = ["+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes"];

#[derive(Debug, Clone)]
pub struct Reaction {
    pub id: i64,
    pub user: i64,
    pub content: String,
    pub at: Timestamp,
}

#[derive(Debug, Clone)]
pub struct Comment {
    pub id: i64,
    pub issue: i64,
    pub user: i64,
    pub via_app: bool,
    pub body: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub minimized: Option<String>,
    pub reactions: Vec<Reaction>,
}
