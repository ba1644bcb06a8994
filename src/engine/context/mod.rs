//! What a model is told: cleaned words of people, the files of the pinned commit that matter, a map of the rest.
//!
//! Sources are parsed into names and lines (`tags`), which are kept by blob id on disk (`library`) and in memory
//! (`lexicon`). References between files make a graph that is ranked from the words of the issue (`vocabulary`, `graph`,
//! `worth`, `survey`); the best files are shown, whole or in
//! parts (`choose`, `parts`), the best definitions of the others make the map (`map`).

mod choose;
pub mod clean;
mod gather;
mod graph;
mod instructions;
mod left_out;
mod lexicon;
mod library;
mod map;
mod memory;
mod parts;
mod rank;
mod recall;
mod survey;
pub mod tags;
mod trace;
mod turns;
mod vocabulary;
mod words;
mod worth;

pub use gather::{Context, ContextFile, Lines, Wanted, gather};
pub use instructions::Instructions;
pub use library::{Library, Patience};
pub use map::MapFile;
