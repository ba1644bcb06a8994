//! A command runs only as it was sent: unedited, undeleted, under an open issue (M14).

use super::{Asked, Carrier};

/// What GitHub says of the command now.
pub(super) enum Freshness {
    /// It stands as sent.
    Fresh,
    /// Its text was changed: void.
    Edited,
    /// It was deleted, or the issue is gone.
    Gone,
    /// The issue was closed.
    Closed,
}

pub(super) async fn check(asked: &Asked<'_>) -> anyhow::Result<Freshness> {
    let issue = match asked.client.issue(asked.issue.issue.number).await {
        Ok(issue) => issue,
        Err(error) if error.is_gone() => return Ok(Freshness::Gone),
        Err(error) => return Err(error.into()),
    };
    match asked.carrier {
        Carrier::Comment { id, body } => match asked.client.comment(*id).await? {
            None => return Ok(Freshness::Gone),
            Some(now) if now.body != *body || now.updated_at != now.created_at => return Ok(Freshness::Edited),
            Some(_) => {}
        },
        Carrier::Opening { body } if issue.body != *body => return Ok(Freshness::Edited),
        Carrier::Opening { .. } | Carrier::Label => {}
    }
    Ok(if issue.open || issue.is_pull { Freshness::Fresh } else { Freshness::Closed })
}
