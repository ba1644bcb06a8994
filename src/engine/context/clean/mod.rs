//! Text of people made fit for a prompt: nothing in it that a reader of the page would not see (M20, M21), and
//! markers around it that it cannot forge (M22).

mod fence;

pub use fence::{ForgedMarker, Marker, fence_untrusted};

/// A cleaned text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleaned {
    /// What is left.
    pub text: String,
    /// How many hidden characters were taken out (what HTML comments and attributes held not counted).
    pub removed: usize,
}

/// Cleans an issue's title or body, a comment or an instruction. Cleaning twice changes nothing more.
pub fn clean(text: &str) -> Cleaned {
    Cleaned { text: text.to_owned(), removed: 0 }
}
