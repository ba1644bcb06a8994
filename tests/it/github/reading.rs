//! What is read: refs, comparisons, rights, issues, comments, reactions, deliveries.

use std::time::Duration;

use bakeoff::adapters::github::{AccountKind, Compare, CompareStatus, GithubError, Standing, StandingCache};
use bakeoff::domain::clock::Timestamp;
use bakeoff::domain::ids::{CommentId, GithubRepoId, GithubUserId};
use bakeoff::domain::permission::Permission;
use bakeoff::domain::reaction::ReactionContent;
use bakeoff::domain::repo::{BranchName, CommitSha, RepoName};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::auth::repository;
use super::retries::comment;
use super::server::{Reply, ok, status};
use super::{Bench, START};

const SHA: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

fn sha() -> CommitSha {
    CommitSha::parse(SHA).unwrap()
}

#[tokio::test]
async fn branches_and_names_of_commits() {
    let bench = Bench::new().await;
    let repo = bench.repo();
    let head = json!({"ref": "refs/heads/fix/a#b", "object": {"type": "commit", "sha": SHA}});
    bench.server.on("GET", "/repos/octo/hello/git/ref/heads/fix/a%23b", [ok(head)]);
    let empty = status(409, json!({"message": "Git Repository is empty."}));
    bench.server.on("GET", "/repos/octo/hello/git/ref/heads/none", [empty.clone()]);
    let bare = Reply::Answer {
        status: 200,
        headers: vec![("content-type".into(), "application/vnd.github.sha; charset=utf-8".into())],
        body: SHA.into(),
    };
    bench.server.on("GET", "/repos/octo/hello/commits/v1%2Fx", [bare, ok(json!({"sha": SHA}))]);
    bench.server.on("GET", "/repos/octo/hello/commits/ghost", [status(422, json!({"message": "No commit found"}))]);
    bench.server.on("GET", "/repos/octo/hello/commits/none", [empty]);
    let branch = |name: &str| BranchName::parse(name).unwrap();
    assert_eq!(repo.branch_head(&branch("fix/a#b")).await, Ok(Some(sha())));
    assert_eq!(repo.branch_head(&branch("gone")).await, Ok(None));
    assert_eq!(repo.branch_head(&branch("none")).await, Ok(None));
    assert_eq!(repo.resolve_ref("v1/x").await, Ok(Some(sha())));
    assert_eq!(repo.resolve_ref("v1/x").await, Ok(Some(sha())), "a server that does not know the short form");
    for missing in ["ghost", "none", "gone", "../../user"] {
        assert_eq!(repo.resolve_ref(missing).await, Ok(None), "{missing}");
    }
}

#[tokio::test]
async fn f061_comparisons() {
    let bench = Bench::new().await;
    let path = format!("/repos/octo/hello/compare/{SHA}...{SHA}");
    let answer = json!({"status": "diverged", "ahead_by": 2, "behind_by": 1});
    bench.server.on("GET", &path, [ok(answer), status(404, json!({"message": "Not Found"}))]);
    let expected = Compare { ahead_by: 2, behind_by: 1, status: CompareStatus::Diverged };
    assert_eq!(bench.repo().compare(&sha(), &sha()).await, Ok(Some(expected)));
    assert_eq!(bench.repo().compare(&sha(), &sha()).await, Ok(None), "force-pushed away");
}

#[tokio::test]
async fn m11_rights_come_from_the_permission_field_only() {
    let user = |kind: &str| json!({"id": 5, "login": "ann", "type": kind});
    for (body, permission, kind) in [
        (
            json!({"permission": "admin", "role_name": "admin", "user": user("User")}),
            Permission::Admin,
            AccountKind::User,
        ),
        (
            json!({"permission": "write", "role_name": "maintain", "user": user("User")}),
            Permission::Write,
            AccountKind::User,
        ),
        (
            json!({"permission": "read", "role_name": "write", "user": user("User")}),
            Permission::Read,
            AccountKind::User,
        ),
        (json!({"permission": "none", "user": user("User")}), Permission::None, AccountKind::User),
        (json!({"permission": "owner", "user": user("User")}), Permission::None, AccountKind::User),
        (json!({"permission": "write", "user": user("Bot")}), Permission::Write, AccountKind::Bot),
        (json!({"permission": "write", "user": user("Mannequin")}), Permission::Write, AccountKind::Other),
    ] {
        let bench = Bench::new().await;
        bench.server.on("GET", "/repos/octo/hello/collaborators/ann/permission", [ok(body.clone())]);
        let standing = bench.repo().permission("ann").await.unwrap();
        let account = standing.account.unwrap();
        assert_eq!(
            (standing.permission, account.person.id, account.kind),
            (permission, GithubUserId(5), kind),
            "{body}"
        );
    }
}

