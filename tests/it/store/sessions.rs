//! Sessions and sign-ins on both engines (M40).

use bakeoff::adapters::store::sessions::{self, SignIn};
use bakeoff::domain::ids::GithubUserId;
use bakeoff::domain::permission::Person;
use bakeoff::domain::session::Session;
use bakeoff::domain::sha256::Sha256Hex;

use super::rows::later;
use crate::support::databases::for_each_database;

#[tokio::test]
async fn m40_a_session_is_found_by_its_cookie_until_it_is_removed_or_over() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let session = |seen| Session {
            person: Person { id: GithubUserId(5_100_000_007), login: "ada\0".into() },
            begun_at: later(0),
            seen_at: later(seen),
        };
        let cookies = ["a", "b", "c"].map(Sha256Hex::of);
        for (cookie, seen) in cookies.iter().zip([0, 5, 9]) {
            sessions::insert(&mut tx, cookie, &session(seen)).await.unwrap();
        }
        sessions::touch(&mut tx, &cookies[0], later(7)).await.unwrap();
        sessions::touch(&mut tx, &cookies[0], later(6)).await.unwrap();
        let found = sessions::get(&mut tx, &cookies[0]).await.unwrap().unwrap();
        assert_eq!((found.person.id, found.seen_at), (GithubUserId(5_100_000_007), later(7)), "it never goes back");
        assert_eq!(sessions::remove_ended(&mut tx, later(5), later(-1)).await.unwrap(), 1);
        assert!(sessions::get(&mut tx, &cookies[1]).await.unwrap().is_none());
        assert!(sessions::remove(&mut tx, &cookies[2]).await.unwrap());
        assert!(!sessions::remove(&mut tx, &cookies[2]).await.unwrap());
        assert_eq!(sessions::remove_ended(&mut tx, later(5), later(0)).await.unwrap(), 1, "the oldest end too");
        tx.commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn m40_a_sign_in_is_taken_once_by_whoever_comes_first() {
    for_each_database(async |db| {
        let [state, browser, other] = ["state", "browser", "other"].map(Sha256Hex::of);
        let new = SignIn { state: state.clone(), browser: browser.clone(), back_to: "/x".into(), begun_at: later(5) };
        let mut tx = db.store.begin().await.unwrap();
        sessions::begin(&mut tx, &new).await.unwrap();
        tx.commit().await.unwrap();
        let take = async |browser: &Sha256Hex, earliest| {
            let mut tx = db.store.begin().await.unwrap();
            let taken = sessions::take(&mut tx, &state, browser, later(earliest)).await.unwrap();
            tx.commit().await.unwrap();
            taken
        };
        assert_eq!(take(&other, 0).await, None, "another browser");
        assert_eq!(take(&browser, 6).await, None, "too old");
        let (one, two) = tokio::join!(take(&browser, 5), take(&browser, 5));
        assert_eq!([one, two].into_iter().flatten().collect::<Vec<_>>(), ["/x"]);
        let mut tx = db.store.begin().await.unwrap();
        sessions::begin(&mut tx, &new).await.unwrap();
        assert_eq!(sessions::remove_unfinished(&mut tx, later(5)).await.unwrap(), 0);
        assert_eq!(sessions::remove_unfinished(&mut tx, later(6)).await.unwrap(), 1);
        tx.commit().await.unwrap();
    })
    .await;
}
