//! What the branch changes: files with both sides, renames as `git diff -M` finds them, line hunks, roles.
//!
//! Knows nothing of languages, policy levels or findings.

mod hunk;
mod role;
mod source;

pub use hunk::Hunk;
pub use role::Role;
pub use source::{Bytes, Memory, Source, Unreadable};

use std::sync::OnceLock;

use crate::git::ObjectId;
use crate::{RepoPath, Side};

/// The files that differ between merge base and head, and the means to read either side.
pub struct ChangeSet {
    /// Sorted by [`FileChange::path`].
    pub files: Vec<FileChange>,
    source: Box<dyn Source>,
}

impl ChangeSet {
    pub fn new(mut files: Vec<FileChange>, source: Box<dyn Source>) -> Self {
        files.sort_by(|a, b| a.path().cmp(b.path()));
        Self { files, source }
    }

    /// The bytes of one side; `None` where that side does not exist. Read at most once.
    pub fn content(&self, file: &FileChange, side: Side) -> Option<Result<Bytes, Unreadable>> {
        let entry = file.side(side)?;
        let cell = match side {
            Side::Base => &file.base_content,
            Side::Head => &file.head_content,
        };
        Some(cell.get_or_init(|| self.source.read(entry)).clone())
    }

    /// The changed lines as `git diff` counts them; empty for binary files and pure renames.
    ///
    /// # Errors
    /// When a side that exists can't be read.
    pub fn hunks<'a>(&self, file: &'a FileChange) -> Result<&'a [Hunk], Unreadable> {
        file.hunks
            .get_or_init(|| {
                let side = |side| self.content(file, side).transpose().map(Option::unwrap_or_default);
                Ok(hunk::between(&side(Side::Base)?, &side(Side::Head)?))
            })
            .as_deref()
            .map_err(Clone::clone)
    }

    /// A way to files the branch did not change.
    pub fn source(&self) -> &dyn Source {
        &*self.source
    }
}

/// One changed file.
pub struct FileChange {
    pub status: Status,
    /// The base's side; absent for an added file.
    pub base: Option<Entry>,
    /// The head's side; absent for a deleted file.
    pub head: Option<Entry>,
    pub role: Role,
    base_content: OnceLock<Result<Bytes, Unreadable>>,
    head_content: OnceLock<Result<Bytes, Unreadable>>,
    hunks: OnceLock<Result<Vec<Hunk>, Unreadable>>,
}

impl FileChange {
    /// One of `base` and `head` must be there.
    pub fn new(status: Status, base: Option<Entry>, head: Option<Entry>, role: Role) -> Self {
        assert!(base.is_some() || head.is_some(), "a change has at least one side");
        let (base_content, head_content, hunks) = Default::default();
        Self { status, base, head, role, base_content, head_content, hunks }
    }

    /// The path people know it by: the head's, or the base's where it was deleted.
    pub fn path(&self) -> &RepoPath {
        match (&self.head, &self.base) {
            (Some(entry), _) | (None, Some(entry)) => &entry.path,
            (None, None) => unreachable!("a change has at least one side"),
        }
    }

    pub fn side(&self, side: Side) -> Option<&Entry> {
        match side {
            Side::Base => self.base.as_ref(),
            Side::Head => self.head.as_ref(),
        }
    }
}

/// One file on one side.
#[derive(Clone, Debug)]
pub struct Entry {
    pub path: RepoPath,
    pub mode: Mode,
    pub id: ObjectId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    File,
    Executable,
    Symlink,
    Submodule,
}

/// As the letters of `git diff --raw -M`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Added,
    Deleted,
    Modified,
    /// Similarity in percent.
    Renamed(u8),
    /// For instance a file that became a symbolic link.
    TypeChanged,
}
