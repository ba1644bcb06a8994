//! What a source file defines and what it refers to: names and lines, found by tree-sitter queries.

mod codec;
mod fuel;
mod language;
mod parse;

pub use codec::{decode, encode};
pub use fuel::Fuel;
pub use language::Language;
pub use parse::TagParser;

/// A file larger than this is not parsed, in bytes.
pub const MAX_SOURCE_BYTES: u64 = 256 * 1024;

/// What a definition is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A function or method.
    Function,
    /// A class, struct, enum, interface, trait, alias.
    Type,
    /// A value of the outermost scope, a property, a member of an enum.
    Constant,
    /// A module or namespace.
    Module,
    /// A macro.
    Macro,
}

/// One definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Definition<'t> {
    /// The name's line, from 1.
    pub line: u32,
    /// What is defined.
    pub name: &'t str,
    /// What it is.
    pub kind: Kind,
    /// The first line of the whole definition, from 1.
    pub first: u32,
    /// Its last line.
    pub last: u32,
}

/// What one file defines and refers to; the names lie where they were read from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tags<'t> {
    /// In order of line.
    pub definitions: Vec<Definition<'t>>,
    /// Names referred to and how often, in order of name.
    pub references: Vec<(&'t str, u32)>,
    /// Whether parsing was given up; what is here was found before.
    pub cut: bool,
}
