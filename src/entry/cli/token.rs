//! `bakeoff token`: REST tokens.

use std::time::Duration;

use clap::Subcommand;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::domain::clock::{Clock as _, SystemClock, Timestamp};
use crate::domain::ids::TokenId;
use crate::domain::repo::RepoName;
use crate::domain::token::{Scope, Token};
use crate::service::audit::LOCAL;
use crate::service::tokens::{self, NewToken};

use super::output::{self, Usage};
use super::process::{Process, existing_store};

/// What can be done with tokens.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Makes a token and prints its secret, which is never shown again.
    Create {
        /// What you call it.
        name: String,
        /// What it may do: read, run, pick, admin (admin holds the others). Several: repeat it or use commas.
        #[arg(long = "scope", value_name = "SCOPE", required = true, value_delimiter = ',', value_parser = scope)]
        scopes: Vec<Scope>,
        /// A repository it is limited to, as owner/name; may be repeated. Without it: all.
        #[arg(long = "repository", value_name = "OWNER/NAME", value_delimiter = ',', value_parser = repository)]
        repositories: Vec<RepoName>,
        /// The person whose permission a pick is checked by.
        #[arg(long, value_name = "LOGIN")]
        github_login: Option<String>,
        /// Ends by itself after this many days.
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=3650))]
        expires_in_days: Option<u32>,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Lists all tokens, newest first, without their secrets.
    List {
        /// Print a JSON array.
        #[arg(long)]
        json: bool,
    },
    /// Ends a token at once.
    Revoke {
        /// The token's id, as `list` shows it.
        id: TokenId,
    },
}

fn scope(word: &str) -> Result<Scope, String> {
    Scope::parse(word).ok_or_else(|| "the scopes are read, run, pick and admin".into())
}

fn repository(text: &str) -> Result<RepoName, String> {
    RepoName::parse(text).ok_or_else(|| "a repository is written owner/name".into())
}

/// Runs one of them.
pub async fn token(process: &Process, command: TokenCommand) -> anyhow::Result<()> {
    match command {
        TokenCommand::Create { name, scopes, repositories, github_login, expires_in_days, json } => {
            let day = |days: u32| SystemClock.now().plus(Duration::from_hours(24 * u64::from(days)));
            let new = NewToken {
                name,
                scopes,
                repositories: Some(repositories).filter(|all| !all.is_empty()),
                github_login,
                expires_at: expires_in_days.map(day),
            };
            create(process, new, json).await
        }
        TokenCommand::List { json } => list(process, json).await,
        TokenCommand::Revoke { id } => revoke(process, id).await,
    }
}

async fn create(process: &Process, new: NewToken, as_json: bool) -> anyhow::Result<()> {
    let store = existing_store(&process.settings()?).await?;
    let made = tokens::create(&store, new, LOCAL, SystemClock.now()).await?;
    store.close().await;
    let made = made.map_err(|invalid| Usage(invalid.to_string()))?;
    if as_json {
        let mut shown = show(&made.token);
        if let Value::Object(fields) = &mut shown {
            fields.insert("secret".into(), made.secret.expose_secret().into());
        }
        return output::json(&shown);
    }
    output::remark(&format!("token \"{}\" ({}): keep it, it is not shown again", made.token.name, made.token.id));
    output::line(made.secret.expose_secret())
}

async fn list(process: &Process, as_json: bool) -> anyhow::Result<()> {
    let store = existing_store(&process.settings()?).await?;
    let all = tokens::list(&store).await?;
    store.close().await;
    if as_json {
        return output::json(&all.iter().map(show).collect());
    }
    if all.is_empty() {
        output::remark("there are no tokens: make one with `bakeoff token create NAME --scope read`");
    }
    let now = SystemClock.now();
    all.iter().try_for_each(|token| output::line(&row(token, now)))
}

async fn revoke(process: &Process, id: TokenId) -> anyhow::Result<()> {
    let store = existing_store(&process.settings()?).await?;
    let revoked = tokens::revoke(&store, id, LOCAL, SystemClock.now()).await?;
    store.close().await;
    if !revoked {
        anyhow::bail!("there is no token {id} that could be revoked");
    }
    output::line(&format!("The token {id} is revoked."))
}

fn names(all: &[RepoName]) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}

/// A token as REST shows it.
fn show(token: &Token) -> Value {
    let time = |at: Option<Timestamp>| at.map(Timestamp::to_rfc3339);
    json!({
        "id": token.id,
        "name": token.name,
        "scopes": token.scopes,
        "repositories": token.repositories.as_deref().map(names),
        "github_login": token.github_login,
        "expires_at": time(token.expires_at),
        "last_used_at": time(token.last_used_at),
        "created_at": token.created_at.to_rfc3339(),
        "revoked_at": time(token.revoked_at),
    })
}

/// A token in one line.
fn row(token: &Token, now: Timestamp) -> String {
    let scopes: Vec<_> = token.scopes.iter().map(|scope| scope.as_str()).collect();
    let repositories =
        token.repositories.as_deref().map_or_else(|| "all repositories".into(), |all| names(all).join(","));
    let state = match (token.revoked_at, token.expires_at) {
        (Some(_), _) => "revoked".into(),
        (None, Some(at)) if at <= now => "expired".into(),
        (None, Some(at)) => format!("until {}", at.to_rfc3339()),
        (None, None) => "valid".into(),
    };
    let person = token.github_login.as_deref().map(|login| format!("  as {login}")).unwrap_or_default();
    format!("{}  {}  {}  {repositories}{person}  {state}", token.id, token.name, scopes.join(","))
}
