//! What the files of each side say, read on first use and once.
//!
//! Facts carry no judgement: a fact names what is written and where. Adding one is a field here and a module beside.

pub mod attributes;
pub mod behaviour;
pub mod ci;
pub mod config;
pub mod contracts;
pub mod dependencies;
pub mod document;
pub mod gate;
pub mod hidden;
pub mod lexical;
pub mod lines;
pub mod markers;
pub mod migrations;
mod pattern;
pub mod personal;
pub mod secrets;
pub mod shell;
pub mod snapshots;
pub mod suppressions;
pub mod tests;
pub mod text;
pub mod unread;

use std::sync::OnceLock;

use crate::change::ChangeSet;

/// Lazily read facts about both sides of a change.
pub struct Facts<'a> {
    change: &'a ChangeSet,
    tests: OnceLock<tests::Sides>,
    all_tests: OnceLock<tests::Sides>,
}

impl<'a> Facts<'a> {
    pub fn new(change: &'a ChangeSet) -> Self {
        Self { change, tests: OnceLock::new(), all_tests: OnceLock::new() }
    }

    /// The test files of both sides, as cases with checks; cases that the branch leaves alone by name only.
    pub fn tests(&self) -> &tests::Sides {
        self.tests.get_or_init(|| tests::Sides::of(self.change))
    }

    /// The same with every case read, for whoever asks for tests that were there before.
    pub fn all_tests(&self) -> &tests::Sides {
        let tests = self.tests();
        if !tests.leaves_unread() {
            return tests;
        }
        self.all_tests.get_or_init(|| tests::Sides::whole(self.change))
    }
}
