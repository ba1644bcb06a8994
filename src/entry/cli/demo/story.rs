//! The story: an issue, a command, five candidates, a choice, a pull request.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context as _, bail};

use crate::adapters::store::page::Page;
use crate::adapters::store::{rounds, runs, tasks};
use crate::domain::ids::TaskId;
use crate::domain::round::RoundStatus;
use crate::domain::run::{Run, RunStatus};
use crate::sim::github::{SeenComment, SeenPull};

use super::script::{BODY, CHOICE, FILES, MAINTAINER, REPO, REPORTER, TITLE};
use super::stage::Stage;
use super::tell::{Teller, Who};

/// How long any one step may take before the demo says what is missing.
const PATIENCE: Duration = Duration::from_mins(1);

/// Tells it, and checks that it ended well.
pub async fn tell(stage: &Stage, teller: &Teller) -> anyhow::Result<()> {
    let issue = open(stage, teller);
    let task = command(stage, teller, issue).await?;
    let chosen = candidates(stage, teller, issue, task).await?;
    let pull = pick(stage, teller, &chosen).await?;
    check(stage, teller, &pull, task).await
}

fn open(stage: &Stage, teller: &Teller) -> i64 {
    teller.chapter("A repository with a bug");
    let hub = &stage.hub;
    hub.create_user(MAINTAINER);
    hub.create_user(REPORTER);
    hub.create_repo(REPO, FILES);
    hub.set_permission(REPO, MAINTAINER, "admin");
    teller.step(Who::Stage, "stand-ins for GitHub and five models are up; the bot between them is the real one");
    teller.link(&hub.url());
    hub.install_app(REPO);
    teller.step(Who::Stage, &format!("the App is installed on {REPO}"));
    let issue = hub.open_issue(REPO, REPORTER, TITLE, BODY);
    teller.step(Who::Stage, &format!("{REPORTER} opens issue #{issue}: {TITLE}"));
    issue
}

