//! Whose word we carry: the App's own token (F057), installation tokens (M16), permissions named (F081).

use std::time::Duration;

use bakeoff::adapters::github::{GitHub, GithubConfig, GithubError};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::server::{ok, status};
use super::{Bench, KEY, config};

type Change = fn(&mut GithubConfig);

const MINT: &str = "/app/installations/7/access_tokens";
const REPO: &str = "/repos/octo/hello";

pub fn repository(id: i64, name: &str) -> Value {
    json!({"id": id, "full_name": name, "default_branch": "main", "private": true, "archived": false, "disabled": false})
}

#[tokio::test]
async fn f057_the_apps_token_follows_githubs_clock() {
    for (ahead_ms, refused_first) in [(0, 0), (300_000, 0), (-300_000, 1), (86_400_000, 1), (-86_400_000, 1)] {
        let bench = Bench::new().await;
        bench.server.ahead_by(ahead_ms);
        bench.server.check_jwt();
        let app = json!({"id": 99, "slug": "bakeoff", "permissions": {"issues": "write"}, "events": ["issues"]});
        bench.server.on("GET", "/app", [ok(app)]);
        bench.server.on("GET", "/app/installations", [ok(json!([]))]);
        let app = bench.github.app().await.unwrap();
        assert_eq!((app.id, app.slug.as_str(), app.bot_user_id), (99, "bakeoff", None));
        assert_eq!(bench.server.seen("GET", "/app").len(), 1 + refused_first, "{ahead_ms}");
    }
}

#[tokio::test]
async fn m16_a_token_opens_one_repository_and_is_minted_once() {
    let bench = Bench::new().await;
    bench.server.on("GET", REPO, [ok(repository(42, "octo/hello"))]);
    let calls = (0..5).map(|_| {
        let repo = bench.repo();
        async move { repo.get().await }
    });
    for result in futures::future::join_all(calls).await {
        result.unwrap();
    }
    let minted = bench.server.seen("POST", MINT);
    assert_eq!(minted.len(), 1);
    let permissions = json!({"contents": "write", "issues": "write", "metadata": "read", "pull_requests": "write"});
    assert_eq!(minted[0].body, json!({"repository_ids": [42], "permissions": permissions}));
    assert!(bench.server.seen("GET", REPO).iter().all(|seen| seen.bearer() == "ghs_secret1"));
}

#[tokio::test]
async fn m16_tokens_for_git_hold_contents_only() {
    let bench = Bench::new().await;
    let push = bench.repo().push_token().await.unwrap();
    let fetch = bench.repo().fetch_token().await.unwrap();
    assert_eq!((push.expose_secret(), fetch.expose_secret()), ("ghs_secret1", "ghs_secret2"));
    let asked: Vec<Value> = bench.server.seen("POST", MINT).iter().map(|m| m.body["permissions"].clone()).collect();
    assert_eq!(
        asked,
        [json!({"contents": "write", "metadata": "read"}), json!({"contents": "read", "metadata": "read"})]
    );
}

#[tokio::test]
async fn f051_a_token_near_its_end_is_replaced() {
    let bench = Bench::new().await;
    bench.server.on("GET", REPO, [ok(repository(42, "octo/hello"))]);
    for (minutes, minted) in [(0, 1), (54, 1), (2, 2), (30, 2), (60, 3)] {
        bench.clock.advance(Duration::from_mins(minutes));
        bench.repo().get().await.unwrap();
        assert_eq!(bench.server.seen("POST", MINT).len(), minted);
    }
}

#[tokio::test]
async fn f050_a_fresh_token_may_not_be_known_yet() {
    let bench = Bench::with(|config| config.fresh_token_grace = Duration::from_secs(5)).await;
    let bad = status(401, json!({"message": "Bad credentials"}));
    let no = status(403, json!({"message": "Resource not accessible by integration"}));
    bench.server.on("GET", REPO, [bad.clone(), no, bad, ok(repository(42, "octo/hello"))]);
    bench.repo().get().await.unwrap();
    assert_eq!(bench.server.seen("POST", MINT).len(), 1);
}

