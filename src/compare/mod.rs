//! Base facts against head facts: transitions, without judgement of how grave they are.

pub mod ci;
pub mod config;
pub mod contracts;
pub mod dependencies;
pub mod evidence;
pub mod lines;
pub mod mechanical;
pub mod snapshots;
pub mod suppressions;
pub mod tests;

use std::sync::OnceLock;

use crate::change::ChangeSet;
use crate::facts::Facts;

/// Comparisons made on first use and once, however many rules ask.
pub struct Compared<'a> {
    change: &'a ChangeSet,
    facts: &'a Facts<'a>,
    tests: OnceLock<tests::TestDiff>,
    dependencies: OnceLock<dependencies::DependencyDiff>,
    settings: OnceLock<Vec<config::Weakened>>,
    contracts: OnceLock<contracts::ContractDiff>,
    lines: OnceLock<Vec<lines::Change>>,
}

impl<'a> Compared<'a> {
    pub fn new(change: &'a ChangeSet, facts: &'a Facts<'a>) -> Self {
        Self {
            change,
            facts,
            tests: OnceLock::new(),
            dependencies: OnceLock::new(),
            settings: OnceLock::new(),
            contracts: OnceLock::new(),
            lines: OnceLock::new(),
        }
    }

    /// Makes every comparison, side by side, before rules ask for them.
    ///
    /// Rules run in parallel, and a thread that waits for parallel work is handed other work meanwhile. That may be a rule,
    /// which must not come upon a comparison that is still being made further down on its own stack.
    pub fn prepare(&self) {
        rayon::join(
            || rayon::join(|| self.tests(), || self.contracts()),
            || rayon::join(|| self.dependencies(), || self.settings()),
        );
    }

    /// What the head's tests demand against what the base's did.
    pub fn tests(&self) -> &tests::TestDiff {
        self.tests.get_or_init(|| {
            let sides = self.facts.tests();
            tests::compare(&sides.base, &sides.head, &tests::Surroundings::of(self.change))
        })
    }

    /// What the head depends on that the base did not.
    pub fn dependencies(&self) -> &dependencies::DependencyDiff {
        self.dependencies.get_or_init(|| dependencies::compare(self.change))
    }

    /// What callers of the base's contracts can no longer do.
    pub fn contracts(&self) -> &contracts::ContractDiff {
        self.contracts.get_or_init(|| contracts::compare(self.change))
    }

    /// What the tests of languages without a grammar say less of, or skip.
    pub fn lines(&self) -> &[lines::Change] {
        self.lines.get_or_init(|| lines::compare(self.change))
    }

    /// Settings of checkers and runners that are weaker than before.
    pub fn settings(&self) -> &[config::Weakened] {
        self.settings.get_or_init(|| config::weakened(self.change))
    }
}
