//! A pick for a pull request that is open: one more commit on its branch, on the head of the moment, never forced
//! (I2, I6). The commit is written down before it is pushed, so that a second try finds it.

use crate::adapters::git::{CommitSpec, Merged, PushOutcome, Remote};
use crate::adapters::github::{CompareStatus, PullInfo, RepoClient};
use crate::adapters::store::{picks, pulls as rows, tasks};
use crate::domain::crash;
use crate::domain::job::Job;
use crate::domain::pick::PickStatus;
use crate::domain::pull::{Pull, PullStatus};
use crate::domain::repo::{BranchName, CommitSha};
use crate::domain::tree::TreeChange;

use super::{Chosen, Stop, commit};
use crate::service::{Services, audit, pulls, repos as repo_service};

/// How often a head that moves under our hands is followed before the queue takes over.
const MAX_MOVES: usize = 3;

/// What stands on the branch afterwards.
struct Landed {
    head: CommitSha,
    /// Ours; `None` when the branch held the change already.
    commit: Option<CommitSha>,
    /// How many commits the branch had gone on since the candidate's base.
    moved: u64,
}

/// Adds the pick's commit to `pull`.
pub(super) async fn add_commit(
    svc: &Services,
    client: &RepoClient,
    chosen: &Chosen,
    pull: &Pull,
) -> anyhow::Result<Result<(), Stop>> {
    let branch = match open_branch(svc, client, chosen, pull).await? {
        Ok(branch) => branch,
        Err(stop) => return Ok(Err(stop)),
    };
    let remote = repo_service::remote(svc, &chosen.repo).await?;
    let mirror = svc.mirrors.fetch(&chosen.repo.mirror(), &remote, &chosen.run.base_commit).await?;
    let changes = match commit::changes(&mirror, chosen).await? {
        Ok(changes) => changes,
        Err(why) => return Ok(Err(Stop::Failed(why))),
    };
    let update = Update { svc, client, chosen, remote, branch, changes };
    match update.land().await? {
        Ok(landed) => {
            record(svc, chosen, pull, &landed).await?;
            crash::point("update_recorded");
            Ok(Ok(()))
        }
        Err(stop) => Ok(Err(stop)),
    }
}

/// The head branch as GitHub names it now, while the pull request is open.
async fn open_branch(
    svc: &Services,
    client: &RepoClient,
    chosen: &Chosen,
    pull: &Pull,
) -> anyhow::Result<Result<BranchName, Stop>> {
    let info: PullInfo = match client.pull(pull.number).await {
        Ok(info) => info,
        Err(error) if error.is_gone() => return Ok(Err(Stop::Failed("The pull request is gone.".into()))),
        Err(error) => return Err(error.into()),
    };
    if info.status != PullStatus::Open {
        pulls::changed(svc, &chosen.repo, pull.number, info.status).await?;
        let (number, status) = (pull.number, info.status.as_str());
        return Ok(Err(Stop::Failed(format!("Pull request {number} is {status}, so it gets no commit."))));
    }
    let ours = info.head_repo.is_some() && info.head_repo == chosen.repo.github_id;
    let branch = BranchName::parse(&info.head).filter(|_| ours);
    Ok(branch.ok_or_else(|| Stop::Failed("The pull request's branch is not in this repository.".into())))
}

struct Update<'a> {
    svc: &'a Services,
    client: &'a RepoClient,
    chosen: &'a Chosen,
    remote: Remote,
    branch: BranchName,
    changes: Vec<TreeChange>,
}

