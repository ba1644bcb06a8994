//! What stands around the endpoints: names, limits, origins, answers that are known already.

mod address;
mod cors;
mod etag;
mod idempotency;
mod known;
mod limits;
mod request_id;

pub use address::{Network, Proxies};
pub(super) use cors::layer as cors;
pub(super) use etag::marked;
pub(super) use idempotency::{HEADER as IDEMPOTENCY_KEY, OTHER, RUNNING, once};
pub(super) use known::{KNOWN_ANSWERS_BYTES, KnownAnswers, remembered};
pub(super) use limits::too_many;
pub use limits::{AddressLimit, Limit, limited};
pub(super) use request_id::named;
