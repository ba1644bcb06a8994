//! Between rows and types: text on its way in, and strict reading on its way out.

use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::any::AnyRow;
use sqlx::{Row, ValueRef};

use super::StoreError;
use crate::domain::clock::Timestamp;

/// Text from outside as both engines can hold it: Postgres refuses NUL, so it becomes U+FFFD.
pub fn text(value: &str) -> String {
    value.replace('\0', "\u{fffd}")
}

/// As [`text`], for what may be missing.
pub fn opt_text(value: Option<&str>) -> Option<String> {
    value.map(text)
}

/// A list or map as a column holds it.
pub fn to_json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Unreadable { column: "json" })
}

/// Strict reading of a row by column name; what cannot be read is an error, never a panic.
pub trait Read {
    /// TEXT.
    fn text(&self, column: &'static str) -> Result<String, StoreError>;
    /// TEXT or NULL.
    fn opt_text(&self, column: &'static str) -> Result<Option<String>, StoreError>;
    /// BIGINT.
    fn int(&self, column: &'static str) -> Result<i64, StoreError>;
    /// BIGINT or NULL.
    fn opt_int(&self, column: &'static str) -> Result<Option<i64>, StoreError>;

    /// BIGINT of 1 or 0.
    fn flag(&self, column: &'static str) -> Result<bool, StoreError> {
        match self.int(column)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(StoreError::Unreadable { column }),
        }
    }

    /// Milliseconds.
    fn time(&self, column: &'static str) -> Result<Timestamp, StoreError> {
        self.int(column).map(Timestamp)
    }

    /// Milliseconds or NULL.
    fn opt_time(&self, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.opt_int(column)?.map(Timestamp))
    }

    /// An id of ours.
    fn id<T: FromStr>(&self, column: &'static str) -> Result<T, StoreError> {
        self.text(column)?.parse().map_err(|_| StoreError::Unreadable { column })
    }

    /// An id of ours or NULL.
    fn opt_id<T: FromStr>(&self, column: &'static str) -> Result<Option<T>, StoreError> {
        let parse = |t: String| t.parse().map_err(|_| StoreError::Unreadable { column });
        self.opt_text(column)?.map(parse).transpose()
    }

    /// A word or other text that `parse` must accept.
    fn parsed<T>(&self, column: &'static str, parse: impl Fn(&str) -> Option<T>) -> Result<T, StoreError> {
        parse(&self.text(column)?).ok_or(StoreError::Unreadable { column })
    }

    /// As [`Read::parsed`], for what may be NULL.
    fn opt_parsed<T>(&self, column: &'static str, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, StoreError> {
        let strict = |t: String| parse(&t).ok_or(StoreError::Unreadable { column });
        self.opt_text(column)?.map(strict).transpose()
    }

    /// JSON.
    fn json<T: DeserializeOwned>(&self, column: &'static str) -> Result<T, StoreError> {
        serde_json::from_str(&self.text(column)?).map_err(|_| StoreError::Unreadable { column })
    }
}

impl Read for AnyRow {
    fn text(&self, column: &'static str) -> Result<String, StoreError> {
        self.try_get(column).map_err(|_| StoreError::Unreadable { column })
    }

    fn opt_text(&self, column: &'static str) -> Result<Option<String>, StoreError> {
        if is_null(self, column)? { Ok(None) } else { self.text(column).map(Some) }
    }

    fn int(&self, column: &'static str) -> Result<i64, StoreError> {
        self.try_get(column).map_err(|_| StoreError::Unreadable { column })
    }

    fn opt_int(&self, column: &'static str) -> Result<Option<i64>, StoreError> {
        if is_null(self, column)? { Ok(None) } else { self.int(column).map(Some) }
    }
}

fn is_null(row: &AnyRow, column: &'static str) -> Result<bool, StoreError> {
    row.try_get_raw(column).map(|v| v.is_null()).map_err(|_| StoreError::Unreadable { column })
}

/// `($1, $2), ($3, $4)`: the parameters of so many rows.
pub(in crate::adapters) fn parameters(rows: usize, columns: usize) -> String {
    let row = |row: usize| {
        let numbers: Vec<String> = (1..=columns).map(|column| format!("${}", row * columns + column)).collect();
        format!("({})", numbers.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}