#[tokio::test]
async fn f050_a_refused_post_was_not_carried_out_and_goes_again() {
    let bench = Bench::with(|config| config.fresh_token_grace = Duration::from_secs(5)).await;
    let path = "/repos/octo/hello/issues/12/comments";
    let bad = status(401, json!({"message": "Bad credentials"}));
    bench.server.on("POST", path, [bad, status(201, super::retries::comment(1))]);
    bench.repo().create_comment(12, "hi").await.unwrap();
    assert_eq!(bench.server.seen("POST", path).len(), 2);
}

#[tokio::test]
async fn m16_a_dead_token_is_replaced_once() {
    let bench = Bench::new().await;
    let bad = status(401, json!({"message": "Bad credentials"}));
    bench.server.on("GET", REPO, [bad.clone(), ok(repository(42, "octo/hello")), bad]);
    bench.repo().get().await.unwrap();
    assert_eq!(bench.server.seen("GET", REPO)[1].bearer(), "ghs_secret2");
    assert_eq!(bench.repo().get().await, Err(GithubError::Unauthorized));
    assert_eq!(bench.server.seen("POST", MINT).len(), 3);
}

#[tokio::test]
async fn f078_f080_f081_a_token_that_is_not_given_says_why() {
    let granted = |permissions: Value| {
        ok(json!({"id": 7, "account": {"id": 1, "login": "octo", "type": "Organization"}, "suspended_at": null,
                  "permissions": permissions}))
    };
    let all = json!({"contents": "write", "issues": "write", "pull_requests": "write", "metadata": "read"});
    let less = json!({"contents": "write", "issues": "read", "pull_requests": "write", "metadata": "read"});
    let invalid = status(422, json!({"message": "The permissions requested are not granted to this installation."}));
    let missing = GithubError::Permission { missing: Some("issues=write".into()) };
    for (mint, installation, expected) in [
        (status(403, json!({"message": "This installation has been suspended"})), all.clone(), GithubError::Suspended),
        (status(404, json!({"message": "Not Found"})), all.clone(), GithubError::NotFound),
        (invalid.clone(), less, missing),
        (invalid, all, GithubError::NotFound),
    ] {
        let bench = Bench::new().await;
        bench.server.on("POST", MINT, [mint]);
        bench.server.on("GET", "/app/installations/7", [granted(installation)]);
        assert_eq!(bench.repo().create_comment(1, "hi").await, Err(expected));
    }
}

#[tokio::test]
async fn f079_a_forgotten_installation_leaves_no_token() {
    let bench = Bench::new().await;
    bench.server.on("GET", REPO, [ok(repository(42, "octo/hello"))]);
    bench.repo().get().await.unwrap();
    bench.github.forget(bench.repo().installation());
    bench.repo().get().await.unwrap();
    assert_eq!(bench.server.seen("POST", MINT).len(), 2);
}

#[tokio::test]
async fn settings_that_cannot_work_are_named() {
    let bench = Bench::new().await;
    let try_with = |change: Change| {
        let mut config = config(&bench.server.url);
        change(&mut config);
        GitHub::new(config, bench.clock.clone()).map(drop).map_err(|error| error.to_string())
    };
    assert_eq!(try_with(|c| c.private_key = SecretString::from(KEY.replace('\n', "\\n"))), Ok(()));
    let cases: [(Change, &str); 5] = [
        (|c| c.app_id = 0, "no App id"),
        (|c| c.private_key = SecretString::from(""), "no private key"),
        (|c| c.private_key = SecretString::from("nonsense"), "not an RSA key"),
        (|c| c.api_url = "api.github.com".into(), "API URL"),
        (|c| c.ca_file = Some("/nowhere".into()), "CA file"),
    ];
    for (change, word) in cases {
        let sentence = try_with(change).unwrap_err();
        assert!(sentence.contains(word), "{sentence}");
    }
}

#[tokio::test]
async fn m33_no_secret_is_shown() {
    let bench = Bench::new().await;
    bench.server.on("GET", REPO, [super::server::html(200)]);
    let error = bench.repo().get().await.unwrap_err();
    let token = bench.repo().push_token().await.unwrap();
    let shown = format!("{:?} {:?} {:?} {error} {error:?} {token:?}", config("http://x"), bench.github, bench.repo());
    for secret in ["ghs_", "BEGIN", "PRIVATE", KEY.lines().nth(1).unwrap()] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
