//! `POST …/runs`: from ids and a ref to a round. Everything is checked before anything is written.

use crate::adapters::github::GithubError;
use crate::adapters::store::{messages, models};
use crate::domain::ids::{MessageId, RunId, TaskId};
use crate::domain::model::ModelProfile;
use crate::domain::money::UsdMicros;
use crate::domain::permission::Person;
use crate::domain::repo::{BranchName, CommitSha, Repo};
use crate::domain::round::{Brief, Origin};
use crate::domain::task::Task;
use crate::service::caps::Cap;
use crate::service::start_round::{NewRound, Started, price_of, start_round, start_within};
use crate::service::{Services, audit, repo_file, repos, rights};

use super::tasks;

/// A round as a client asks for it.
#[derive(Debug, Clone)]
pub struct Wish {
    /// What is to be done.
    pub instruction: String,
    /// A run for each, as the client wrote them.
    pub model_ids: Vec<String>,
    /// Branch, tag or commit; the default branch without one.
    pub base_ref: Option<String>,
    /// The only folder that may change.
    pub path: Option<String>,
    /// The most the round may spend.
    pub budget: Option<UsdMicros>,
    /// The message of the task's conversation it answers.
    pub message_id: Option<String>,
    /// Who asks.
    pub by: By,
}

/// Who asks for a round without a comment.
#[derive(Debug, Clone)]
pub enum By {
    /// A REST token.
    Token {
        /// Its name.
        name: String,
        /// The person it acts for.
        login: Option<String>,
    },
    /// Somebody who signed in to the web view.
    Person(Person),
}

impl By {
    /// Whoever uses the web view; who sits at the machine itself goes by its name.
    pub fn web(person: Option<Person>) -> Self {
        person.map_or_else(|| Self::Token { name: "web view".into(), login: None }, Self::Person)
    }

    /// Whom the repository's file has to let in; a page asked before.
    fn login(&self) -> Option<&str> {
        match self {
            Self::Token { login, .. } => login.as_deref(),
            Self::Person(_) => None,
        }
    }

    fn origin(self) -> Origin {
        match self {
            Self::Token { name, .. } => Origin { token_name: Some(name), ..Origin::default() },
            Self::Person(person) => Origin { requester: Some(person), ..Origin::default() },
        }
    }
}

/// Why there is no round: one sentence each.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Not a live profile.
    #[error("Model not found: {0}")]
    Model(String),
    /// Nothing at that name.
    #[error("Ref not found: {0}")]
    Ref(String),
    /// Not a message of this task.
    #[error("Message not found: {0}")]
    Message(String),
    /// A model without a price cannot be held to a budget.
    #[error("The price of {0} is not known: give it prices, or mark it as free.")]
    Price(String),
    /// The repository's file does not name this person.
    #[error("The repository's .github/bakeoff.yml does not let {0} start rounds.")]
    Commander(String),
    /// More than a round may spend.
    #[error("The budget is above the limit of {0} a round.")]
    Budget(UsdMicros),
    /// A limit.
    #[error("{0}")]
    Cap(Cap),
    /// The server of the repository said no or did not answer.
    #[error("{0}")]
    Server(String),
}

/// Starts the round; its runs in the order of the models.
pub async fn start(
    svc: &Services,
    repo: &Repo,
    task: &Task,
    wish: Wish,
) -> anyhow::Result<Result<Vec<RunId>, Refused>> {
    if let Some(id) = &wish.message_id
        && !is_said(svc, task, id).await?
    {
        return Ok(Err(Refused::Message(id.clone())));
    }
    match plan(svc, repo, task.title.clone(), wish).await? {
        Ok((here, new)) => begin(&here, repo, task.id, new).await,
        Err(refused) => Ok(Err(refused)),
    }
}

/// Makes a task with its first round, both or neither; the task.
pub async fn start_new(
    svc: &Services,
    repo: &Repo,
    title: String,
    wish: Wish,
) -> anyhow::Result<Result<TaskId, Refused>> {
    let said = vec![wish.instruction.clone()];
    let (here, new) = match plan(svc, repo, Some(title.clone()), wish).await? {
        Ok((here, new)) => (here, NewRound { said, ..new }),
        Err(refused) => return Ok(Err(refused)),
    };
    let mut tx = svc.store.begin().await?;
    let task = tasks::create_within(svc, &mut tx, repo.id, Some(title), &audit::actor_of(&new.origin)).await?;
    let started = start_within(&here, &mut tx, repo, task.id, new).await?;
    if matches!(started, Started::Round(..)) {
        // Without a round nothing is left of the task either.
        tx.commit().await?;
    }
    Ok(begun(started)?.map(|_| task.id))
}

