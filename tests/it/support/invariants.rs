//! I1 to I7 over the database and the stand-ins' memory, checked after every story.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bakeoff::adapters::store::page::Page;
use bakeoff::adapters::store::{Store, audit, deliveries, effects, jobs, picks, pulls, repos, rounds, runs, tasks};
use bakeoff::domain::delivery::DeliveryStatus;
use bakeoff::domain::effect::EffectStatus;
use bakeoff::domain::pull::{Pull, PullStatus};
use bakeoff::domain::repo::Repo;
use bakeoff::domain::round::{Round, RoundStatus};
use bakeoff::domain::run::{Run, RunStatus};
use bakeoff::domain::sha256::Sha256Hex;
use bakeoff::domain::task::Task;
use bakeoff::engine::render::marker::parse_marker;
use bakeoff::sim::github::{FakeGithub, SeenComment};
use bakeoff::sim::models::FakeModels;
use sqlx::{AssertSqlSafe, Row as _};

use super::leaks::Canaries;
use super::updates;
use super::world::World;

/// What the invariants are judged by, whether the program runs in this process or in its own.
pub struct Facts<'a> {
    pub hub: &'a FakeGithub,
    pub models: &'a FakeModels,
    pub store: &'a Store,
    /// `owner/name` of every repository of the story.
    pub repos: &'a [String],
    /// What must stand nowhere.
    pub secrets: &'a [String],
    /// What the program wrote to its log.
    pub log: &'a [String],
}

/// Waits until nothing is at work: no delivery open, no run at work, no pick opening, no due job but the periodic ones.
pub async fn settle(world: &World) {
    settled(&world.hub, world.store(), Duration::from_secs(60)).await;
}

