//! From a command's line to its meaning.

use std::ops::Range;

use crate::domain::run::Letter;

use super::COMMAND_WORD;
use super::error::{CommandError, nearest, words};
use super::find::find_commands;
use super::options::Draft;
use super::table::{Arguments, ROWS, Row, Word, alias_problem, is_reserved_alias, row_of};
use super::types::{Command, ModelRequest};

/// How many commands of one comment are read; further ones are ignored.
pub const MAX_COMMANDS: usize = 3;

/// How many characters below a command line are its instruction; the rest is cut.
pub const MAX_INSTRUCTION_CHARS: usize = 65_536;

/// How many candidates one command may ask for at all (the caps of a round are the caller's).
const MAX_COUNT: u32 = 256;

/// A command with the line it was written on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandLine {
    /// The line as written.
    pub line: String,
    /// What it means, or why it cannot be read.
    pub command: Result<Command, CommandError>,
}

/// The commands of a comment, in order, at most [`MAX_COMMANDS`].
pub fn parse_comment(body: &str) -> Vec<Result<Command, CommandError>> {
    read_comment(body).into_iter().map(|read| read.command).collect()
}

/// The commands of a comment with their lines, in order, at most [`MAX_COMMANDS`].
pub fn read_comment(body: &str) -> Vec<CommandLine> {
    let found = find_commands(body);
    let ends = found.iter().skip(1).map(|next| next.at).chain([body.len()]);
    found
        .iter()
        .zip(ends)
        .take(MAX_COMMANDS)
        .map(|(command, end)| {
            let below = body.get(command.below..end).unwrap_or_default();
            CommandLine { line: command.line.to_owned(), command: read_line(command.line, &instruction(below)) }
        })
        .collect()
}

fn instruction(below: &str) -> String {
    below.trim().chars().take(MAX_INSTRUCTION_CHARS).collect::<String>().trim_end().replace("\r\n", "\n")
}

/// Reads one command line; `below` is the text that belongs to it.
fn read_line(line: &str, below: &str) -> Result<Command, CommandError> {
    let mut words: Vec<(usize, &str)> = words(line).skip(1).collect();
    let row = words.first().and_then(|(_, word)| row_of(word));
    if row.is_some() {
        words.remove(0);
    }
    let reader = Reader { line, row: row.unwrap_or(&ROWS[0]), words, below };
    reader.command()
}

struct Reader<'a> {
    line: &'a str,
    row: &'static Row,
    words: Vec<(usize, &'a str)>,
    below: &'a str,
}

