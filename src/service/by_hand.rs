//! What a person does from the web view beside the pick: the same steps as the commands, without a comment.

use crate::adapters::store::models;
use crate::domain::ids::ModelId;
use crate::domain::model::ModelProfile;
use crate::domain::permission::Person;
use crate::domain::repo::Repo;
use crate::domain::round::{Origin, Round};
use crate::domain::run::{Letter, Run};
use crate::domain::task::Task;
use crate::engine::render::Reply;

use super::again::{Again, Retry, again, chosen};
use super::cancel::{cancel_round, cancel_run};
use super::commands::{cap_reply, grown_reply, revisable, written_by};
use super::grow_round::{Growth, grow};
use super::start_round::{NewRound, Started, price_of, start_round};
use super::{Services, audit, repo_file};

/// The round that something is done to, as the page showed it.
pub struct Here<'a> {
    /// The repository.
    pub repo: &'a Repo,
    /// The task.
    pub task: &'a Task,
    /// The round.
    pub round: &'a Round,
    /// Its candidates.
    pub runs: &'a [Run],
    /// Who does it; `None` for who sits at the machine.
    pub person: Option<&'a Person>,
    /// A name of this one press of the button: pressed twice, it is done once.
    pub key: String,
}

/// Nothing was done, and why; or it is under way.
pub type Done = Result<(), Reply>;

impl Here<'_> {
    /// The name under which the audit knows who does it.
    fn actor(&self) -> String {
        audit::named(self.person, None)
    }
}

/// Stops one candidate, or all that are at work.
pub async fn cancel(svc: &Services, here: &Here<'_>, letter: Option<Letter>) -> anyhow::Result<Done> {
    let run = match letter {
        None => None,
        Some(letter) => match here.runs.iter().find(|run| run.letter == letter) {
            Some(run) => Some(run.id),
            None => return Ok(Err(unknown(here, letter))),
        },
    };
    let stopped = match run {
        None => cancel_round(svc, here.round.id, &here.actor()).await?,
        Some(run) => usize::from(cancel_run(svc, run, &here.actor()).await?),
    };
    Ok(if stopped == 0 { Err(Reply::NothingToCancel) } else { Ok(()) })
}

/// One candidate again, or all that failed.
pub async fn retry(svc: &Services, here: &Here<'_>, letter: Option<Letter>) -> anyhow::Result<Done> {
    let runs = match chosen(here.runs, letter) {
        Ok(runs) => runs,
        Err(reply) => return Ok(Err(reply)),
    };
    let (svc, _) = repo_file::under(svc, here.repo).await?;
    let wish = Retry { key: &here.key, repo: here.repo, actor: &here.actor() };
    Ok(match again(&svc, here.round.id, &runs, &wish).await? {
        Again::AtWork => Ok(()),
        Again::Refused(reply) => Err(*reply),
    })
}

/// One more candidate from this model.
pub async fn add(svc: &Services, here: &Here<'_>, model: ModelId) -> anyhow::Result<Done> {
    let (svc, _) = repo_file::under(svc, here.repo).await?;
    let stored = models::get(&mut *svc.store.read().await?, model).await?.filter(|model| model.deleted_at.is_none());
    let Some(model) = stored.map(|stored| stored.profile) else { return Ok(Err(Reply::NoModels)) };
    if let Err(reply) = priced(&model) {
        return Ok(Err(reply));
    }
    let wish = Growth { key: &here.key, models: &[model], actor: &here.actor() };
    Ok(grown_reply(&svc, grow(&svc, here.repo, here.round.id, &wish).await?).map_or(Ok(()), Err))
}

/// A new round that goes on from a candidate's patch, by the model that wrote it.
pub async fn revise(svc: &Services, here: &Here<'_>, letter: Letter, instruction: String) -> anyhow::Result<Done> {
    let Some(run) = here.runs.iter().find(|run| run.letter == letter) else { return Ok(Err(unknown(here, letter))) };
    let (svc, _) = repo_file::under(svc, here.repo).await?;
    if let Err(reply) = revisable(&svc, here.task.id, run).await? {
        return Ok(Err(reply));
    }
    let models = match written_by(&svc, run).await? {
        Ok(models) => models,
        Err(reply) => return Ok(Err(reply)),
    };
    let new = NewRound {
        models,
        brief: here.round.brief.clone(),
        base_ref: here.round.base_ref.clone(),
        base_commit: run.base_commit.clone(),
        path: here.round.path.clone(),
        budget: svc.policy.budget_round,
        origin: Origin { requester: here.person.cloned(), ..Origin::default() },
        said: vec![instruction.clone()],
        instruction,
        starts_from: Some(run.id),
        pull_id: here.round.pull_id,
        exclusive: true,
    };
    Ok(match start_round(&svc, here.repo, here.task.id, new).await? {
        Started::Round(..) | Started::Already(_) => Ok(()),
        Started::Busy(_) => Err(Reply::RoundRunning { round: here.task.round, url: None }),
        Started::Cap(cap) => Err(cap_reply(&cap)),
    })
}

fn unknown(here: &Here<'_>, letter: Letter) -> Reply {
    Reply::NoSuchCandidate { letter, known: here.runs.iter().map(|run| run.letter).collect() }
}

fn priced(model: &ModelProfile) -> Done {
    if price_of(model).is_some() { Ok(()) } else { Err(Reply::PriceUnknown { alias: model.alias.clone() }) }
}
