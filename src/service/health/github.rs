//! GitHub: reachable as the App, with the permissions and events that the code uses, everywhere it is installed.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::adapters::github::{AppInfo, GitHub, GithubError, Installation, wanted_permissions};
use crate::engine::manifest;
use crate::service::registration::Registered;

use super::Report;

/// How long GitHub may take for all questions together.
const PATIENCE: Duration = Duration::from_secs(30);

/// The App as it is in use.
pub async fn check(app: &Registered, report: &mut Report) {
    let Some(github) = &app.github else {
        let fix = "open /setup to make the App, or make it from app-manifest.yml and set BAKEOFF_GITHUB_APP_ID and \
                   BAKEOFF_GITHUB_PRIVATE_KEY_FILE";
        return report.warning("GitHub App", "is not set up yet", fix);
    };
    if app.webhook_secrets.is_empty() {
        let fix = "set BAKEOFF_GITHUB_WEBHOOK_SECRETS to the secret in the App's settings on GitHub";
        report.wrong("webhook secret", "none is set: every delivery is refused", fix);
    } else {
        report.ok("webhook secret", &format!("{} accepted", app.webhook_secrets.matches().by_secret.len()));
    }
    credentials(app, report).await;
    if tokio::time::timeout(PATIENCE, ask(github, report)).await.is_err() {
        report.wrong("GitHub", "does not answer", "check BAKEOFF_GITHUB_API_URL and the network");
    }
}

/// Whether GitHub takes what people sign in through.
async fn credentials(app: &Registered, report: &mut Report) {
    let Some(oauth) = &app.oauth else { return };
    match oauth.is_accepted().await {
        Some(true) => report.ok("client id and secret", "GitHub takes them"),
        Some(false) => {
            let fix =
                "correct BAKEOFF_GITHUB_CLIENT_ID and BAKEOFF_GITHUB_CLIENT_SECRET: both stand in the App's settings";
            report.wrong("client id and secret", "GitHub does not take them: nobody can sign in", fix);
        }
        // What is said of GitHub itself says why.
        None => {}
    }
}

async fn ask(github: &GitHub, report: &mut Report) {
    match github.app().await {
        Ok(app) => {
            registered(github, &app, report);
            installed(github, report).await;
        }
        Err(error) => {
            let fix = match &error {
                GithubError::Unauthorized => "BAKEOFF_GITHUB_APP_ID and the private key must be of the same App",
                GithubError::NotFound => {
                    "there is no such App there: check BAKEOFF_GITHUB_API_URL and the App's number"
                }
                _ => "check BAKEOFF_GITHUB_API_URL and the network",
            };
            report.wrong("GitHub", &error.to_string(), fix);
        }
    }
}

fn registered(github: &GitHub, app: &AppInfo, report: &mut Report) {
    let number = github.app_id();
    if app.id == number {
        report.ok("GitHub", &format!("knows this App as {} ({number})", app.slug));
    } else {
        let found = format!("the private key belongs to App {} ({})", app.slug, app.id);
        report.wrong("GitHub", &found, "correct BAKEOFF_GITHUB_APP_ID or the key");
    }
    permissions("App permissions", &app.permissions, "set them in the App's settings on GitHub", report);
    let missing: Vec<_> = manifest::events().into_iter().filter(|event| !app.events.contains(event)).collect();
    if missing.is_empty() {
        report.ok("App events", "all subscribed");
    } else {
        let fix = "subscribe to them in the App's settings on GitHub";
        report.wrong("App events", &format!("not subscribed: {}", missing.join(", ")), fix);
    }
}

async fn installed(github: &GitHub, report: &mut Report) {
    match github.installations().await {
        Ok(all) if all.is_empty() => {
            report.warning("installations", "the App is installed nowhere", "install it from its page on GitHub");
        }
        Ok(all) => all.iter().for_each(|place| installation(place, report)),
        Err(error) => report.wrong("installations", &error.to_string(), "check the network"),
    }
}

fn installation(place: &Installation, report: &mut Report) {
    let part = format!("installation of {}", place.account.person.login);
    if place.suspended {
        return report.warning(&part, "is suspended", "its owner can take the suspension away on GitHub");
    }
    permissions(&part, &place.permissions, "its owner must accept the App's new permissions on GitHub", report);
}

fn permissions(part: &str, granted: &BTreeMap<String, String>, fix: &str, report: &mut Report) {
    let has = |name: &str, level: &str| granted.get(name).is_some_and(|held| held == level || held == "write");
    let lacking = wanted_permissions().into_iter().filter(|(name, level)| !has(name, level));
    let missing: Vec<_> = lacking.map(|(name, level)| format!("{name}: {level}")).collect();
    if missing.is_empty() {
        report.ok(part, "everything needed is granted");
    } else {
        report.wrong(part, &format!("lacks {}", missing.join(", ")), fix);
    }
}
