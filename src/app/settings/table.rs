//! One row for each setting: its name, its default as people read it, what it means, and how it is taken.
//! Loading, the errors, `doctor` and `docs/configuration.md` all come from here.

use axum::http::HeaderValue;
use secrecy::SecretString;

use super::values::{Raw, Read};
use super::{Settings, WebAuth};

/// A setting.
#[derive(Debug)]
pub struct Row {
    /// The environment variable without `BAKEOFF_`.
    pub name: &'static str,
    /// The default as people read it.
    pub default: &'static str,
    /// What it is for.
    pub meaning: &'static str,
    /// Whether its value is never shown and may be given as a file.
    pub secret: bool,
    pub(super) take: fn(&mut Draft, &Raw) -> Read<()>,
}

impl Row {
    /// The environment variable.
    pub fn variable(&self) -> String {
        format!("BAKEOFF_{}", self.name)
    }

    /// The key in the settings file.
    pub fn key(&self) -> String {
        self.name.to_ascii_lowercase()
    }
}

/// Settings on the way: what only means something together is put together at the end.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) settings: Settings,
    pub(super) app_id: Option<u64>,
    pub(super) private_key: Option<SecretString>,
    pub(super) has_api_url: bool,
    /// Settings that were given but could not be taken.
    pub(super) failed: Vec<&'static str>,
}

const fn row(
    name: &'static str,
    default: &'static str,
    meaning: &'static str,
    take: fn(&mut Draft, &Raw) -> Read<()>,
) -> Row {
    Row { name, default, meaning, secret: false, take }
}

const fn secret(
    name: &'static str,
    default: &'static str,
    meaning: &'static str,
    take: fn(&mut Draft, &Raw) -> Read<()>,
) -> Row {
    Row { name, default, meaning, secret: true, take }
}

fn limit(raw: &Raw) -> Read<u32> {
    Ok(u32::try_from(raw.count(0..=1_000_000_000)?).unwrap_or(0))
}

/// An origin as browsers write it: scheme and host, no path.
fn origin(text: &str) -> Read<HeaderValue> {
    let wrong = || "must be origins such as https://tools.example.com, without a path".to_owned();
    let url = url::Url::parse(text).map_err(|_| wrong())?;
    let written = url.origin().ascii_serialization();
    if !matches!(url.scheme(), "http" | "https") || written != text {
        return Err(wrong());
    }
    HeaderValue::from_str(text).map_err(|_| wrong())
}

/// What stands where there is no default.
pub(super) const NONE: &str = "–";

