//! Sorts answers that are not success (M51): limits, suspension, permission, not found, refusals.

use std::time::Duration;

use serde::Deserialize;

use crate::domain::clock::Timestamp;

use super::skew::Skew;
use super::transport::Answer;
use super::{GithubError, ValidationCode};

/// What GitHub asks for at least when it names no time.
pub(super) const LEAST_PAUSE: Duration = Duration::from_mins(1);
const LONGEST_PAUSE: Duration = Duration::from_hours(24);

#[derive(Deserialize, Default)]
#[serde(default)]
struct Refusal {
    message: String,
    errors: Vec<serde_json::Value>,
}

impl Refusal {
    fn read(answer: &Answer) -> Self {
        serde_json::from_slice(&answer.body).unwrap_or_default()
    }

    fn says(&self, words: &[&str]) -> bool {
        let message = self.message.to_lowercase();
        words.iter().any(|word| message.contains(word))
    }
}

/// The error behind a status of 400 to 499. `pause` is used for a secondary limit without a time.
pub(super) fn sort(answer: &Answer, skew: &Skew, pause: Duration) -> GithubError {
    let refusal = Refusal::read(answer);
    match answer.status {
        401 => GithubError::Unauthorized,
        403 | 429 => limit(answer, &refusal, skew, pause).unwrap_or_else(|| forbidden(answer, &refusal)),
        404 => GithubError::NotFound,
        409 if refusal.says(&["repository is empty"]) => GithubError::EmptyRepository,
        410 => GithubError::Gone,
        422 => invalid(&refusal),
        status => GithubError::Refused(status),
    }
}

fn limit(answer: &Answer, refusal: &Refusal, skew: &Skew, pause: Duration) -> Option<GithubError> {
    let secondary = refusal.says(&["secondary rate limit", "abuse detection"]);
    let spent = answer.header("x-ratelimit-remaining") == Some("0");
    let named = refusal.says(&["rate limit"]) || refusal.message.is_empty();
    if spent && named && !secondary {
        return Some(GithubError::PrimaryLimit { until: reset(answer, skew) });
    }
    let asked = retry_after(answer, skew);
    if asked.is_some() || secondary || answer.status == 429 || refusal.says(&["rate limit exceeded"]) {
        let until = skew.ours().plus(asked.unwrap_or(pause).min(LONGEST_PAUSE));
        return Some(GithubError::SecondaryLimit { until });
    }
    None
}

fn reset(answer: &Answer, skew: &Skew) -> Timestamp {
    let least = skew.ours().plus(Duration::from_secs(1));
    let latest = skew.ours().plus(LONGEST_PAUSE);
    answer
        .header("x-ratelimit-reset")
        .and_then(|text| text.parse::<i64>().ok())
        .map_or(skew.ours().plus(LEAST_PAUSE), |seconds| skew.to_ours(Timestamp(seconds.saturating_mul(1000))))
        .clamp(least, latest)
}

fn retry_after(answer: &Answer, skew: &Skew) -> Option<Duration> {
    let text = answer.header("retry-after")?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds.max(1)));
    }
    let at = chrono::DateTime::parse_from_rfc2822(text).ok()?;
    Some(Timestamp(at.timestamp_millis()).since(skew.githubs()).max(Duration::from_secs(1)))
}

fn forbidden(answer: &Answer, refusal: &Refusal) -> GithubError {
    if refusal.says(&["suspended"]) {
        GithubError::Suspended
    } else if refusal.says(&["locked"]) {
        GithubError::Locked
    } else if refusal.says(&["archived", "read-only"]) {
        GithubError::Archived
    } else {
        GithubError::Permission { missing: missing(answer, refusal) }
    }
}

/// GitHub's header names what would have been enough: `issues=write; pull_requests=write`.
fn missing(answer: &Answer, refusal: &Refusal) -> Option<String> {
    if answer.header("x-github-sso").is_some() {
        return Some("the organization's single sign-on".into());
    }
    if refusal.says(&["ip allow list"]) {
        return Some("this server's address on the organization's IP allow list".into());
    }
    let named = answer.header("x-accepted-github-permissions")?;
    let plain = |c: char| c.is_ascii_lowercase() || "_=,; ".contains(c);
    let safe: String = named.chars().filter(|c| plain(*c)).take(120).collect();
    (!safe.trim().is_empty()).then(|| safe.trim().to_owned())
}

fn invalid(refusal: &Refusal) -> GithubError {
    let code = refusal.errors.iter().map(validation).find(|code| *code != ValidationCode::Other);
    let code = code.unwrap_or_else(|| from_words(&refusal.message.to_lowercase()));
    let message = match code {
        ValidationCode::PullExists => "a pull request for this branch exists already",
        ValidationCode::NoCommits => "there is nothing to merge",
        ValidationCode::HeadMissing => "the branch to merge does not exist",
        ValidationCode::BaseMissing => "the branch to merge into does not exist",
        ValidationCode::TooLong => "the text is too long",
        ValidationCode::Other => "it is not valid",
    };
    GithubError::Validation { code, message }
}

fn validation(error: &serde_json::Value) -> ValidationCode {
    let text = |key: &str| error.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
    let words = error.as_str().unwrap_or_else(|| text("message")).to_lowercase();
    match (from_words(&words), text("field"), text("code")) {
        (ValidationCode::Other, "head", "invalid" | "missing") => ValidationCode::HeadMissing,
        (ValidationCode::Other, "base", "invalid" | "missing") => ValidationCode::BaseMissing,
        (code, _, _) => code,
    }
}

fn from_words(words: &str) -> ValidationCode {
    let has = |part: &str| words.contains(part);
    if has("pull request already exists") {
        ValidationCode::PullExists
    } else if has("no commits between") {
        ValidationCode::NoCommits
    } else if has("too long") {
        ValidationCode::TooLong
    } else {
        ValidationCode::Other
    }
}
