//! `/bakeoff add gemini[:n] …`.

use crate::domain::round::RoundStatus;
use crate::engine::command::ModelRequest;
use crate::engine::render::Reply;

use super::run::{cap_reply, chosen};
use super::{Answer, Asked, newest, no_round};
use crate::service::grow_round::{Grown, Growth, grow};
use crate::service::{Services, audit};

pub(super) async fn add(svc: &Services, asked: &Asked<'_>, requested: &[ModelRequest]) -> anyhow::Result<Answer> {
    let Some((_, round, _)) = newest(svc, asked).await? else { return Ok(no_round(asked).into()) };
    let models = match chosen(svc, asked, requested).await? {
        Ok(models) => models,
        Err(reply) => return Ok(reply.into()),
    };
    let (key, actor) = (asked.key(), audit::actor(asked.person));
    let wish = Growth { key: &key, models: &models, actor: &actor };
    let reply = grown_reply(svc, grow(svc, asked.repo, round.id, &wish).await?);
    Ok(reply.map_or(Answer::Quiet, Answer::from))
}

/// Why there are no more candidates; `None` when there are.
pub(in crate::service) fn grown_reply(svc: &Services, grown: Grown) -> Option<Reply> {
    Some(match grown {
        Grown::Runs(_) | Grown::Already => return None,
        Grown::Over(status) => over(status),
        Grown::TooMany { asked } => Reply::TooManyCandidates { asked, max: svc.policy.max_candidates },
        Grown::Spent(budget) => Reply::RoundSpent { budget },
        Grown::Cap(cap) => cap_reply(&cap),
    })
}

/// Why a round takes no more work.
pub(super) fn over(status: RoundStatus) -> Reply {
    if status == RoundStatus::Expired { Reply::ChoiceExpired } else { Reply::RoundOver { status } }
}
