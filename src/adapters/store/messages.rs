//! Messages of a task.

use sqlx::any::AnyRow;

use super::row::{Read, text};
use super::{Conn, StoreError};
use crate::domain::ids::TaskId;
use crate::domain::message::{Message, Role};

fn read(row: &AnyRow) -> Result<Message, StoreError> {
    Ok(Message {
        id: row.id("id")?,
        task_id: row.id("task_id")?,
        role: row.parsed("role", Role::parse)?,
        content: row.text("content")?,
        created_at: row.time("created_at")?,
    })
}

/// Adds a message.
pub async fn insert(conn: &mut Conn, message: &Message) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO messages (id, task_id, role, content, created_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(message.id.to_string())
        .bind(message.task_id.to_string())
        .bind(message.role.as_str())
        .bind(text(&message.content))
        .bind(message.created_at.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// The task's messages, oldest first.
pub async fn list(conn: &mut Conn, task: TaskId) -> Result<Vec<Message>, StoreError> {
    let sql = "SELECT id, task_id, role, content, created_at FROM messages WHERE task_id = $1 ORDER BY created_at, id";
    sqlx::query(sql).bind(task.to_string()).fetch_all(conn).await?.iter().map(read).collect()
}
