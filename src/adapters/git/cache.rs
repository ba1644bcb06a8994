//! Listings of the trees used last, within a bound of memory.

use std::sync::{Arc, Mutex, PoisonError};

use git2::Oid;

use super::listing::Listing;

/// The newest last.
#[derive(Debug)]
pub(super) struct ListingCache {
    kept: Mutex<Vec<(Oid, Arc<Listing>)>>,
    max_bytes: usize,
}

impl ListingCache {
    pub(super) fn new(max_bytes: usize) -> Self {
        Self { kept: Mutex::default(), max_bytes }
    }

    /// The listing of a tree, if it is kept.
    pub(super) fn get(&self, tree: Oid) -> Option<Arc<Listing>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|(id, _)| *id == tree)?;
        let found = kept.remove(at);
        let listing = Arc::clone(&found.1);
        kept.push(found);
        Some(listing)
    }

    /// Keeps a listing and lets the oldest go; one that is too large alone is not kept.
    pub(super) fn put(&self, tree: Oid, listing: &Arc<Listing>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(id, _)| *id != tree);
        kept.push((tree, Arc::clone(listing)));
        let mut total: usize = kept.iter().map(|(_, listing)| listing.weight()).sum();
        while total > self.max_bytes {
            let Some((_, oldest)) = kept.first() else { break };
            total -= oldest.weight();
            kept.remove(0);
        }
    }
}
