//! What the comparison of tests may know beside the two models.

use hashbrown::HashMap;

use super::gone::Gone;
use crate::RepoPath;
use crate::change::ChangeSet;

/// What the comparison may know beside the two models.
#[derive(Default)]
pub struct Surroundings<'c> {
    /// Head path by base path, where a file was renamed.
    pub renames: HashMap<RepoPath, RepoPath>,
    gone: Option<Gone<'c>>,
}

impl<'c> Surroundings<'c> {
    /// What the rest of a change says.
    pub fn of(change: &'c ChangeSet) -> Self {
        let renamed = change.files.iter().filter_map(|file| match (&file.base, &file.head) {
            (Some(base), Some(head)) if base.path != head.path => Some((base.path.clone(), head.path.clone())),
            _ => None,
        });
        Self { renames: renamed.collect(), gone: Some(Gone::of(change)) }
    }

    /// Whether production code defined this name before and does not any more.
    pub fn is_gone_from_production(&self, name: &str) -> bool {
        self.gone.as_ref().is_some_and(|gone| gone.in_production(name))
    }

    /// The same, or a helper of the tests is gone that used such a name.
    pub fn is_gone(&self, name: &str) -> bool {
        self.gone.as_ref().is_some_and(|gone| gone.has(name))
    }

    /// The production file that a test file is named after, where both are deleted.
    pub fn namesake(&self, test: &RepoPath) -> Option<String> {
        self.gone.as_ref()?.namesake(test)
    }
}
