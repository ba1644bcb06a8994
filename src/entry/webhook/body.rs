//! Reading a body within bounds: its length is known or counted, and large ones share a budget of memory.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Up to this size a body needs no share of the budget, in bytes.
const SMALL_BYTES: usize = 1024 * 1024;
/// What all larger bodies may take together, in KiB.
const BUDGET_KIB: usize = 128 * 1024;

/// Why a body was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyError {
    TooLarge,
    NoRoom,
    Broken,
}

/// Memory for large bodies.
#[derive(Debug)]
pub(super) struct Budget(Arc<Semaphore>);

/// A share of the budget, given back when the request is over.
pub(super) struct Held(#[expect(dead_code, reason = "held for its drop")] Option<OwnedSemaphorePermit>);

impl Budget {
    pub(super) fn standard() -> Self {
        Self(Arc::new(Semaphore::new(BUDGET_KIB)))
    }

    fn take(&self, bytes: usize) -> Result<Held, BodyError> {
        if bytes <= SMALL_BYTES {
            return Ok(Held(None));
        }
        let kib = u32::try_from(bytes.div_ceil(1024)).map_err(|_| BodyError::TooLarge)?;
        let permit = Arc::clone(&self.0).try_acquire_many_owned(kib).map_err(|_| BodyError::NoRoom)?;
        Ok(Held(Some(permit)))
    }
}

fn declared(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Refuses a body that says itself that it is too large.
pub(super) fn check_length(headers: &HeaderMap, limit: usize) -> Result<(), ()> {
    if declared(headers).is_some_and(|length| length > limit) { Err(()) } else { Ok(()) }
}

/// Reads at most `limit` bytes. A body without a length is taken for the largest until it is known.
pub(super) async fn read(
    body: Body,
    headers: &HeaderMap,
    limit: usize,
    budget: &Budget,
) -> Result<(Bytes, Held), BodyError> {
    let declared = declared(headers);
    let mut held = budget.take(declared.unwrap_or(0))?;
    let mut taken = declared.unwrap_or(SMALL_BYTES);
    let mut bytes = BytesMut::with_capacity(declared.unwrap_or(0).min(SMALL_BYTES));
    let mut stream = body.into_data_stream();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| BodyError::Broken)?;
        if bytes.len() + chunk.len() > limit {
            return Err(BodyError::TooLarge);
        }
        if bytes.len() + chunk.len() > taken {
            held = budget.take(limit)?;
            taken = limit;
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok((bytes.freeze(), held))
}
