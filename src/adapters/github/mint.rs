//! Whose word a call carries: the App's own token, or an installation's, minted when needed.

use secrecy::SecretString;
use tokio::time::Instant;

use super::call::Call;
use super::core::{Core, Scope};
use super::tokens::{Token, TokenKey, usable};
use super::{GithubError, wire};

/// What goes into the `Authorization` header.
pub(super) struct Bearer {
    pub secret: SecretString,
    /// For an installation's token.
    pub minted: Option<Instant>,
}

impl Core {
    pub(super) async fn bearer(&self, scope: Scope) -> Result<Bearer, GithubError> {
        match scope {
            Scope::App => Ok(Bearer { secret: self.key.sign(self.skew.githubs())?, minted: None }),
            Scope::Token(key) => {
                let token = self.token(key).await?;
                Ok(Bearer { secret: token.secret, minted: Some(token.minted) })
            }
        }
    }

    /// The token of a key, minted when there is none or it ends soon.
    pub(super) async fn token(&self, key: TokenKey) -> Result<Token, GithubError> {
        let slot = self.tokens.slot(key);
        let mut held = slot.lock().await;
        if let Some(token) = usable(held.as_ref(), self.skew.githubs()) {
            return Ok(token);
        }
        *held = None;
        let token = self.mint(key).await?;
        *held = Some(token.clone());
        Ok(token)
    }

    async fn mint(&self, key: TokenKey) -> Result<Token, GithubError> {
        let path = format!("/app/installations/{}/access_tokens", key.installation);
        let call = Call::post(path, &key.request()).repeatable();
        // Boxed: sending needs a token, and minting one is sending.
        let minted: Result<wire::Minted, _> = Box::pin(self.ask(Scope::App, call)).await;
        match minted {
            Ok(minted) => minted.into_token().ok_or(GithubError::Unavailable("its answer is not understood")),
            Err(GithubError::Validation { .. }) => Err(self.why_not_minted(key).await),
            Err(error) => Err(error),
        }
    }

    /// GitHub's own words, else what the installation shows (F081).
    pub(super) async fn name_missing(&self, key: TokenKey, said: Option<String>) -> GithubError {
        match said {
            Some(_) => GithubError::Permission { missing: said },
            None => match self.why_not_minted(key).await {
                GithubError::Permission { missing } => GithubError::Permission { missing },
                _ => GithubError::Permission { missing: None },
            },
        }
    }

    /// Names the permission that the installation lacks; if it lacks none, the repository is not ours.
    async fn why_not_minted(&self, key: TokenKey) -> GithubError {
        let call = Call::get(format!("/app/installations/{}", key.installation));
        let installation: Result<wire::Installation, _> = Box::pin(self.ask(Scope::App, call)).await;
        match installation {
            Ok(found) => {
                let granted = |name: &str| found.permissions.get(name).map_or("", String::as_str);
                let lacks = |(name, level): &(&str, &str)| {
                    let has = granted(name);
                    has != *level && has != "write" && has != "admin"
                };
                match key.purpose.permissions().into_iter().find(lacks) {
                    Some((name, level)) => GithubError::Permission { missing: Some(format!("{name}={level}")) },
                    None => GithubError::NotFound,
                }
            }
            Err(error) => error,
        }
    }
}
