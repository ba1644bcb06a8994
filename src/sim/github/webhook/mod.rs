//! Deliveries: what is said, how it is signed, whether it arrives.

mod letter;
mod post;
mod raw;
mod seen;

pub use post::post_office;
pub use raw::RawDelivery;
pub use seen::SeenDelivery;
