//! The little that is read of a payload before it is stored, and which events are used at all (M07).

use serde::Deserialize;

use crate::domain::ids::InstallationId;

/// Action, installation and time; everything else is read by the worker.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Envelope {
    pub(super) action: Option<String>,
    pub(super) installation_id: Option<InstallationId>,
    pub(super) happened_at: Option<String>,
}

/// Levels of objects and lists that a payload may have (M04); GitHub's have eight.
const MAX_DEPTH: usize = 128;

/// Whether objects and lists are nested more than `most` deep; what stands in strings does not count.
fn is_deeper(json: &[u8], most: usize) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > most {
            return true;
        }
    }
    false
}

#[derive(Deserialize)]
struct Raw<'a> {
    #[serde(borrow, default)]
    action: Option<&'a serde_json::value::RawValue>,
    #[serde(borrow, default)]
    installation: Option<&'a serde_json::value::RawValue>,
    #[serde(borrow, default)]
    comment: Option<&'a serde_json::value::RawValue>,
}

#[derive(Deserialize)]
struct Id {
    id: i64,
}

#[derive(Deserialize)]
struct Times {
    updated_at: String,
}

impl Envelope {
    /// `None` when the bytes are not one JSON object, or one of more than [`MAX_DEPTH`] levels. A field of another shape counts as missing.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        if bytes.iter().find(|b| !b.is_ascii_whitespace()) != Some(&b'{') || is_deeper(bytes, MAX_DEPTH) {
            return None;
        }
        let raw: Raw<'_> = serde_json::from_slice(bytes).ok()?;
        let installation = raw.installation.and_then(|v| serde_json::from_str::<Id>(v.get()).ok());
        let times = raw.comment.and_then(|v| serde_json::from_str::<Times>(v.get()).ok());
        Some(Self {
            action: raw.action.and_then(|v| serde_json::from_str(v.get()).ok()),
            installation_id: installation.map(|i| InstallationId(i.id)),
            happened_at: times.map(|t| t.updated_at),
        })
    }
}

/// Every event and action a use case acts on.
const USED: &[(&str, &[&str])] = &[
    ("issue_comment", &["created", "edited", "deleted"]),
    ("issues", &["opened", "labeled", "deleted", "transferred"]),
    ("pull_request", &["closed", "opened", "reopened", "synchronize"]),
    ("installation", &["created", "deleted", "suspend", "unsuspend", "new_permissions_accepted"]),
    ("installation_repositories", &["added", "removed"]),
    ("github_app_authorization", &["revoked"]),
];

/// Whether a delivery is worth a row.
pub(super) fn is_used(event: &str, action: Option<&str>) -> bool {
    let row = USED.iter().find(|(name, _)| *name == event);
    row.is_some_and(|(_, actions)| action.is_some_and(|action| actions.contains(&action)))
}

/// Come without being asked for, as those of installations do.
const UNASKED: &str = "github_app_authorization";

/// The events the App must subscribe to.
pub fn subscribed_events() -> Vec<&'static str> {
    let asked_for = |name: &&str| !name.starts_with("installation") && *name != UNASKED;
    USED.iter().map(|(name, _)| *name).filter(asked_for).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_objects_are_payloads_and_odd_fields_are_missing() {
        for bad in ["", "[]", "1", "{", "{}x", "null"] {
            assert_eq!(Envelope::read(bad.as_bytes()), None, "{bad}");
        }
        let odd = Envelope::read(br#" {"action":7,"installation":{"id":"x"},"comment":null}"#);
        assert_eq!(odd, Some(Envelope::default()));
        let read = Envelope::read(br#"{"action":"created","installation":{"id":5,"node_id":"x"}}"#).unwrap();
        assert_eq!((read.action.as_deref(), read.installation_id), (Some("created"), Some(InstallationId(5))));
    }

    #[test]
    fn m04_nesting_has_a_limit_and_brackets_in_strings_do_not_count() {
        let nested = |levels: usize| format!("{{\"x\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
        assert!(Envelope::read(nested(MAX_DEPTH - 1).as_bytes()).is_some());
        assert_eq!(Envelope::read(nested(MAX_DEPTH).as_bytes()), None);
        let text = format!("{{\"x\":\"\\\"{}\\\\\",\"action\":\"created\"}}", "[{".repeat(500));
        assert_eq!(Envelope::read(text.as_bytes()).and_then(|e| e.action).as_deref(), Some("created"));
    }

    #[test]
    fn m07_only_events_that_are_used_get_a_row() {
        assert!(is_used("issue_comment", Some("created")));
        for (event, action) in
            [("issue_comment", Some("pinned")), ("push", None), ("issues", None), ("star", Some("created"))]
        {
            assert!(!is_used(event, action), "{event}");
        }
    }
}
