//! What became of the checks that CI, hooks and scripts run.
//!
//! Two readings are put together. `structure` pairs pipelines, jobs and steps and compares what surrounds the commands:
//! triggers, conditions, tolerated failures, matrices, variables. `checks` follows every command that judges the code,
//! through the scripts it calls, to where it is run now; so that a renamed job, a moved command and a reordered step are
//! the same check.

mod bypass;
mod checks;
mod inventory;
pub(in crate::compare) mod narrowing;
mod structure;

use crate::change::ChangeSet;
use crate::{RepoPath, Side};

/// One way in which less is checked than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weakening {
    pub kind: Kind,
    /// A phrase for the message.
    pub what: String,
    pub spot: Spot,
    pub base_spot: Option<Spot>,
    pub before: Option<String>,
    pub after: Option<String>,
    pub sure: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A command's failure no longer counts.
    Swallowed,
    /// A step's or job's failure no longer counts.
    Tolerated,
    /// A check, step or job is gone.
    Gone,
    /// A check looks at less.
    Narrowed,
    /// A job, step or command runs under a new condition.
    Conditional,
    /// A job, step or command runs only in a repository that is named, not in copies of it.
    NotInForks,
    /// A pipeline is started less often.
    Trigger,
    /// A combination is no longer run.
    Matrix,
    /// A variable or input turns something off.
    Setting,
    /// A command goes around git's hooks, as machines do in releases.
    WithoutHooks,
}

/// A line of a file on one side.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    pub path: RepoPath,
    pub side: Side,
    pub line: u32,
}

/// Everything that checks less than before, in the order of the files.
pub fn weakenings(change: &ChangeSet) -> Vec<Weakening> {
    let base = inventory::Inventory::of(change, Side::Base);
    if base.units.is_empty() {
        return Vec::new();
    }
    let head = inventory::Inventory::of(change, Side::Head);
    let mut found = structure::compare(&base, &head);
    found.extend(checks::compare(&base, &head));
    found.extend(bypass::compare(&base, &head));
    found.sort_by(|a, b| (&a.spot, a.kind).cmp(&(&b.spot, b.kind)));
    // The same line reached through several callers is one finding.
    found.dedup_by(|a, b| a.spot == b.spot && a.kind == b.kind);
    found
}
