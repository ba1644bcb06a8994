//! The settings of the program, typed. `load` reads them, `table` says what each is for.

mod docs;
mod file;
mod haste;
mod load;
mod models;
mod problem;
mod table;
mod values;

use std::path::PathBuf;
use std::time::Duration;

use axum::http::HeaderValue;
use secrecy::SecretString;
use url::Url;

use crate::domain::money::UsdMicros;
use crate::entry::api::Network;
use crate::service::caps::Counts;
use crate::service::kept_caps::Caps;
use crate::service::models::NewModel;

pub use docs::configuration;
pub use file::SettingsFile;
pub use load::{Loaded, Origin, Shown, from_process, load};
pub use problem::{Problem, Problems};
pub use table::{Row, TABLE};
pub use values::is_loopback_url;

/// How people sign in to the web view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebAuth {
    /// Through the GitHub App.
    Github,
    /// Not at all: loopback only.
    Local,
}

/// The GitHub App's credentials.
#[derive(Debug, Clone)]
pub struct AppCredentials {
    /// Its number.
    pub app_id: u64,
    /// Its private key, PEM.
    pub private_key: SecretString,
}

/// Pace of everything that waits; tests set milliseconds.
#[derive(Debug, Clone)]
pub struct Pace {
    /// A webhook body must arrive within this.
    pub body_read: Duration,
    /// A body of the REST API within this.
    pub api_body_read: Duration,
    /// Between two writes to GitHub by one installation.
    pub write_spacing: Duration,
    /// The status comment is edited at most this often.
    pub status_spacing: Duration,
    /// How long after a write of unknown outcome it may still turn up.
    pub adopt_wait: Duration,
    /// Fastest reaction check.
    pub poll_floor: Duration,
    /// A reaction counts when it is still there after this long.
    pub pick_grace: Duration,
    /// Job lease.
    pub lease: Duration,
    /// The queue looks for due jobs at least this often.
    pub queue_poll: Duration,
    /// First pause after a failed job; doubles up to `job_pause_max`.
    pub job_pause: Duration,
    /// Longest pause after a failed job.
    pub job_pause_max: Duration,
    /// How often lost deliveries are looked for.
    pub reconcile: Duration,
    /// GitHub's answer about somebody who only looks at a page is believed this long.
    pub looking: Duration,
    /// How often it is looked whether another process set the App up.
    pub app_look: Duration,
    /// A run may work this long.
    pub run_deadline: Duration,
    /// First wait before a failed model call is made again.
    pub model_retry_wait: Duration,
    /// A model must answer its first event within this.
    pub model_first_event: Duration,
    /// Longest silence within a model's answer.
    pub model_idle: Duration,
    /// A request to GitHub may take this long.
    pub github_request: Duration,
    /// First pause before GitHub is read again.
    pub github_retry: Duration,
    /// A fresh token may be refused this long.
    pub fresh_token_grace: Duration,
    /// What is under way gets this long when the program is asked to stop.
    pub stop_grace: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        let s = Duration::from_secs;
        Self {
            body_read: s(10),
            api_body_read: s(30),
            write_spacing: s(1),
            status_spacing: s(10),
            adopt_wait: s(10),
            poll_floor: s(5),
            pick_grace: s(5),
            lease: s(60),
            queue_poll: s(1),
            job_pause: s(10),
            job_pause_max: s(600),
            reconcile: s(3600),
            looking: s(45),
            app_look: s(10),
            run_deadline: s(600),
            model_retry_wait: s(1),
            model_first_event: s(120),
            model_idle: s(60),
            github_request: s(30),
            github_retry: Duration::from_millis(500),
            fresh_token_grace: s(5),
            stop_grace: s(25),
        }
    }
}

/// How often somebody may ask within a minute; 0 for any number.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Each REST token.
    pub token: u32,
    /// Each address, before its token is looked at.
    pub address: u32,
    /// Each address that brings webhooks.
    pub webhook: u32,
    /// Each address that signs in.
    pub sign_in: u32,
    /// Each session of the web view.
    pub session: u32,
}

