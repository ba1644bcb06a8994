//! What a model does not see of the repository, and why: counted, with a few names, for the run's log.

use std::collections::BTreeMap;

use crate::domain::characters::made_visible;

/// Names told for each reason.
const NAMED: usize = 3;
/// A path is told up to this many characters.
const MAX_PATH_CHARS: usize = 120;

/// Why something is left out, in the order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Why {
    Forbidden,
    Link,
    BadPath,
    Large,
    Binary,
    NotText,
    NotParsed,
    ParseCut,
    NoRoom,
    Instructions,
    PathList,
}

impl Why {
    fn words(self, many: bool) -> &'static str {
        match (self, many) {
            (Self::Forbidden, false) => "file was not looked at, its path is forbidden",
            (Self::Forbidden, true) => "files were not looked at, their paths are forbidden",
            (Self::Link, false) => "symbolic link or submodule was not followed",
            (Self::Link, true) => "symbolic links and submodules were not followed",
            (Self::BadPath, false) => "file was skipped, its path is too long, not UTF-8 or holds hidden characters",
            (Self::BadPath, true) => {
                "files were skipped, their paths are too long, not UTF-8 or hold hidden characters"
            }
            (Self::Large, false) => "file over 256 KiB was not read",
            (Self::Large, true) => "files over 256 KiB were not read",
            (Self::Binary, false) => "binary file was not shown",
            (Self::Binary, true) => "binary files were not shown",
            (Self::NotText, false) => "file that is not UTF-8 was not shown",
            (Self::NotText, true) => "files that are not UTF-8 were not shown",
            (Self::NotParsed, false) => "source file was not parsed in time and is missing from the map",
            (Self::NotParsed, true) => "source files were not parsed in time and are missing from the map",
            (Self::ParseCut, false) => "source file took too long to parse and is in the map in part",
            (Self::ParseCut, true) => "source files took too long to parse and are in the map in part",
            (Self::NoRoom, false) => "likely file did not fit",
            (Self::NoRoom, true) => "likely files did not fit",
            (Self::Instructions, false) => "instruction file was cut or left out for its size",
            (Self::Instructions, true) => "instruction files were cut or left out for their size",
            (Self::PathList, false) => "more path was not listed",
            (Self::PathList, true) => "more paths were not listed",
        }
    }
}

/// The list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct LeftOut {
    rows: BTreeMap<Why, (usize, Vec<String>)>,
}

impl LeftOut {
    /// Adds a path.
    pub(super) fn add(&mut self, why: Why, path: &str) {
        let (count, names) = self.rows.entry(why).or_default();
        *count += 1;
        if names.len() < NAMED {
            names.push(made_visible(path).chars().take(MAX_PATH_CHARS).collect());
        }
    }

    /// Adds some that have no names.
    pub(super) fn count(&mut self, why: Why, more: usize) {
        if more > 0 {
            self.rows.entry(why).or_default().0 += more;
        }
    }

    /// A line for each reason.
    pub(super) fn notes(&self) -> Vec<String> {
        self.rows.iter().map(|(why, (count, names))| note(*why, *count, names)).collect()
    }
}

fn note(why: Why, count: usize, names: &[String]) -> String {
    let said = format!("{count} {}", why.words(count != 1));
    match (names.is_empty(), count - names.len().min(count)) {
        (true, _) => said,
        (false, 0) => format!("{said}: {}", names.join(", ")),
        (false, more) => format!("{said}: {} and {more} more", names.join(", ")),
    }
}
