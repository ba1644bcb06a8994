//! `key=value` words of a command.

use crate::domain::money::UsdMicros;
use crate::domain::repo::BranchName;

use super::error::{CommandError, nearest_option};
use super::table::OPTIONS;
use super::types::Options;

/// Options as they are read, word by word.
#[derive(Default)]
pub(super) struct Draft {
    pub options: Options,
}

impl Draft {
    /// Takes the word at byte `at` of `line` if it is `key=value`; false when it is something else.
    pub fn take(&mut self, line: &str, at: usize, word: &str) -> Result<bool, CommandError> {
        let Some((key, value)) = word.split_once('=') else { return Ok(false) };
        let value_at = at + key.len() + 1;
        let value_place = value_at..value_at + value.len();
        let wrong = |said: &str| CommandError::at(line, value_place.clone(), said);
        let Some(option) = OPTIONS.iter().find(|option| option.key.eq_ignore_ascii_case(key)) else {
            let keys = OPTIONS.map(|option| format!("`{}=`", option.key)).join(", ");
            let error =
                CommandError::at(line, at..at + key.len(), format!("there is no such option; there are {keys}."));
            return Err(error.meaning(nearest_option(key).map(|key| format!("{key}={}", plain(value)))));
        };
        if value.is_empty() {
            let said = format!("the value is missing: `{}`, without blanks.", option.example);
            return Err(CommandError::at(line, at..at + word.len(), said));
        }
        let twice = match option.key {
            "base" => self.options.base.replace(base(value).map_err(wrong)?).is_some(),
            "path" => self.options.path.replace(folder(value).map_err(wrong)?).is_some(),
            "budget" => {
                let amount = budget(value).ok_or_else(|| {
                    wrong("a budget is an amount in US dollars above zero.").meaning(amount_meant(value))
                })?;
                self.options.budget.replace(amount).is_some()
            }
            _ => {
                self.options.checks.push(check(value).map_err(wrong)?);
                false
            }
        };
        if twice {
            Err(CommandError::at(line, at..at + word.len(), "this option stands there twice."))
        } else {
            Ok(true)
        }
    }
}

/// The value, if it can be repeated in a suggestion as it is.
fn plain(value: &str) -> &str {
    let right = value.len() <= 40 && value.chars().all(|c| c.is_ascii_alphanumeric() || "._/-".contains(c));
    if right { value } else { "…" }
}

fn base(value: &str) -> Result<String, &'static str> {
    BranchName::parse(value).map(|name| name.to_string()).ok_or("this cannot be a branch, a tag or a commit.")
}

/// A relative folder without `.`, `..`, backslash, colon or hidden characters.
pub fn folder(value: &str) -> Result<String, &'static str> {
    let path = value.strip_prefix("./").unwrap_or(value).trim_end_matches('/');
    let right_part = |part: &str| !matches!(part, "" | "." | "..") && part.len() <= 255;
    let right_char = |c: char| !crate::domain::characters::is_hidden(c) && c != '\\' && c != ':';
    let right = path.len() <= 1024 && path.split('/').all(right_part) && path.chars().all(right_char);
    if right { Ok(path.to_owned()) } else { Err("this is not a folder relative to the repository's root.") }
}

fn budget(value: &str) -> Option<UsdMicros> {
    UsdMicros::parse(value).filter(|amount| *amount > UsdMicros::ZERO)
}

/// `$2`, `2,50`, `2.5USD`: what the person will have meant.
fn amount_meant(value: &str) -> Option<String> {
    let digits: String = value.chars().filter(|c| c.is_ascii_digit() || ",.".contains(*c)).collect();
    let amount = budget(&digits.replace(',', "."))?;
    Some(format!("budget={}", amount.to_string().trim_start_matches(['$', '<'])))
}

fn check(value: &str) -> Result<String, &'static str> {
    let right = value.len() <= 64 && value.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    if right { Ok(value.to_owned()) } else { Err("the name of a check has letters, digits, `.`, `_` and `-`.") }
}
