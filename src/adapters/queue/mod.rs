//! Queued work: at least once, never by two at a time. The tables are the truth, the queue wakes work up.
//!
//! [`LeaseQueue`] keeps jobs in our own database: a worker claims a row, shows by heartbeats that it
//! lives, and ends the job only with the token of its claim. [`Inbox`] takes webhook deliveries in.

mod adapter;
mod backoff;
mod bulk;
mod claim;
mod enqueue;
mod finish;
mod holdings;
mod inbox;
mod inbox_rows;
mod lane;
mod lease;
mod lease_queue;
mod lock;
mod runner;
mod settings;
mod signs;
mod turns;
mod work;

pub use adapter::{JobContext, JobHandler, Outcome, QueueAdapter};
pub use inbox::{Accepted, Inbox, InboxError, InboxSettings, NewDelivery};
pub use lease_queue::LeaseQueue;
pub use lock::{LockError, ServeLock};
pub use settings::{Pool, QueueSettings};
