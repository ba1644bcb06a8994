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

/// "is unknown: did you mean …?" with the known name that is most like `name`.
pub(super) fn unknown(name: &str, known: impl IntoIterator<Item = String>) -> String {
    let name = bare(name);
    let likeness = |word: &String| {
        let word = bare(word);
        // A name cut short or run on is nearer than any misspelling.
        let part = f64::from(u8::from(word.contains(&name) || name.contains(&word)));
        part + strsim::jaro_winkler(&name, &word) + strsim::normalized_damerau_levenshtein(&name, &word)
    };
    match known.into_iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b))) {
        Some(nearest) => format!("is unknown: did you mean {nearest}?"),
        None => "is unknown".into(),
    }
}

/// Without what all variables share.
fn bare(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    name.strip_prefix("bakeoff_").map_or_else(|| name.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::settings::TABLE;

    #[test]
    fn the_nearest_name_is_what_was_meant() {
        for (wrong, meant) in [
            ("BAKEOFF_LISTNE", "BAKEOFF_LISTEN"),
            ("BAKEOFF_PUBLIC_ULR", "BAKEOFF_PUBLIC_URL"),
            ("BAKEOFF_PICK_GRACE", "BAKEOFF_PICK_GRACE_SECONDS"),
            ("BAKEOFF_WEBHOOK_SECRET", "BAKEOFF_GITHUB_WEBHOOK_SECRETS"),
            ("BAKEOFF_ENCRYPTION_KEY", "BAKEOFF_ENCRYPTION_KEYS"),
            ("BAKEOFF_APP_ID", "BAKEOFF_GITHUB_APP_ID"),
            ("BAKEOFF_DATABSE_URL", "BAKEOFF_DATABASE_URL"),
            ("BAKEOFF_MAX_CANDIDATE", "BAKEOFF_MAX_CANDIDATES"),
            ("BAKEOFF_BUDGET_DAY", "BAKEOFF_BUDGET_DAY_USD"),
            ("bakeoff_lease", "BAKEOFF_LEASE_SECONDS"),
        ] {
            let told = unknown(wrong, TABLE.iter().map(crate::app::settings::Row::variable));
            assert_eq!(told, format!("is unknown: did you mean {meant}?"), "{wrong}");
        }
    }
}
