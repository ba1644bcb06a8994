//! Who did what (M19): one line for each command, refusal, run, pick, push, pull request and key change.

use serde_json::Value;

use crate::adapters::store::{Conn, StoreError, audit};
use crate::domain::clock::Timestamp;
use crate::domain::permission::Person;
use crate::domain::round::Origin;

/// The machine's owner, at the command line.
pub const LOCAL: &str = "local";

/// Appends a line in the caller's transaction.
pub async fn note(
    conn: &mut Conn,
    actor: &str,
    action: &str,
    subject: &str,
    details: Value,
    now: Timestamp,
) -> Result<(), StoreError> {
    audit::append(conn, audit::NewEntry { actor, action, subject, details: &details }, now).await?;
    Ok(())
}

/// A person as the audit names them: the number that never changes, and the login of the moment.
pub fn actor(person: &Person) -> String {
    format!("github:{}:{}", person.id, person.login)
}

/// Who started a round.
pub fn actor_of(origin: &Origin) -> String {
    named(origin.requester.as_ref(), origin.token_name.as_deref())
}

/// A person, else a token, else the machine's owner.
pub fn named(person: Option<&Person>, token: Option<&str>) -> String {
    match (person, token) {
        (Some(person), _) => actor(person),
        (None, Some(token)) => format!("token:{token}"),
        (None, None) => LOCAL.into(),
    }
}
