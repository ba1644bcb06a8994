//! How an answer is read on each wire.

pub(super) mod anthropic;
pub(super) mod chat;
pub(super) mod google;
pub(super) mod responses;
