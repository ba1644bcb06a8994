//! Sorting a provider's errors: HTTP status, error object, `retry-after`, whether in an answer or instead of one.

use std::time::Duration;

use reqwest::header::HeaderMap;
use serde_json::Value;

use super::error::ModelError;

/// What a provider told about a fault; its own words are only looked at here and never shown.
#[derive(Debug, Clone, Default)]
pub(super) struct ErrorFacts {
    /// The HTTP status, or the one named inside an error object.
    pub(super) status: Option<u16>,
    /// Codes, types, reasons, in lower case; the most specific first.
    words: Vec<String>,
    message: String,
    retry_after: Option<Duration>,
}

/// Final, whatever the status: waiting does not bring money.
const CREDIT: [&str; 12] = [
    "insufficient_quota",
    "billing_hard_limit_reached",
    "billing_not_active",
    "billing_error",
    "credit_balance_exhausted",
    "organization_spend_limit_exceeded",
    "organization_usage_limit_exceeded",
    "project_spend_limit_exceeded",
    "enforced_spend_limit_reached",
    "insufficient_balance",
    "insufficient_credits",
    "account_deactivated",
];
const CREDIT_PHRASES: [&str; 5] = [
    "credit balance",
    "specified api usage limits",
    "specified workspace api usage limits",
    "insufficient balance",
    "spend limit",
];
const KEY: [&str; 6] = [
    "invalid_api_key",
    "authentication_error",
    "permission_error",
    "api_key_invalid",
    "unauthenticated",
    "permission_denied",
];
const CONTENT: [&str; 5] =
    ["content_filter", "content_policy_violation", "invalid_prompt", "responsibleaipolicyviolation", "moderation"];
const TOO_LONG: [&str; 3] = ["context_length_exceeded", "request_too_large", "string_above_max_length"];
const TOO_LONG_PHRASES: [&str; 4] =
    ["prompt is too long", "exceeds the maximum number of tokens", "maximum context length", "context window"];
/// There is no code for it anywhere; OpenAI and its kin, Ollama, vLLM, llama.cpp, OpenRouter and Google word it so.
const TOOLS: [&str; 4] = ["tool", "function call", "function_call", "functiondeclarations"];
const NOT_TAKEN: [&str; 8] = [
    "not support",
    "unsupported",
    "not enabled",
    "support tool use",
    "requires --",
    "unrecognized",
    "unknown parameter",
    "not available",
];
const NO_MODEL: [&str; 3] = ["model_not_found", "not_found_error", "not_found"];
const RATE: [&str; 5] =
    ["rate_limit_error", "rate_limit_exceeded", "resource_exhausted", "too_many_requests", "tokens_limit_reached"];
const BUSY: [&str; 11] = [
    "overloaded_error",
    "api_error",
    "server_error",
    "internal_server_error",
    "internal",
    "unavailable",
    "timeout_error",
    "server_overloaded",
    "engine_overloaded",
    "deadline_exceeded",
    "slow_down",
];

impl ErrorFacts {
    /// From an answer that is an error by its status.
    pub(super) fn of_answer(status: u16, headers: &HeaderMap, body: &[u8]) -> Self {
        let mut facts = serde_json::from_slice(body).map(|body| Self::of_object(&body)).unwrap_or_default();
        facts.status = Some(status);
        facts.retry_after = retry_after(headers).or(facts.retry_after);
        facts
    }

    /// From an error object: bare, or as the `error` of a body or event.
    pub(super) fn of_object(body: &Value) -> Self {
        // Google's stream may be an array of one error.
        let body = body.get(0).unwrap_or(body);
        let error = body.get("error").filter(|e| !e.is_null()).unwrap_or(body);
        let mut facts = Self { status: status_in(error), ..Self::default() };
        facts.take_words(error.get("details"));
        for field in ["code", "type", "status"] {
            facts.take_word(error.get(field));
        }
        let message = error.get("message").or(error.get("detail")).and_then(Value::as_str).or(error.as_str());
        facts.message = message.unwrap_or_default().to_ascii_lowercase();
        facts.retry_after = google_delay(error);
        facts
    }

    /// From a single code, for example a stop reason.
    pub(super) fn of_code(code: &str) -> Self {
        Self { words: vec![code.to_ascii_lowercase()], ..Self::default() }
    }

    fn take_word(&mut self, word: Option<&Value>) {
        self.words.extend(word.and_then(Value::as_str).map(str::to_ascii_lowercase));
    }

