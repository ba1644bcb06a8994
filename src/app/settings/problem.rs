//! What is wrong with the settings, one sentence each, and the nearest name for a wrong one.

use std::fmt;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where: a variable, or a key and its file.
    pub place: String,
    /// What is wrong with it; never the value.
    pub what: String,
}

/// All that is wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    pub(super) fn add(&mut self, place: impl Into<String>, what: impl Into<String>) {
        self.0.push(Problem { place: place.into(), what: what.into() });
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.place, self.what)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [only] => only.fmt(f),
            many => {
                f.write_str("the settings cannot be used:")?;
                many.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
            }
        }
    }
}

impl std::error::Error for Problems {}

/// "is unknown; did you mean …?" with the known name nearest to `name`.
pub(super) fn unknown(name: &str, known: impl IntoIterator<Item = String>) -> String {
    let near = |word: &String| strsim::damerau_levenshtein(&name.to_ascii_lowercase(), &word.to_ascii_lowercase());
    match known.into_iter().min_by_key(near) {
        Some(nearest) => format!("is unknown: did you mean {nearest}?"),
        None => "is unknown".into(),
    }
}
