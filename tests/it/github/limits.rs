//! GitHub's own limits: pauses that fail nothing (F047–F049), the budget readable for the poller (M15).

use std::time::Duration;

use bakeoff::adapters::github::{GithubError, RateBudget};
use bakeoff::domain::clock::Timestamp;
use serde_json::json;

use super::auth::repository;
use super::retries::comment;
use super::server::{Reply, ok, status};
use super::{Bench, START};

const COMMENTS: &str = "/repos/octo/hello/issues/12/comments";
const REPO: &str = "/repos/octo/hello";

fn secondary() -> Reply {
    status(403, json!({"message": "You have exceeded a secondary rate limit."}))
}

#[tokio::test]
async fn f047_all_writes_of_the_installation_pause() {
    let bench = Bench::new().await;
    bench.server.on("POST", COMMENTS, [secondary().with("retry-after", 60), status(201, comment(1))]);
    bench.server.on("GET", REPO, [ok(repository(42, "octo/hello"))]);
    let until = Timestamp(START.0 + 60_000);
    for _ in 0..3 {
        assert_eq!(bench.repo().create_comment(12, "hi").await, Err(GithubError::SecondaryLimit { until }));
    }
    assert_eq!(bench.server.seen("POST", COMMENTS).len(), 1, "nothing is sent in the pause");
    bench.repo().get().await.unwrap();
    bench.clock.advance(Duration::from_mins(1));
    bench.repo().create_comment(12, "hi").await.unwrap();
}

#[tokio::test]
async fn f048_the_hourly_limit_holds_until_its_reset() {
    let bench = Bench::new().await;
    bench.server.ahead_by(300_000);
    let reset = bench.server.now().0 / 1000 + 2400;
    let spent = status(403, json!({"message": "API rate limit exceeded for installation ID 7."}))
        .with("x-ratelimit-remaining", 0)
        .with("x-ratelimit-reset", reset);
    bench.server.on("GET", REPO, [spent, ok(repository(42, "octo/hello"))]);
    let until = Timestamp(START.0 + 2_400_000);
    for _ in 0..3 {
        assert_eq!(bench.repo().get().await, Err(GithubError::PrimaryLimit { until }), "in our clock");
    }
    assert_eq!(bench.server.seen("GET", REPO).len(), 1);
    bench.clock.advance(Duration::from_mins(40));
    bench.repo().get().await.unwrap();
}

#[tokio::test]
async fn f049_a_limit_without_a_time_doubles() {
    let bench = Bench::new().await;
    let bare = status(429, json!({}));
    let replies = [bare.clone(), bare.clone(), bare.clone(), status(201, comment(1)), bare];
    bench.server.on("POST", COMMENTS, replies);
    for pause in [Some(60), Some(120), Some(240), None, Some(60)] {
        let now = bakeoff::domain::clock::Clock::now(bench.clock.as_ref());
        let result = bench.repo().create_comment(12, "hi").await.map(drop);
        let until = pause.map(|seconds| now.plus(Duration::from_secs(seconds)));
        assert_eq!(result, until.map_or(Ok(()), |until| Err(GithubError::SecondaryLimit { until })));
        bench.clock.advance(Duration::from_secs(pause.unwrap_or(0)));
    }
}

#[tokio::test]
async fn m15_the_budget_is_read_from_every_answer() {
    let bench = Bench::new().await;
    assert_eq!(bench.repo().budget(), None);
    let reset = START.0 / 1000 + 600;
    let with = |left: u64, resource: &str| {
        ok(repository(42, "octo/hello"))
            .with("x-ratelimit-limit", 5000)
            .with("x-ratelimit-remaining", left)
            .with("x-ratelimit-reset", reset)
            .with("x-ratelimit-resource", resource)
    };
    bench.server.on("GET", REPO, [with(4321, "core"), with(1, "graphql")]);
    let seen = RateBudget { limit: 5000, remaining: 4321, reset: Timestamp(reset * 1000), seen_at: START };
    for _ in 0..2 {
        bench.repo().get().await.unwrap();
        assert_eq!(bench.repo().budget(), Some(seen));
        assert_eq!(bench.github.budget(bench.repo().installation()), Some(seen));
    }
}
