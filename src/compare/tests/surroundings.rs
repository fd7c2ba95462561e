//! What the comparison of tests may know beside the two models.

use std::collections::{HashMap, HashSet};

use crate::change::{ChangeSet, Role};
use crate::{RepoPath, Side};

/// What the comparison may know beside the two models.
#[derive(Default)]
pub struct Surroundings {
    /// Head path by base path, where a file was renamed.
    pub renames: HashMap<RepoPath, RepoPath>,
    /// Names of production code that the branch removed.
    pub gone: HashSet<String>,
}

impl Surroundings {
    /// What the rest of a change says.
    pub fn of(change: &ChangeSet) -> Self {
        let mut around = Self::default();
        let (mut before, mut after) = (HashSet::new(), HashSet::new());
        for file in &change.files {
            if let (Some(base), Some(head)) = (&file.base, &file.head)
                && base.path != head.path
            {
                around.renames.insert(base.path.clone(), head.path.clone());
            }
            if file.role != Role::Production {
                continue;
            }
            for (side, names) in [(Side::Base, &mut before), (Side::Head, &mut after)] {
                if let Some(Ok(bytes)) = change.content(file, side) {
                    collect_names(&bytes, names);
                }
            }
        }
        around.gone = before.difference(&after).cloned().collect();
        around
    }
}

/// Identifiers long enough to name something of one's own.
fn collect_names(bytes: &[u8], names: &mut HashSet<String>) {
    if bytes.len() > 2 << 20 {
        return;
    }
    for word in bytes.split(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_')) {
        if word.len() >= 5
            && !word[0].is_ascii_digit()
            && let Ok(word) = std::str::from_utf8(word)
            && !names.contains(word)
        {
            names.insert(word.to_owned());
        }
    }
}
