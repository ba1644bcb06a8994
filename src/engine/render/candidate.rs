//! A candidate's comment: what the model did, what it cost, and the diff folded by file.

use super::view::CandidateView;

/// The candidate's comment as Markdown, below [`super::MAX_COMMENT_BYTES`]; files that do not fit are named.
pub fn candidate_comment(view: &CandidateView) -> String {
    super::marker::marker(view.effect, super::marker::Kind::Candidate)
}
