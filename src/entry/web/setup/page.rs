//! What the setup page shows: how to get in, the button that makes the App, and what comes after it.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::WebState;
use super::super::guard::FormTarget;
use super::super::page::{not_found, render};
use super::super::visitor::{Top, Visitor};
use super::way::Browser;
use crate::adapters::github::GithubError;
use crate::engine::manifest::manifest;
use crate::service::health::{self, Finding, Health};
use crate::service::tokens::is_login;

fn top(visitor: Option<&Visitor>) -> Top {
    visitor.map(Visitor::top).unwrap_or_default()
}

/// GitHub's address without a final slash.
fn github(state: &WebState) -> String {
    state.services.policy.github_url.as_str().trim_end_matches('/').to_owned()
}

/// For strangers: how to get in.
#[derive(Template)]
#[template(path = "setup_enter.html")]
pub(super) struct Entrance {
    top: Top,
    is_made: bool,
    has_admin_token: bool,
    key: String,
    wrong: Option<&'static str>,
    token: String,
}

impl Entrance {
    pub(super) fn of(
        state: &WebState,
        browser: &Browser,
        is_made: bool,
        key: String,
        wrong: Option<&'static str>,
    ) -> Self {
        Self {
            top: Top::default(),
            is_made,
            has_admin_token: state.admin.is_some(),
            key: key.chars().take(100).collect(),
            wrong,
            token: browser.csrf(state).masked(),
        }
    }

    pub(super) fn page(&self, status: StatusCode) -> Response {
        render(status, self)
    }
}

/// The button.
#[derive(Template)]
#[template(path = "setup.html")]
pub(super) struct Making {
    top: Top,
    public_url: Option<String>,
    is_loopback: bool,
    is_given: bool,
    org: String,
    wrong_org: bool,
    /// Where the form goes.
    action: String,
    manifest: String,
    name: String,
    host: String,
    webhook: String,
}

impl Making {
    pub(super) fn of(state: &WebState, visitor: Option<&Visitor>, org: &str, state_text: &str) -> Self {
        let (policy, github) = (&state.services.policy, github(state));
        let wrong_org = !org.is_empty() && !is_login(org);
        let owner = if org.is_empty() || wrong_org { String::new() } else { format!("/organizations/{org}") };
        let made = policy.public_url.as_ref().map(manifest).unwrap_or_default();
        let text = |pointer: &str| made.pointer(pointer).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
        Self {
            top: top(visitor),
            public_url: policy.public_url.as_ref().map(|url| url.as_str().trim_end_matches('/').to_owned()),
            is_loopback: policy.public_url.as_ref().is_some_and(is_loopback),
            is_given: state.services.app.is_given(),
            org: org.chars().take(60).collect(),
            wrong_org,
            action: format!("{github}{owner}/settings/apps/new?state={state_text}"),
            name: text("/name"),
            webhook: text("/hook_attributes/url"),
            manifest: made.to_string(),
            host: policy.github_url.host_str().unwrap_or_default().to_owned(),
        }
    }

    /// The only page whose form may go to GitHub (M41).
    pub(super) fn page(&self, state: &WebState) -> Response {
        let mut answer = render(StatusCode::OK, self);
        let origin = state.services.policy.github_url.origin().ascii_serialization();
        answer.extensions_mut().insert(FormTarget(origin));
        answer
    }
}

fn is_loopback(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// What comes after the button.
#[derive(Template)]
#[template(path = "setup_done.html")]
pub(super) struct Finished {
    top: Top,
    is_admin: bool,
    /// The App that was made here.
    slug: Option<String>,
    owner: String,
    number: i64,
    install: String,
    webhook: Option<String>,
    is_loopback: bool,
    can_sign_in: bool,
    /// Whether somebody is an admin by owning the App.
    is_owned: bool,
    has_admins: bool,
    local: bool,
}

impl Finished {
    pub(super) fn of(state: &WebState, visitor: Option<&Visitor>) -> Self {
        let (svc, github) = (&state.services, github(state));
        let app = svc.app.now();
        let made = app.made_here.as_ref().filter(|_| !svc.app.is_given());
        let slug = made.map(|made| made.slug.clone());
        Self {
            top: top(visitor),
            is_admin: visitor.is_some_and(Visitor::is_admin),
            install: slug.as_ref().map(|slug| format!("{github}/apps/{slug}/installations/new")).unwrap_or_default(),
            owner: made.map(|made| made.owner.clone()).unwrap_or_default(),
            slug,
            number: svc.app.number(),
            webhook: svc.policy.page("/webhooks/github"),
            is_loopback: svc.policy.public_url.as_ref().is_some_and(is_loopback),
            can_sign_in: app.oauth.is_some(),
            is_owned: made.is_some_and(|made| made.owner_id.is_some()),
            has_admins: !state.admins.is_empty(),
            local: state.local,
        }
    }

    pub(super) fn page(&self) -> Response {
        render(StatusCode::OK, self)
    }
}

/// The doctor's findings, the worst first.
#[derive(Template)]
#[template(path = "doctor.html")]
struct Doctor {
    top: Top,
    wrong: usize,
    warnings: usize,
    findings: Vec<Finding>,
}

/// `GET /setup/doctor`, for admins.
pub(super) async fn doctor(State(state): State<WebState>, Extension(visitor): Extension<Option<Visitor>>) -> Response {
    let Some(visitor) = visitor.filter(Visitor::is_admin) else { return not_found() };
    let mut report = health::look(&state.services).await;
    let secrets = &state.services.secrets;
    for finding in &mut report.0 {
        finding.found = secrets.redact(&finding.found).into_owned();
    }
    report.0.sort_by_key(|finding| std::cmp::Reverse(finding.health));
    let (wrong, warnings) = (report.count(Health::Wrong), report.count(Health::Warning));
    render(StatusCode::OK, &Doctor { top: visitor.top(), wrong, warnings, findings: report.0 })
}

/// Why GitHub did not hand the App over, and what to do.
pub(super) fn refusal(error: &GithubError) -> &'static str {
    match error {
        GithubError::NotFound | GithubError::Gone => {
            "GitHub does not know this code any more: it is good once, and for an hour. Delete the App on GitHub if it is \
             there, then begin again on the setup page."
        }
        GithubError::Unavailable(_) => {
            "GitHub cannot be reached from here. Look at BAKEOFF_GITHUB_API_URL and the network, then begin again on the \
             setup page."
        }
        _ => {
            "GitHub did not hand the App's credentials over. Delete the App on GitHub if it is there, then begin again on \
             the setup page."
        }
    }
}
