//! The state: accounts, repositories, issues, installations, tokens, deliveries.

mod account;
mod comment;
mod delivery;
mod install;
mod issue;
mod oauth;
mod repo;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

pub use account::{Account, AccountKind};
pub use comment::{Comment, REACTIONS, Reaction};
pub use delivery::{Delivery, Fate, MailSwitches};
pub use install::{App, Draft, Grant, Installation, Permissions, opaque_token};
pub use issue::{Issue, Label, Pull};
pub use oauth::{Code, Consent, SigningIn, TOKEN_LIFE};
pub use repo::{Repo, Role};

use crate::domain::clock::{SharedClock, SystemClock, Timestamp};

/// What a scene may turn on and off.
pub struct Switches {
    pub stale: Duration,
    pub reaction_delay: Duration,
    pub token_life: Duration,
    pub token_warm_up: Duration,
}

/// Everything GitHub knows.
pub struct World {
    pub base: String,
    clock: SharedClock,
    offset_ms: i64,
    next_id: i64,
    pub switches: Switches,
    pub app: App,
    /// Names of Apps that are taken, in lower case.
    pub app_names: BTreeSet<String>,
    /// Manifests whose page is open.
    pub drafts: BTreeMap<String, Draft>,
    /// Codes of Apps just made, good once, and when they were given.
    pub app_codes: BTreeMap<String, Timestamp>,
    pub accounts: BTreeMap<i64, Account>,
    pub repos: BTreeMap<i64, Repo>,
    /// Names that repositories once had, in lower case.
    pub former_names: BTreeMap<String, i64>,
    pub installations: BTreeMap<i64, Installation>,
    pub tokens: BTreeMap<String, Grant>,
    pub person_tokens: BTreeMap<String, i64>,
    pub signing_in: SigningIn,
    pub deliveries: Vec<Delivery>,
    pub mail: MailSwitches,
}

impl World {
    pub fn new(base: String) -> Self {
        let clock: SharedClock = Arc::new(SystemClock);
        let switches = Switches {
            stale: Duration::ZERO,
            reaction_delay: Duration::ZERO,
            token_life: Duration::from_hours(1),
            token_warm_up: Duration::ZERO,
        };
        let mut world = Self {
            base,
            app: App::new(clock.now()),
            app_names: BTreeSet::from(["bakeoff".to_owned()]),
            drafts: BTreeMap::new(),
            app_codes: BTreeMap::new(),
            clock,
            offset_ms: 0,
            // Beyond 32 bits, as GitHub's comment ids are.
            next_id: 5_100_000_000,
            switches,
            accounts: BTreeMap::new(),
            repos: BTreeMap::new(),
            former_names: BTreeMap::new(),
            installations: BTreeMap::new(),
            tokens: BTreeMap::new(),
            person_tokens: BTreeMap::new(),
            signing_in: SigningIn::default(),
            deliveries: Vec::new(),
            mail: MailSwitches::default(),
        };
        world.app.owner_id = world.add_account("bakeoff-makers", AccountKind::Organization);
        let bot = format!("{}[bot]", world.app.slug);
        world.app.bot_id = world.add_account(&bot, AccountKind::Bot);
        world
    }

    pub fn now(&self) -> Timestamp {
        Timestamp(self.clock.now().0.saturating_add(self.offset_ms))
    }

    pub fn set_clock(&mut self, clock: SharedClock) {
        self.clock = clock;
    }

    pub fn set_clock_offset(&mut self, offset_ms: i64) {
        self.offset_ms = offset_ms;
    }

    /// A number nothing else has.
    pub fn next_id(&mut self) -> i64 {
        self.next_id += 7;
        self.next_id
    }

    /// Whether a list shows yet what happened `at` (F046).
    pub fn is_listed(&self, at: Timestamp) -> bool {
        self.switches.stale.is_zero() || self.now().since(at) >= self.switches.stale
    }

    /// Whether a reaction made `at` can be seen yet.
    pub fn reaction_is_seen(&self, at: Timestamp) -> bool {
        self.now().since(at) >= self.switches.reaction_delay && self.is_listed(at)
    }
}
