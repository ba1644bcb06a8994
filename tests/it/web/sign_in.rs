//! Signing in through the stand-in, staying, and leaving (M40).

use bakeoff::sim::github::Fault;
use sqlx::Row as _;

use super::fields;
use super::visit::Visit;
use crate::support::world::{ADA, World, signing};

/// Changes rows as time would.
async fn later(world: &World, sql: &'static str) {
    let mut tx = world.store().begin().await.unwrap();
    assert!(sqlx::query(sql).execute(&mut *tx).await.unwrap().rows_affected() > 0, "{sql}");
    tx.commit().await.unwrap();
}

async fn count(world: &World, table: &str) -> i64 {
    let mut conn = world.store().read().await.unwrap();
    let sql = sqlx::AssertSqlSafe(format!("SELECT count(*) AS n FROM {table}"));
    sqlx::query(sql).fetch_one(&mut *conn).await.unwrap().get("n")
}

#[tokio::test(flavor = "multi_thread")]
async fn m40_a_person_signs_in_with_state_and_pkce_and_lands_on_the_page_they_wanted() {
    let world = World::with(signing).await;
    let mut visit = Visit::new(&world);
    let away = visit.get("/tasks/none?a=b&c=d").await;
    assert_eq!((away.status, away.to()), (303, "/login?to=%2Ftasks%2Fnone%3Fa%3Db%26c%3Dd"));
    let begun = visit.get(away.to()).await;
    assert_eq!(begun.status, 303);
    assert!(begun.to().starts_with(&format!("{}/login/oauth/authorize?", world.hub.url())), "{begun:?}");
    assert_eq!(begun.asks("client_id"), world.hub.client_id());
    assert_eq!(begun.asks("redirect_uri"), format!("{}/login/callback", world.base));
    assert_eq!((begun.asks("state").len(), begun.asks("code_challenge").len()), (43, 43));
    assert_eq!(begun.asks("code_challenge_method"), "S256");
    world.hub.sign_in_as(ADA);
    let back = visit.at_github(begun.to()).await;
    let landed = visit.get(&back).await;
    assert_eq!((landed.status, landed.to()), (303, "/tasks/none?a=b&c=d"));
    let home = visit.get("/").await;
    assert_eq!(home.status, 200);
    assert!(home.text.contains("<span>ada</span>") && home.text.contains("Sign out"), "{}", home.text);
    assert_eq!(home.headers["cache-control"], "no-store");
    world.hub.wait_for("the end of the person's token", |hub| (hub.signed_in_tokens() == 0).then_some(())).await;
    // The state is not stored as it is, nor the cookie; the person's token not at all.
    let cookie = visit.session().unwrap().clone();
    let mut conn = world.store().read().await.unwrap();
    let row = sqlx::query("SELECT cookie_sha256, login FROM sessions").fetch_one(&mut *conn).await.unwrap();
    assert_eq!((row.get::<String, _>("cookie_sha256").len(), row.get::<String, _>("login")), (64, ADA.to_owned()));
    assert_ne!(row.get::<String, _>("cookie_sha256"), cookie);
    drop(conn);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m40_a_sign_in_is_taken_once_in_time_and_in_its_own_browser() {
    let world = World::with(signing).await;
    let mut ada = Visit::new(&world);
    let back = ada.come_back_as(ADA, "/").await;
    let mut other = Visit::new(&world);
    assert_eq!(other.get(&back).await.status, 400, "a browser that began nothing");
    let _theirs = other.come_back_as(ADA, "/").await;
    assert_eq!(other.get(&back).await.status, 400, "a browser that began another one (login forgery)");
    assert!(other.session().is_none());
    assert_eq!(ada.get(&back).await.status, 303);
    assert_eq!(ada.get(&back).await.status, 400, "used");
    let state = |back: &str| back.split("state=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let code = |back: &str| back.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let back = ada.come_back_as(ADA, "/").await;
    for wrong in [
        format!("/login/callback?code={}", code(&back)),
        format!("/login/callback?code={}&state=", code(&back)),
        format!("/login/callback?code={}&state={}", code(&back), "x".repeat(43)),
    ] {
        assert_eq!(ada.get(&wrong).await.status, 400, "{wrong}");
    }
    assert_eq!(ada.get(&format!("/login/callback?state={}", state(&back))).await.status, 400, "without a code");
    let back = ada.come_back_as(ADA, "/").await;
    later(&world, "UPDATE sign_ins SET begun_at = begun_at - 601000").await;
    let late = ada.get(&back).await;
    assert!(late.status == 400 && late.text.contains("took too long"), "{late:?}");
    let tabs = [ada.come_back_as(ADA, "/tasks/1").await, ada.come_back_as(ADA, "/tasks/2").await];
    for (back, to) in tabs.iter().zip(["/tasks/1", "/tasks/2"]) {
        assert_eq!(ada.get(back).await.to(), to, "two tabs sign in at once");
    }
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m40_what_github_refuses_is_said_and_nobody_is_in() {
    let world = World::with(signing).await;
    let mut visit = Visit::new(&world);
    world.hub.deny_sign_in();
    let begun = visit.get("/login").await;
    let back = visit.at_github(begun.to()).await;
    let denied = visit.get(&back).await;
    assert!(denied.status == 403 && denied.text.contains("You did not let GitHub say who you are"), "{denied:?}");
    let back = visit.come_back_as(ADA, "/").await;
    world.hub.expire_sign_ins();
    let old = visit.get(&back).await;
    assert!(old.status == 400 && old.text.contains("too old"), "{old:?}");
    for fault in [
        Fault::on("POST", "/login/oauth/access_token").status(502),
        Fault::on("POST", "/login/oauth/access_token").reset_connection(),
        Fault::on("POST", "/login/oauth/access_token").html_200(),
        Fault::on("GET", "/user").status(500),
        Fault::on("GET", "/user").status(401),
    ] {
        let back = visit.come_back_as(ADA, "/").await;
        let told = format!("{fault:?}");
        world.hub.fault(fault);
        let down = visit.get(&back).await;
        assert!(down.status == 502 && down.text.contains("Try again in a moment"), "{told}: {down:?}");
    }
    assert!(visit.session().is_none());
    assert_eq!(count(&world, "sessions").await, 0);
    let evil = visit.come_back_as(ADA, "https://evil.example/").await;
    assert_eq!(visit.get(&evil).await.to(), "/", "nobody is sent elsewhere");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m40_wrong_credentials_of_the_app_are_the_operators_to_mend() {
    let world = World::with(|settings| {
        signing(settings);
        settings.client_secret = Some("not-the-secret-0123456789".to_owned().into());
    })
    .await;
    let mut visit = Visit::new(&world);
    let refused = visit.sign_in(ADA, "/").await;
    assert!(refused.status == 502 && refused.text.contains("client id and secret"), "{refused:?}");
    world.end().await;
    let world = World::with(|settings| {
        signing(settings);
        settings.client_id = None;
    })
    .await;
    let told = Visit::new(&world).get("/").await;
    assert!(told.status == 403 && told.text.contains("BAKEOFF_GITHUB_CLIENT_ID"), "{told:?}");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m40_a_session_is_renewed_at_sign_in_and_ends_by_idling_and_by_the_button() {
    let world = World::with(signing).await;
    let mut visit = Visit::of(&world, ADA).await;
    let first = visit.session().unwrap().clone();
    visit.sign_in(ADA, "/").await;
    assert_ne!(*visit.session().unwrap(), first, "a fresh one for each sign-in");
    let mut thief = Visit::new(&world);
    thief.cookies.insert("bakeoff-session".into(), first);
    assert_eq!(thief.get("/").await.status, 303, "the one before is over");
    later(&world, "UPDATE sessions SET seen_at = seen_at - 28700000").await;
    assert_eq!(visit.get("/").await.status, 200, "a page just before the eighth hour is over");
    later(&world, "UPDATE sessions SET seen_at = seen_at - 28700000").await;
    assert_eq!(visit.get("/").await.status, 200, "counts anew from the last page");
    later(&world, "UPDATE sessions SET seen_at = seen_at - 28800000").await;
    assert_eq!(visit.get("/").await.status, 303, "eight idle hours");
    assert_eq!(visit.fetch("/tasks/none").await.status, 401, "a script hears it instead of being led away");

    let mut visit = Visit::of(&world, ADA).await;
    let kept = visit.cookies.clone();
    let home = visit.get("/").await.text;
    let button = fields(&home, "/logout");
    assert_eq!(visit.post("/logout", &[("token".into(), "0".repeat(64))]).await.status, 403);
    assert_eq!(visit.post_from("https://evil.example", "/logout", &button).await.status, 403);
    assert_eq!(visit.get("/").await.status, 200, "nobody else signs me out");
    let gone = visit.post("/logout", &button).await;
    assert_eq!((gone.status, gone.to()), (303, "/logout"));
    assert!(visit.session().is_none() && visit.get("/logout").await.text.contains("Signed out"));
    visit.cookies = kept;
    assert_eq!(visit.get("/").await.status, 303, "the cookie opens nothing any more");
    bakeoff::service::upkeep::upkeep(&world.services).await.unwrap();
    assert_eq!(count(&world, "sessions").await, 0, "what is over is let go");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m49_a_session_asks_no_faster_than_is_allowed() {
    let world = World::with(|settings| {
        signing(settings);
        settings.limits.session = 3;
    })
    .await;
    world.hub.create_user("bob");
    let (mut ada, mut bob) = (Visit::of(&world, ADA).await, Visit::of(&world, "bob").await);
    let mut last = 0;
    for _ in 0..5 {
        last = ada.get("/").await.status;
    }
    assert_eq!(last, 429);
    assert_eq!(bob.get("/").await.status, 200, "each for itself");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m40_who_takes_the_authorization_back_on_github_is_signed_out_here() {
    let world = World::with(signing).await;
    world.hub.create_user("bob");
    let (mut ada, mut again) = (Visit::of(&world, ADA).await, Visit::of(&world, ADA).await);
    let mut bob = Visit::of(&world, "bob").await;
    world.hub.revoke_authorization(ADA);
    let seek = async {
        while ada.get("/").await.status != 303 || again.get("/").await.status != 303 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), seek).await.unwrap();
    assert_eq!(bob.get("/").await.status, 200, "nobody else is");
    world.end().await;
}
