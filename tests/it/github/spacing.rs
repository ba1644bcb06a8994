//! M52: writes of one installation are one at a time, spaced and counted.

use std::sync::Arc;
use std::time::Duration;

use bakeoff::adapters::github::{GitHub, GithubError, WriteKind, WriteLimiter, WriteRules};
use bakeoff::domain::clock::{SystemClock, Timestamp};
use bakeoff::domain::ids::CommentId;
use bakeoff::domain::reaction::ReactionContent;
use proptest::prelude::*;
use serde_json::json;

use super::retries::comment;
use super::server::status;
use super::{Bench, START, config};

const COMMENTS: &str = "/repos/octo/hello/issues/12/comments";
const REACTIONS: &str = "/repos/octo/hello/issues/comments/1/reactions";

#[tokio::test]
async fn m52_creations_are_counted_and_reactions_are_not() {
    let bench = Bench::with(|config| config.content_per_minute = 2).await;
    bench.server.on("POST", COMMENTS, [status(201, comment(1))]);
    bench.server.on("POST", REACTIONS, [status(200, json!({}))]);
    let repo = bench.repo();
    for _ in 0..2 {
        repo.create_comment(12, "hi").await.unwrap();
    }
    let until = Timestamp(START.0 + 60_001);
    assert_eq!(repo.create_comment(12, "hi").await, Err(GithubError::Busy { until }));
    repo.react_to_comment(CommentId(1), ReactionContent::Eyes).await.unwrap();
    assert_eq!(bench.server.seen("POST", COMMENTS).len(), 2);
    bench.clock.advance(Duration::from_millis(60_001));
    repo.create_comment(12, "hi").await.unwrap();
}

#[tokio::test]
async fn m52_one_write_at_a_time_with_space_between() {
    let bench = Bench::new().await;
    bench.server.on("POST", COMMENTS, [status(201, comment(1))]);
    let mut config = config(&bench.server.url);
    config.write_spacing = Duration::from_millis(60);
    let github = GitHub::new(config, Arc::new(SystemClock)).unwrap();
    let repo = github.repo(bench.repo().installation(), bench.repo().id(), bench.repo().name());
    let writes = (0..4).map(|_| repo.create_comment(12, "hi"));
    for result in futures::future::join_all(writes).await {
        result.unwrap();
    }
    let seen = bench.server.seen("POST", COMMENTS);
    assert!(seen.iter().all(|one| one.beside == 0));
    let whole = seen[3].at.duration_since(seen[0].at);
    assert!(whole >= Duration::from_millis(150), "three gaps of 60 ms, less what the wire shifts: {whole:?}");
}

proptest! {
    /// Property 11: whoever asks whenever, no window ever holds more than its rule.
    #[test]
    fn m52_the_limiter_never_exceeds(
        asks in prop::collection::vec((0u64..40_000, any::<bool>(), 0u8..20), 1..300),
        spacing in 0u64..3_000,
        per_minute in 1u32..8,
        per_hour in 1u32..20,
    ) {
        let spacing = Duration::from_millis(spacing);
        let mut limiter = WriteLimiter::new(WriteRules { spacing, per_minute, per_hour });
        let (mut now, mut all, mut created, mut quiet) = (START, Vec::new(), Vec::new(), START);
        for (gap, create, pause) in asks {
            now = now.plus(Duration::from_millis(gap));
            if pause == 0 {
                quiet = quiet.max(now.plus(Duration::from_mins(1)));
                limiter.pause(quiet);
            }
            let kind = if create { WriteKind::Create } else { WriteKind::Edit };
            let at = limiter.earliest(kind, now);
            prop_assert!(at >= now);
            now = at;
            prop_assert_eq!(limiter.earliest(kind, now), now, "the named moment is right");
            limiter.take(kind, now);
            prop_assert!(now >= quiet);
            all.push(now);
            if create { created.push(now); }
        }
        prop_assert!(all.windows(2).all(|two| two[1].since(two[0]) >= spacing));
        for (count, span) in [(per_minute, Duration::from_mins(1)), (per_hour, Duration::from_hours(1))] {
            let crowded = created.windows(count as usize + 1).any(|w| w[count as usize].since(w[0]) <= span);
            prop_assert!(!crowded, "more than {count} within {span:?}");
        }
    }

    /// F119: a clock set back does not stop writing for as long.
    #[test]
    fn f119_a_clock_set_back_moves_the_memory(back in 1i64..100_000_000) {
        let rules = WriteRules { spacing: Duration::from_secs(1), per_minute: 60, per_hour: 400 };
        let mut limiter = WriteLimiter::new(rules);
        limiter.take(WriteKind::Create, START);
        let now = Timestamp(START.0 - back);
        prop_assert_eq!(limiter.earliest(WriteKind::Create, now), now.plus(Duration::from_secs(1)));
    }
}
