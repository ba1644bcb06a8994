//! Text of people made fit for a prompt: nothing in it that a reader of the page would not see (M20, M21), and
//! markers around it that it cannot forge (M22).

mod entity;
mod fence;
mod html;
mod link;
mod pieces;

use crate::domain::characters::is_hidden;

use pieces::{Kind, pieces};

pub use fence::{ForgedMarker, Marker, fence_untrusted};

/// How often a text is cleaned at most until nothing changes; one that still changes then is dropped.
const MAX_PASSES: usize = 64;

/// A cleaned text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleaned {
    /// What is left.
    pub text: String,
    /// How many hidden characters were taken out (what HTML comments and attributes held not counted).
    pub removed: usize,
}

/// Cleans an issue's title or body, a comment or an instruction. Cleaning twice changes nothing more.
///
/// Each pass drops hidden characters, HTML (what collapsed parts hold stays, marked) and the texts of links and
/// images that the page does not show, and decodes entities; passes go on until one changes nothing. Code that the
/// page shows as code loses its hidden characters only.
pub fn clean(text: &str) -> Cleaned {
    let mut cleaned = Cleaned { text: text.replace("\r\n", "\n").replace('\r', "\n"), removed: 0 };
    for _ in 0..MAX_PASSES {
        let before = cleaned.text.clone();
        pass(&mut cleaned);
        if cleaned.text == before {
            return cleaned;
        }
    }
    Cleaned { text: String::new(), removed: cleaned.removed }
}

/// A text that came from no page of GitHub: what looks like markup was seen by whoever wrote it, so that only hidden
/// characters go.
pub fn without_hidden(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").chars().filter(|c| !is_hidden(*c)).collect()
}

fn pass(cleaned: &mut Cleaned) {
    let seen: String = cleaned.text.chars().filter(|c| !is_hidden(*c)).collect();
    cleaned.removed += cleaned.text.chars().count() - seen.chars().count();
    cleaned.text = link::without_titles(&without_markup(&seen));
}

/// `text` without HTML, its entities decoded where they are not code.
fn without_markup(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for piece in pieces(text) {
        let part = text.get(piece.range).unwrap_or_default();
        match piece.kind {
            Kind::Text => out.push_str(&entity::decode(part)),
            Kind::Code => out.push_str(part),
            Kind::Markup(instead) => out.push_str(instead),
            Kind::Address => out.push_str(part.trim_matches(['<', '>'])),
        }
    }
    out
}
