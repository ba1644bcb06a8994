//! What a comparison's address says, and links to other views of it.

use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;

use crate::domain::ids::TaskId;
use crate::domain::run::Letter;
use crate::domain::sha256::Sha256Hex;
use crate::entry::web::diff::{Step, steps};

/// The address's questions as they came.
#[derive(Debug, Default, Deserialize)]
pub(in crate::entry::web) struct Asked {
    pub(super) round: Option<String>,
    view: Option<String>,
    file: Option<String>,
    space: Option<String>,
    context: Option<String>,
    open: Option<String>,
    pub(super) part: Option<String>,
    pub(super) plain: Option<String>,
}

/// A view of a comparison.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) task: TaskId,
    /// The round by number; 0 while there is none.
    pub(super) round: i64,
    /// The candidates shown; empty shows all.
    pub(super) view: BTreeSet<Letter>,
    /// The only file shown, by key.
    pub(super) file: Option<String>,
    /// Changes of white space alone are left out.
    pub(super) no_space: bool,
    /// What lies between the hunks is shown.
    pub(super) whole: bool,
    /// Some of it is, press by press.
    pub(super) open: Vec<Step>,
}

/// A file's name in addresses: short, and nothing of the path is in it.
pub(super) fn key(path: &str) -> String {
    Sha256Hex::of(path).as_str().get(..8).unwrap_or_default().to_owned()
}

impl Place {
    pub(super) fn new(task: TaskId, round: i64, asked: &Asked) -> Self {
        let letters = asked.view.as_deref().unwrap_or_default().split(',').filter_map(Letter::parse);
        let is_key =
            |text: &&String| !text.is_empty() && text.len() <= 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
        Self {
            task,
            round,
            view: letters.collect(),
            file: asked.file.clone().filter(|text| is_key(&text)),
            no_space: asked.space.as_deref() == Some("hide"),
            whole: asked.context.as_deref() == Some("all"),
            open: asked.open.as_deref().map(steps).unwrap_or_default(),
        }
    }

    pub(super) fn shows(&self, letter: Letter) -> bool {
        self.view.is_empty() || self.view.contains(&letter)
    }

    /// All candidates and files.
    pub(super) fn everything(&self) -> Self {
        Self { view: BTreeSet::new(), file: None, whole: false, open: Vec::new(), ..self.clone() }
    }

    pub(super) fn only(&self, letter: Letter) -> Self {
        Self { view: BTreeSet::from([letter]), open: Vec::new(), ..self.clone() }
    }

    /// With `letter` beside the others, or without it.
    pub(super) fn toggled(&self, letter: Letter) -> Self {
        let mut view = self.view.clone();
        if !view.remove(&letter) {
            view.insert(letter);
        }
        Self { view, open: Vec::new(), ..self.clone() }
    }

    pub(super) fn at_file(&self, key: &str) -> Self {
        Self { file: Some(key.to_owned()), open: Vec::new(), ..self.clone() }
    }

    /// One candidate's file with one more fold opened, on top of what is open there already.
    pub(super) fn opened(&self, letter: Letter, key: &str, step: Step) -> Self {
        let is_here = self.file.as_deref() == Some(key) && self.view.len() == 1 && self.view.contains(&letter);
        let mut open = if is_here { self.open.clone() } else { Vec::new() };
        open.push(step);
        Self { open, ..self.only(letter).at_file(key) }
    }

    /// The address's question, without what stands before it.
    pub(super) fn question(&self) -> String {
        self.to_string().split_once('?').map(|(_, question)| question.to_owned()).unwrap_or_default()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/tasks/{}/compare?round={}", self.task, self.round)?;
        for (index, letter) in self.view.iter().enumerate() {
            write!(f, "{}{letter}", if index == 0 { "&view=" } else { "," })?;
        }
        if let Some(file) = &self.file {
            write!(f, "&file={file}")?;
        }
        if self.no_space {
            f.write_str("&space=hide")?;
        }
        if !self.open.is_empty() {
            let steps: Vec<String> = self.open.iter().map(|step| step.text()).collect();
            write!(f, "&open={}", steps.join("."))?;
        }
        if self.whole { f.write_str("&context=all") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_it_said() {
        let asked = |view: &str, file: &str| Asked {
            view: Some(view.into()),
            file: Some(file.into()),
            space: Some("hide".into()),
            open: Some("12d10.<b>".into()),
            context: Some("all".into()),
            ..Asked::default()
        };
        let task = TaskId::new();
        let place = Place::new(task, 2, &asked("b,A,,zz9", "0123abcd"));
        assert_eq!(
            place.to_string(),
            format!("/tasks/{task}/compare?round=2&view=A,B&file=0123abcd&space=hide&open=12d10&context=all")
        );
        assert_eq!(Place::new(task, 2, &asked("", "\"><script>")).file, None);
        let b = Letter::at(1);
        let step = Step { first: 3, down: false, lines: 9 };
        assert!(
            place
                .opened(b, "0123abcd", step)
                .question()
                .ends_with("view=B&file=0123abcd&space=hide&open=3u9&context=all")
        );
        let alone = place.only(b).opened(b, "0123abcd", step).opened(b, "0123abcd", step);
        assert!(alone.question().contains("&open=3u9.3u9"), "{alone}");
        assert!(place.shows(b) && !place.toggled(b).shows(b) && place.everything().shows(b));
    }
}
