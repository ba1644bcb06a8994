//! M51: recorded shapes of GitHub's refusals, and what each becomes.

use bakeoff::adapters::github::{GithubError, ValidationCode};
use bakeoff::domain::clock::Timestamp;
use serde_json::json;

use super::server::{Reply, status};
use super::{Bench, START};

fn after(seconds: i64) -> Timestamp {
    Timestamp(START.0 + seconds * 1000)
}

fn permission(missing: Option<&str>) -> GithubError {
    GithubError::Permission { missing: missing.map(Into::into) }
}

fn refusals() -> Vec<(&'static str, Reply, GithubError)> {
    let says = |code: u16, message: &str| status(code, json!({"message": message, "documentation_url": "https://x"}));
    let spent = |reply: Reply, reset: i64| {
        reply
            .with("x-ratelimit-remaining", 0)
            .with("x-ratelimit-limit", 5000)
            .with("x-ratelimit-reset", START.0 / 1000 + reset)
    };
    let primary = "API rate limit exceeded for installation ID 7.";
    let secondary = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
    vec![
        ("primary 403", spent(says(403, primary), 2400), GithubError::PrimaryLimit { until: after(2400) }),
        ("primary 429", spent(says(429, primary), 60), GithubError::PrimaryLimit { until: after(60) }),
        ("primary, reset past", spent(says(403, primary), -60), GithubError::PrimaryLimit { until: after(1) }),
        (
            "secondary, Retry-After",
            says(403, secondary).with("retry-after", 90),
            GithubError::SecondaryLimit { until: after(90) },
        ),
        ("secondary beside spent", spent(says(403, secondary), 9), GithubError::SecondaryLimit { until: after(60) }),
        ("secondary, no time", says(403, secondary), GithubError::SecondaryLimit { until: after(60) }),
        ("old words for it", says(403, "You have triggered an abuse detection mechanism."), {
            GithubError::SecondaryLimit { until: after(60) }
        }),
        ("429 bare", says(429, ""), GithubError::SecondaryLimit { until: after(60) }),
        ("last allowed call is a 403", spent(says(403, "Resource not accessible by integration"), 9), permission(None)),
        ("suspended", says(403, "This installation has been suspended"), GithubError::Suspended),
        ("locked", says(403, "Unable to create comment because issue is locked."), GithubError::Locked),
        ("archived", says(403, "Repository was archived so is read-only."), GithubError::Archived),
        (
            "permission named",
            says(403, "Resource not accessible by integration")
                .with("x-accepted-github-permissions", "issues=write; pull_requests=write"),
            permission(Some("issues=write; pull_requests=write")),
        ),
        ("permission unnamed", says(403, "Resource not accessible by integration"), permission(None)),
        (
            "header with an attack",
            says(403, "no").with("x-accepted-github-permissions", "<IMG>@ghs_X"),
            permission(Some("ghs_")),
        ),
        (
            "sign-on",
            says(403, "Resource protected by organization SAML enforcement.").with("x-github-sso", "required; url=x"),
            permission(Some("the organization's single sign-on")),
        ),
        (
            "address not allowed",
            says(403, "the `o` organization has an IP allow list enabled, and your IP address is not permitted"),
            permission(Some("this server's address on the organization's IP allow list")),
        ),
        ("not found", says(404, "Not Found"), GithubError::NotFound),
        ("deleted", says(410, "This issue was deleted"), GithubError::Gone),
        ("empty", says(409, "Git Repository is empty."), GithubError::EmptyRepository),
        ("conflict", says(409, "Conflict"), GithubError::Refused(409)),
        ("legal", says(451, "Repository access blocked"), GithubError::Refused(451)),
        ("credentials", says(401, "Bad credentials"), GithubError::Unauthorized),
    ]
}

#[tokio::test]
async fn m51_refusals_are_sorted() {
    for (name, reply, expected) in refusals() {
        let bench = Bench::new().await;
        bench.server.on("GET", "/repos/octo/hello/issues/5", [reply]);
        assert_eq!(bench.repo().issue(5).await, Err(expected), "{name}");
    }
}

#[tokio::test]
async fn m51_invalid_requests_are_told_apart() {
    let error = |field: &str, code: &str, message: &str| {
        let mut error = json!({"resource": "PullRequest", "code": code, "field": field});
        if !message.is_empty() {
            error["message"] = message.into();
        }
        json!({"message": "Validation Failed", "errors": [error]})
    };
    for (body, expected) in [
        (error("", "custom", "A pull request already exists for octo:bakeoff/x."), ValidationCode::PullExists),
        (error("", "custom", "No commits between main and bakeoff/x"), ValidationCode::NoCommits),
        (error("head", "invalid", ""), ValidationCode::HeadMissing),
        (error("base", "invalid", ""), ValidationCode::BaseMissing),
        (json!({"message": "Validation Failed", "errors": ["body is too long (maximum is 65536 characters)"]}), {
            ValidationCode::TooLong
        }),
        (error("labels", "missing_field", ""), ValidationCode::Other),
        (json!({"message": "Invalid request.\n\nghs_leak"}), ValidationCode::Other),
        (json!([]), ValidationCode::Other),
    ] {
        let bench = Bench::new().await;
        bench.server.on("GET", "/repos/octo/hello/issues/5", [status(422, body.clone())]);
        match bench.repo().issue(5).await {
            Err(GithubError::Validation { code, .. }) => assert_eq!(code, expected, "{body}"),
            other => panic!("{body}: {other:?}"),
        }
    }
}

#[test]
fn errors_say_when_to_come_back_and_show_nothing_of_the_answer() {
    let now = START;
    for (error, seconds) in [
        (GithubError::PrimaryLimit { until: after(40) }, Some(40)),
        (GithubError::SecondaryLimit { until: after(-5) }, Some(0)),
        (GithubError::Busy { until: after(3) }, Some(3)),
        (GithubError::UnknownOutcome, Some(2)),
        (GithubError::Unavailable("the connection broke"), Some(10)),
        (GithubError::Suspended, Some(3600)),
        (permission(Some("issues=write")), None),
        (GithubError::NotFound, None),
        (GithubError::Locked, None),
        (GithubError::Unauthorized, None),
    ] {
        assert_eq!(error.retry_at(now), seconds.map(after), "{error:?}");
        let sentence = error.to_string();
        assert!(sentence.ends_with('.') && !sentence.contains("http") && !sentence.contains('\n'), "{sentence}");
    }
    assert_eq!(permission(None).to_string(), "The GitHub App lacks a permission: unnamed.");
}
