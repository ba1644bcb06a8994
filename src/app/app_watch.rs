//! The GitHub App while there is none: how to set it up, and the look whether another process did.

use std::net::SocketAddr;

use secrecy::ExposeSecret as _;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use crate::service::setup;

use super::parts::{Parts, StartError};
use super::settings::WebAuth;

/// Looks now and then, until `stop` fires, whether another App is stored than the one in use.
pub(super) fn start(parts: &Parts, stop: &CancellationToken) {
    let (services, mut ticks) = (parts.services.clone(), tokio::time::interval(parts.settings.pace.app_look));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tokio::spawn(stop.clone().run_until_cancelled_owned(async move {
        let mut failed = false;
        loop {
            ticks.tick().await;
            let looked = setup::take_up(&services).await;
            // A database that is away for an hour is one line, not one for each look.
            if let (Err(error), false) = (&looked, failed) {
                tracing::warn!(%error, "the stored App could not be taken up");
            }
            failed = looked.is_err();
        }
    }));
}

/// Says in the log how the App is set up. Where people sign in through GitHub nobody can before there is an App, so
/// that whoever reads the log gets a key.
pub(super) async fn tell_the_way(parts: &Parts, address: SocketAddr) -> Result<(), StartError> {
    let (services, settings) = (&parts.services, &parts.settings);
    if services.app.now().github.is_some() {
        return Ok(());
    }
    if settings.web_auth == WebAuth::Local {
        tracing::warn!(link = %format!("http://{address}/setup"), "no GitHub App yet, webhooks are refused: set it up here");
        return Ok(());
    }
    let key = setup::make_key(&services.store, services.now()).await?;
    let key = key.expose_secret();
    match services.policy.page(&format!("/setup?key={key}")) {
        Some(link) => tracing::warn!(%link, "no GitHub App yet, webhooks are refused: set it up here, within a day"),
        None => tracing::warn!(
            %key,
            "no GitHub App yet, webhooks are refused: set BAKEOFF_PUBLIC_URL, then open /setup there with a key like this"
        ),
    }
    Ok(())
}
