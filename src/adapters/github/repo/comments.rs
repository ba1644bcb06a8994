//! Comments: reading, writing, editing, folding away.

use std::collections::HashSet;

use serde_json::json;

use crate::domain::clock::Timestamp;
use crate::domain::ids::CommentId;

use super::super::call::Call;
use super::super::limiter::WriteKind;
use super::super::{Comment, GithubError, wire};
use super::{RepoClient, STRANGE, optional};

const PAGE: usize = 100;
const MINIMIZE: &str = "mutation($id: ID!) { minimizeComment(input: {subjectId: $id, classifier: OUTDATED}) \
                        { minimizedComment { isMinimized } } }";

impl RepoClient {
    /// A comment; `None` when it was deleted.
    pub async fn comment(&self, id: CommentId) -> Result<Option<Comment>, GithubError> {
        let call = Call::get(self.path(&format!("/issues/comments/{id}")));
        match optional(self.ask::<wire::Comment>(call).await)? {
            Some(found) => found.into_domain().map(Some).ok_or(STRANGE),
            None => Ok(None),
        }
    }

    /// Comments of an issue, oldest first; with `since` only those written or edited at or after it.
    pub async fn comments(&self, number: i64, since: Option<Timestamp>) -> Result<Vec<Comment>, GithubError> {
        let since = since.map(|at| format!("&since={}", seconds(at))).unwrap_or_default();
        let call = Call::get(self.path(&format!("/issues/{number}/comments?per_page={PAGE}{since}")));
        let all: Vec<wire::Comment> = self.all(call).await?;
        all.into_iter().map(|comment| comment.into_domain().ok_or(STRANGE)).collect()
    }

    /// Comments of the whole repository written or edited at or after `since`, oldest change first (M08).
    /// After very many the list may end early: go on from the last one's `updated_at`.
    pub async fn repo_comments_since(&self, since: Timestamp) -> Result<Vec<Comment>, GithubError> {
        let (mut from, mut page) = (since, 1);
        let (mut all, mut seen) = (Vec::new(), HashSet::new());
        for _ in 0..self.core.config.max_pages {
            let found = self.changed_since(from, page).await?;
            let (count, last) = (found.len(), found.last().map(|comment| comment.updated_at));
            all.extend(found.into_iter().filter(|comment| seen.insert(comment.id)));
            // By time, not by page number: an edit meanwhile moves a comment and would shift the pages.
            match last {
                Some(last) if count == PAGE && seconds(last) > seconds(from) => (from, page) = (last, 1),
                Some(_) if count == PAGE => page += 1,
                _ => break,
            }
        }
        Ok(all)
    }

    async fn changed_since(&self, from: Timestamp, page: u32) -> Result<Vec<Comment>, GithubError> {
        let query = format!("sort=updated&direction=asc&per_page={PAGE}&page={page}&since={}", seconds(from));
        let call = Call::get(self.path(&format!("/issues/comments?{query}")));
        let found: Vec<wire::Comment> = self.ask(call).await?;
        found.into_iter().map(|comment| comment.into_domain().ok_or(STRANGE)).collect()
    }

    /// Writes a comment. On [`GithubError::UnknownOutcome`] search by marker before doing it again.
    pub async fn create_comment(&self, number: i64, body: &str) -> Result<Comment, GithubError> {
        let call = Call::post(self.path(&format!("/issues/{number}/comments")), &json!({ "body": body }));
        let written: wire::Comment = self.ask(call.writing(WriteKind::Create)).await?;
        written.into_domain().ok_or(GithubError::UnknownOutcome)
    }

    /// Replaces a comment's text.
    pub async fn update_comment(&self, id: CommentId, body: &str) -> Result<Comment, GithubError> {
        let call = Call::patch(self.path(&format!("/issues/comments/{id}")), &json!({ "body": body }));
        let written: wire::Comment = self.ask(call.writing(WriteKind::Edit)).await?;
        written.into_domain().ok_or(STRANGE)
    }

    /// Folds a comment away as outdated.
    pub async fn minimize_comment(&self, node_id: &str) -> Result<(), GithubError> {
        let call = Call::graphql(&json!({ "query": MINIMIZE, "variables": { "id": node_id } }));
        let answer: wire::Graphql = self.ask(call).await?;
        match answer.errors.first().map(|fault| fault.kind.as_str()) {
            None => Ok(()),
            Some("NOT_FOUND") => Err(GithubError::NotFound),
            Some("FORBIDDEN") => Err(GithubError::Permission { missing: None }),
            Some("RATE_LIMITED") => {
                let until = self.core.skew.ours().plus(super::super::sort::LEAST_PAUSE);
                Err(GithubError::SecondaryLimit { until })
            }
            Some(_) => Err(GithubError::Unavailable("it has an error of its own")),
        }
    }
}

/// GitHub takes whole seconds.
fn seconds(at: Timestamp) -> String {
    let text = Timestamp(at.0.div_euclid(1000).saturating_mul(1000)).to_rfc3339();
    text.replace(".000Z", "Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_sent_in_whole_seconds() {
        assert_eq!(seconds(Timestamp(1_700_000_000_999)), "2023-11-14T22:13:20Z");
    }
}
