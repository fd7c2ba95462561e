//! The size of a change.

use rayon::prelude::*;

use super::{ChangeSet, Role};

/// How much a branch changes; as the report's `changes`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Summary {
    pub files: u64,
    pub production_files: u64,
    /// Tests, what they read and what they record.
    pub test_files: u64,
    /// Lines, as `git diff --numstat` counts them: none in binary files, nor in files that can't be read.
    pub added: u64,
    pub deleted: u64,
}

impl Summary {
    pub(super) fn of(change: &ChangeSet) -> Self {
        let count = |fits: fn(Role) -> bool| change.files.iter().filter(|file| fits(file.role)).count() as u64;
        let (added, deleted) = change
            .files
            .par_iter()
            .filter(|file| !file.is_same_content())
            .map(|file| change.lines(file).map_or((0, 0), |lines| (lines.added(), lines.deleted())))
            .reduce(|| (0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
        Self {
            files: change.files.len() as u64,
            production_files: count(|role| role == Role::Production),
            test_files: count(Role::is_test),
            added,
            deleted,
        }
    }
}
