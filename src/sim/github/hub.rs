//! The one place all parts meet: the world behind its lock, the switches, the addresses.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::{mpsc, watch};

use super::fault::Faults;
use super::limits::Limits;
use super::log::LoggedCall;
use super::stage::mistake;
use super::world::World;
use crate::domain::clock::{SharedClock, Timestamp};

/// Everything a scene can do with the stand-in and see of it.
pub struct Hub {
    world: Mutex<World>,
    pub(super) faults: Mutex<Faults>,
    pub(super) limits: Mutex<Limits>,
    pub(super) calls: Mutex<Vec<LoggedCall>>,
    pub(super) post: mpsc::UnboundedSender<i64>,
    pub(super) folder: TempDir,
    changed: watch::Sender<u64>,
    url: String,
}

/// Locks although a scene may have failed while it held the lock.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Hub {
    pub(super) fn new(at: SocketAddr, post: mpsc::UnboundedSender<i64>) -> io::Result<Self> {
        let url = format!("http://{at}");
        Ok(Self {
            world: Mutex::new(World::new(url.clone())),
            faults: Mutex::default(),
            limits: Mutex::default(),
            calls: Mutex::default(),
            post,
            folder: TempDir::new()?,
            changed: watch::Sender::new(0),
            url,
        })
    }

    /// Web and git base, as `BAKEOFF_GITHUB_URL` wants it: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// REST base, as `BAKEOFF_GITHUB_API_URL` wants it: `http://127.0.0.1:PORT/api/v3`. As on GitHub
    /// Enterprise Server, GraphQL is not below it but at `/api/graphql`.
    pub fn api_url(&self) -> String {
        format!("{}/api/v3", self.url)
    }

    /// Where GraphQL answers.
    pub fn graphql_url(&self) -> String {
        format!("{}/api/graphql", self.url)
    }

    /// The App's number.
    pub fn app_id(&self) -> u64 {
        u64::try_from(self.world().app.id).unwrap_or_default()
    }

    /// The App's slug; its comments are by `SLUG[bot]`.
    pub fn app_slug(&self) -> String {
        self.world().app.slug.clone()
    }

    /// The account that the App acts as: id and `SLUG[bot]`.
    pub fn bot(&self) -> super::User {
        let world = self.world();
        super::User { id: world.app.bot_id, login: world.login(world.app.bot_id) }
    }

    /// The App's private key (made for tests, worth nothing).
    pub fn private_key_pem(&self) -> String {
        self.world().app.private_key.into()
    }

    /// The secret that deliveries are signed with.
    pub fn webhook_secret(&self) -> String {
        self.world().app.webhook_secret.clone()
    }

    /// Signs with another secret from now on.
    pub fn set_webhook_secret(&self, secret: &str) {
        self.world().app.webhook_secret = secret.into();
    }

    /// Where deliveries go; before this is called they are recorded as failed.
    pub fn set_webhook_url(&self, url: &str) {
        self.world().app.webhook_url = Some(url.into());
    }

    /// The world, locked. Never held across an await.
    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        locked(&self.world)
    }

    /// GitHub's own idea of the time.
    pub fn now(&self) -> Timestamp {
        self.world().now()
    }

    /// Takes the time from `clock`.
    pub fn set_clock(&self, clock: SharedClock) {
        self.world().set_clock(clock);
    }

    /// GitHub's clock runs this many milliseconds ahead (negative: behind) of the one it was given.
    pub fn set_clock_offset_ms(&self, offset: i64) {
        self.world().set_clock_offset(offset);
    }

    /// Tells those who wait that something happened.
    pub(super) fn notify(&self) {
        self.changed.send_modify(|n| *n += 1);
    }

    /// Waits until `look` finds something, looking again after every request and change.
    ///
    /// After 30 s it is the scene's mistake: the failure names `what`, the thing waited for, and the last calls.
    pub async fn wait_for<T>(&self, what: &str, look: impl Fn(&Self) -> Option<T>) -> T {
        let mut changed = self.changed.subscribe();
        let seek = async {
            loop {
                changed.mark_unchanged();
                if let Some(found) = look(self) {
                    return found;
                }
                // Time alone may also bring it (stale reads, expiry), so look again now and then.
                let _either = tokio::time::timeout(Duration::from_millis(100), changed.changed()).await;
            }
        };
        if let Ok(found) = tokio::time::timeout(Duration::from_secs(30), seek).await {
            return found;
        }
        mistake(&format!("waited in vain for {what}; last calls:\n{}", self.last_calls(30)))
    }

    /// How long ago things must have happened before lists show them (F046).
    pub fn stale_reads(&self, span: Duration) {
        self.world().switches.stale = span;
    }

    /// How long a new reaction stays unseen.
    pub fn reaction_delay(&self, span: Duration) {
        self.world().switches.reaction_delay = span;
    }

    /// How long installation tokens live; an hour unless changed.
    pub fn set_token_life(&self, span: Duration) {
        self.world().switches.token_life = span;
    }

    /// How long a fresh token is answered with 401 (F050).
    pub fn set_token_warm_up(&self, span: Duration) {
        self.world().switches.token_warm_up = span;
    }

    /// Counts of things said in deliveries and answers, for failure texts.
    pub fn census(&self) -> BTreeMap<&'static str, usize> {
        let world = self.world();
        BTreeMap::from([
            ("calls", locked(&self.calls).len()),
            ("comments", world.repos.values().map(|r| r.comments.len()).sum()),
            ("deliveries", world.deliveries.len()),
            ("repositories", world.repos.len()),
        ])
    }
}
