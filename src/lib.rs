//! Judges a branch before it merges.
//!
//! Everything flows one way, and the folders are the stations:
//!
//! ```text
//! git ──> change ──> facts ──> compare ──> rules ──> verdict ──> report
//! ```
//!
//! `policy` and `evidence` (work packet, claims, waivers) are read once, from the base side, beside the change; rules
//! see them as data. Nothing to the left knows what is to the right: only [`git`] touches the repository, only
//! [`report`] writes words, only [`cli`] prints or exits. [`judge`] walks the line once.

/// The text of a table under `src`, which is written as TOML; `build.rs` makes the JSON that is read here.
macro_rules! table {
    ($path:literal) => {
        include_str!(concat!(env!("OUT_DIR"), "/src/", $path, ".json"))
    };
}

pub mod agents;
pub mod change;
mod child;
pub mod ci;
pub mod cli;
mod clock;
pub mod compare;
pub mod demo;
pub mod evidence;
pub mod facts;
pub mod git;
pub mod hook;
mod junit;
pub mod lang;
pub mod packet;
pub mod policy;
pub mod prove;
pub mod record;
pub mod report;
pub mod risk;
pub mod rules;
pub mod setup;
pub mod verdict;

mod path;

pub use path::{LineRange, RepoPath, Side};

use std::sync::OnceLock;

use rayon::prelude::*;

/// Everything a rule may ask, read-only.
pub struct Context<'a> {
    /// What the branch changes.
    pub change: &'a change::ChangeSet,
    /// Whose branch it is and what it is judged against.
    pub subject: &'a verdict::Subject,
    /// The effective policy of the base side.
    pub policy: &'a policy::Policy,
    /// What the branch claims: pull request text, commit messages, committed evidence.
    pub claims: &'a evidence::Claims,
    /// What the files say, read on first use.
    pub facts: &'a facts::Facts<'a>,
    /// How the two sides differ, worked out on first use.
    pub compared: &'a compare::Compared<'a>,
    risk: OnceLock<risk::Assessment>,
}

impl Context<'_> {
    /// How risky the change is, worked out on first use.
    pub fn risk(&self) -> &risk::Assessment {
        self.risk.get_or_init(|| risk::of(self))
    }
}

/// Walks the line from a change to a verdict.
///
/// Pure apart from reading blobs through the change set's source; the same inputs give the same verdict.
pub fn judge(
    change: &change::ChangeSet,
    subject: verdict::Subject,
    policy: &policy::Policy,
    claims: &evidence::Claims,
) -> verdict::Verdict {
    let found = findings(change, &subject, policy, claims);
    let written = evidence::gather(claims, change, policy, subject.branch.as_deref());
    verdict::Verdict::new(found, change, policy, subject).with_appeals(&evidence::appeals(&written), change, policy)
}

/// What every rule says, before the policy gives it a level.
pub fn findings(
    change: &change::ChangeSet,
    subject: &verdict::Subject,
    policy: &policy::Policy,
    claims: &evidence::Claims,
) -> Vec<verdict::Finding> {
    let facts = facts::Facts::new(change);
    let compared = compare::Compared::new(change, &facts);
    let risk = OnceLock::new();
    let context = Context { change, subject, policy, claims, facts: &facts, compared: &compared, risk };
    let judge = || {
        compared.prepare();
        let rules = rules::ALL.par_iter().filter(|rule| policy.is_on(rule.name));
        rules.flat_map_iter(|rule| (rule.check)(&context)).collect()
    };
    match pool() {
        // A worker that waits for another pool takes up its own pool's next judgement, on the same stack.
        Some(pool) if rayon::current_thread_index().is_none() => pool.install(judge),
        _ => judge(),
    }
}

/// Threads with room for the parsers' C code, which calls itself once for each level of an ambiguous nesting. Only what is
/// used of a stack takes memory.
fn pool() -> Option<&'static rayon::ThreadPool> {
    const STACK: usize = 128 << 20;
    static POOL: OnceLock<Option<rayon::ThreadPool>> = OnceLock::new();
    POOL.get_or_init(|| rayon::ThreadPoolBuilder::new().stack_size(STACK).build().ok()).as_ref()
}
