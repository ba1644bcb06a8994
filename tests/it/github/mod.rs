//! The GitHub client against scripted answers: what it sends, how often, and how it sorts what comes back.
#![expect(clippy::needless_pass_by_value, reason = "scripts read best with answers made in place")]

mod auth;
mod contract;
mod errors;
mod limits;
mod reading;
mod redirects;
mod retries;
mod server;
mod spacing;
mod writing;

use std::sync::Arc;
use std::time::Duration;

use bakeoff::adapters::github::{GitHub, GithubConfig, RepoClient};
use bakeoff::domain::clock::{ManualClock, Timestamp};
use bakeoff::domain::ids::{GithubRepoId, InstallationId};
use bakeoff::domain::repo::RepoName;
use secrecy::SecretString;

use server::Server;

const START: Timestamp = Timestamp(1_767_225_600_000);
const KEY: &str = include_str!("test_key.pem");

/// A client of the scripted server, patient in nothing.
struct Bench {
    server: Server,
    clock: Arc<ManualClock>,
    github: GitHub,
}

impl Bench {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut GithubConfig)) -> Self {
        let clock = Arc::new(ManualClock::new(START));
        let server = Server::start(clock.clone()).await;
        let mut config = config(&server.url);
        change(&mut config);
        let github = GitHub::new(config, clock.clone()).unwrap();
        Self { server, clock, github }
    }

    fn repo(&self) -> RepoClient {
        let name = RepoName::new("octo", "hello").unwrap();
        self.github.repo(InstallationId(7), GithubRepoId(42), name)
    }
}

fn config(url: &str) -> GithubConfig {
    GithubConfig {
        api_url: url.into(),
        web_url: url.into(),
        app_id: 99,
        private_key: SecretString::from(KEY),
        request_timeout: Duration::from_secs(5),
        retry_pause: Duration::from_millis(1),
        fresh_token_grace: Duration::ZERO,
        fresh_token_pause: Duration::from_millis(1),
        write_spacing: Duration::ZERO,
        ..GithubConfig::default()
    }
}
