//! The GitHub App of the settings, else the one that was made on the setup page.

use crate::app::parts;
use crate::app::settings::{Settings, WebAuth, is_loopback_url};
use crate::domain::clock::SharedClock;
use crate::engine::render::redact::Secrets;
use crate::service::health::{Report, github};
use crate::service::registration::Registered;

use super::database::Opened;

pub async fn check(
    settings: &Settings,
    clock: &SharedClock,
    opened: Option<&Opened>,
    secrets: &Secrets,
    report: &mut Report,
) {
    let app = match parts::registration(settings, clock) {
        Ok(app) => app,
        Err(error) => {
            let fix = "download a new private key from the App's settings on GitHub";
            return report.wrong("GitHub App", &error.to_string(), fix);
        }
    };
    if let Some(Opened { store, keys: Some(keys) }) = opened
        && let Err(error) = app.refresh(store, keys, secrets).await
    {
        report.wrong("GitHub App", &error.to_string(), "make the App again on the setup page");
    }
    let now = app.now();
    if settings.web_auth == WebAuth::Github {
        sign_in(settings, &now, report);
    }
    github::check(&now, report).await;
}

/// What it takes to sign in to the web view.
fn sign_in(settings: &Settings, app: &Registered, report: &mut Report) {
    let needed = [
        ("BAKEOFF_PUBLIC_URL", settings.public_url.is_some()),
        ("BAKEOFF_GITHUB_CLIENT_ID", app.oauth.is_some() || settings.client_id.is_some()),
        ("BAKEOFF_GITHUB_CLIENT_SECRET", app.oauth.is_some() || settings.client_secret.is_some()),
        ("BAKEOFF_GITHUB_APP_ID", app.github.is_some()),
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
    let owned = app.made_here.as_ref().is_some_and(|made| made.owner_id.is_some());
    if settings.admins.is_empty() && !owned {
        let fix = "name them in BAKEOFF_ADMINS";
        report.warning("BAKEOFF_ADMINS", "nobody may use the settings page of the web view", fix);
    }
}
