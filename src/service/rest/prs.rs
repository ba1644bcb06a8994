//! `POST …/prs`: a pick over REST, and the wait for what becomes of it.

use std::time::Duration;

use url::Url;

use crate::adapters::github::{CompareStatus, GithubError};
use crate::adapters::store::{Conn, StoreError, picks, pulls, runs};
use crate::domain::ids::{PickId, PullId, RunId, TaskId};
use crate::domain::pick::{Pick, PickForm, PickSource, PickStatus};
use crate::domain::pull::Pull;
use crate::domain::repo::Repo;
use crate::domain::run::Run;
use crate::service::pick::{Choice, PickRequest, Refusal, accept, patchless};
use crate::service::{Services, audit, repos, rights};

/// How often a pick that is being opened is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A pick as a client asks for it.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The candidate.
    pub run_id: RunId,
    /// The pull request that gets a commit; without one another is opened.
    pub pull_id: Option<PullId>,
    /// What is to be opened.
    pub form: PickForm,
    /// A title for the pull request, or the first line of the commit.
    pub title: Option<String>,
    /// A description for it, or the rest of the commit's message.
    pub body: Option<String>,
    /// The REST token's name.
    pub token_name: String,
    /// The person whose right counts; without one the token's scope has decided.
    pub login: Option<String>,
}

/// Chooses the candidate, or says why not.
pub async fn choose(svc: &Services, repo: &Repo, wish: Wish) -> anyhow::Result<Choice> {
    let run = runs::get(&mut *svc.store.read().await?, wish.run_id).await?;
    if let Some(refusal) = run.as_ref().and_then(patchless) {
        return Ok(Choice::Refused(refusal));
    }
    let Ok(client) = svc.client(repo) else { return Ok(Choice::Refused(Refusal::NoApp)) };
    let person = match &wish.login {
        None => None,
        Some(login) => match rights::writer_by_login(&client, login).await {
            Ok(Some(person)) => Some(person),
            Ok(None) => {
                refused(svc, &wish).await?;
                return Ok(Choice::Refused(Refusal::NoRight));
            }
            Err(GithubError::NotConfigured(_)) => return Ok(Choice::Refused(Refusal::NoApp)),
            Err(error) => return Err(error.into()),
        },
    };
    let request = PickRequest {
        run_id: wish.run_id,
        source: PickSource::Rest,
        person,
        token_name: Some(wish.token_name),
        pull_id: wish.pull_id,
        form: wish.form,
        shown: None,
        title: wish.title,
        body: wish.body,
    };
    accept(svc, request).await
}

async fn refused(svc: &Services, wish: &Wish) -> anyhow::Result<()> {
    let details = serde_json::json!({ "reason": "no write access", "source": "rest" });
    let actor = audit::named(None, Some(&wish.token_name));
    let mut tx = svc.store.begin().await?;
    audit::note(&mut tx, &actor, "pick.refuse", &format!("run:{}", wish.run_id), details, svc.now()).await?;
    Ok(tx.commit().await?)
}

/// What became of a pick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Its pull request is open.
    Opened(Box<Pull>),
    /// Its branch stands, for a person to open the pull request.
    Linked(Box<Pick>),
    /// The base moved; these paths conflict, one a line.
    Stale(String),
    /// It could not be done: one sentence.
    Failed(String),
    /// Still at work.
    Opening,
}

/// How a pick stands now.
pub async fn outcome(svc: &Services, id: PickId) -> anyhow::Result<Outcome> {
    let mut conn = svc.store.read().await?;
    let Some(pick) = picks::get(&mut conn, id).await? else { return Ok(Outcome::Failed("The pick is gone.".into())) };
    let note = pick.note.clone().unwrap_or_default();
    Ok(match pick.status {
        PickStatus::Linked => Outcome::Linked(Box::new(pick)),
        PickStatus::Opening => Outcome::Opening,
        PickStatus::Stale => Outcome::Stale(note),
        PickStatus::Failed => Outcome::Failed(note),
        PickStatus::Opened => match opened(&mut conn, pick.pull_id, pick.run_id).await? {
            Some(pull) => Outcome::Opened(Box::new(pull)),
            None => Outcome::Opening,
        },
    })
}

/// A pull request that was promised: the candidate, and how far it is; `None` when there is no such promise.
pub async fn promise(svc: &Services, task: TaskId, id: PullId) -> anyhow::Result<Option<(Run, Outcome)>> {
    let pick = id.opened_by();
    let mut conn = svc.store.read().await?;
    // A choice that adds a commit to a pull request promises no other, and one for the branch alone none.
    let promises = |p: &Pick| p.task_id == task && p.pull_id.is_none() && p.form != PickForm::Branch;
    let found = picks::get(&mut conn, pick).await?.filter(promises);
    let run = match found {
        Some(found) => runs::get(&mut conn, found.run_id).await?,
        None => None,
    };
    drop(conn);
    Ok(match run {
        Some(run) => Some((run, outcome(svc, pick).await?)),
        None => None,
    })
}

async fn opened(conn: &mut Conn, pull: Option<PullId>, run: RunId) -> Result<Option<Pull>, StoreError> {
    match pull {
        Some(id) => pulls::get(conn, id).await,
        None => pulls::for_run(conn, run).await,
    }
}

/// GitHub's page that compares a pushed branch with its target and offers to open the pull request.
pub fn compare_url(svc: &Services, repo: &Repo, pick: &Pick, title: Option<&str>) -> Option<String> {
    let (name, branch, target) = (repo.name.as_ref()?, pick.branch.as_ref()?, pick.target.as_ref()?);
    let mut url = Url::parse(&repos::url_of(svc, name)).ok()?;
    // Pushed one by one, so that nothing in a name can end the path.
    url.path_segments_mut().ok()?.push("compare").extend(format!("{target}...{branch}").split('/'));
    let given = pick.title.as_deref().or(title).map(|title| ("title", title));
    let words = [Some(("expand", "1")), given, pick.body.as_deref().map(|body| ("body", body))];
    url.query_pairs_mut().extend_pairs(words.into_iter().flatten());
    Some(url.into())
}

/// Whether the run's base lies below the head of this open pull request, so that its patch can be merged there.
pub async fn fits(svc: &Services, repo: &Repo, run: &Run, pull: &Pull) -> anyhow::Result<bool> {
    let client = svc.client(repo)?;
    let Some(head) = client.branch_head(&pull.branch).await? else { return Ok(false) };
    let compared = client.compare(&run.base_commit, &head).await?;
    Ok(compared.is_some_and(|c| matches!(c.status, CompareStatus::Ahead | CompareStatus::Identical)))
}

/// Waits until a pick is decided. Never ends by itself before that: the caller sets the deadline.
pub async fn decided(svc: &Services, id: PickId) -> anyhow::Result<Outcome> {
    loop {
        match outcome(svc, id).await? {
            Outcome::Opening => tokio::time::sleep(LOOK_EVERY).await,
            done => return Ok(done),
        }
    }
}