/// Looks again and again until `look` finds something.
async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> anyhow::Result<Option<T>>) -> anyhow::Result<T> {
    let seek = async {
        loop {
            if let Some(found) = look().await? {
                return Ok(found);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, seek).await.with_context(|| format!("waited in vain for {what}"))?
}

async fn command(stage: &Stage, teller: &Teller, issue: i64) -> anyhow::Result<TaskId> {
    teller.chapter("One command, five models");
    stage.hub.comment(REPO, issue, MAINTAINER, "/bakeoff");
    teller.step(Who::Person, "comments /bakeoff");
    let status = until("the status comment", async || Ok(bot_comment(stage, issue, "kind=status"))).await?;
    teller.step(Who::Bot, "answers with 👀 and one status comment, edited in place from now on");
    teller.link(&link(stage, issue, &status));
    until("the task", async || {
        let mut conn = stage.services.store.read().await?;
        Ok(tasks::list(&mut conn, None, &Page::first(1)).await?.first().map(|task| task.id))
    })
    .await
}

fn bot_comment(stage: &Stage, issue: i64, mark: &str) -> Option<SeenComment> {
    stage.hub.bot_comments(REPO, issue).into_iter().find(|comment| comment.body.contains(mark))
}

fn link(stage: &Stage, issue: i64, comment: &SeenComment) -> String {
    format!("{}/{REPO}/issues/{issue}#issuecomment-{}", stage.hub.url(), comment.id)
}

async fn candidates(stage: &Stage, teller: &Teller, issue: i64, task: TaskId) -> anyhow::Result<SeenComment> {
    let mut told = BTreeMap::new();
    until("all candidates", async || {
        let mut conn = stage.services.store.read().await?;
        // The round first: once it is over, so is every run that is read after it.
        let round = rounds::newest(&mut conn, task).await?;
        for run in runs::list_task(&mut conn, task).await?.into_iter().rev() {
            if told.insert(run.id, run.status) != Some(run.status) {
                progress(teller, &run);
            }
        }
        Ok(round.filter(|round| round.status != RoundStatus::Running).map(drop))
    })
    .await?;
    let patches = until("the candidates' comments", async || {
        let mut conn = stage.services.store.read().await?;
        let wanted = runs::list_task(&mut conn, task).await?.iter().filter(|run| run.has_patch()).count();
        let all = stage.hub.bot_comments(REPO, issue);
        let found: Vec<_> = all.into_iter().filter(|c| c.body.contains("kind=candidate")).collect();
        let rockets = found.iter().filter(|c| !stage.hub.reactions(REPO, c.id).is_empty()).count();
        Ok((rockets == wanted).then_some(found))
    })
    .await?;
    teller
        .step(Who::Bot, &format!("has posted {} candidates, each with diff, evidence, price and hash", patches.len()));
    for comment in &patches {
        teller.link(&link(stage, issue, comment));
    }
    let heading = format!("### Candidate {CHOICE} ");
    patches.into_iter().find(|c| c.body.contains(&heading)).context("the chosen candidate has no comment")
}

fn progress(teller: &Teller, run: &Run) {
    let who = format!("{}  {:<12}", run.letter, run.model_label);
    let text = match run.status {
        RunStatus::Queued => return,
        RunStatus::Running => format!("{who} starts"),
        RunStatus::Canceled => format!("{who} canceled"),
        RunStatus::Failed => format!("{who} ✗ {}", run.result.error.clone().unwrap_or_default()),
        RunStatus::Succeeded => {
            let files = &run.result.files_changed;
            let (added, removed) = files.iter().fold((0, 0), |(a, r), f| (a + f.added_lines, r + f.removed_lines));
            let plural = if files.len() == 1 { "" } else { "s" };
            format!("{who} ✓ {} file{plural}, +{added} −{removed}, {}", files.len(), run.result.cost)
        }
    };
    teller.step(Who::Bot, &text);
}

async fn pick(stage: &Stage, teller: &Teller, chosen: &SeenComment) -> anyhow::Result<SeenPull> {
    teller.chapter("A person chooses");
    stage.hub.react(REPO, chosen.id, MAINTAINER, "rocket");
    teller.step(Who::Person, &format!("reacts with 🚀 on candidate {CHOICE}"));
    let pull = until("the pull request", async || Ok(stage.hub.pulls(REPO).into_iter().next())).await?;
    teller.step(Who::Bot, &format!("opens draft pull request #{}: {}", pull.number, pull.title));
    teller.link(&pull.url);
    Ok(pull)
}

/// The pull request's tree must be the base tree with exactly the patch that was shown (I6).
async fn check(stage: &Stage, teller: &Teller, pull: &SeenPull, task: TaskId) -> anyhow::Result<()> {
    let tree = stage.hub.tree(REPO, &pull.head_sha);
    let mut changed = Vec::new();
    for (path, _, before) in FILES {
        let after = tree.get(*path).with_context(|| format!("the pull request lost {path}"))?;
        if after.1.as_slice() != *before {
            changed.push(*path);
        }
    }
    let right = tree.get("duration.py").is_some_and(|f| String::from_utf8_lossy(&f.1).contains("PART.findall(text)"));
    if changed != ["duration.py"] || tree.len() != FILES.len() || !right {
        bail!("the pull request's tree is not the shown patch on the pinned commit: {changed:?} differ");
    }
    teller.step(Who::Stage, "its tree is the pinned commit plus exactly the shown patch");
    let text = format!("#{}", pull.number);
    until("the last word", async || {
        let issue = stage.hub.issues(REPO).first().map_or(1, |issue| issue.number);
        Ok(bot_comment(stage, issue, "kind=status").filter(|c| c.body.contains(&text)))
    })
    .await?;
    let mut conn = stage.services.store.read().await?;
    let all = runs::list_task(&mut conn, task).await?;
    let total = all.iter().fold(crate::domain::money::UsdMicros::ZERO, |sum, run| sum.plus(run.result.cost));
    teller.step(Who::Bot, &format!("tells the thread by an edit of its status comment; the round cost {total}"));
    Ok(())
}
