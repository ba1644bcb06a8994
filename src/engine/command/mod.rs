//! The grammar of `/bakeoff`: one table gives parser, permission, help and docs.

mod error;
mod find;
mod help;
mod html_block;
mod inline;
mod line;
mod options;
mod parse;
mod print;
mod table;
mod types;

pub use error::{CommandError, nearest, unknown_model};
pub use find::{FoundCommand, find_commands};
pub use help::{commands_page, help_text};
pub use options::folder;
pub use parse::{CommandLine, MAX_COMMANDS, MAX_INSTRUCTION_CHARS, parse_comment, read_comment};
pub use table::{OPTIONS, OptionRow, Place, ROWS, Row, Word, alias_problem, is_reserved_alias};
pub use types::{Command, ModelRequest, Options};

/// The one command word, so that no other bot answers.
pub const COMMAND_WORD: &str = "/bakeoff";
