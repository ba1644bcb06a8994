//! Lists in pieces: newest first, from a place that a cursor names.

use std::fmt;
use std::str::FromStr;

use crate::domain::clock::Timestamp;

/// The last row of the piece before; opaque to clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Its time.
    pub at: Timestamp,
    /// Its id, which decides between rows of the same millisecond.
    pub id: String,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at.0, self.id)
    }
}

impl FromStr for Cursor {
    type Err = InvalidCursor;
    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let (at, id) = text.split_once('.').ok_or(InvalidCursor)?;
        let at = at.parse().map_err(|_| InvalidCursor)?;
        // Postgres refuses NUL in text.
        if id.contains('\0') { Err(InvalidCursor) } else { Ok(Self { at: Timestamp(at), id: id.to_owned() }) }
    }
}

/// The text was not a cursor of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid cursor")]
pub struct InvalidCursor;

/// Which piece of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// At most so many rows.
    pub limit: i64,
    /// Only rows after this one in the list's order; `None` from the start.
    pub after: Option<Cursor>,
}

impl Page {
    /// Everything, in one piece.
    pub const ALL: Self = Self { limit: i64::MAX, after: None };

    /// The first `limit` rows.
    pub fn first(limit: i64) -> Self {
        Self { limit, after: None }
    }

    /// The bound before which the rows lie: time and id.
    pub(super) fn bound(&self) -> (i64, String) {
        self.after.as_ref().map_or((i64::MAX, String::new()), |c| (c.at.0, c.id.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_round_trip_and_bad_ones_are_refused() {
        let cursor = Cursor { at: Timestamp(-5), id: "a.b".into() };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        for bad in ["", "x.y", "1", "1.\0"] {
            assert_eq!(bad.parse::<Cursor>(), Err(InvalidCursor), "{bad:?}");
        }
    }
}
