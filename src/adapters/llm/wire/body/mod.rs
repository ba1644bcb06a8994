//! How a question is written on each wire.

pub(super) mod anthropic;
pub(super) mod chat;
pub(super) mod google;
pub(super) mod responses;
