//! The status comment of a round: edited in place, never read back but for a tick.

use super::view::StatusView;

/// The round's status comment as Markdown, below [`super::MAX_COMMENT_BYTES`].
pub fn status_comment(view: &StatusView) -> String {
    super::marker::marker(view.effect, super::marker::Kind::Status)
}
