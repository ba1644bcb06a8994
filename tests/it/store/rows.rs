//! Rows for tests: a repository, a task, a round and a run that fit together.

use bakeoff::adapters::store::repos::{self, RepoFacts};
use bakeoff::adapters::store::{Conn, models, rounds, runs, tasks};
use bakeoff::domain::clock::Timestamp;
use bakeoff::domain::ids::{
    CommentId, GithubRepoId, GithubUserId, InstallationId, ModelId, PickId, PullId, RoundId, RunId, TaskId,
};
use bakeoff::domain::issue::IssueRef;
use bakeoff::domain::model::{KeyLimits, ModelProfile, ModelSource, Provider, ToolUse, Wire};
use bakeoff::domain::money::{Prices, Usage, UsdMicros};
use bakeoff::domain::patch::FileDiff;
use bakeoff::domain::permission::Person;
use bakeoff::domain::pick::{Pick, PickForm, PickSource, PickStatus};
use bakeoff::domain::pull::{Pull, PullStatus};
use bakeoff::domain::reaction::ReactionContent;
use bakeoff::domain::repo::{BranchName, CommitSha, Repo, RepoName};
use bakeoff::domain::round::{Brief, Origin, Round, RoundStatus};
use bakeoff::domain::run::{Letter, Run, RunResult, RunStatus};
use bakeoff::domain::sha256::Sha256Hex;
use bakeoff::domain::task::Task;
use bakeoff::domain::terms::Terms;

/// The moment at which everything here was made.
pub const NOW: Timestamp = Timestamp(1_700_000_000_000);

/// `NOW` and so many milliseconds.
pub fn later(ms: i64) -> Timestamp {
    Timestamp(NOW.0 + ms)
}

pub fn sha(digit: char) -> CommitSha {
    CommitSha::parse(&digit.to_string().repeat(40)).unwrap()
}

pub fn person(id: i64) -> Person {
    Person { id: GithubUserId(id), login: format!("person-{id}") }
}

pub fn facts(name: &str, github_id: Option<i64>) -> RepoFacts {
    RepoFacts {
        url: format!("https://github.test/{name}"),
        name: RepoName::parse(name),
        github_id: github_id.map(GithubRepoId),
        installation_id: Some(InstallationId(5)),
        default_branch: BranchName::parse("main").unwrap(),
        latest_commit: Some(sha('a')),
        private: true,
    }
}

pub async fn repo(conn: &mut Conn, name: &str, github_id: i64) -> Repo {
    repos::upsert(conn, &facts(name, Some(github_id)), NOW).await.unwrap()
}

pub async fn task(conn: &mut Conn, repo: &Repo, issue: i64) -> Task {
    let issue = IssueRef { number: issue, url: format!("{}/issues/{issue}", repo.url) };
    tasks::for_issue(conn, repo.id, &issue, "It breaks", NOW).await.unwrap()
}

pub fn round_of(task: &Task, number: i64) -> Round {
    Round {
        id: RoundId::new(),
        task_id: task.id,
        number,
        status: RoundStatus::Running,
        base_ref: "main".into(),
        base_commit: sha('b'),
        instruction: "Please fix it.".into(),
        brief: Brief { title: Some("It breaks".into()), body: "Often.".into(), thread: vec!["Here too.".into()] },
        path: Some("crates/api".into()),
        budget: UsdMicros(3_000_000),
        origin: Origin {
            requester: Some(person(7)),
            token_name: None,
            comment_id: Some(CommentId(1_000 + number)),
            ordinal: 0,
            comment_sha256: Some(Sha256Hex::of("comment")),
            title_sha256: Some(Sha256Hex::of("title")),
            body_sha256: Some(Sha256Hex::of("body")),
        },
        starts_from: None,
        pull_id: None,
        terms: Terms {
            forbidden_paths: vec!["*.lock".into()],
            pick_reaction: ReactionContent::PlusOne,
            ..Terms::default()
        },
        expires_at: Some(later(5_000)),
        created_at: NOW,
        updated_at: NOW,
    }
}

pub async fn round(conn: &mut Conn, task: &Task, number: i64) -> Round {
    let mut round = round_of(task, number);
    // Rounds of other tasks have other comments.
    round.origin.comment_id = None;
    assert!(rounds::insert(conn, &round).await.unwrap());
    round
}

