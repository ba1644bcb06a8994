//! `/bakeoff retry [B]`: one candidate again, or all that failed.

use crate::domain::run::Letter;

use super::{Answer, Asked, newest, no_round};
use crate::service::again::{Again, Retry, again, chosen};
use crate::service::{Services, audit};

pub(super) async fn retry(svc: &Services, asked: &Asked<'_>, letter: Option<Letter>) -> anyhow::Result<Answer> {
    let Some((_, round, runs)) = newest(svc, asked).await? else { return Ok(no_round(asked).into()) };
    let runs = match chosen(&runs, letter) {
        Ok(runs) => runs,
        Err(reply) => return Ok(reply.into()),
    };
    let (key, actor) = (asked.key(), audit::actor(asked.person));
    let wish = Retry { key: &key, repo: asked.repo, actor: &actor };
    Ok(match again(svc, round.id, &runs, &wish).await? {
        Again::AtWork => Answer::Quiet,
        Again::Refused(reply) => Answer::Say(reply),
    })
}