/// The same for any program, within `patience`.
pub async fn settled(hub: &FakeGithub, store: &Store, patience: Duration) {
    let waiting = async {
        // What we did last makes deliveries of its own, and they are work as well.
        loop {
            let arrived = hub.answered();
            if busy_jobs(store).await.is_empty() && arrived.is_some() && arrived == hub.answered() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let done = tokio::time::timeout(patience, waiting).await;
    assert!(done.is_ok(), "work is left over:\n{}", busy_jobs(store).await.join("\n"));
}

async fn busy_jobs(store: &Store) -> Vec<String> {
    let mut conn = store.read().await.unwrap();
    let mut busy = Vec::new();
    for status in [jobs::JobStatus::Queued, jobs::JobStatus::Running] {
        for job in jobs::list(&mut conn, status, &Page::ALL).await.unwrap() {
            let key = job.job.unique_key();
            let periodic = ["watch", "redeliver", "scan", "upkeep"].iter().any(|p| key.starts_with(p));
            if !periodic {
                busy.push(format!("{} {:?} {:?}", key, job.status, job.last_error));
            }
        }
    }
    busy
}

/// A task with all that belongs to it.
struct Whole {
    task: Task,
    repo: Repo,
    rounds: Vec<Round>,
    runs: Vec<Run>,
    pulls: Vec<Pull>,
}

async fn wholes(store: &Store) -> Vec<Whole> {
    let mut conn = store.read().await.unwrap();
    let mut all = Vec::new();
    for task in tasks::list(&mut conn, None, &Page::ALL).await.unwrap() {
        all.push(Whole {
            repo: repos::by_id(&mut conn, task.repo_id).await.unwrap().expect("a task has a repository"),
            rounds: rounds::list(&mut conn, task.id).await.unwrap(),
            runs: runs::list_task(&mut conn, task.id).await.unwrap(),
            pulls: pulls::list(&mut conn, task.id).await.unwrap(),
            task,
        });
    }
    all
}

/// All invariants.
pub async fn check(facts: &Facts<'_>) {
    i1_every_delivery_is_done(facts).await;
    let wholes = wholes(facts.store).await;
    for whole in &wholes {
        i2_nothing_happened_twice(facts, whole).await;
        i3_everything_has_its_end(facts, whole).await;
        i4_people_were_told(facts, whole).await;
        i7_rounds_kept_their_budget(whole);
        i6_pulls_are_what_was_shown(facts, whole);
    }
    i2_nothing_of_ours_is_unknown(facts, &wholes);
    updates::check(facts.hub, facts.store, facts.repos).await;
    i2_comments_are_unique(facts);
    i5_nothing_leaked(facts).await;
    the_audit_chain_holds(facts.store).await;
}

async fn i1_every_delivery_is_done(facts: &Facts<'_>) {
    let mut conn = facts.store.read().await.unwrap();
    let app = i64::try_from(facts.hub.app_id()).unwrap();
    let open = deliveries::list(&mut conn, app, Some(DeliveryStatus::Queued), &Page::ALL).await.unwrap();
    assert!(open.is_empty(), "I1: deliveries are left: {:?}", open.iter().map(|d| &d.guid).collect::<Vec<_>>());
}

async fn i2_nothing_happened_twice(facts: &Facts<'_>, whole: &Whole) {
    let mut conn = facts.store.read().await.unwrap();
    let open_now = whole.pulls.iter().filter(|p| p.status == PullStatus::Open).count();
    assert!(open_now <= 1, "I2: {open_now} open pull requests of task {}", whole.task.id);
    let opening = picks::opening_for_task(&mut conn, whole.task.id).await.unwrap();
    assert!(opening.is_none(), "I3: a pick is left opening");
    let mut keys = BTreeMap::new();
    for effect in effects::list_for_task(&mut conn, whole.task.id).await.unwrap() {
        *keys.entry(effect.key).or_insert(0) += 1;
    }
    assert!(keys.values().all(|n| *n == 1), "I2: an effect stands twice: {keys:?}");
    let mut commands = BTreeSet::new();
    for round in &whole.rounds {
        let origin = (round.origin.comment_id, round.origin.ordinal);
        assert!(origin.0.is_none() || commands.insert(origin), "I2: two rounds of one command: {origin:?}");
    }
}

/// On GitHub: every pull request of ours is in the tables, no more of them are open than a task may have, and a
/// candidate's commit stands on one branch.
fn i2_nothing_of_ours_is_unknown(facts: &Facts<'_>, wholes: &[Whole]) {
    let bot = facts.hub.bot().login;
    let known: Vec<&Pull> = wholes.iter().flat_map(|whole| &whole.pulls).collect();
    for repo in facts.repos {
        for seen in facts.hub.pulls(repo).into_iter().filter(|p| p.author == bot) {
            let ours: Vec<_> = known.iter().filter(|p| p.url == seen.url || p.branch.as_str() == seen.head).collect();
            assert!(!ours.is_empty(), "I2: pull request #{} is on GitHub and not in the tables", seen.number);
            let open = ours.iter().filter(|p| p.number == seen.number && p.status == PullStatus::Open).count();
            assert!(!seen.open || open == 1, "I2: #{} is open on GitHub and not in the tables", seen.number);
        }
        let branches = facts.hub.branches(repo);
        for pull in &known {
            let ours = branches.iter().filter(|(name, _)| name.starts_with("bakeoff/"));
            let same: Vec<_> = ours.filter(|(_, sha)| *sha == pull.head.as_str()).collect();
            assert!(same.len() <= 1, "I2: one commit of ours on several branches: {same:?}");
        }
    }
}

/// Issues and pull requests.
fn threads(facts: &Facts<'_>, repo: &str) -> Vec<i64> {
    let issues = facts.hub.issues(repo).into_iter().map(|issue| issue.number);
    issues.chain(facts.hub.pulls(repo).into_iter().map(|pull| pull.number)).collect()
}

/// What we said in all of them.
fn said(facts: &Facts<'_>, repo: &str) -> Vec<SeenComment> {
    threads(facts, repo).into_iter().flat_map(|number| facts.hub.bot_comments(repo, number)).collect()
}

fn i2_comments_are_unique(facts: &Facts<'_>) {
    for repo in facts.repos {
        let mut seen = BTreeMap::new();
        for comment in said(facts, repo) {
            let marker = parse_marker(&comment.body).unwrap_or_else(|| panic!("no marker in {:?}", comment.body));
            *seen.entry(marker.effect).or_insert(0) += 1;
        }
        assert!(seen.values().all(|n| *n == 1), "I2: a comment was posted twice in {repo}: {seen:?}");
    }
}

async fn i3_everything_has_its_end(facts: &Facts<'_>, whole: &Whole) {
    for run in &whole.runs {
        assert!(run.status.is_terminal(), "I3: run {} is {:?} at the end", run.id, run.status);
        assert!(run.completed_at.is_some(), "I3: run {} ended at no time", run.id);
        assert_eq!(run.status == RunStatus::Failed, run.result.error.is_some(), "I3: run {} is half failed", run.id);
        let hash = run.result.patch.as_deref().filter(|p| !p.is_empty()).map(Sha256Hex::of);
        assert_eq!(hash, run.result.patch_sha256, "I6: the hash of run {} is not its patch's", run.id);
    }
    for round in &whole.rounds {
        assert_ne!(round.status, RoundStatus::Running, "I1: round {} is still running", round.number);
    }
    let mut conn = facts.store.read().await.unwrap();
    let dead = jobs::list(&mut conn, jobs::JobStatus::Dead, &Page::ALL).await.unwrap();
    let silent: Vec<_> = dead.iter().filter(|job| job.last_error.is_none()).collect();
    assert!(silent.is_empty(), "I3: jobs were given up without a reason: {silent:?}");
}

/// The status comment of each round shows every end, with the reason of a failure, and the pull request.
async fn i4_people_were_told(facts: &Facts<'_>, whole: &Whole) {
    let Some(name) = whole.repo.name.as_ref().map(ToString::to_string).filter(|n| facts.repos.contains(n)) else {
        return;
    };
    let said = said(facts, &name);
    let mut conn = facts.store.read().await.unwrap();
    for round in &whole.rounds {
        let effect = effects::by_key(&mut conn, &format!("status:{}", round.id)).await.unwrap();
        let Some(effect) = effect.filter(|e| e.status == EffectStatus::Done) else { continue };
        let Some(status) = said.iter().find(|c| Some(c.id) == effect.external_id) else { continue };
        for run in newest(whole, round) {
            let row = format!("| **{}** |", run.letter);
            let line = status.body.lines().find(|line| line.starts_with(&row));
            let line = line.unwrap_or_else(|| panic!("I4: no row for {} in\n{}", run.letter, status.body));
            let open = line.contains("| waiting |") || line.contains("| at work |");
            assert!(!open, "I4: {} ended as {:?}, and the thread says {line}", run.letter, run.status);
            let failed = run.status == RunStatus::Failed;
            assert_eq!(line.contains("| failed: "), failed, "I4: {} ended as {:?}: {line}", run.letter, run.status);
            let opened = whole.pulls.iter().filter(|p| p.run_id == run.id && round.pull_id.is_none());
            for pull in opened {
                let told = status.body.contains(&format!("#{}", pull.number));
                assert!(told, "I4: pull request #{} is not told in\n{}", pull.number, status.body);
            }
        }
    }
}

/// The newest run of each letter of a round: a retry takes its candidate's place.
fn newest<'a>(whole: &'a Whole, round: &Round) -> Vec<&'a Run> {
    let mut newest: BTreeMap<_, &Run> = BTreeMap::new();
    for run in whole.runs.iter().filter(|run| run.round_id == round.id) {
        let known = newest.entry(run.letter).or_insert(run);
        if (known.created_at, known.id) < (run.created_at, run.id) {
            *known = run;
        }
    }
    newest.into_values().collect()
}

