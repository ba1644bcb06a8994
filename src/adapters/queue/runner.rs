//! The loop of one process: end what finished, claim what is due, show signs of life, stop gracefully.
//!
//! Only this loop writes its jobs' rows, so nothing is shared. While one transaction is on its way to
//! the disk, jobs go on; whatever has ended meanwhile goes into the next one (group commit).

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, Interval, MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::claim::{self, Claimed};
use super::finish::{self, Finish, Written};
use super::holdings::Holdings;
use super::lane::Lane;
use super::lease::Watch;
use super::turns::{Owner, Room, Turns};
use super::work::Workshop;
use crate::adapters::store::{Store, StoreError, Tx};
use crate::domain::clock::Timestamp;
use crate::domain::crash;

/// How soon to try again when another transaction held a row that was to be ended.
const LATER: Duration = Duration::from_millis(20);

/// The state of the loop.
pub(super) struct Runner {
    pub(super) store: Store,
    pub(super) shop: Workshop,
    /// Names this run of the loop in the rows it holds.
    pub(super) worker: String,
    pub(super) holdings: Holdings,
    tasks: JoinSet<Finish>,
    pub(super) watch: Watch,
    served: Served,
    /// When to look again without being woken.
    look_at: Instant,
}

/// Who was served last, by long jobs and by quick ones.
#[derive(Debug, Clone, Copy, Default)]
struct Served {
    long: Option<Owner>,
    quick: Option<Owner>,
}

enum Event {
    Finished(Option<Finish>),
    Added,
    Look,
    Beat,
    Scan,
    Stop,
    GraceOver,
}

impl Runner {
    pub(super) fn new(store: Store, shop: Workshop) -> Self {
        Self {
            store,
            shop,
            worker: Uuid::now_v7().to_string(),
            holdings: Holdings::default(),
            tasks: JoinSet::new(),
            watch: Watch::default(),
            served: Served::default(),
            look_at: Instant::now(),
        }
    }

    pub(super) async fn run(mut self, stop: CancellationToken) {
        let added = self.store.jobs_added();
        let (mut beat, mut scan) = (ticker(self.shop.settings.beat()), ticker(self.shop.settings.scan()));
        let mut grace_over: Option<Instant> = None;
        while grace_over.is_none() || !self.holdings.is_empty() {
            let grace_end = grace_over.unwrap_or_else(Instant::now);
            let event = tokio::select! {
                () = stop.cancelled(), if grace_over.is_none() => Event::Stop,
                () = tokio::time::sleep_until(grace_end), if grace_over.is_some() => Event::GraceOver,
                _ = beat.tick() => Event::Beat,
                _ = scan.tick() => Event::Scan,
                Some(joined) = self.tasks.join_next() => Event::Finished(joined.ok()),
                () = added.notified() => Event::Added,
                () = tokio::time::sleep_until(self.look_at) => Event::Look,
            };
            match event {
                Event::Stop => grace_over = Some(Instant::now() + self.shop.settings.grace),
                Event::GraceOver => return self.release().await,
                Event::Beat => logged(self.beat().await),
                Event::Scan => logged(self.scan().await),
                Event::Finished(finish) => self.gather(finish),
                Event::Added => logged(self.see_cancels().await),
                Event::Look => {}
            }
            self.turn(!stop.is_cancelled()).await;
        }
    }

    /// Takes what has finished besides this one, so that one transaction ends them all.
    fn gather(&mut self, first: Option<Finish>) {
        self.holdings.ended.extend(first);
        while let Some(joined) = self.tasks.try_join_next() {
            self.holdings.ended.extend(joined);
        }
    }

    async fn turn(&mut self, claiming: bool) {
        self.look_at = Instant::now() + self.shop.settings.poll;
        match self.exchange(claiming).await {
            Ok(claimed) => claimed.into_iter().for_each(|(long, claimed)| self.start(long, claimed)),
            Err(error) => logged(Err(error)),
        }
    }

