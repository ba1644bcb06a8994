//! Markers around untrusted text.

use std::fmt;

/// 128 random bits as 32 hexadecimal digits; a fresh one for each prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker(String);

impl Marker {
    /// A marker of these bits (from a random source of the caller).
    pub fn from_bits(bits: u128) -> Self {
        Self(format!("{bits:032x}"))
    }

    /// A marker of the machine's random source.
    pub fn random() -> Self {
        Self::from_bits(rand::random())
    }
}

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text holds the marker that was to stand around it: it is not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text holds the marker that was to stand around it")]
pub struct ForgedMarker;

/// `text` between a first and a last line that carry `marker`; `label` says what it is ("issue text").
pub fn fence_untrusted(label: &str, text: &str, marker: &Marker) -> Result<String, ForgedMarker> {
    if text.to_ascii_lowercase().contains(&marker.0) {
        return Err(ForgedMarker);
    }
    Ok(format!("<<<{label} {marker}>>>\n{text}\n<<<end of {label} {marker}>>>\n"))
}