fn i6_pulls_are_what_was_shown(facts: &Facts<'_>, whole: &Whole) {
    let name = whole.repo.name.as_ref().map(ToString::to_string).unwrap_or_default();
    if !facts.repos.contains(&name) {
        return;
    }
    for pull in &whole.pulls {
        let run = whole.runs.iter().find(|run| run.id == pull.run_id).expect("I6: a pull request of an unknown run");
        let seen = facts.hub.pulls(&name).into_iter().find(|seen| seen.number == pull.number);
        assert_eq!(seen.map(|seen| seen.head_sha).as_deref(), Some(pull.head.as_str()), "the head is not kept true");
        if whole.task.issue.is_some() {
            let hash =
                run.result.patch_sha256.as_ref().expect("I6: a pull request of a run without a patch").to_string();
            let shown = said(facts, &name).iter().any(|c| c.body.contains(&hash));
            assert!(shown, "I6: the hash of #{}'s patch was never shown", pull.number);
        }
    }
}

/// What left the program, and every row it keeps but the payloads that came in.
async fn i5_nothing_leaked(facts: &Facts<'_>) {
    let canaries = Canaries::new(facts.secrets);
    let check = |place: &str, text: &str| canaries.check(place, text);
    for repo in facts.repos {
        said(facts, repo).iter().for_each(|c| check("a comment", &c.body));
        for pull in facts.hub.pulls(repo) {
            check("a pull request", &format!("{}\n{}\n{}", pull.title, pull.body.unwrap_or_default(), pull.head));
        }
        for (branch, sha) in facts.hub.branches(repo).iter().filter(|(branch, _)| branch.starts_with("bakeoff/")) {
            check("a commit", &format!("{branch}\n{}", facts.hub.commit_message(repo, sha)));
            for (path, file) in facts.hub.tree(repo, sha) {
                check("a pushed file", &format!("{path}\n{}", String::from_utf8_lossy(&file.1)));
            }
        }
    }
    facts.models.requests().iter().for_each(|r| check("a prompt", &r.body.to_string()));
    facts.hub.log().iter().for_each(|call| check("an address", &call.path));
    facts.log.iter().for_each(|line| check("the log", line));
    for (place, text) in stored(facts.store).await {
        check(&place, &text);
    }
}

