//! What all clients of one App share, and the entrance of every call.

use std::sync::atomic::{AtomicBool, Ordering};

use secrecy::SecretString;
use serde::de::DeserializeOwned;

use crate::domain::clock::SharedClock;
use crate::domain::ids::{GithubRepoId, InstallationId};

use super::call::Call;
use super::etag::Etags;
use super::gate::Lanes;
use super::jwt::AppKey;
use super::place::Place;
use super::send::Trail;
use super::skew::Skew;
use super::standing::StandingCache;
use super::tokens::{TokenKey, TokenUse, Tokens};
use super::transport::{Answer, Transport};
use super::{CommentRollup, FileInfo, GithubConfig, GithubError};

/// Everything shared by all clients of one App.
pub(super) struct Core {
    pub config: GithubConfig,
    pub skew: Skew,
    pub lanes: Lanes,
    pub tokens: Tokens,
    pub rollups: Etags<Vec<CommentRollup>>,
    pub contents: Etags<FileInfo>,
    pub standings: StandingCache,
    pub key: AppKey,
    pub place: Place,
    pub transport: Transport,
}

/// As whom a call is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// The App itself.
    App,
    /// An installation, with the token of this key.
    Token(TokenKey),
}

impl Scope {
    /// The installation at large, without contents.
    pub(super) fn look(installation: InstallationId) -> Self {
        Self::Token(TokenKey { installation, repo: None, purpose: TokenUse::Look })
    }

    pub(super) fn installation(self) -> Option<InstallationId> {
        match self {
            Self::App => None,
            Self::Token(key) => Some(key.installation),
        }
    }

    pub(super) fn repo(self) -> Option<GithubRepoId> {
        match self {
            Self::App => None,
            Self::Token(key) => key.repo,
        }
    }
}

impl std::fmt::Debug for Core {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Core").field("key", &self.key).field("place", &self.place).finish_non_exhaustive()
    }
}

impl Core {
    pub(super) fn new(mut config: GithubConfig, clock: SharedClock) -> Result<Self, GithubError> {
        let pem = std::mem::replace(&mut config.private_key, SecretString::from(String::new()));
        let key = AppKey::new(config.app_id, &pem)?;
        let place = Place::new(&config.api_url)?;
        let transport = Transport::new(&config, place.is_loopback())?;
        Ok(Self {
            skew: Skew::new(clock.clone()),
            lanes: Lanes::new(config.clone(), clock),
            tokens: Tokens::new(),
            rollups: Etags::new(5_000),
            contents: Etags::new(500),
            standings: StandingCache::new(),
            key,
            place,
            transport,
            config,
        })
    }

    /// Asks and reads the answer.
    pub(super) async fn ask<T: DeserializeOwned>(&self, scope: Scope, call: Call) -> Result<T, GithubError> {
        self.ask_noting(scope, call, None).await
    }

    /// As [`Self::ask`]; `moved` is set when the answer came by way of a redirect.
    pub(super) async fn ask_noting<T: DeserializeOwned>(
        &self,
        scope: Scope,
        call: Call,
        moved: Option<&AtomicBool>,
    ) -> Result<T, GithubError> {
        let answer = self.send(scope, &call, moved).await?;
        serde_json::from_slice(&answer.body).map_err(|_| call.unclear("its answer is not understood"))
    }

    /// Asks, with all tries that the rules allow.
    pub(super) async fn send(
        &self,
        scope: Scope,
        call: &Call,
        moved: Option<&AtomicBool>,
    ) -> Result<Answer, GithubError> {
        let lane = scope.installation().map(|id| self.lanes.of(id));
        let lane = lane.as_deref();
        if let Some(lane) = lane {
            lane.check()?;
        }
        let turn = match lane.filter(|_| call.write.is_some()) {
            Some(lane) => Some(lane.enter().await?),
            None => None,
        };
        let mut trail = Trail::default();
        let result = self.attempts(scope, call, lane, turn.as_ref(), &mut trail).await;
        if let (true, Some(moved)) = (trail.redirected, moved) {
            moved.store(true, Ordering::Relaxed);
        }
        result
    }
}
