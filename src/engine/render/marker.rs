//! The hidden first line of our comments, by which they are found again: `<!-- bakeoff:v1 effect=… kind=… -->`.

use std::fmt;

use crate::domain::ids::{EffectId, RunId};
use crate::domain::run::Letter;

const START: &str = "<!-- bakeoff:v1 ";
const END: &str = " -->";

/// Which text of ours a comment or description is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A round's status comment.
    Status,
    /// A candidate's comment.
    Candidate,
    /// A reply.
    Reply,
    /// A pull request's description.
    Pull,
}

impl Kind {
    /// The word in the marker.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Candidate => "candidate",
            Self::Reply => "reply",
            Self::Pull => "pull",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Status, Self::Candidate, Self::Reply, Self::Pull].into_iter().find(|kind| kind.as_str() == word)
    }
}

/// A marker that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marker {
    /// The effect that wrote the text.
    pub effect: EffectId,
    /// Which text it is.
    pub kind: Kind,
}

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{START}effect={} kind={}{END}", self.effect, self.kind.as_str())
    }
}

/// The marker's text for the first line of a comment.
pub fn marker(effect: EffectId, kind: Kind) -> String {
    Marker { effect, kind }.to_string()
}

/// The marker on the first line of `body`. Whoever asks must also know that our App wrote the comment:
/// anyone can write a marker.
pub fn parse_marker(body: &str) -> Option<Marker> {
    let inside = body.lines().next()?.trim_end().strip_prefix(START)?.strip_suffix(END)?;
    let (effect, kind) = inside.split_once(' ')?;
    let effect = effect.strip_prefix("effect=")?.parse().ok()?;
    Some(Marker { effect, kind: Kind::parse(kind.strip_prefix("kind=")?)? })
}

/// The hidden end of a checkbox line.
pub(super) fn row_marker(letter: Letter, run: RunId) -> String {
    format!("{START}row={letter} run={run}{END}")
}

/// Letter and run of the checkbox line `line`, if it ends in such a marker.
pub(super) fn parse_row(line: &str) -> Option<(Letter, RunId)> {
    let (_, inside) = line.trim_end().strip_suffix(END)?.rsplit_once(START)?;
    let (letter, run) = inside.split_once(' ')?;
    let letter = Letter::parse(letter.strip_prefix("row=")?)?;
    Some((letter, run.strip_prefix("run=")?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_is_read_from_the_first_line_only() {
        let effect = EffectId::new();
        for kind in [Kind::Status, Kind::Candidate, Kind::Reply, Kind::Pull] {
            let line = marker(effect, kind);
            assert_eq!(parse_marker(&format!("{line}\r\ntext")), Some(Marker { effect, kind }));
            assert_eq!(parse_marker(&format!("text\n{line}")), None);
        }
        for bad in ["", "<!-- bakeoff:v1 effect=1 kind=status -->", "<!-- bakeoff:v2 effect=x kind=status -->"] {
            assert_eq!(parse_marker(bad), None, "{bad}");
        }
    }
}