/// Every setting, in the order of the documentation.
pub const TABLE: &[Row] = &[
    row("LISTEN", "127.0.0.1:8000", "address to listen on; port 0 takes a free one and logs it", |d, raw| {
        d.settings.listen = raw.address()?;
        Ok(())
    }),
    row("PUBLIC_URL", NONE, "the URL in comments; without it comments carry no link to the web view", |d, raw| {
        d.settings.public_url = Some(raw.url()?);
        Ok(())
    }),
    row("DATA_DIR", "./data", "folder of the SQLite file, the git mirrors and caches", |d, raw| {
        d.settings.data_dir = raw.path();
        Ok(())
    }),
    secret(
        "DATABASE_URL",
        "sqlite://DATA_DIR/bakeoff.db",
        "`sqlite://PATH`, or `postgres://…` for several processes",
        |d, raw| {
            d.settings.database_url = Some(raw.database()?);
            Ok(())
        },
    ),
    row("QUEUE", "embedded", "how work is queued: `embedded` keeps it in a table of the database", |_, raw| match raw
        .text()
        .as_str()
    {
        "embedded" => Ok(()),
        "graphile" => Err("graphile is not there yet: leave it out, embedded works on both databases".into()),
        _ => Err("must be embedded".into()),
    }),
    secret(
        "ENCRYPTION_KEYS",
        "SQLite: made in DATA_DIR on the first start; Postgres: required",
        "Fernet keys for the stored secrets, comma separated: the first encrypts, all decrypt; \
         make one with `bakeoff keys generate`",
        |d, raw| {
            d.settings.encryption_keys = Some(raw.secret());
            Ok(())
        },
    ),
    row("GITHUB_URL", "https://github.com", "web and git address of GitHub (Enterprise Server: its host)", |d, raw| {
        d.settings.github_url = raw.safe_url()?;
        Ok(())
    }),
    row(
        "GITHUB_API_URL",
        "https://api.github.com; with another GITHUB_URL: that host's `/api/v3`",
        "address of GitHub's REST API",
        |d, raw| {
            d.settings.github_api_url = raw.safe_url()?;
            d.has_api_url = true;
            Ok(())
        },
    ),
    row("GITHUB_APP_ID", NONE, "number of the GitHub App", |d, raw| {
        d.app_id = Some(raw.id()?);
        Ok(())
    }),
    secret(
        "GITHUB_PRIVATE_KEY",
        NONE,
        "private key of the GitHub App, PEM; a file that others can read is refused outside `/run/secrets`",
        |d, raw| {
            d.private_key = Some(raw.pem()?);
            Ok(())
        },
    ),
    secret(
        "GITHUB_WEBHOOK_SECRETS",
        NONE,
        "webhook secrets, comma separated; each is accepted, so that they can be exchanged",
        |d, raw| {
            d.settings.webhook_secrets = raw.secrets();
            Ok(())
        },
    ),
    row("GITHUB_CLIENT_ID", NONE, "client id of the GitHub App, for signing in to the web view", |d, raw| {
        d.settings.client_id = Some(raw.text());
        Ok(())
    }),
    secret("GITHUB_CLIENT_SECRET", NONE, "client secret of the GitHub App, for signing in", |d, raw| {
        d.settings.client_secret = Some(raw.secret());
        Ok(())
    }),
    row("CA_FILE", "the system's", "extra certificate authority (PEM) for GitHub and private models", |d, raw| {
        d.settings.ca_file = Some(raw.readable()?);
        Ok(())
    }),
    secret("ADMIN_TOKEN", NONE, "REST token with every scope, for the first steps", |d, raw| {
        d.settings.admin_token = Some(raw.secret());
        Ok(())
    }),
    row(
        "WEB_AUTH",
        "github",
        "`github`: sign in through GitHub; `local`: nobody signs in, only when LISTEN and PUBLIC_URL are loopback",
        |d, raw| {
            d.settings.web_auth = match raw.text().as_str() {
                "github" => WebAuth::Github,
                "local" => WebAuth::Local,
                _ => return Err("must be github or local".into()),
            };
            Ok(())
        },
    ),
    row(
        "ADMINS",
        NONE,
        "GitHub logins, comma separated, of the people who may use the settings and setup pages of the web view",
        |d, raw| {
            d.settings.admins = raw.list();
            Ok(())
        },
    ),
    row(
        "CORS_ORIGINS",
        NONE,
        "origins, comma separated, whose pages may use the REST API in a browser (`https://tools.example.com`)",
        |d, raw| {
            d.settings.cors_origins = raw.list().iter().map(|text| origin(text)).collect::<Read<_>>()?;
            Ok(())
        },
    ),
    row(
        "TRUSTED_PROXIES",
        NONE,
        "addresses or networks, comma separated, of reverse proxies whose `X-Forwarded-For` names the client \
         (`10.0.0.0/8`); from anybody else it is ignored",
        |d, raw| {
            d.settings.trusted_proxies = raw.list().iter().map(|text| text.parse()).collect::<Read<_>>()?;
            Ok(())
        },
    ),
    row("RATE_LIMIT_TOKEN", "6000", "requests of one REST token in a minute; 0 for any number", |d, raw| {
        d.settings.limits.token = limit(raw)?;
        Ok(())
    }),
    row(
        "RATE_LIMIT_ADDRESS",
        "12000",
        "requests of one address in a minute, counted before its token is looked at; 0 for any number",
        |d, raw| {
            d.settings.limits.address = limit(raw)?;
            Ok(())
        },
    ),
    row("RATE_LIMIT_WEBHOOK", "600000", "webhooks of one address in a minute; 0 for any number", |d, raw| {
        d.settings.limits.webhook = limit(raw)?;
        Ok(())
    }),
    row("RATE_LIMIT_SIGN_IN", "60", "steps of signing in by one address in a minute; 0 for any number", |d, raw| {
        d.settings.limits.sign_in = limit(raw)?;
        Ok(())
    }),
    row("RATE_LIMIT_SESSION", "1200", "pages of one signed-in session in a minute; 0 for any number", |d, raw| {
        d.settings.limits.session = limit(raw)?;
        Ok(())
    }),
    row(
        "ALLOWED_MODEL_HOSTS",
        NONE,
        "hosts, comma separated, that a model's `base_url` may name although private or plain http \
         (`127.0.0.1:9000, ollama.internal`)",
        |d, raw| {
            d.settings.allowed_model_hosts = raw.hosts()?;
            Ok(())
        },
    ),
    row("ALLOW_LOCAL_REPOS", "false", "accept `file://` in `POST /v1/repos/clone` (trials, benchmarks)", |d, raw| {
        d.settings.allow_local_repos = raw.switch()?;
        Ok(())
    }),
    row("WORKERS", "64", "runs at once in this process", |d, raw| {
        d.settings.workers = raw.count(1..=4_096)?;
        Ok(())
    }),
    row("MAX_CANDIDATES", "8", "candidates in a round started by a command", |d, raw| {
        d.settings.max_candidates = raw.count(1..=256)?;
        Ok(())
    }),
    row("BUDGET_RUN_USD", "1", "the most one run may spend, in USD", |d, raw| {
        d.settings.budget_run = raw.usd()?;
        d.settings.budget_ceilings.run = Some(d.settings.budget_run);
        Ok(())
    }),
    row("BUDGET_ROUND_USD", "3", "the most one round may spend, in USD", |d, raw| {
        d.settings.budget_round = raw.usd()?;
        d.settings.budget_ceilings.round = Some(d.settings.budget_round);
        Ok(())
    }),
    row("BUDGET_REPO_DAY_USD", "20", "the most one repository may spend in a day (UTC), in USD", |d, raw| {
        d.settings.budget_repo_day = raw.usd()?;
        d.settings.budget_ceilings.repo_day = Some(d.settings.budget_repo_day);
        Ok(())
    }),
    row("BUDGET_DAY_USD", "100", "the most all repositories together may spend in a day (UTC), in USD", |d, raw| {
        d.settings.budget_day = raw.usd()?;
        d.settings.budget_ceilings.day = Some(d.settings.budget_day);
        Ok(())
    }),
    row(
        "BUDGET_USER_DAY_USD",
        NONE,
        "the most the rounds of one person may spend in a day (UTC), in USD; without it a person has no cap of their own",
        |d, raw| {
            d.settings.budget_user_day = Some(raw.usd()?);
            d.settings.budget_ceilings.user_day = d.settings.budget_user_day;
            Ok(())
        },
    ),
    row(
        "BUDGET_INSTALLATION_DAY_USD",
        NONE,
        "the most all repositories of one installation of the App may spend in a day (UTC), in USD; without it an \
         installation has no cap of its own",
        |d, raw| {
            d.settings.budget_installation_day = Some(raw.usd()?);
            Ok(())
        },
    ),
    row("MAX_RUNS_TASK", "2000", "runs that one task (an issue) may have", |d, raw| {
        d.settings.counts.runs_task = raw.cap()?;
        Ok(())
    }),
    row("MAX_RUNS_USER_DAY", "5000", "runs that one person may ask for in a day (UTC)", |d, raw| {
        d.settings.counts.runs_user_day = raw.cap()?;
        Ok(())
    }),
    row("MAX_RUNS_REPO_DAY", "10000", "runs that one repository may have in a day (UTC)", |d, raw| {
        d.settings.counts.runs_repo_day = raw.cap()?;
        Ok(())
    }),
    row(
        "MAX_RUNS_INSTALLATION_DAY",
        "20000",
        "runs that all repositories of one installation of the App may have in a day (UTC)",
        |d, raw| {
            d.settings.counts.runs_installation_day = raw.cap()?;
            Ok(())
        },
    ),
    row(
        "MAX_TOKENS_TASK",
        "1000000000",
        "input and output tokens that one task may take; a run at work counts with the 1,640,000 it may take at most",
        |d, raw| {
            d.settings.counts.tokens_task = raw.cap()?;
            Ok(())
        },
    ),
    row(
        "MAX_COMMENTS_THREAD",
        "300",
        "comments that the bot may write under one issue or pull request; a round that does not fit is refused, and \
         the last one says that the thread is full",
        |d, raw| {
            d.settings.counts.comments_thread = raw.cap()?;
            Ok(())
        },
    ),
    row(
        "BUDGET_WARN_PERCENT",
        "80",
        "the share of a round's, repository's or day's cap at which the status comment, the log and `/v1/usage` say once \
         that most is spent; 0 never does",
        |d, raw| {
            d.settings.budget_warn_percent = u32::try_from(raw.count(0..=100)?).unwrap_or(100);
            Ok(())
        },
    ),
    row(
        "DISK_FREE_PERCENT",
        "10",
        "nothing new starts while less than this part of the disk with the data folder is free, in percent; 0 never asks",
        |d, raw| {
            d.settings.disk_free_percent = u64::try_from(raw.count(0..=90)?).unwrap_or(90);
            Ok(())
        },
    ),
    row("REACTION_POLL_FLOOR_SECONDS", "5", "reactions are looked for at most this often", |d, raw| {
        d.settings.pace.poll_floor = raw.seconds(0.05)?;
        Ok(())
    }),
    row("PICK_GRACE_SECONDS", "5", "a reaction counts when it is still there after this long", |d, raw| {
        d.settings.pace.pick_grace = raw.seconds(0.0)?;
        Ok(())
    }),
    row(
        "LEASE_SECONDS",
        "60",
        "how long a job is held without a sign of life; renewed at a quarter of it",
        |d, raw| {
            d.settings.pace.lease = raw.seconds(1.0)?;
            Ok(())
        },
    ),
    row(
        "FORBIDDEN_PATHS",
        NONE,
        "paths, comma separated, that no patch may touch, beside the built-in ones",
        |d, raw| {
            d.settings.forbidden_paths = raw.list();
            Ok(())
        },
    ),
    row("FORBIDDEN_PATHS_EXCEPT", NONE, "paths, comma separated, exempt from the built-in forbidden ones", |d, raw| {
        d.settings.forbidden_paths_except = raw.list();
        Ok(())
    }),
];
