//! GitHub's eight reactions.

use serde::{Deserialize, Serialize};

/// A reaction, without who left it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReactionContent {
    /// 👍
    #[serde(rename = "+1")]
    PlusOne,
    /// 👎
    #[serde(rename = "-1")]
    MinusOne,
    /// 😄
    Laugh,
    /// 😕
    Confused,
    /// ❤️
    Heart,
    /// 🎉
    Hooray,
    /// 🚀, which picks where nothing else is decided.
    #[default]
    Rocket,
    /// 👀
    Eyes,
}

impl ReactionContent {
    /// All eight.
    pub const ALL: [Self; 8] = [
        Self::PlusOne,
        Self::MinusOne,
        Self::Laugh,
        Self::Confused,
        Self::Heart,
        Self::Hooray,
        Self::Rocket,
        Self::Eyes,
    ];

    /// GitHub's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PlusOne => "+1",
            Self::MinusOne => "-1",
            Self::Laugh => "laugh",
            Self::Confused => "confused",
            Self::Heart => "heart",
            Self::Hooray => "hooray",
            Self::Rocket => "rocket",
            Self::Eyes => "eyes",
        }
    }

    /// As people see it.
    pub fn emoji(self) -> &'static str {
        match self {
            Self::PlusOne => "👍",
            Self::MinusOne => "👎",
            Self::Laugh => "😄",
            Self::Confused => "😕",
            Self::Heart => "❤️",
            Self::Hooray => "🎉",
            Self::Rocket => "🚀",
            Self::Eyes => "👀",
        }
    }

    /// Reads GitHub's word, exactly.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|content| content.as_str() == word)
    }

    /// Reads what a person wrote: GitHub's word in any case, or the emoji itself (with or without its variation
    /// selector).
    pub fn written(text: &str) -> Option<Self> {
        let plain = |text: &str| text.trim_end_matches('\u{FE0F}').to_ascii_lowercase();
        let text = plain(text);
        Self::ALL.into_iter().find(|r| r.as_str() == text || plain(r.emoji()) == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_write_words_and_emoji_and_github_sends_its_words() {
        for reaction in ReactionContent::ALL {
            assert_eq!(ReactionContent::parse(reaction.as_str()), Some(reaction));
            assert_eq!(ReactionContent::parse(reaction.emoji()), None);
            assert_eq!(ReactionContent::written(reaction.as_str()), Some(reaction));
            assert_eq!(ReactionContent::written(reaction.emoji()), Some(reaction));
        }
        assert_eq!(ReactionContent::written("❤"), Some(ReactionContent::Heart));
        assert_eq!(ReactionContent::written("Rocket"), Some(ReactionContent::Rocket));
        assert_eq!(ReactionContent::parse("Rocket"), None);
        for bad in ["", "tada", "🦀", "rockets"] {
            assert_eq!(ReactionContent::written(bad), None, "{bad}");
        }
    }
}
