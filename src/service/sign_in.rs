//! Signing in to the web view: a sign-in under way, sessions and their end (M40). The person's token of GitHub is used
//! once, to ask who they are, and kept nowhere; what they may is asked with the App's own.

use secrecy::{ExposeSecret as _, SecretString};

use crate::adapters::crypto::{Pkce, secret_hash, visit_secret};
use crate::adapters::store::sessions::{self, SignIn};
use crate::adapters::store::{Conn, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::permission::Person;
use crate::domain::session::{IDLE, LONGEST, SIGN_IN, Session};

use super::{Services, audit};

/// A use is noted when the last one noted is older than this: reading does not become writing.
const NOTED_FOR: std::time::Duration = std::time::Duration::from_mins(1);

/// What goes to GitHub with a browser that wants to sign in.
#[derive(Debug)]
pub struct Begun {
    /// Comes back with the code.
    pub state: SecretString,
    /// Proves who redeems the code.
    pub pkce: Pkce,
}

/// Begins a sign-in of the browser that holds this secret; afterwards it goes to `back_to`.
pub async fn begin(svc: &Services, browser: &SecretString, back_to: &str) -> Result<Begun, StoreError> {
    let (state, now) = (visit_secret(), svc.now());
    let new = SignIn {
        state: secret_hash(state.expose_secret()),
        browser: secret_hash(browser.expose_secret()),
        back_to: back_to.to_owned(),
        begun_at: now,
    };
    let mut tx = svc.store.begin().await?;
    sessions::remove_unfinished(&mut tx, now.minus(SIGN_IN)).await?;
    sessions::begin(&mut tx, &new).await?;
    tx.commit().await?;
    Ok(Begun { pkce: Pkce::of(browser, &state), state })
}

/// A sign-in that came back from GitHub.
#[derive(Debug)]
pub struct Back {
    /// The page to go to.
    pub to: String,
    /// For redeeming the code.
    pub pkce: Pkce,
}

/// Takes the sign-in of this state: once, in time, and only in the browser that began it.
pub async fn come_back(
    svc: &Services,
    browser: &SecretString,
    state: &SecretString,
) -> Result<Option<Back>, StoreError> {
    let (own, told) = (secret_hash(browser.expose_secret()), secret_hash(state.expose_secret()));
    let mut tx = svc.store.begin().await?;
    let to = sessions::take(&mut tx, &told, &own, svc.now().minus(SIGN_IN)).await?;
    tx.commit().await?;
    Ok(to.map(|to| Back { to, pkce: Pkce::of(browser, state) }))
}

/// Begins a person's session with a fresh cookie; the one the browser had ends.
pub async fn admit(svc: &Services, person: Person, before: Option<&SecretString>) -> Result<SecretString, StoreError> {
    let (cookie, now) = (visit_secret(), svc.now());
    let actor = audit::actor(&person);
    let session = Session { person, begun_at: now, seen_at: now };
    let mut tx = svc.store.begin().await?;
    if let Some(before) = before {
        sessions::remove(&mut tx, &secret_hash(before.expose_secret())).await?;
    }
    sessions::insert(&mut tx, &secret_hash(cookie.expose_secret()), &session).await?;
    audit::note(&mut tx, &actor, "session.begin", "web", serde_json::json!({}), now).await?;
    tx.commit().await?;
    Ok(cookie)
}

/// The live session of a cookie, and that it was used now.
pub async fn session(svc: &Services, cookie: &SecretString) -> Result<Option<Session>, StoreError> {
    let (hash, now) = (secret_hash(cookie.expose_secret()), svc.now());
    let found = live(&mut *svc.store.read().await?, cookie, now).await?;
    if let Some(session) = &found
        && now.since(session.seen_at) >= NOTED_FOR
    {
        let mut tx = svc.store.begin().await?;
        sessions::touch(&mut tx, &hash, now).await?;
        tx.commit().await?;
    }
    Ok(found)
}

/// Whether a cookie's session still stands; looking is no use of it.
pub async fn stands(svc: &Services, cookie: &SecretString) -> Result<bool, StoreError> {
    Ok(live(&mut *svc.store.read().await?, cookie, svc.now()).await?.is_some())
}

async fn live(conn: &mut Conn, cookie: &SecretString, now: Timestamp) -> Result<Option<Session>, StoreError> {
    let found = sessions::get(conn, &secret_hash(cookie.expose_secret())).await?;
    Ok(found.filter(|session| session.is_live(now)))
}

/// Ends a session.
pub async fn end(svc: &Services, cookie: &SecretString, person: &Person) -> Result<(), StoreError> {
    let mut tx = svc.store.begin().await?;
    if sessions::remove(&mut tx, &secret_hash(cookie.expose_secret())).await? {
        let actor = audit::actor(person);
        audit::note(&mut tx, &actor, "session.end", "web", serde_json::json!({}), svc.now()).await?;
    }
    tx.commit().await
}

/// Ends all sessions of a person who took back what they let the App know.
pub async fn end_all(svc: &Services, person: &Person) -> Result<(), StoreError> {
    let mut tx = svc.store.begin().await?;
    let ended = sessions::remove_of(&mut tx, person.id).await?;
    if ended > 0 {
        let details = serde_json::json!({ "sessions": ended, "reason": "authorization revoked" });
        audit::note(&mut tx, &audit::actor(person), "session.end", "web", details, svc.now()).await?;
    }
    tx.commit().await
}

/// Lets go of what is over; how many rows.
pub(super) async fn sweep(conn: &mut Conn, now: Timestamp) -> Result<u64, StoreError> {
    let ended = sessions::remove_ended(conn, now.minus(IDLE), now.minus(LONGEST)).await?;
    Ok(ended + sessions::remove_unfinished(conn, now.minus(SIGN_IN)).await?)
}
