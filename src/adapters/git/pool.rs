//! Threads for libgit2 with a deadline for each call (M61).
//!
//! Not tokio's blocking pool: a call that never returns would keep the runtime from shutting down.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Semaphore, oneshot};
use tokio::time::timeout;

use super::GitError;

/// Calls at the same time; more wait.
const MAX_CALLS: usize = 64;

/// Runs blocking calls and counts those it gave up.
#[derive(Debug)]
pub(super) struct Pool {
    permits: Arc<Semaphore>,
    abandoned_total: AtomicU64,
    abandoned_now: Arc<AtomicUsize>,
    max_abandoned: usize,
}

impl Pool {
    pub(super) fn new(max_abandoned: usize) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(MAX_CALLS)),
            abandoned_total: AtomicU64::new(0),
            abandoned_now: Arc::default(),
            max_abandoned,
        }
    }

    /// Calls given up since the start, and those of them that still run.
    pub(super) fn abandoned(&self) -> (u64, usize) {
        (self.abandoned_total.load(Ordering::SeqCst), self.abandoned_now.load(Ordering::SeqCst))
    }

    /// Runs `work` on a thread; after `limit` the thread is left to itself.
    pub(super) async fn run<T, F>(&self, what: &'static str, limit: Duration, work: F) -> Result<T, GitError>
    where
        T: Send + 'static,
        F: FnOnce() -> Result<T, GitError> + Send + 'static,
    {
        if self.abandoned_now.load(Ordering::SeqCst) >= self.max_abandoned {
            return Err(GitError::Busy);
        }
        let permit = timeout(limit, Arc::clone(&self.permits).acquire_owned()).await;
        let Ok(Ok(permit)) = permit else { return Err(GitError::Busy) };
        let (sender, mut answer) = oneshot::channel();
        let gone = Arc::new(AtomicBool::new(false));
        let (left, running) = (Arc::clone(&gone), Arc::clone(&self.abandoned_now));
        let thread = move || {
            let _permit = permit;
            let result = catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(GitError::Crashed));
            if sender.send(result).is_err() && left.load(Ordering::SeqCst) {
                running.fetch_sub(1, Ordering::SeqCst);
            }
        };
        std::thread::Builder::new().name("git".into()).spawn(thread)?;
        if let Ok(result) = timeout(limit, &mut answer).await {
            return result.unwrap_or(Err(GitError::Crashed));
        }
        gone.store(true, Ordering::SeqCst);
        self.abandon(what);
        answer.close();
        match answer.try_recv() {
            Ok(result) => {
                // It came back between the deadline and now.
                self.abandoned_now.fetch_sub(1, Ordering::SeqCst);
                result
            }
            Err(_) => Err(GitError::Timeout { what, limit }),
        }
    }

    fn abandon(&self, what: &'static str) {
        self.abandoned_total.fetch_add(1, Ordering::SeqCst);
        self.abandoned_now.fetch_add(1, Ordering::SeqCst);
        tracing::error!(git.call = what, "a git call did not return in time and was abandoned");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn f133_a_call_that_hangs_fails_alone_and_is_counted() {
        let pool = Pool::new(1);
        let (release, held) = mpsc::channel::<()>();
        let hang = move || held.recv().map_err(|_| GitError::Crashed);
        let result = pool.run("a test", Duration::from_millis(20), hang).await;
        assert!(matches!(result, Err(GitError::Timeout { what: "a test", .. })));
        assert_eq!(pool.abandoned(), (1, 1));
        let refused = pool.run("a test", Duration::from_secs(5), || Ok(1)).await;
        assert_eq!(refused, Err(GitError::Busy));
        release.send(()).unwrap();
        while pool.abandoned() != (1, 0) {
            tokio::task::yield_now().await;
        }
        assert_eq!(pool.run("a test", Duration::from_secs(5), || Ok(1)).await, Ok(1));
    }

    #[tokio::test]
    async fn a_panic_is_an_error_of_that_call() {
        let pool = Pool::new(1);
        let result: Result<(), _> = pool.run("a test", Duration::from_secs(5), || panic!("boom")).await;
        assert_eq!(result, Err(GitError::Crashed));
    }
}