#[tokio::test]
async fn m12_f018_a_right_that_is_not_known_is_not_given() {
    let bench = Bench::with(|config| config.retries = 1).await;
    let path = "/repos/octo/hello/collaborators/evil%5Bbot%5D/permission";
    let nobody = Standing { permission: Permission::None, maintain: false, account: None };
    let replies = [ok(json!({"permission": "admin", "user": null})), status(404, json!({})), status(502, json!({}))];
    bench.server.on("GET", path, replies);
    bench.server.on("GET", "/repos/octo/hello", [ok(repository(42, "octo/hello"))]);
    assert_eq!(bench.repo().permission("evil[bot]").await, Ok(nobody.clone()));
    assert_eq!(bench.repo().permission("evil[bot]").await, Ok(nobody));
    let error = bench.repo().permission("evil[bot]").await.unwrap_err();
    assert_eq!(error, GithubError::Unavailable("it has an error of its own"));
    let cached = bench.repo().permission_within("evil[bot]", Duration::from_hours(1)).await;
    assert_eq!(cached, Err(error), "an older answer does not stand in");
}

#[tokio::test]
async fn m11_an_unknown_login_is_told_from_a_lost_repository() {
    let bench = Bench::new().await;
    assert_eq!(bench.repo().permission("ann").await, Err(GithubError::NotFound));
}

#[tokio::test]
async fn property_13_a_right_is_remembered_for_a_minute_at_most() {
    let bench = Bench::new().await;
    let path = "/repos/octo/hello/collaborators/ann/permission";
    let may = |word: &str| ok(json!({"permission": word, "user": {"id": 5, "login": "ann", "type": "User"}}));
    bench.server.on("GET", path, [may("write"), may("read")]);
    let ask = async || bench.repo().permission_within("ANN", Duration::from_hours(1)).await.unwrap().permission;
    bench.repo().permission("ann").await.unwrap();
    assert_eq!(ask().await, Permission::Write);
    bench.clock.advance(Duration::from_secs(59));
    assert_eq!(ask().await, Permission::Write);
    bench.clock.advance(Duration::from_secs(1));
    let path = "/repos/octo/hello/collaborators/ANN/permission";
    bench.server.on("GET", path, [may("read")]);
    assert_eq!(ask().await, Permission::Read);
}

proptest! {
    #[test]
    fn property_13_no_answer_serves_after_its_time(
        steps in prop::collection::vec((0u8..3, -90_000i64..90_000, 0u64..120_000), 1..60)
    ) {
        let (cache, repo) = (StandingCache::new(), GithubRepoId(1));
        let mut now = START.0;
        let mut stored: Option<i64> = None;
        for (what, step, max_age) in steps {
            now += step;
            if what == 0 {
                let standing = Standing { permission: Permission::Write, maintain: false, account: None };
                cache.put(repo, "Ann", Timestamp(now), standing);
                stored = Some(now);
            } else {
                let served = cache.get(repo, "ann", Duration::from_millis(max_age), Timestamp(now)).is_some();
                let fresh = stored.is_some_and(|at| at <= now && now - at < 60_000.min(i64::try_from(max_age).unwrap()));
                prop_assert_eq!(served, fresh);
            }
        }
    }
}

fn issue(repository: &str) -> Value {
    json!({
        "number": 12, "state": "open", "locked": true, "title": "It breaks", "body": null, "user": null,
        "labels": [{"name": "bug"}, "old"], "html_url": "https://github.com/octo/hello/issues/12",
        "repository_url": format!("https://api.github.com/repos/{repository}"),
        "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:01Z", "pull_request": {"url": "x"}
    })
}

#[tokio::test]
async fn m14_issues_with_holes_are_read() {
    let bench = Bench::new().await;
    bench.server.on("GET", "/repos/octo/hello/issues/12", [ok(issue("Octo/Hello"))]);
    let found = bench.repo().issue(12).await.unwrap();
    assert_eq!((found.open, found.locked, found.is_pull, found.body.as_str()), (true, true, true, ""));
    assert_eq!((found.author, found.labels), (None, vec!["bug".to_owned(), "old".to_owned()]));
}

#[tokio::test]
async fn f074_an_issue_of_another_repository_is_told() {
    let bench = Bench::new().await;
    bench.server.on("GET", "/repos/octo/hello/issues/12", [ok(issue("octo/elsewhere"))]);
    bench.server.on("GET", "/repos/octo/hello", [ok(repository(42, "octo/hello"))]);
    let name = RepoName::parse("octo/elsewhere");
    assert_eq!(bench.repo().issue(12).await, Err(GithubError::Transferred { repo: None, name }));
}