impl Reader<'_> {
    fn command(&self) -> Result<Command, CommandError> {
        match self.row.arguments {
            Arguments::None => self.nothing_after(0)?,
            Arguments::Letter | Arguments::OptionalLetter => return self.with_letter(),
            Arguments::Round => return self.round(),
            Arguments::Models => return self.add(),
            Arguments::Revision => return self.revise(),
        }
        Ok(match self.row.command {
            Word::Status => Command::Status,
            Word::Models => Command::Models,
            _ => Command::Help,
        })
    }

    fn error(&self, place: Range<usize>, said: impl Into<String>) -> CommandError {
        CommandError::at(self.line, place, said)
    }

    fn nothing_after(&self, index: usize) -> Result<(), CommandError> {
        match self.words.get(index) {
            None => Ok(()),
            Some((at, word)) => Err(self.error(
                *at..at + word.len(),
                format!("nothing belongs here: the command is `{COMMAND_WORD} {}`.", self.row.form),
            )),
        }
    }

    fn with_letter(&self) -> Result<Command, CommandError> {
        let letter = self.words.first().map(|(at, word)| self.letter(*at, word)).transpose()?;
        self.nothing_after(1)?;
        match (self.row.command, letter) {
            (Word::Pick, Some(letter)) => Ok(Command::Pick(letter)),
            (Word::Pick, None) => {
                let end = self.line.len();
                Err(self.error(end..end, "the letter of a candidate is missing: `/bakeoff pick B`."))
            }
            (Word::Retry, letter) => Ok(Command::Retry(letter)),
            (_, letter) => Ok(Command::Cancel(letter)),
        }
    }

    fn letter(&self, at: usize, word: &str) -> Result<Letter, CommandError> {
        Letter::parse(word).ok_or_else(|| {
            let bare = word.trim_matches(|c: char| !c.is_ascii_alphabetic());
            self.error(at..at + word.len(), "this is not the letter of a candidate.")
                .meaning(Letter::parse(bare).map(|letter| letter.to_string()))
        })
    }

    fn round(&self) -> Result<Command, CommandError> {
        let mut draft = Draft::default();
        let mut models = Vec::new();
        for (at, word) in &self.words {
            if !draft.take(self.line, *at, word)? {
                models.push(self.model(*at, word)?);
            }
        }
        self.check_count(&models)?;
        Ok(Command::Run { models, options: draft.options, instruction: self.below.to_owned() })
    }

    fn add(&self) -> Result<Command, CommandError> {
        let models = self.words.iter().map(|(at, word)| self.model(*at, word)).collect::<Result<Vec<_>, _>>()?;
        if models.is_empty() {
            let end = self.line.len();
            return Err(self.error(end..end, "the name of a model is missing; `/bakeoff models` lists them."));
        }
        self.check_count(&models)?;
        Ok(Command::Add { models })
    }

    /// The letter, options while they last, then free text; the lines below go on with the text.
    fn revise(&self) -> Result<Command, CommandError> {
        let letter = self.words.first().and_then(|(_, word)| revised(word, self.words.len() > 1));
        let mut draft = Draft::default();
        let mut text = "";
        for (at, word) in self.words.iter().skip(usize::from(letter.is_some())) {
            if !draft.take(self.line, *at, word)? {
                text = self.line.get(*at..).unwrap_or_default();
                break;
            }
        }
        let parts: Vec<&str> = [text.trim(), self.below].into_iter().filter(|part| !part.is_empty()).collect();
        Ok(Command::Revise { letter, options: draft.options, instruction: parts.join("\n") })
    }

    /// A word that names a model, perhaps with `:n`.
    fn model(&self, at: usize, word: &str) -> Result<ModelRequest, CommandError> {
        let (alias, count) = match word.rsplit_once(':') {
            None => (word, 1),
            Some((alias, count)) => (alias, self.count(at + alias.len() + 1, count)?),
        };
        let place = at..at + alias.len();
        match alias_problem(alias) {
            None => Ok(ModelRequest { alias: alias.to_lowercase(), count }),
            Some(_) if is_reserved_alias(alias) => {
                let said = if alias.len() == 1 {
                    "a single letter names a candidate, not a model."
                } else {
                    "a command word stands directly behind `/bakeoff`."
                };
                Err(self.misplaced().unwrap_or_else(|| self.error(place, said)))
            }
            Some(problem) => Err(self.error(place, format!("the name of a model {problem}."))),
        }
    }

    /// The error for a first word that is nearly a command word, told where what follows shows that one was meant.
    fn misplaced(&self) -> Option<CommandError> {
        let (at, word) = self.words.first().filter(|_| self.row.command == Word::Run)?;
        let meant = nearest(word, ROWS.iter().map(|row| row.word).filter(|word| !word.is_empty()))?;
        Some(self.error(*at..at + word.len(), "there is no such command.").meaning(Some(meant)))
    }

    fn count(&self, at: usize, text: &str) -> Result<u32, CommandError> {
        let right = text.bytes().all(|b| b.is_ascii_digit());
        let count = text.parse().ok().filter(|n| right && (1..=MAX_COUNT).contains(n));
        count.ok_or_else(|| {
            self.error(at..at + text.len(), format!("behind `:` stands how often, a number from 1 to {MAX_COUNT}."))
        })
    }

    fn check_count(&self, models: &[ModelRequest]) -> Result<(), CommandError> {
        let total: u64 = models.iter().map(|model| u64::from(model.count)).sum();
        if total <= u64::from(MAX_COUNT) {
            return Ok(());
        }
        let start = self.words.first().map_or(self.line.len(), |(at, _)| *at);
        Err(self.error(start..self.line.len(), format!("one command may ask for at most {MAX_COUNT} candidates.")))
    }
}

/// The letter in `revise B …`. `a` and `i` before more words are English unless they are capitals, and a pair of
/// letters counts only as capitals.
fn revised(word: &str, more: bool) -> Option<Letter> {
    let capital = word.bytes().all(|b| b.is_ascii_uppercase());
    let prose = more && matches!(word, "a" | "i");
    (capital || (word.len() == 1 && !prose)).then(|| Letter::parse(word)).flatten()
}
