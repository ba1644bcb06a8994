//! Reactions: cheap counts for many comments, names for one, and our own.

use serde_json::json;

use crate::domain::ids::CommentId;
use crate::domain::reaction::ReactionContent;

use super::super::call::Call;
use super::super::etag::Tagged;
use super::super::limiter::WriteKind;
use super::super::{CommentRollup, GithubError, Reaction, Rollups, paging, wire};
use super::{RepoClient, STRANGE};

impl RepoClient {
    /// Reaction counts of all comments of an issue: one call for 100 comments, free when unchanged.
    pub async fn comment_rollups(&self, number: i64) -> Result<Rollups, GithubError> {
        let first = self.path(&format!("/issues/{number}/comments?per_page=100"));
        let (mut address, mut call) = (first.clone(), Call::get(first));
        let mut rollups = Rollups { unchanged: true, comments: Vec::new() };
        for _ in 0..self.core.config.max_pages {
            let (page, unchanged) = self.rollup_page(&address, call).await?;
            rollups.unchanged &= unchanged;
            rollups.comments.extend(page.value);
            match page.next {
                Some(next) => (address, call) = (next.to_string(), Call::page(next)),
                None => return Ok(rollups),
            }
        }
        Err(GithubError::Unavailable("its list does not end"))
    }

    async fn rollup_page(&self, address: &str, call: Call) -> Result<(Tagged<Vec<CommentRollup>>, bool), GithubError> {
        let known = self.core.rollups.get(self.installation, address);
        let answer = self.send(call.if_none_match(known.as_ref().map(|tagged| tagged.etag.clone()))).await?;
        if let (304, Some(known)) = (answer.status, known) {
            return Ok((known, true));
        }
        let page: Vec<wire::Rollup> = serde_json::from_slice(&answer.body).map_err(|_| STRANGE)?;
        let tagged = Tagged {
            etag: answer.header("etag").unwrap_or_default().to_owned(),
            next: paging::next(&answer.headers),
            value: page.into_iter().map(wire::Rollup::into_domain).collect(),
        };
        if !tagged.etag.is_empty() {
            self.core.rollups.put(self.installation, address, tagged.clone());
        }
        Ok((tagged, false))
    }

    /// Who reacted to a comment.
    pub async fn reactions(&self, comment: CommentId) -> Result<Vec<Reaction>, GithubError> {
        let call = Call::get(self.path(&format!("/issues/comments/{comment}/reactions?per_page=100")));
        let all: Vec<wire::Reaction> = self.all(call).await?;
        Ok(all.into_iter().filter_map(wire::Reaction::into_domain).collect())
    }

    /// Reacts to a comment; doing it twice is one reaction.
    pub async fn react_to_comment(&self, id: CommentId, content: ReactionContent) -> Result<(), GithubError> {
        self.react(&format!("/issues/comments/{id}/reactions"), content).await
    }

    /// Reacts to the issue itself; doing it twice is one reaction.
    pub async fn react_to_issue(&self, number: i64, content: ReactionContent) -> Result<(), GithubError> {
        self.react(&format!("/issues/{number}/reactions"), content).await
    }

    async fn react(&self, rest: &str, content: ReactionContent) -> Result<(), GithubError> {
        let call = Call::post(self.path(rest), &json!({ "content": content.as_str() }));
        self.send(call.writing(WriteKind::Edit)).await.map(drop)
    }
}