#[tokio::test]
async fn comments_are_read_over_all_pages() {
    let bench = Bench::new().await;
    let second = format!("<{}/repositories/42/issues/12/comments?page=2>; rel=\"next\"", bench.server.url);
    let first = ok(json!([comment(1)])).with("link", second);
    bench.server.on("GET", "/repos/octo/hello/issues/12/comments", [first]);
    bench.server.on("GET", "/repositories/42/issues/12/comments", [ok(json!([comment(2)]))]);
    let found = bench.repo().comments(12, Some(START)).await.unwrap();
    assert_eq!(found.iter().map(|c| c.id.0).collect::<Vec<_>>(), [1, 2]);
    assert_eq!((found[0].issue_number, found[0].app_id), (12, None));
    let asked = &bench.server.seen("GET", "/repos/octo/hello/issues/12/comments")[0].path;
    assert!(asked.ends_with("since=2026-01-01T00:00:00Z"), "{asked}");
}

#[tokio::test]
async fn lists_end_and_never_leave_the_host() {
    let bench = Bench::with(|config| config.max_pages = 3).await;
    let path = "/repos/octo/hello/issues/12/comments";
    bench.server.on("GET", path, [ok(json!([])).with("link", format!("<{}{path}>; rel=\"next\"", bench.server.url))]);
    let error = bench.repo().comments(12, None).await.unwrap_err();
    assert_eq!(error, GithubError::Unavailable("its list does not end"));
    assert_eq!(bench.server.seen("GET", path).len(), 3);
    bench.server.on("GET", path, [ok(json!([])).with("link", "<https://evil.example/x>; rel=\"next\"")]);
    let error = bench.repo().comments(12, None).await.unwrap_err();
    assert_eq!(error, GithubError::Unavailable("it points to another server"));
}

#[tokio::test]
async fn m08_the_scan_goes_on_by_time() {
    let bench = Bench::new().await;
    let at = |seconds: i64| Timestamp(START.0 + seconds * 1000).to_rfc3339().replace(".000Z", "Z");
    let page = |ids: std::ops::Range<i64>| {
        let made = ids.map(|id| {
            let mut one = comment(id);
            one["updated_at"] = at(id).into();
            one
        });
        ok(Value::Array(made.collect()))
    };
    let path = |since: i64| {
        let since = at(since);
        format!("/repos/octo/hello/issues/comments?sort=updated&direction=asc&per_page=100&page=1&since={since}")
    };
    bench.server.on("GET", &path(0), [page(0..100)]);
    bench.server.on("GET", &path(99), [page(99..150)]);
    let found = bench.repo().repo_comments_since(START).await.unwrap();
    let ids: Vec<i64> = found.iter().map(|c| c.id.0).collect();
    assert_eq!(ids, (0..150).collect::<Vec<_>>(), "each once");
}

#[tokio::test]
async fn m15_rollups_are_free_when_unchanged() {
    let bench = Bench::new().await;
    let path = "/repos/octo/hello/issues/12/comments";
    let next = format!("<{}{path}?per_page=100&page=2>; rel=\"next\"", bench.server.url);
    let same = Reply::Answer { status: 304, headers: vec![], body: String::new() };
    let first = ok(json!([comment(1)])).with("etag", "W/\"one\"").with("link", next);
    let second = ok(json!([comment(2)])).with("etag", "W/\"two\"");
    bench.server.on("GET", &format!("{path}?per_page=100"), [first, same.clone()]);
    bench.server.on("GET", &format!("{path}?per_page=100&page=2"), [second, same]);
    let fresh = bench.repo().comment_rollups(12).await.unwrap();
    let again = bench.repo().comment_rollups(12).await.unwrap();
    assert_eq!((fresh.unchanged, again.unchanged), (false, true));
    assert_eq!(fresh.comments, again.comments);
    let counts: Vec<_> = fresh.comments[0].reactions.clone().into_iter().collect();
    assert_eq!(counts, [(ReactionContent::Rocket, 2), (ReactionContent::Eyes, 1)]);
    let tags: Vec<_> = bench.server.seen("GET", path).iter().map(|s| s.headers.get("if-none-match").cloned()).collect();
    assert_eq!(tags, [None, None, Some("W/\"one\"".into()), Some("W/\"two\"".into())]);
}