    /// Anthropic: an object with `error_code`; Google: a list of objects with `reason`.
    fn take_words(&mut self, details: Option<&Value>) {
        let Some(details) = details else { return };
        self.take_word(details.get("error_code"));
        for detail in details.as_array().into_iter().flatten() {
            self.take_word(detail.get("reason"));
            let violations = detail.get("violations").and_then(Value::as_array).into_iter().flatten();
            let mut quotas = violations.filter_map(|violation| violation.get("quotaId")?.as_str());
            // A day's quota asks to wait for seconds and goes on refusing until the day is over.
            if quotas.any(|quota| quota.contains("PerDay")) {
                self.words.push("insufficient_quota".into());
            }
        }
    }

    fn says(&self, words: &[&str]) -> bool {
        self.words.iter().any(|word| words.contains(&word.as_str()))
    }

    fn mentions(&self, phrases: &[&str]) -> bool {
        phrases.iter().any(|phrase| self.message.contains(phrase))
    }

    /// The first code, if it is a harmless word.
    pub(super) fn code(&self) -> Option<String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        self.words.iter().find(|w| !w.is_empty() && w.len() <= 64 && w.chars().all(plain)).cloned()
    }

    /// What it means for us.
    pub(super) fn sort(&self) -> ModelError {
        let status = self.status.unwrap_or(200);
        let retry_after = self.retry_after;
        if status == 402 || self.says(&CREDIT) || (matches!(status, 400 | 403 | 429) && self.mentions(&CREDIT_PHRASES))
        {
            return ModelError::CreditExhausted;
        }
        if self.says(&CONTENT) {
            return ModelError::Refused;
        }
        if matches!(status, 401 | 403) || self.says(&KEY) {
            // Said inside a 200, it means what a 401 means.
            return ModelError::KeyRejected { status: status.max(401) };
        }
        if status == 413 || self.says(&TOO_LONG) || (status == 400 && self.mentions(&TOO_LONG_PHRASES)) {
            return ModelError::PromptTooLong;
        }
        if matches!(status, 400 | 404 | 405 | 422 | 500 | 501) && self.mentions(&TOOLS) && self.mentions(&NOT_TAKEN) {
            return ModelError::ToolsUnsupported;
        }
        if status == 404 || self.says(&NO_MODEL) {
            return ModelError::ModelNotFound;
        }
        if status == 429 || self.says(&RATE) {
            return ModelError::RateLimited { retry_after };
        }
        if matches!(status, 408 | 409 | 425 | 500..) || self.says(&BUSY) {
            return ModelError::Overloaded { retry_after };
        }
        ModelError::BadRequest { status, code: self.code() }
    }
}

/// A `code` in the range of HTTP errors, as a number (Google, OpenRouter, vLLM) or as a text (LiteLLM).
fn status_in(error: &Value) -> Option<u16> {
    let code = error.get("code")?;
    let code = code.as_u64().or_else(|| code.as_str()?.parse().ok())?;
    u16::try_from(code).ok().filter(|code| (400..600).contains(code))
}

/// `retry-after-ms`, else `retry-after` in seconds or as a date, else what the rate limit's own headers say.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    if let Some(ms) = header("retry-after-ms").and_then(|ms| ms.parse().ok()) {
        return Some(Duration::from_millis(ms));
    }
    let Some(text) = header("retry-after") else {
        let reset = |what: &str| {
            let used_up = header(&format!("x-ratelimit-remaining-{what}")) == Some("0");
            go_duration(header(&format!("x-ratelimit-reset-{what}"))?).filter(|_| used_up)
        };
        return reset("requests").max(reset("tokens"));
    };
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = |text| Some(chrono::DateTime::parse_from_rfc2822(text).ok()?.to_utc());
    // Counted on the provider's clock, which need not be ours.
    let now = header("date").and_then(date).unwrap_or_else(chrono::Utc::now);
    Some((date(text)? - now).to_std().unwrap_or_default())
}

/// `6m0s`, `1.5s`, `20ms`, `1h2m3s`.
fn go_duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let (number, tail) = rest.split_at(rest.find(|c: char| c.is_ascii_alphabetic())?);
        let (unit, tail) = tail.split_at(tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len()));
        let each = match unit {
            "ms" => 0.001,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3_600.0,
            _ => return None,
        };
        seconds += number.parse::<f64>().ok()? * each;
        rest = tail;
    }
    Duration::try_from_secs_f64(seconds).ok()
}

/// `RetryInfo.retryDelay`, for example `"37s"` or `"1.5s"`.
fn google_delay(error: &Value) -> Option<Duration> {
    let details = error.get("details")?.as_array()?;
    let delay = details.iter().find_map(|detail| detail.get("retryDelay")?.as_str())?;
    Duration::try_from_secs_f64(delay.strip_suffix('s')?.parse().ok()?).ok()
}
