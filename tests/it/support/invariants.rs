//! I1 to I7 over the database and the stand-in's memory, checked after every story.

use std::collections::BTreeMap;
use std::time::Duration;

use bakeoff::adapters::store::page::Page;
use bakeoff::adapters::store::{audit, deliveries, effects, jobs, picks, pulls, repos, rounds, runs, tasks};
use bakeoff::domain::delivery::DeliveryStatus;
use bakeoff::domain::round::RoundStatus;
use bakeoff::domain::run::Run;
use bakeoff::domain::sha256::Sha256Hex;
use bakeoff::domain::task::Task;
use bakeoff::engine::render::marker::parse_marker;

use super::updates;
use super::world::{ADMIN, MODEL_KEY, REPO, World};

/// Waits until nothing is at work: no delivery open, no run at work, no pick opening, no due job but the periodic ones.
pub async fn settle(world: &World) {
    let waiting = async {
        // What we did last makes deliveries of its own, and they are work as well.
        loop {
            let arrived = world.hub.answered();
            if is_quiet(world).await && arrived.is_some() && arrived == world.hub.answered() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let done = tokio::time::timeout(Duration::from_secs(30), waiting).await;
    assert!(done.is_ok(), "work is left over:\n{}", leftover(world).await);
}

async fn busy_jobs(world: &World) -> Vec<String> {
    let mut conn = world.store().read().await.unwrap();
    let mut busy = Vec::new();
    for status in [jobs::JobStatus::Queued, jobs::JobStatus::Running] {
        for job in jobs::list(&mut conn, status, &Page::ALL).await.unwrap() {
            let key = job.job.unique_key();
            let periodic = ["watch", "redeliver", "scan"].iter().any(|p| key.starts_with(p));
            if !periodic {
                busy.push(format!("{} {:?} {:?}", key, job.status, job.last_error));
            }
        }
    }
    busy
}

async fn is_quiet(world: &World) -> bool {
    busy_jobs(world).await.is_empty()
}

async fn leftover(world: &World) -> String {
    busy_jobs(world).await.join("\n")
}

async fn all_tasks(world: &World) -> Vec<Task> {
    let mut conn = world.store().read().await.unwrap();
    tasks::list(&mut conn, None, &Page::ALL).await.unwrap()
}

/// All invariants.
pub async fn check(world: &World) {
    i1_every_delivery_is_done(world).await;
    for task in all_tasks(world).await {
        i2_nothing_happened_twice(world, &task).await;
        i3_and_i6_runs_and_pulls_agree(world, &task).await;
    }
    updates::check(&world.hub, world.store(), REPO).await;
    i2_comments_are_unique(world);
    i5_nothing_leaked(world);
    i7_rounds_kept_their_budget(world).await;
    the_audit_chain_holds(world).await;
}

async fn i1_every_delivery_is_done(world: &World) {
    let mut conn = world.store().read().await.unwrap();
    let app = i64::try_from(world.hub.app_id()).unwrap();
    let open = deliveries::list(&mut conn, app, Some(DeliveryStatus::Queued), &Page::ALL).await.unwrap();
    assert!(open.is_empty(), "I1: deliveries are left: {:?}", open.iter().map(|d| &d.guid).collect::<Vec<_>>());
}

async fn i2_nothing_happened_twice(world: &World, task: &Task) {
    let mut conn = world.store().read().await.unwrap();
    let open = pulls::list(&mut conn, task.id).await.unwrap();
    let open_now = open.iter().filter(|p| p.status == bakeoff::domain::pull::PullStatus::Open).count();
    assert!(open_now <= 1, "I2: {open_now} open pull requests of task {}", task.id);
    let opening = picks::opening_for_task(&mut conn, task.id).await.unwrap();
    assert!(opening.is_none(), "I3: a pick is left opening");
    let mut keys = BTreeMap::new();
    for effect in effects::list_for_task(&mut conn, task.id).await.unwrap() {
        *keys.entry(effect.key).or_insert(0) += 1;
    }
    assert!(keys.values().all(|n| *n == 1), "I2: an effect stands twice: {keys:?}");
    // On GitHub: as many open pull requests as we know of.
    let bot = format!("{}[bot]", world.hub.app_slug());
    let on_github = world.hub.pulls(REPO).into_iter().filter(|p| p.open && p.author == bot).count();
    let tasks = all_tasks(world).await.len();
    assert!(on_github <= tasks, "I2: {on_github} open pull requests for {tasks} tasks");
}

/// Issues and pull requests.
fn threads(world: &World) -> Vec<i64> {
    let issues = world.hub.issues(REPO).into_iter().map(|issue| issue.number);
    issues.chain(world.hub.pulls(REPO).into_iter().map(|pull| pull.number)).collect()
}

fn i2_comments_are_unique(world: &World) {
    for number in threads(world) {
        let mut seen = BTreeMap::new();
        for comment in world.hub.bot_comments(REPO, number) {
            let marker = parse_marker(&comment.body).unwrap_or_else(|| panic!("no marker in {:?}", comment.body));
            *seen.entry(marker.effect).or_insert(0) += 1;
        }
        assert!(seen.values().all(|n| *n == 1), "I2: a comment was posted twice under #{number}: {seen:?}");
    }
}

async fn i3_and_i6_runs_and_pulls_agree(world: &World, task: &Task) {
    let mut conn = world.store().read().await.unwrap();
    let all: Vec<Run> = runs::list_task(&mut conn, task.id).await.unwrap();
    for run in &all {
        assert!(run.status.is_terminal(), "I3: run {} is {:?} at the end", run.id, run.status);
        let hash = run.result.patch.as_deref().filter(|p| !p.is_empty()).map(Sha256Hex::of);
        assert_eq!(hash, run.result.patch_sha256, "I6: the hash of run {} is not its patch's", run.id);
    }
    for pull in pulls::list(&mut conn, task.id).await.unwrap() {
        assert!(all.iter().any(|run| run.id == pull.run_id), "I6: a pull request of an unknown run");
        let seen = world.hub.pulls(REPO).into_iter().find(|seen| seen.number == pull.number);
        assert_eq!(seen.map(|seen| seen.head_sha).as_deref(), Some(pull.head.as_str()), "the head is not kept true");
    }
    for round in rounds::list(&mut conn, task.id).await.unwrap() {
        assert_ne!(round.status, RoundStatus::Running, "I1: round {} is still running", round.number);
    }
}

fn i5_nothing_leaked(world: &World) {
    let secrets = [MODEL_KEY, ADMIN];
    let mut texts: Vec<String> = Vec::new();
    for number in threads(world) {
        texts.extend(world.hub.bot_comments(REPO, number).into_iter().map(|c| c.body));
    }
    texts.extend(world.hub.pulls(REPO).into_iter().map(|p| format!("{}\n{}", p.title, p.body.unwrap_or_default())));
    texts.extend(world.models.requests().into_iter().map(|r| r.body.to_string()));
    for text in texts {
        for secret in secrets {
            assert!(!text.contains(secret), "I5: a secret stands in a text");
        }
        assert!(!text.contains("ghs_"), "I5: an installation token stands in a text");
    }
}

async fn i7_rounds_kept_their_budget(world: &World) {
    for task in all_tasks(world).await {
        let mut conn = world.store().read().await.unwrap();
        for round in rounds::list(&mut conn, task.id).await.unwrap() {
            let all = runs::list_round(&mut conn, round.id).await.unwrap();
            let spent: i64 = all.iter().map(|run| run.result.cost.0).sum();
            assert!(spent <= round.budget.0, "I7: round {} spent {spent} of {}", round.number, round.budget);
        }
    }
}

async fn the_audit_chain_holds(world: &World) {
    let mut conn = world.store().read().await.unwrap();
    let chain = audit::verify(&mut conn).await.unwrap();
    assert!(matches!(chain, audit::Chain::Whole(_)), "M19: the audit chain is broken: {chain:?}");
    let _ = repos::list(&mut conn, &Page::first(1)).await.unwrap();
}