/// The round as it will be, and the use cases under the repository's file.
async fn plan(
    svc: &Services,
    repo: &Repo,
    title: Option<String>,
    wish: Wish,
) -> anyhow::Result<Result<(Services, NewRound), Refused>> {
    let here = match repo_file::under(svc, repo).await {
        Ok((here, _)) => here,
        Err(error) => return Ok(Err(unread(&error))),
    };
    let svc = &here;
    match rights::may_start(svc, repo, wish.by.login()).await {
        Ok(true) => {}
        Ok(false) => return Ok(Err(Refused::Commander(wish.by.login().unwrap_or_default().to_owned()))),
        Err(error) => return Ok(Err(unread(&error))),
    }
    let models = match chosen(svc, &wish.model_ids).await? {
        Ok(models) => models,
        Err(refused) => return Ok(Err(refused)),
    };
    let cap = svc.policy.budget_round;
    let budget = wish.budget.unwrap_or(cap);
    if budget > cap {
        return Ok(Err(Refused::Budget(cap)));
    }
    let base_ref = wish.base_ref.clone().or_else(|| svc.policy.file.base.clone());
    let base_ref = base_ref.unwrap_or_else(|| repo.default_branch.to_string());
    let base_commit = match resolve(svc, repo, &base_ref).await? {
        Ok(sha) => sha,
        Err(refused) => return Ok(Err(refused)),
    };
    let new = NewRound {
        models,
        instruction: wish.instruction,
        brief: Brief { title, ..Brief::default() },
        base_ref,
        base_commit,
        path: wish.path.or_else(|| svc.policy.file.only_path()),
        budget,
        origin: wish.by.origin(),
        // The conversation is the client's: it says what it wants to keep.
        said: Vec::new(),
        starts_from: None,
        pull_id: None,
        exclusive: false,
    };
    Ok(Ok((here, new)))
}

async fn begin(
    svc: &Services,
    repo: &Repo,
    task: TaskId,
    new: NewRound,
) -> anyhow::Result<Result<Vec<RunId>, Refused>> {
    begun(start_round(svc, repo, task, new).await?)
}

fn begun(started: Started) -> anyhow::Result<Result<Vec<RunId>, Refused>> {
    match started {
        Started::Round(_, runs) => Ok(Ok(runs)),
        Started::Cap(cap) => Ok(Err(Refused::Cap(cap))),
        other => anyhow::bail!("a round over REST cannot be {other:?}"),
    }
}

/// Why the repository's file could not be read: nothing is started on a guess.
fn unread(error: &anyhow::Error) -> Refused {
    let known = error.downcast_ref::<GithubError>().map(ToString::to_string);
    Refused::Server(known.unwrap_or_else(|| format!("Git failed: {error}.")))
}

async fn chosen(svc: &Services, ids: &[String]) -> anyhow::Result<Result<Vec<ModelProfile>, Refused>> {
    let mut conn = svc.store.read().await?;
    let live = models::list(&mut conn).await?;
    let mut chosen = Vec::new();
    for id in ids {
        let known = id.parse().ok().and_then(|id| live.iter().find(|model| model.id == id));
        let Some(model) = known else { return Ok(Err(Refused::Model(id.clone()))) };
        if price_of(model).is_none() {
            return Ok(Err(Refused::Price(model.alias.clone())));
        }
        chosen.push(model.clone());
    }
    Ok(Ok(chosen))
}

async fn is_said(svc: &Services, task: &Task, id: &str) -> anyhow::Result<bool> {
    let Ok(id) = id.parse::<MessageId>() else { return Ok(false) };
    let all = messages::list(&mut *svc.store.read().await?, task.id).await?;
    Ok(all.iter().any(|message| message.id == id))
}

/// The commit of a name: from GitHub where the App is installed, else from the git server.
async fn resolve(svc: &Services, repo: &Repo, name: &str) -> anyhow::Result<Result<CommitSha, Refused>> {
    // What git allows as a name; anything else could be a path of GitHub's API.
    if BranchName::parse(name).is_none() {
        return Ok(Err(Refused::Ref(name.to_owned())));
    }
    let found = match svc.client(repo) {
        Ok(client) => match repos::resolve(&client, name).await {
            Err(GithubError::EmptyRepository) => Ok(None),
            other => other.map_err(|error| error.to_string()),
        },
        Err(_) => {
            let remote = repos::remote(svc, repo).await?;
            repos::resolve_by_git(svc, &remote, name).await.map_err(|error| format!("Git failed: {error}."))
        }
    };
    Ok(match found {
        Ok(Some(sha)) => Ok(sha),
        Ok(None) => Err(Refused::Ref(name.to_owned())),
        Err(why) => Err(Refused::Server(why)),
    })
}