/// Every text of every table, with its place; what GitHub sent is not ours to clean.
async fn stored(store: &Store) -> Vec<(String, String)> {
    let mut tables = BTreeSet::new();
    for file in std::fs::read_dir("migrations").unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let names = text.lines().filter_map(|line| line.strip_prefix("CREATE TABLE "));
        tables.extend(names.map(|rest| rest.trim_end_matches(" (").to_owned()));
    }
    let mut conn = store.read().await.unwrap();
    let mut texts = Vec::new();
    for table in tables {
        let rows = sqlx::query(AssertSqlSafe(format!("SELECT * FROM {table}"))).fetch_all(&mut *conn).await.unwrap();
        for row in rows {
            for column in 0..row.len() {
                let name = sqlx::Column::name(row.column(column)).to_owned();
                if let Ok(Some(text)) = row.try_get::<Option<String>, _>(column)
                    && name != "payload"
                {
                    texts.push((format!("{table}.{name}"), text));
                }
            }
        }
    }
    texts
}

fn i7_rounds_kept_their_budget(whole: &Whole) {
    for round in &whole.rounds {
        let all = whole.runs.iter().filter(|run| run.round_id == round.id);
        let spent: i64 = all.clone().map(|run| run.result.cost.0).sum();
        assert!(spent <= round.budget.0, "I7: round {} spent {spent} of {}", round.number, round.budget);
        for run in all {
            assert!(
                run.result.cost.0 <= run.budget.0,
                "I7: run {} spent {} of {}",
                run.id,
                run.result.cost,
                run.budget
            );
        }
    }
}

async fn the_audit_chain_holds(store: &Store) {
    let mut conn = store.read().await.unwrap();
    let chain = audit::verify(&mut conn).await.unwrap();
    assert!(matches!(chain, audit::Chain::Whole(_)), "M19: the audit chain is broken: {chain:?}");
}
