//! Votes over REST: one of each voter, who may change it.

use crate::adapters::github::GithubError;
use crate::domain::ids::{RunId, TokenId};
use crate::domain::permission::Permission;
use crate::domain::repo::Repo;
use crate::domain::vote::{Ballot, Tally, VoteSource, Voter};
use crate::service::{Services, audit, rights, votes};

/// Who presents a vote.
#[derive(Debug, Clone)]
pub struct Elector {
    /// The token; none for the operator's.
    pub token: Option<TokenId>,
    /// Its name.
    pub name: String,
    /// The person it acts for.
    pub login: Option<String>,
}

/// Why a vote does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uncounted {
    /// The token's person may not even read there, or is nobody.
    NoRight,
    /// The App is not installed there, so nobody can say who the person is.
    NoApp,
}

/// Casts a vote in place of the voter's own before; what all votes come to now.
pub async fn cast(
    svc: &Services,
    repo: &Repo,
    run: RunId,
    elector: &Elector,
    ballot: Ballot,
) -> anyhow::Result<Result<Tally, Uncounted>> {
    let voter = match voter(svc, repo, elector).await? {
        Ok(voter) => voter,
        Err(why) => return Ok(Err(why)),
    };
    let actor = audit::named(None, Some(&elector.name));
    votes::cast(svc, run, VoteSource::Rest, voter, ballot, &actor).await.map(Ok)
}

/// A token's person by the number that never changes, so that they are one with whoever reacts on GitHub.
async fn voter(svc: &Services, repo: &Repo, elector: &Elector) -> anyhow::Result<Result<Voter, Uncounted>> {
    let Some(login) = &elector.login else { return Ok(Ok(Voter::token(elector.token, &elector.name))) };
    let Ok(client) = svc.client(repo) else { return Ok(Err(Uncounted::NoApp)) };
    match rights::known(client.permission(login).await) {
        Ok(Some(standing)) if standing.permission != Permission::None => {
            let person = standing.account.map(|account| account.person);
            Ok(person.map(|person| Voter::person(person.id, &person.login)).ok_or(Uncounted::NoRight))
        }
        Ok(_) => Ok(Err(Uncounted::NoRight)),
        Err(GithubError::NotConfigured(_)) => Ok(Err(Uncounted::NoApp)),
        Err(error) => Err(error.into()),
    }
}