/// Everything the program is told from outside.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Address to listen on; port 0 takes a free one.
    pub listen: String,
    /// The URL in comments.
    pub public_url: Option<Url>,
    /// SQLite file, git mirrors, caches.
    pub data_dir: PathBuf,
    /// `sqlite://…` or `postgres://…`; `None` for the SQLite file in `data_dir`.
    pub database_url: Option<SecretString>,
    /// Fernet keys, comma separated; `None` to use or make the file in `data_dir`.
    pub encryption_keys: Option<SecretString>,
    /// Web and git base.
    pub github_url: Url,
    /// REST base.
    pub github_api_url: Url,
    /// The App; `None` until it is set up.
    pub app: Option<AppCredentials>,
    /// All accepted.
    pub webhook_secrets: Vec<SecretString>,
    /// Client id for web sign-in.
    pub client_id: Option<String>,
    /// Client secret for web sign-in.
    pub client_secret: Option<SecretString>,
    /// Extra CA.
    pub ca_file: Option<PathBuf>,
    /// REST token with every scope.
    pub admin_token: Option<SecretString>,
    /// How people sign in.
    pub web_auth: WebAuth,
    /// Logins of those who may use the settings and setup pages.
    pub admins: Vec<String>,
    /// Browsers of these origins may use the REST API.
    pub cors_origins: Vec<HeaderValue>,
    /// Reverse proxies whose `X-Forwarded-For` is taken.
    pub trusted_proxies: Vec<Network>,
    /// How often somebody may ask.
    pub limits: Limits,
    /// Hosts that a `base_url` may name although private or plain http.
    pub allowed_model_hosts: Vec<String>,
    /// Accept `file://` repositories.
    pub allow_local_repos: bool,
    /// Runs at once in this process.
    pub workers: usize,
    /// Candidates in a round by command.
    pub max_candidates: usize,
    /// The most a run may spend.
    pub budget_run: UsdMicros,
    /// The most a round may spend.
    pub budget_round: UsdMicros,
    /// The most a repository may spend in a day.
    pub budget_repo_day: UsdMicros,
    /// The most all may spend in a day.
    pub budget_day: UsdMicros,
    /// The most the rounds of one person may spend in a day.
    pub budget_user_day: Option<UsdMicros>,
    /// The most one installation of the App may spend in a day.
    pub budget_installation_day: Option<UsdMicros>,
    /// Those of the caps on money that were given, which nothing kept in the database may exceed.
    pub budget_ceilings: Caps,
    /// Caps on how many, not on money.
    pub counts: Counts,
    /// The part of the disk that must be free for anything to start, in percent; 0 asks for none.
    pub disk_free_percent: u64,
    /// The share of a cap, in percent, at which it is told that most is spent.
    pub budget_warn_percent: u32,
    /// Forbidden paths beside the built-in ones.
    pub forbidden_paths: Vec<String>,
    /// Paths exempt from the built-in ones.
    pub forbidden_paths_except: Vec<String>,
    /// Profiles of the settings file.
    pub models: Vec<NewModel>,
    /// Times.
    pub pace: Pace,
}

impl Default for Settings {
    fn default() -> Self {
        let policy = crate::service::Policy::default();
        Self {
            listen: "127.0.0.1:8000".into(),
            public_url: None,
            data_dir: PathBuf::from("./data"),
            database_url: None,
            encryption_keys: None,
            github_api_url: default_api_url(),
            github_url: policy.github_url,
            app: None,
            webhook_secrets: Vec::new(),
            client_id: None,
            client_secret: None,
            ca_file: None,
            admin_token: None,
            web_auth: WebAuth::Github,
            admins: Vec::new(),
            cors_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            limits: Limits { token: 6_000, address: 12_000, webhook: 600_000, sign_in: 60, session: 1_200 },
            allowed_model_hosts: Vec::new(),
            allow_local_repos: false,
            workers: 64,
            max_candidates: policy.max_candidates,
            budget_run: policy.budget_run,
            budget_round: policy.budget_round,
            budget_repo_day: policy.budget_repo_day,
            budget_day: policy.budget_day,
            budget_user_day: policy.budget_user_day,
            budget_installation_day: policy.budget_installation_day,
            budget_ceilings: Caps::default(),
            counts: policy.counts,
            disk_free_percent: 10,
            budget_warn_percent: policy.budget_warn_percent,
            forbidden_paths: Vec::new(),
            forbidden_paths_except: Vec::new(),
            models: Vec::new(),
            pace: Pace::default(),
        }
    }
}

impl Settings {
    /// The database's address with the default filled in.
    pub fn database_url(&self) -> SecretString {
        let file = || SecretString::from(format!("sqlite://{}", self.data_dir.join("bakeoff.db").display()));
        self.database_url.clone().unwrap_or_else(file)
    }

    /// Whether several processes may share the database.
    pub fn is_postgres(&self) -> bool {
        use secrecy::ExposeSecret as _;
        self.database_url().expose_secret().starts_with("postgres")
    }
}

#[expect(clippy::expect_used, reason = "a constant address")]
fn default_api_url() -> Url {
    Url::parse("https://api.github.com").expect("a well-formed constant")
}
