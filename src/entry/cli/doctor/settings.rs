//! A line for each setting, and for those that only matter together.

use secrecy::ExposeSecret as _;

use crate::app::settings::{Loaded, Origin, Settings, WebAuth, is_loopback_url};

use super::report::Report;

/// The fewest characters of a token or secret that a person made up.
const LEAST: usize = 20;

pub fn check(loaded: &Loaded, report: &mut Report) {
    for shown in &loaded.shown {
        let origin = match shown.origin {
            Origin::Default => "default",
            Origin::File => "settings file",
            Origin::Environment => "environment",
        };
        let found = format!("{} ({origin})", shown.value);
        let hint = "a file of its own that only bakeoff can read is safer: use the _FILE variable";
        if shown.variable == "BAKEOFF_GITHUB_PRIVATE_KEY" && shown.value == "set" {
            report.warning(&shown.variable, &found, hint);
        } else {
            report.ok(&shown.variable, &found);
        }
    }
    together(&loaded.settings, report);
}

fn together(settings: &Settings, report: &mut Report) {
    if settings.public_url.is_none() {
        let fix = "set BAKEOFF_PUBLIC_URL to the address people reach bakeoff at";
        report.warning("links", "comments will carry no link to the web view", fix);
    }
    if settings.admin_token.as_ref().is_some_and(|token| token.expose_secret().len() < LEAST) {
        let fix = "use a long random one, or `bakeoff token create NAME --scope admin`";
        report.warning("BAKEOFF_ADMIN_TOKEN", "can be guessed: it is short", fix);
    }
    if settings.webhook_secrets.iter().any(|secret| secret.expose_secret().len() < LEAST) {
        let fix = "set a long random one here and in the App's settings on GitHub";
        report.warning("BAKEOFF_GITHUB_WEBHOOK_SECRETS", "one can be guessed: it is short", fix);
    }
    if settings.web_auth == WebAuth::Github {
        sign_in(settings, report);
    }
}

/// What it takes to sign in to the web view.
fn sign_in(settings: &Settings, report: &mut Report) {
    let needed = [
        ("BAKEOFF_PUBLIC_URL", settings.public_url.is_some()),
        ("BAKEOFF_GITHUB_CLIENT_ID", settings.client_id.is_some()),
        ("BAKEOFF_GITHUB_CLIENT_SECRET", settings.client_secret.is_some()),
        ("BAKEOFF_GITHUB_APP_ID", settings.app.is_some()),
    ];
    let missing: Vec<&str> = needed.into_iter().filter(|(_, is_set)| !is_set).map(|(name, _)| name).collect();
    let Some(public_url) = settings.public_url.as_ref().filter(|_| missing.is_empty()) else {
        let fix = format!("set {}, and PUBLIC_URL/login/callback as a callback URL of the App", missing.join(", "));
        return report.warning("sign-in", "nobody can sign in to the web view", &fix);
    };
    let callback = format!("{}/login/callback", public_url.as_str().trim_end_matches('/'));
    if public_url.scheme() != "https" && !is_loopback_url(public_url) {
        let fix = "serve it by https, and say so in BAKEOFF_PUBLIC_URL";
        return report.warning("sign-in", "sessions can be read on the way: BAKEOFF_PUBLIC_URL is not https", fix);
    }
    report.ok("sign-in", &format!("people come back to {callback}, which must be a callback URL of the App"));
    if settings.admins.is_empty() {
        let fix = "name them in BAKEOFF_ADMINS";
        report.warning("BAKEOFF_ADMINS", "nobody may use the settings page of the web view", fix);
    }
}
