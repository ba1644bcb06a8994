//! What a repository's own file decided when a round began. It stays with the round, so that a later change of the
//! file breaks no promise made to the people who choose from it.

use serde::{Deserialize, Serialize};

use super::money::UsdMicros;
use super::reaction::ReactionContent;

/// How candidates are shown in the thread.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CommentStyle {
    /// A comment for each candidate with a patch.
    #[default]
    Each,
    /// All of them in the status comment.
    One,
}

/// Whom the commit names as co-authors.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CoAuthor {
    /// Nobody.
    #[default]
    None,
    /// Who asked for the round.
    Requester,
    /// Who chose the candidate.
    Picker,
    /// Both of them.
    Both,
}

/// Caps of the repository, in whole millionths of a dollar; they only lower the operator's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Budgets {
    /// The most a run may spend.
    pub run: Option<UsdMicros>,
    /// The most a round may spend.
    pub round: Option<UsdMicros>,
    /// The most the repository may spend in a day (UTC).
    pub day: Option<UsdMicros>,
}

/// What is kept with a round.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Terms {
    /// The folders candidates may touch when the command named none; empty for all.
    pub paths: Vec<String>,
    /// Forbidden paths beside those of the operator.
    pub forbidden_paths: Vec<String>,
    /// Lower caps.
    pub budgets: Budgets,
    /// Where candidates are shown.
    pub comments: CommentStyle,
    /// Which reaction picks.
    pub pick_reaction: ReactionContent,
    /// Whom the commit names.
    pub co_author: CoAuthor,
    /// The file could not be read, so these are the defaults.
    pub broken: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_of_earlier_versions_have_the_defaults() {
        assert_eq!(serde_json::from_str::<Terms>("{}").unwrap(), Terms::default());
        let terms = Terms { pick_reaction: ReactionContent::PlusOne, co_author: CoAuthor::Both, ..Terms::default() };
        let text = serde_json::to_string(&terms).unwrap();
        assert!(text.contains("\"+1\""), "{text}");
        assert_eq!(serde_json::from_str::<Terms>(&text).unwrap(), terms);
    }
}
