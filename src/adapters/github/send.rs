//! The way of every call: token, turn, sending, judging, sending again or sorting the refusal.

use std::time::Duration;

use tokio::time::Instant;
use url::Url;

use crate::domain::clock::Timestamp;

use super::call::{Call, Verdict, judge};
use super::core::{Core, Scope};
use super::gate::{Lane, Turn};
use super::mint::Bearer;
use super::place::Place;
use super::sort::{LEAST_PAUSE, sort};
use super::transport::{Answer, Outgoing, TransportError};
use super::{GithubError, RateBudget};

const MOST_REDIRECTS: u32 = 3;

/// What a call went through.
#[derive(Default)]
pub(super) struct Trail {
    faults: u32,
    hops: u32,
    renewed: bool,
    pub redirected: bool,
}

impl Core {
    /// Sends until there is an answer or the rules say stop.
    pub(super) async fn attempts(
        &self,
        scope: Scope,
        call: &Call,
        lane: Option<&Lane>,
        turn: Option<&Turn<'_>>,
        trail: &mut Trail,
    ) -> Result<Answer, GithubError> {
        let mut url = self.place.url(&call.path)?;
        loop {
            let bearer = self.bearer(scope).await?;
            if let (Some(turn), Some(kind)) = (turn, call.write) {
                turn.book(kind).await?;
            }
            let result = self.once(call, &url, &bearer, lane).await;
            match (judge(&result), result) {
                (Verdict::Done, Ok(answer)) => {
                    if let Some(lane) = lane.filter(|_| call.write.is_some()) {
                        lane.note_success();
                    }
                    return Ok(answer);
                }
                (Verdict::Redirect(to), _) => {
                    url = self.redirect(&url, &to, scope, trail)?;
                }
                (Verdict::Refused, Ok(answer)) => {
                    let pause = lane.map_or(LEAST_PAUSE, Lane::next_pause);
                    let error = sort(&answer, &self.skew, pause);
                    self.refused(scope, &bearer, error, lane, trail).await?;
                }
                (Verdict::NotSent, _) => self.fault("it cannot be reached", trail).await?,
                (Verdict::Fault(why), _) if call.repeatable => self.fault(why, trail).await?,
                (Verdict::Fault(why) | Verdict::Hopeless(why), _) => return Err(call.unclear(why)),
                (Verdict::Done | Verdict::Refused, Err(_)) => return Err(call.unclear("the connection broke")),
            }
        }
    }

    async fn once(
        &self,
        call: &Call,
        url: &Url,
        bearer: &Bearer,
        lane: Option<&Lane>,
    ) -> Result<Answer, TransportError> {
        let outgoing = Outgoing {
            method: &call.method,
            url,
            bearer: Some(&bearer.secret),
            accept: call.accept,
            etag: call.etag.as_deref(),
            body: call.body.as_deref(),
        };
        let started = Instant::now();
        let result = self.transport.send(&outgoing).await;
        let status = result.as_ref().map_or(0, |answer| answer.status);
        let duration = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::debug!(http.method = %call.method, github.status = status, duration_ms = duration, "GitHub answered");
        if let Ok(answer) = &result {
            self.skew.observe(&answer.headers);
            if let (Some(lane), Some(budget)) = (lane, self.read_budget(answer)) {
                lane.note_budget(budget);
            }
        }
        result
    }

    fn read_budget(&self, answer: &Answer) -> Option<RateBudget> {
        let number = |name: &str| answer.header(name)?.parse::<i64>().ok();
        if answer.header("x-ratelimit-resource").is_some_and(|resource| resource != "core") {
            return None;
        }
        Some(RateBudget {
            limit: u64::try_from(number("x-ratelimit-limit")?).ok()?,
            remaining: u64::try_from(number("x-ratelimit-remaining")?).ok()?,
            reset: self.skew.to_ours(Timestamp(number("x-ratelimit-reset")?.saturating_mul(1000))),
            seen_at: self.skew.ours(),
        })
    }

    /// Renamed repositories redirect; only on the API host, only within the same repository (F054).
    fn redirect(&self, from: &Url, to: &str, scope: Scope, trail: &mut Trail) -> Result<Url, GithubError> {
        trail.hops += 1;
        if trail.hops > MOST_REDIRECTS {
            return Err(GithubError::Unavailable("it redirects in circles"));
        }
        let url = from.join(to).ok().filter(|url| self.place.holds(url));
        let url = url.ok_or(GithubError::Unavailable("it redirects to another server"))?;
        let other = Place::repository_in(&url).filter(|named| scope.repo().is_some_and(|ours| ours != *named));
        if other.is_some() {
            return Err(GithubError::Transferred { repo: other, name: None });
        }
        trail.redirected = true;
        Ok(url)
    }

    /// Pauses before the next try, or gives up.
    async fn fault(&self, why: &'static str, trail: &mut Trail) -> Result<(), GithubError> {
        if trail.faults >= self.config.retries {
            return Err(GithubError::Unavailable(why));
        }
        let doubled = self.config.retry_pause.saturating_mul(2u32.saturating_pow(trail.faults));
        trail.faults += 1;
        tokio::time::sleep(jitter(doubled.min(self.config.retry_pause_max))).await;
        Ok(())
    }

    /// A refusal that may be a matter of the token is tried again; all others are the answer.
    async fn refused(
        &self,
        scope: Scope,
        bearer: &Bearer,
        error: GithubError,
        lane: Option<&Lane>,
        trail: &mut Trail,
    ) -> Result<(), GithubError> {
        let of_token = matches!(error, GithubError::Unauthorized | GithubError::Permission { .. });
        let fresh = bearer.minted.is_some_and(|at| at.elapsed() < self.config.fresh_token_grace);
        if of_token && fresh {
            tokio::time::sleep(self.config.fresh_token_pause).await;
            return Ok(());
        }
        if error == GithubError::Unauthorized && !trail.renewed {
            trail.renewed = true;
            if let (Scope::Token(key), Some(minted)) = (scope, bearer.minted) {
                self.tokens.discard(key, minted).await;
            }
            return Ok(());
        }
        if let Some(lane) = lane {
            lane.note_limit(&error);
        }
        match (error, scope, bearer.minted) {
            (GithubError::Permission { missing }, Scope::Token(key), Some(minted)) => {
                // What the owner grants later is not in this token.
                self.tokens.discard(key, minted).await;
                Err(self.name_missing(key, missing).await)
            }
            (error, ..) => Err(error),
        }
    }
}

/// Somewhere between nothing and `most`, so that many waiting ones do not come back at once.
fn jitter(most: Duration) -> Duration {
    let most_ms = u64::try_from(most.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(rand::random_range(0..=most_ms))
}
