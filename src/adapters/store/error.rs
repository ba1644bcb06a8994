//! What can go wrong with the database, sorted by what the caller does about it.

use sqlx::error::ErrorKind;

/// A database error; the words are for people and hold no values of any row.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A lock or connection was not free in time; the same again may work.
    #[error("the database is busy")]
    Busy,
    /// No room left to write.
    #[error("the disk of the database is full")]
    Full,
    /// The server cannot be reached, or the connection broke.
    #[error("the database cannot be reached")]
    Unavailable(#[source] sqlx::Error),
    /// A rule of the schema forbids it (something of that name exists, or a parent does not).
    #[error("the database has a conflicting row")]
    Conflict(#[source] sqlx::Error),
    /// A row holds what this program cannot read.
    #[error("the database holds an unreadable value in column {column}")]
    Unreadable {
        /// Where.
        column: &'static str,
    },
    /// The database cannot be used at all; the sentence says why and what to do.
    #[error("{0}")]
    Unusable(String),
    /// A newer bakeoff has changed the schema (F124).
    #[error(
        "the database was migrated by a newer bakeoff (migration {0} is unknown here): start that version, or restore a backup"
    )]
    Newer(i64),
    /// The schema is older than this program.
    #[error("the database is not migrated yet: run `bakeoff migrate`")]
    Unmigrated,
    /// A statement failed for another reason: a bug.
    #[error("a database statement failed")]
    Statement(#[source] sqlx::Error),
}

impl StoreError {
    /// Whether the same work may succeed later without anyone changing it (a webhook answers 503 on it).
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Busy | Self::Full | Self::Unavailable(_))
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::PoolTimedOut => Self::Busy,
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                Self::Unavailable(error)
            }
            sqlx::Error::Database(cause) => {
                let code = cause.code().unwrap_or_default().into_owned();
                match (by_code(&code), cause.kind()) {
                    (Some(Sort::Busy), _) => Self::Busy,
                    (Some(Sort::Full), _) => Self::Full,
                    (Some(Sort::Gone), _) => Self::Unavailable(error),
                    (Some(Sort::ReadOnly), _) => Self::Unusable(READ_ONLY.into()),
                    (Some(Sort::Damaged), _) => Self::Unusable(DAMAGED.into()),
                    (None, ErrorKind::UniqueViolation | ErrorKind::ForeignKeyViolation) => Self::Conflict(error),
                    (None, _) => Self::Statement(error),
                }
            }
            _ => Self::Statement(error),
        }
    }
}

const READ_ONLY: &str =
    "the database file cannot be written: give the user bakeoff runs as write access to it and to its folder";
pub(super) const DAMAGED: &str = "the database file is damaged or is not an SQLite database: restore a backup";

enum Sort {
    Busy,
    Full,
    Gone,
    ReadOnly,
    Damaged,
}

/// Sorts by the engine's code: five characters from Postgres, a number from SQLite whose low byte is the kind.
fn by_code(code: &str) -> Option<Sort> {
    if code.len() == 5 {
        return match code {
            // Lock not available, statement cancelled by its deadline, deadlock, serialization failure.
            "55P03" | "57014" | "40P01" | "40001" => Some(Sort::Busy),
            "53100" => Some(Sort::Full),
            // Shutting down, starting up, too many connections, out of memory.
            "57P01" | "57P02" | "57P03" | "53300" | "53200" => Some(Sort::Gone),
            "25006" => Some(Sort::ReadOnly),
            _ => None,
        };
    }
    match code.parse::<i64>().ok()? & 0xff {
        // SQLITE_BUSY, SQLITE_LOCKED.
        5 | 6 => Some(Sort::Busy),
        // SQLITE_FULL.
        13 => Some(Sort::Full),
        // SQLITE_IOERR.
        10 => Some(Sort::Gone),
        // SQLITE_READONLY, SQLITE_CANTOPEN.
        8 | 14 => Some(Sort::ReadOnly),
        // SQLITE_CORRUPT, SQLITE_NOTADB.
        11 | 26 => Some(Sort::Damaged),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m55_codes_of_both_engines_are_told_apart() {
        let sort = |code: &str| match by_code(code) {
            Some(Sort::Busy) => "busy",
            Some(Sort::Full) => "full",
            Some(Sort::Gone) => "gone",
            Some(Sort::ReadOnly) => "read-only",
            Some(Sort::Damaged) => "damaged",
            None => "other",
        };
        // 261, 517: SQLITE_BUSY_RECOVERY, SQLITE_BUSY_SNAPSHOT. 2067: SQLITE_CONSTRAINT_UNIQUE.
        for (code, expected) in [
            ("5", "busy"),
            ("261", "busy"),
            ("517", "busy"),
            ("55P03", "busy"),
            ("40P01", "busy"),
            ("13", "full"),
            ("53100", "full"),
            ("10", "gone"),
            ("57P01", "gone"),
            ("1032", "read-only"),
            ("14", "read-only"),
            ("26", "damaged"),
            ("11", "damaged"),
            ("2067", "other"),
            ("23505", "other"),
            ("", "other"),
        ] {
            assert_eq!(sort(code), expected, "{code}");
        }
    }
}
