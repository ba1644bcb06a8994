//! Settings of the GitHub client: where it is, who we are there, and how patient we are.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

/// How to reach GitHub as our App. `Debug` shows no secret.
#[derive(Debug, Clone)]
pub struct GithubConfig {
    /// REST base without a final slash: `https://api.github.com`, GHES `https://HOST/api/v3`.
    pub api_url: String,
    /// Web and git base without a final slash: `https://github.com`.
    pub web_url: String,
    /// The App's number.
    pub app_id: u64,
    /// The App's RSA key, PEM.
    pub private_key: SecretString,
    /// An extra CA certificate (PEM) for a private server.
    pub ca_file: Option<PathBuf>,
    /// Deadline for the connection.
    pub connect_timeout: Duration,
    /// Deadline for one request with its whole answer.
    pub request_timeout: Duration,
    /// Longest answer that is read, bytes.
    pub max_body: usize,
    /// How often a GET, PUT, PATCH or DELETE is sent again after a 5xx, a timeout or a cut.
    pub retries: u32,
    /// Longest first pause before sending again (doubles, full jitter).
    pub retry_pause: Duration,
    /// Longest pause between two tries.
    pub retry_pause_max: Duration,
    /// How long a 401 or 403 on a freshly minted token is taken for "not known everywhere yet".
    pub fresh_token_grace: Duration,
    /// Pause between tries within that grace.
    pub fresh_token_pause: Duration,
    /// Least time between two writes of one installation.
    pub write_spacing: Duration,
    /// Content-creating calls a minute and installation.
    pub content_per_minute: u32,
    /// Content-creating calls an hour and installation.
    pub content_per_hour: u32,
    /// How long a write waits for its turn before the caller is told to come back.
    pub write_wait: Duration,
    /// How many list pages are read before giving up.
    pub max_pages: u32,
}

impl Default for GithubConfig {
    fn default() -> Self {
        Self {
            api_url: "https://api.github.com".into(),
            web_url: "https://github.com".into(),
            app_id: 0,
            private_key: SecretString::from(String::new()),
            ca_file: None,
            connect_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
            max_body: 32 << 20,
            retries: 3,
            retry_pause: Duration::from_millis(500),
            retry_pause_max: Duration::from_secs(10),
            fresh_token_grace: Duration::from_secs(5),
            fresh_token_pause: Duration::from_millis(500),
            write_spacing: Duration::from_secs(1),
            content_per_minute: 60,
            content_per_hour: 400,
            write_wait: Duration::from_secs(30),
            max_pages: 100,
        }
    }
}