pub fn run_of(round: &Round, letter: usize) -> Run {
    Run {
        id: RunId::new(),
        task_id: round.task_id,
        round_id: round.id,
        round: round.number,
        letter: Letter::at(letter),
        model_id: None,
        provider: Provider::OpenAiCompatible,
        model_name: "m-1".into(),
        model_label: "Model One".into(),
        instruction: "Please fix it.".into(),
        base_ref: Some("main".into()),
        base_commit: round.base_commit.clone(),
        status: RunStatus::Queued,
        attempt: 0,
        cancel_requested: false,
        budget: UsdMicros(1_000_000),
        result: RunResult::default(),
        created_at: NOW,
        started_at: None,
        completed_at: None,
    }
}

pub async fn run(conn: &mut Conn, round: &Round, letter: usize) -> Run {
    let run = run_of(round, letter);
    runs::insert(conn, &run).await.unwrap();
    run
}

/// A result with something in every field.
pub fn result() -> RunResult {
    let patch = "diff --git a/x b/x\n".to_owned();
    RunResult {
        summary: Some("Done.".into()),
        patch_sha256: Some(Sha256Hex::of(&patch)),
        files_changed: vec![FileDiff {
            path: "x".into(),
            old_path: Some("y".into()),
            added_lines: 1,
            removed_lines: 2,
            patch: patch.clone(),
        }],
        patch: Some(patch),
        warnings: vec!["fuzzy".into()],
        error: None,
        failure: None,
        usage: Usage { input_tokens: 10, output_tokens: 5, cached_input_tokens: 3, cache_write_tokens: 2 },
        cost: UsdMicros(42),
        answered_by: Some("Other".into()),
    }
}

/// A repository, its task, one round and one run.
pub async fn scene(conn: &mut Conn) -> (Repo, Task, Round, Run) {
    let repo = repo(conn, "octo/hello", 99).await;
    let task = task(conn, &repo, 12).await;
    let round = round(conn, &task, 1).await;
    let run = run(conn, &round, 0).await;
    (repo, task, round, run)
}

pub fn pick_of(run: &Run) -> Pick {
    Pick {
        id: PickId::new(),
        task_id: run.task_id,
        run_id: run.id,
        source: PickSource::Reaction,
        person: Some(person(7)),
        token_name: Some("ci".into()),
        patch_sha256: Sha256Hex::of("patch"),
        pull_id: None,
        commit: None,
        form: PickForm::Pull,
        branch: None,
        target: None,
        title: Some("Title".into()),
        body: Some("Body".into()),
        status: PickStatus::Opening,
        note: None,
        created_at: NOW,
        updated_at: NOW,
    }
}

pub fn pull_of(run: &Run, number: i64) -> Pull {
    Pull {
        id: PullId::new(),
        task_id: run.task_id,
        run_id: run.id,
        number,
        url: format!("https://github.test/octo/hello/pull/{number}"),
        branch: BranchName::parse("bakeoff/issue-12-a-0123456789ab").unwrap(),
        title: "Fix it".into(),
        body: None,
        head: sha('c'),
        status: PullStatus::Open,
        reverted_by: None,
        created_at: NOW,
        updated_at: NOW,
    }
}

pub fn model_of(alias: &str) -> ModelProfile {
    ModelProfile {
        id: ModelId::new(),
        provider: Provider::OpenAi,
        model_name: "gpt-x".into(),
        display_name: Some("GPT X".into()),
        alias: alias.into(),
        default: false,
        base_url: Some("https://models.test/v1".into()),
        wire: Wire::Chat,
        tools: ToolUse::Off,
        prices: Some(Prices { input: UsdMicros(3), output: UsdMicros(15), cached_input: UsdMicros(1) }),
        free: false,
        fallback: Some("other".into()),
        limits: KeyLimits { max_concurrent: Some(4), requests_per_minute: Some(60) },
        source: ModelSource::Api,
        api_key_hint: "cdef".into(),
        created_at: NOW,
    }
}

pub async fn model(conn: &mut Conn, alias: &str) -> ModelProfile {
    let profile = model_of(alias);
    models::insert(conn, &profile, "cipher").await.unwrap().unwrap();
    profile
}

/// An id that nothing has.
pub fn no_task() -> TaskId {
    TaskId::new()
}
