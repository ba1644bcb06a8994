//! What earlier surveys found out about single blobs: most of them come again in the next commit.

use std::collections::HashMap;
use std::sync::Arc;

use crate::adapters::git::BlobId;

use super::memory::Memory;
use super::survey::Survey;
use super::vocabulary::Hits;

/// Sizes of any survey that is remembered, and words of those about the same issue.
pub(super) struct Recall {
    sizes: HashMap<BlobId, u64>,
    same_issue: Vec<Arc<Survey>>,
}

impl Recall {
    /// What `memory` knows, for an issue whose text has the hash `asked`.
    pub(super) fn of(memory: &Memory, asked: [u8; 32]) -> Self {
        let mut known = memory.all();
        let sizes = known.iter().flat_map(|survey| &survey.files).map(|file| (file.blob, file.size)).collect();
        known.retain(|survey| survey.asked == asked);
        Self { sizes, same_issue: known }
    }

    /// A blob's size in bytes.
    pub(super) fn size(&self, blob: BlobId) -> Option<u64> {
        self.sizes.get(&blob).copied()
    }

    /// How often the issue's words stand in a blob.
    pub(super) fn hits(&self, blob: BlobId) -> Option<&Hits> {
        self.same_issue.iter().find_map(|survey| survey.counted.get(&blob))
    }
}
