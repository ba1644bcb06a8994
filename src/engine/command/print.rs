//! A command as a person would write it; reading it again gives the same command.

use std::fmt;

use super::COMMAND_WORD;
use super::types::{Command, ModelRequest, Options};

impl fmt::Display for ModelRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.alias)?;
        if self.count == 1 { Ok(()) } else { write!(f, ":{}", self.count) }
    }
}

impl fmt::Display for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let budget = self.budget.map(|amount| format!("budget={}.{:06}", amount.0 / 1_000_000, amount.0 % 1_000_000));
        let words = self.base.iter().map(|base| format!("base={base}"));
        let words = words.chain(self.path.iter().map(|path| format!("path={path}")));
        let words = words.chain(budget).chain(self.checks.iter().map(|check| format!("check={check}")));
        f.write_str(&words.collect::<Vec<_>>().join(" "))
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words = vec![COMMAND_WORD.to_owned(), self.row().word.to_owned()];
        let mut below = "";
        match self {
            Self::Run { models, options, instruction } => {
                words.extend(models.iter().map(ToString::to_string));
                words.push(options.to_string());
                below = instruction;
            }
            Self::Add { models } => words.extend(models.iter().map(ToString::to_string)),
            Self::Revise { letter, options, instruction } => {
                words.extend(letter.map(|letter| letter.to_string()));
                words.push(options.to_string());
                below = instruction;
            }
            Self::Pick(letter) => words.push(letter.to_string()),
            Self::Retry(letter) | Self::Cancel(letter) => words.extend(letter.map(|letter| letter.to_string())),
            Self::Status | Self::Models | Self::Help => {}
        }
        words.retain(|word| !word.is_empty());
        f.write_str(&words.join(" "))?;
        if below.is_empty() { Ok(()) } else { write!(f, "\n{below}") }
    }
}
