//! What a run's model is asked: the round's texts, cleaned, and what came before.

use crate::adapters::git::Mirror;
use crate::domain::round::Round;
use crate::engine::agent::Assignment;
use crate::engine::context::clean::clean;
use crate::service::{Services, history};

/// The assignment of a round, or in a sentence why what it goes on from cannot be trusted.
pub(super) async fn assignment(
    svc: &Services,
    round: &Round,
    mirror: &Mirror,
) -> anyhow::Result<Result<Assignment, String>> {
    let cleaned = |text: &str| clean(text).text;
    let before = history::of(svc, round).await?;
    let start = match &before.revised {
        None => Vec::new(),
        Some((run, _)) => match history::start(mirror, run).await? {
            Ok(start) => start,
            Err(why) => return Ok(Err(why)),
        },
    };
    Ok(Ok(Assignment {
        title: round.brief.title.as_deref().map(cleaned),
        body: cleaned(&round.brief.body),
        thread: round.brief.thread.iter().map(|said| cleaned(said)).collect(),
        instruction: history::instruction(round),
        scope: round.path.clone(),
        folders: round.terms.paths.clone(),
        start,
        revised: before.revised.map(|(_, told)| told),
        earlier: before.earlier,
    }))
}
