//! The table of commands and options that parser, permission check, help and docs are made from.

use crate::domain::permission::Permission;

/// Which command a row describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// No word: the next round.
    Run,
    /// `pick`
    Pick,
    /// `retry`
    Retry,
    /// `add`
    Add,
    /// `revise`
    Revise,
    /// `cancel`
    Cancel,
    /// `status`
    Status,
    /// `models`
    Models,
    /// `help`
    Help,
}

/// Where a command works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// On issues and on pull requests that the bot opened.
    IssueOrOwnPull,
    /// On any pull request as well.
    Anywhere,
}

/// What may follow the word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arguments {
    /// Nothing.
    None,
    /// A letter.
    Letter,
    /// A letter or nothing.
    OptionalLetter,
    /// Models and options; the lines below belong to it.
    Round,
    /// At least one model.
    Models,
    /// A letter, options, free text; the lines below belong to it.
    Revision,
}

/// One command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Which one.
    pub command: Word,
    /// The word after `/bakeoff`; empty for a round.
    pub word: &'static str,
    /// How it is written, without `/bakeoff`.
    pub form: &'static str,
    /// One line for people.
    pub help: &'static str,
    /// The right it takes, by the collaborator-permission endpoint.
    pub right: Permission,
    /// Where it works.
    pub place: Place,
    /// What may follow.
    pub(super) arguments: Arguments,
}

const fn row(command: Word, word: &'static str, form: &'static str, arguments: Arguments, help: &'static str) -> Row {
    let place = if matches!(command, Word::Help) { Place::Anywhere } else { Place::IssueOrOwnPull };
    Row { command, word, form, help, right: Permission::Write, place, arguments }
}

/// Every command, in the order of the help.
pub const ROWS: [Row; 9] = [
    row(
        Word::Run,
        "",
        "[model[:n] …] [option …]",
        Arguments::Round,
        "let models work on this issue: the named ones (`:n` asks one n times), else the default ones; the lines below are their instruction",
    ),
    row(Word::Pick, "pick", "pick B", Arguments::Letter, "open the pull request from candidate B"),
    row(Word::Retry, "retry", "retry [B]", Arguments::OptionalLetter, "again: one candidate, or all that failed"),
    row(Word::Add, "add", "add model[:n] …", Arguments::Models, "more candidates in this round"),
    row(
        Word::Revise,
        "revise",
        "revise [B] …",
        Arguments::Revision,
        "a new round that starts from B's patch; on the bot's own pull request the letter is left out",
    ),
    row(Word::Cancel, "cancel", "cancel [B]", Arguments::OptionalLetter, "stop one candidate, or the round"),
    row(Word::Status, "status", "status", Arguments::None, "what is running, spent and left; renews an expired choice"),
    row(Word::Models, "models", "models", Arguments::None, "what can be named here"),
    row(Word::Help, "help", "help", Arguments::None, "this list"),
];

/// One `key=value`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OptionRow {
    /// The part before `=`.
    pub key: &'static str,
    /// An example as it is written.
    pub example: &'static str,
    /// One line for people.
    pub help: &'static str,
}

/// Every option of a round, in the order of the help.
pub const OPTIONS: [OptionRow; 4] = [
    OptionRow { key: "base", example: "base=release-2", help: "start from this branch, tag or commit" },
    OptionRow { key: "path", example: "path=crates/api", help: "the candidates may touch this folder only" },
    OptionRow { key: "budget", example: "budget=2.50", help: "the most the round may spend, in US dollars" },
    OptionRow { key: "check", example: "check=test", help: "run this check on each candidate; may be repeated" },
];

/// The row of a command word, in any case.
pub(super) fn row_of(word: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| !row.word.is_empty() && row.word.eq_ignore_ascii_case(word))
}

/// Whether `word` can never name a model: a command word or a single letter.
pub fn is_reserved_alias(word: &str) -> bool {
    row_of(word).is_some() || matches!(word.as_bytes(), [b] if b.is_ascii_alphabetic())
}

/// Why `word` cannot be an alias, as the end of a sentence about it; `None` when it can.
pub fn alias_problem(word: &str) -> Option<&'static str> {
    let allowed = |c: char| c.is_alphanumeric() || "._-/".contains(c);
    if is_reserved_alias(word) {
        Some("is a command word or a single letter")
    } else if word.is_empty() || word.chars().count() > 64 {
        Some("must have 1 to 64 characters")
    } else if !word.chars().all(allowed) {
        Some("may hold only letters, digits and `.`, `_`, `-`, `/`")
    } else {
        None
    }
}
