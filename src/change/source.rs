//! Where the bytes of both sides come from.

use std::sync::Arc;

use super::Entry;
use crate::git::{GitError, ObjectId, Objects};
use crate::{RepoPath, Side};

pub type Bytes = Arc<[u8]>;

/// Reads files of either side. [`Trees`] in the program, [`Memory`](super::Memory) where no repository is needed.
pub trait Source: Send + Sync {
    /// The content of an entry: a file's bytes, a symbolic link's target, nothing for a submodule.
    fn read(&self, entry: &Entry) -> Result<Bytes, Unreadable>;

    /// The entry at a path, changed or not.
    fn entry(&self, side: Side, path: &RepoPath) -> Option<Entry>;

    /// Every file path of one side; empty where the tree can't be read.
    fn paths(&self, side: Side) -> Vec<RepoPath>;

    /// The files of a directory and of those below it, nearest first, no more than a limit; none where there is no such
    /// directory.
    fn below(&self, side: Side, directory: &RepoPath, limit: usize) -> Vec<Entry>;
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

impl From<GitError> for Unreadable {
    fn from(error: GitError) -> Self {
        match error {
            GitError::Missing { id } => Self::Missing { id },
            GitError::Corrupt { id, why } => Self::Corrupt { id, why },
            GitError::TooLarge { size, limit, .. } => Self::TooLarge { size, limit },
            other => Self::Other(other.to_string()),
        }
    }
}

/// Two trees of a repository.
pub struct Trees {
    objects: Objects,
    base: ObjectId,
    head: ObjectId,
}

impl Trees {
    pub fn new(objects: Objects, base: ObjectId, head: ObjectId) -> Self {
        Self { objects, base, head }
    }

    fn tree(&self, side: Side) -> ObjectId {
        match side {
            Side::Base => self.base,
            Side::Head => self.head,
        }
    }
}

impl Source for Trees {
    fn read(&self, entry: &Entry) -> Result<Bytes, Unreadable> {
        Ok(self.objects.read_entry(entry)?)
    }

    fn entry(&self, side: Side, path: &RepoPath) -> Option<Entry> {
        self.objects.entry_at(self.tree(side), path).ok().flatten()
    }

    fn paths(&self, side: Side) -> Vec<RepoPath> {
        self.objects.paths(self.tree(side)).unwrap_or_default()
    }

    fn below(&self, side: Side, directory: &RepoPath, limit: usize) -> Vec<Entry> {
        self.objects.list_below(self.tree(side), directory, limit).unwrap_or_default()
    }
}
