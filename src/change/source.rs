//! Where the bytes of both sides come from.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Entry;
use crate::{RepoPath, Side};

pub type Bytes = Arc<[u8]>;

/// Reads files of either side. A git repository in the program, [`Memory`] where no repository is needed.
pub trait Source: Send + Sync {
    /// The content of an entry: a file's bytes, a symbolic link's target, nothing for a submodule.
    fn read(&self, entry: &Entry) -> Result<Bytes, Unreadable>;

    /// The entry at a path, changed or not.
    fn entry(&self, side: Side, path: &RepoPath) -> Option<Entry>;

    /// Every file path of one side; empty where the tree can't be read.
    fn paths(&self, side: Side) -> Vec<RepoPath>;
}

/// Why bytes could not be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// A partial clone that never fetched this blob, or a damaged object store.
    #[error("object {id} is not in this repository")]
    Missing { id: String },
    #[error("object {id} is damaged: {why}")]
    Corrupt { id: String, why: String },
    #[error("{size} bytes, more than the limit of {limit}")]
    TooLarge { size: u64, limit: u64 },
    #[error("{0}")]
    Other(String),
}

/// Both sides in memory, for examples and tests.
#[derive(Default)]
pub struct Memory {
    pub base: BTreeMap<RepoPath, Bytes>,
    pub head: BTreeMap<RepoPath, Bytes>,
}
