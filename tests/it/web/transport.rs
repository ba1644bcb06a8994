//! Cookies, proofs and headers under http and https (M41, M42).

use bakeoff::adapters::crypto::generate_key;
use bakeoff::adapters::store::Backend;

use super::fields;
use super::visit::Visit;
use crate::support::databases::for_each_database;
use crate::support::world::{ADA, World, signing};

const PUBLIC: &str = "https://bakeoff.example";

#[tokio::test(flavor = "multi_thread")]
async fn m42_under_https_cookies_are_bound_to_the_host_and_browsers_are_told_to_stay() {
    let world = World::with(|settings| {
        signing(settings);
        settings.public_url = Some(PUBLIC.parse().unwrap());
    })
    .await;
    let mut visit = Visit::at(&world, PUBLIC);
    let begun = visit.get("/login").await;
    let [sign_in] = begun.cookies().try_into().unwrap();
    assert!(sign_in.starts_with("__Host-bakeoff-sign-in="), "{sign_in}");
    assert_eq!(begun.asks("redirect_uri"), format!("{PUBLIC}/login/callback"));
    let landed = visit.sign_in(ADA, "/").await;
    let [session] = landed.cookies().try_into().unwrap();
    assert!(session.starts_with("__Host-bakeoff-session="), "{session}");
    for cookie in [&sign_in, &session] {
        for wanted in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
            assert!(cookie.contains(wanted), "{cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
    for path in ["/", "/login", "/logout", "/assets/style.css", "/tasks/none"] {
        let answer = visit.get(path).await;
        assert_eq!(answer.headers["strict-transport-security"], "max-age=31536000", "{path}");
        assert!(answer.headers.contains_key("content-security-policy"), "{path}");
    }
    // The proxy passes the public host on, or not: the origin that counts is the public one.
    let home = visit.get("/").await.text;
    let out = fields(&home, "/logout");
    assert_eq!(visit.post_from(&world.base, "/logout", &out).await.status, 403);
    assert_eq!(visit.post("/logout", &out).await.status, 303);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m42_a_form_needs_the_proof_of_its_own_session() {
    let world = World::with(signing).await;
    world.hub.create_user("bob");
    let mut ada = Visit::of(&world, ADA).await;
    let mut bob = Visit::of(&world, "bob").await;
    let landed = ada.sign_in(ADA, "/").await;
    let [session] = landed.cookies().try_into().unwrap();
    assert!(
        session.starts_with("bakeoff-session=") && session.ends_with("; Path=/; HttpOnly; SameSite=Lax"),
        "{session}"
    );
    assert!(!landed.headers.contains_key("strict-transport-security"), "not without https");
    let (home, bobs) = (ada.get("/").await.text, bob.get("/").await.text);
    let (own, foreign) = (fields(&home, "/logout"), fields(&bobs, "/logout"));
    let with = |token: &[(String, String)]| {
        let mut form = token.to_vec();
        form.extend([("repo", ""), ("instruction", "")].map(|(name, value)| (name.to_owned(), value.to_owned())));
        form
    };
    assert_eq!(ada.post("/start", &with(&own)).await.status, 400, "its own is taken, and what it lacks is said");
    for (origin, form) in [
        (world.base.clone(), with(&foreign)),
        (world.base.clone(), with(&[])),
        ("https://evil.example".into(), with(&own)),
        ("null".into(), with(&own)),
    ] {
        assert_eq!(ada.post_from(&origin, "/start", &form).await.status, 403, "{origin}: {form:?}");
    }
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_local_mode_nobody_signs_in_and_nobody_else_is_answered() {
    let world = World::new().await;
    let mut here = Visit::new(&world);
    let home = here.get("/login?to=%2Ftasks%2Fnone").await;
    assert_eq!((home.status, home.to()), (303, "/tasks/none"));
    assert_eq!(here.get("/logout").await.status, 404);
    assert!(!here.get("/").await.text.contains("Sign out"));
    let mut elsewhere = Visit::at(&world, "http://evil.example");
    for path in ["/", "/login", "/login/callback", "/logout"] {
        assert_eq!(elsewhere.get(path).await.status, 403, "{path}");
    }
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m42_processes_on_one_database_take_each_others_sessions_and_forms() {
    for_each_database(async |db| {
        if db.store.backend() == Backend::Sqlite {
            return; // one process only
        }
        let world = World::with(|settings| {
            signing(settings);
            settings.database_url = Some(db.url.clone().into());
            settings.encryption_keys = Some(generate_key());
        })
        .await;
        let (second, running) = world.second_serve().await;
        let mut visit = Visit::new(&world);
        let back = visit.come_back_as(ADA, "/").await;
        visit.address.clone_from(&second);
        assert_eq!(visit.get(&back).await.to(), "/", "begun there, ended here");
        visit.address.clone_from(&world.base);
        let home = visit.get("/").await;
        assert_eq!(home.status, 200);
        visit.address = second;
        assert_eq!(visit.post("/logout", &fields(&home.text, "/logout")).await.to(), "/logout");
        visit.address.clone_from(&world.base);
        assert_eq!(visit.get("/").await.status, 303);
        running.stop().await;
        world.leave().await;
    })
    .await;
}
