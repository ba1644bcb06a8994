//! Sets the stage: both stand-ins and the real bot between them, on loopback.

use std::net::TcpListener;
use std::time::Duration;

use anyhow::Context as _;
use url::Url;

use crate::adapters::crypto::generate_key;
use crate::app::settings::{AppCredentials, Pace, Settings, WebAuth};
use crate::app::{Parts, Running, build, parts, serve};
use crate::service::Services;
use crate::sim::github::FakeGithub;
use crate::sim::models::FakeModels;

use super::script;

/// Everything that runs during the demo.
pub struct Stage {
    /// GitHub's part.
    pub hub: FakeGithub,
    /// The providers' part, up as long as this is.
    _models: FakeModels,
    /// The bot's use cases.
    pub services: Services,
    /// Where the bot listens.
    pub address: Url,
    running: Running,
    _dir: tempfile::TempDir,
}

/// As fast as a terminal is pleasant to read.
fn pace() -> Pace {
    let ms = Duration::from_millis;
    Pace {
        write_spacing: ms(60),
        status_spacing: ms(400),
        poll_floor: ms(300),
        pick_grace: ms(500),
        queue_poll: ms(100),
        model_retry_wait: ms(300),
        fresh_token_grace: ms(500),
        stop_grace: ms(2_000),
        ..Pace::default()
    }
}

/// An address that is free now; the program itself wants to know it before it listens.
fn free_address() -> anyhow::Result<String> {
    let address = match std::env::var("BAKEOFF_LISTEN") {
        Ok(wanted) => {
            let listener = TcpListener::bind(&wanted).with_context(|| format!("cannot listen on {wanted}"))?;
            listener.local_addr()?
        }
        Err(_) => {
            let listener = ["127.0.0.1:8000", "127.0.0.1:0"].iter().find_map(|address| TcpListener::bind(address).ok());
            listener.context("no port on 127.0.0.1 is free")?.local_addr()?
        }
    };
    anyhow::ensure!(
        address.ip().is_loopback(),
        "the demo shows itself to this machine only: BAKEOFF_LISTEN must be 127.0.0.1 or [::1]"
    );
    Ok(address.to_string())
}

impl Stage {
    /// Starts everything; nothing is said to anyone yet.
    pub async fn set() -> anyhow::Result<Self> {
        let hub = FakeGithub::start().await.context("the stand-in for GitHub cannot start")?;
        let models = FakeModels::start().await.context("the stand-in models cannot start")?;
        script::rehearse(&models);
        let dir = tempfile::tempdir()?;
        let listen = free_address()?;
        let address = Url::parse(&format!("http://{listen}"))?;
        let settings = Settings {
            // A demonstration needs next to no room.
            disk_free_percent: 0,
            listen,
            public_url: Some(address.clone()),
            data_dir: dir.path().join("data"),
            encryption_keys: Some(generate_key()),
            github_url: Url::parse(&hub.url())?,
            github_api_url: Url::parse(&hub.api_url())?,
            app: Some(AppCredentials { app_id: hub.app_id(), private_key: hub.private_key_pem().into() }),
            webhook_secrets: vec![hub.webhook_secret().into()],
            web_auth: WebAuth::Local,
            allowed_model_hosts: vec![models.host()],
            models: script::profiles(&models),
            pace: pace(),
            ..Settings::default()
        };
        let store = parts::open_store(&settings).await?;
        store.migrate().await?;
        let parts: Parts = build(settings, store).await?;
        let services = parts.services.clone();
        let running = serve(parts, true).await?;
        hub.set_webhook_url(&format!("{}webhooks/github", address.as_str()));
        Ok(Self { hub, _models: models, services, address, running, _dir: dir })
    }

    /// Takes everything down again.
    pub async fn strike(self) {
        self.running.stop().await;
    }
}