#[tokio::test]
async fn reactions_name_people_and_skip_what_is_new() {
    let bench = Bench::new().await;
    let at = "2026-01-01T00:00:00Z";
    let all = json!([
        {"id": 1, "content": "rocket", "user": {"id": 5, "login": "ann", "type": "User"}, "created_at": at},
        {"id": 2, "content": "+1", "user": null, "created_at": at},
        {"id": 3, "content": "pizza", "user": null, "created_at": at},
    ]);
    bench.server.on("GET", "/repos/octo/hello/issues/comments/1/reactions", [ok(all)]);
    let found = bench.repo().reactions(CommentId(1)).await.unwrap();
    assert_eq!(
        found.iter().map(|r| r.content).collect::<Vec<_>>(),
        [ReactionContent::Rocket, ReactionContent::PlusOne]
    );
    assert_eq!(found[0].author.as_ref().unwrap().person.login, "ann");
}

#[tokio::test]
async fn m08_failed_deliveries_are_listed_back_to_the_given_time() {
    let bench = Bench::new().await;
    let one = |id: i64, minutes_ago: i64, status_code: i64| {
        json!({"id": id, "guid": format!("g{id}"), "event": "issues", "action": null, "status_code": status_code,
               "delivered_at": Timestamp(START.0 - minutes_ago * 60_000).to_rfc3339(), "redelivery": false})
    };
    let page = |cursor: &str| format!("<{}/app/hook/deliveries?cursor={cursor}>; rel=\"next\"", bench.server.url);
    let first = ok(json!([one(9, 1, 500), one(8, 2, 202)])).with("link", page("v2_1"));
    bench.server.on("GET", "/app/hook/deliveries?per_page=100", [first]);
    let second = ok(json!([one(7, 50, 0), one(6, 70, 500)])).with("link", page("v2_2"));
    bench.server.on("GET", "/app/hook/deliveries?cursor=v2_1", [second]);
    let third = ok(json!([one(5, 80, 500)])).with("link", page("v2_3"));
    bench.server.on("GET", "/app/hook/deliveries?cursor=v2_2", [third]);
    let since = START.minus(Duration::from_hours(1));
    let failed = bench.github.failed_deliveries(since).await.unwrap();
    assert_eq!(failed.iter().map(|d| (d.id, d.status_code)).collect::<Vec<_>>(), [(7, 0), (9, 500)]);
    assert_eq!(bench.server.seen("GET", "/app/hook/deliveries").len(), 3, "not further back than asked");
    let accepted = Reply::Answer { status: 202, headers: vec![], body: String::new() };
    bench.server.on("POST", "/app/hook/deliveries/7/attempts", [accepted]);
    bench.github.redeliver(7).await.unwrap();
}

#[tokio::test]
async fn installations_and_their_repositories() {
    let bench = Bench::new().await;
    let one = json!({"id": 7, "account": {"id": 1, "login": "octo", "type": "Organization"},
                     "suspended_at": "2026-01-01T00:00:00Z", "permissions": {"issues": "write"}});
    bench.server.on("GET", "/repos/octo/hello/installation", [ok(one)]);
    let name = RepoName::new("octo", "hello").unwrap();
    let found = bench.github.installation_of(&name).await.unwrap().unwrap();
    assert_eq!((found.id.0, found.suspended, found.account.kind), (7, true, AccountKind::Organization));
    assert_eq!(bench.github.installation_of(&RepoName::new("octo", "other").unwrap()).await, Ok(None));
    let list = json!({"total_count": 1, "repositories": [repository(42, "octo/hello")]});
    bench.server.on("GET", "/installation/repositories", [ok(list)]);
    let repos = bench.github.installation_repos(found.id).await.unwrap();
    assert_eq!((repos[0].id, &repos[0].name), (GithubRepoId(42), &name));
    let asked = &bench.server.seen("POST", "/app/installations/7/access_tokens")[0].body;
    assert_eq!(asked, &json!({"permissions": {"metadata": "read"}}), "no contents for looking around");
}

#[tokio::test]
async fn m13_the_bots_own_number_is_found_once() {
    let bench = Bench::new().await;
    bench.server.on("GET", "/app", [ok(json!({"id": 99, "slug": "bakeoff-x"}))]);
    let one = json!({"id": 7, "account": {"id": 1, "login": "octo", "type": "User"}, "suspended_at": null});
    bench.server.on("GET", "/app/installations", [ok(json!([one]))]);
    bench.server.on("GET", "/users/bakeoff-x%5Bbot%5D", [ok(json!({"id": 1234, "login": "bakeoff-x[bot]"}))]);
    for _ in 0..2 {
        assert_eq!(bench.github.app().await.unwrap().bot_user_id, Some(GithubUserId(1234)));
    }
    assert_eq!(bench.server.seen("GET", "/users/bakeoff-x%5Bbot%5D").len(), 1);
}
