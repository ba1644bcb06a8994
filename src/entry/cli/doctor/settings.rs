//! A line for each setting, and for those that only matter together.

use secrecy::ExposeSecret as _;

use crate::app::settings::{Loaded, Origin, Settings};
use crate::service::health::Report;

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
}