    fn start(&mut self, long: bool, claimed: Claimed) {
        crash::point("queue.claimed");
        let canceled = self.holdings.take(long, &claimed);
        self.tasks.spawn(self.shop.clone().work(claimed, canceled));
    }

    /// Ends and claims in one transaction; none when there is nothing to do.
    async fn exchange(&mut self, claiming: bool) -> Result<Vec<(bool, Claimed)>, StoreError> {
        let idle = self.holdings.ended.is_empty();
        if idle && !(claiming && self.something_is_due().await?) {
            return Ok(Vec::new());
        }
        let mut tx = self.store.begin().await?;
        let now = self.shop.clock.now();
        let backend = self.store.backend();
        let written = finish::finish(&mut tx, backend, &self.worker, &self.holdings.ended, now).await?;
        let mut served = self.served;
        let claimed = if claiming { self.claim(&mut tx, &written, &mut served).await? } else { Vec::new() };
        tx.commit().await?;
        self.served = served;
        self.holdings.settle(&written);
        if written.contains(&Written::Later) {
            self.look_at = Instant::now() + LATER;
        }
        Ok(claimed)
    }

    async fn something_is_due(&mut self) -> Result<bool, StoreError> {
        let lanes = claim::lanes(&mut *self.store.read().await?).await?;
        let now = self.shop.clock.now();
        self.look_again(&lanes, now);
        let free = |lane: &&Lane| self.holdings.busy(lane.long) < self.shop.settings.pool(lane.long).workers;
        Ok(lanes.iter().filter(free).any(|lane| lane.ready_at <= now))
    }

    /// Sets the clock for the first job whose time is still to come.
    fn look_again(&mut self, lanes: &[Lane], now: Timestamp) {
        let next = lanes.iter().map(|lane| lane.ready_at).filter(|at| *at > now).min();
        if let Some(at) = next {
            self.look_at = self.look_at.min(Instant::now() + at.since(now));
        }
    }

    async fn claim(
        &mut self,
        tx: &mut Tx,
        written: &[Written],
        served: &mut Served,
    ) -> Result<Vec<(bool, Claimed)>, StoreError> {
        let now = self.shop.clock.now();
        let lanes = claim::lanes(tx).await?;
        self.look_again(&lanes, now);
        let mut claimed = Vec::new();
        for (long, last) in [(false, &mut served.quick), (true, &mut served.long)] {
            let due: Vec<_> = lanes.iter().filter(|lane| lane.long == long && lane.ready_at <= now).cloned().collect();
            let pool = self.shop.settings.pool(long);
            let free = pool.workers.saturating_sub(self.holdings.busy_after(long, written));
            if due.is_empty() || free == 0 {
                continue;
            }
            let room = Room {
                free,
                per_installation: pool.per_installation,
                per_model: self.shop.settings.per_model,
                running: claim::running(tx, long).await?,
            };
            let mut turns = Turns::new(due, room, *last);
            while let Some((lane, limit)) = turns.next() {
                let got = claim::claim(tx, self.store.backend(), &self.worker, &lane, limit, now).await?;
                turns.got(limit, got.len());
                claimed.extend(got.into_iter().map(|row| (long, row)));
            }
            *last = turns.last();
        }
        Ok(claimed)
    }

    /// The grace period is over: stops what still runs and gives the leases back.
    async fn release(mut self) {
        self.tasks.abort_all();
        while let Some(joined) = self.tasks.join_next().await {
            self.holdings.ended.extend(joined);
        }
        self.holdings.release_all();
        self.turn(false).await;
    }
}

fn ticker(period: Duration) -> Interval {
    let mut ticker = tokio::time::interval(period.max(Duration::from_millis(1)));
    ticker.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticker
}

fn logged(result: Result<(), StoreError>) {
    if let Err(error) = result {
        tracing::warn!(%error, "the queue cannot use its database now");
    }
}