impl Update<'_> {
    /// Pushes onto the head of the moment; one that moves meanwhile is looked at again.
    async fn land(&self) -> anyhow::Result<Result<Landed, Stop>> {
        let mut known = self.chosen.pick.commit.clone();
        for _ in 0..MAX_MOVES {
            let Some(head) = self.client.branch_head(&self.branch).await? else {
                return Ok(Err(Stop::Failed("The pull request's branch no longer exists.".into())));
            };
            if let Some(mine) = &known
                && self.holds(&head, mine).await?
            {
                return Ok(Ok(Landed { head, commit: known, moved: 0 }));
            }
            let Some(moved) = self.moved(&head).await? else {
                let why = "The pull request's branch was rewritten: the candidate's base is no longer in it.";
                return Ok(Err(Stop::Failed(why.into())));
            };
            let changes = match self.onto(&head).await? {
                Merged::Clean(changes) if changes.is_empty() => return Ok(Ok(Landed { head, commit: None, moved })),
                Merged::Clean(changes) => changes,
                Merged::Conflict(paths) => return Ok(Err(Stop::Stale(paths))),
            };
            match self.push(&head, changes).await? {
                (PushOutcome::Pushed | PushOutcome::AlreadyThere, head) => {
                    return Ok(Ok(Landed { commit: Some(head.clone()), head, moved }));
                }
                (PushOutcome::TakenByOther(_), mine) => known = Some(mine),
                (PushOutcome::Rejected(reason), _) => {
                    return Ok(Err(Stop::Failed(format!("GitHub refused the commit: {reason}."))));
                }
            }
        }
        anyhow::bail!("the pull request's branch moves faster than a commit can be added")
    }

    /// Whether an earlier try of ours has arrived: `mine` is `head` or lies below it.
    async fn holds(&self, head: &CommitSha, mine: &CommitSha) -> anyhow::Result<bool> {
        if head == mine {
            return Ok(true);
        }
        let compared = self.client.compare(mine, head).await?;
        Ok(compared.is_some_and(|c| matches!(c.status, CompareStatus::Ahead | CompareStatus::Identical)))
    }

    /// Commits since the candidate's base; `None` when the base is not below `head`.
    async fn moved(&self, head: &CommitSha) -> anyhow::Result<Option<u64>> {
        if *head == self.chosen.run.base_commit {
            return Ok(Some(0));
        }
        let compared = self.client.compare(&self.chosen.run.base_commit, head).await?;
        Ok(compared.filter(|c| c.status == CompareStatus::Ahead).map(|c| c.ahead_by))
    }

    /// The stored patch as changes to `head`.
    async fn onto(&self, head: &CommitSha) -> anyhow::Result<Merged> {
        let (key, base) = (self.chosen.repo.mirror(), &self.chosen.run.base_commit);
        if head == base {
            return Ok(Merged::Clean(self.changes.clone()));
        }
        let _base = self.svc.mirrors.fetch(&key, &self.remote, base).await?;
        let mirror = self.svc.mirrors.fetch(&key, &self.remote, head).await?;
        Ok(mirror.merge(base, head, self.changes.clone()).await?)
    }

    async fn push(&self, head: &CommitSha, changes: Vec<TreeChange>) -> anyhow::Result<(PushOutcome, CommitSha)> {
        let svc = self.svc;
        let mirror = svc.mirrors.fetch(&self.chosen.repo.mirror(), &self.remote, head).await?;
        let author = commit::author(svc).await?;
        let spec = CommitSpec {
            parent: head.clone(),
            changes,
            message: commit::message(svc, self.chosen),
            author: author.clone(),
            committer: author,
            time: commit::time(self.chosen),
        };
        let built = mirror.build_commit(spec).await?;
        let mut tx = svc.store.begin().await?;
        picks::set_commit(&mut tx, self.chosen.pick.id, Some(&built.sha), svc.now()).await?;
        tx.commit().await?;
        crash::point("update_built");
        let outcome = svc.mirrors.push_branch(&self.remote, &self.branch, &built, Some(head)).await?;
        crash::point("update_pushed");
        Ok((outcome, built.sha))
    }
}

async fn record(svc: &Services, chosen: &Chosen, pull: &Pull, landed: &Landed) -> anyhow::Result<()> {
    let now = svc.now();
    let mut tx = svc.store.begin().await?;
    let moved = (landed.moved > 0).then(|| landed.moved.to_string());
    picks::set_commit(&mut tx, chosen.pick.id, landed.commit.as_ref(), now).await?;
    if picks::settle(&mut tx, chosen.pick.id, PickStatus::Opened, moved.as_deref(), now).await? {
        rows::set_head(&mut tx, pull.id, &landed.head, now).await?;
        tasks::touch(&mut tx, chosen.task.id, now).await?;
        let details = serde_json::json!({ "number": pull.number, "head": landed.head.as_str() });
        audit::note(&mut tx, "bakeoff", "pull.update", &format!("pick:{}", chosen.pick.id), details, now).await?;
        svc.enqueue(&mut tx, Job::Publish { round_id: chosen.round.id }).await?;
    }
    tx.commit().await?;
    tracing::info!(pick.id = %chosen.pick.id, pull.number = pull.number, "commit added to the pull request");
    Ok(())
}
