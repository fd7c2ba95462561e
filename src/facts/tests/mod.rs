//! What tests demand: each side's test files as cases with checks, whatever language and framework.
//!
//! Reads and names; whether a side demands less than the other is for `compare`.

mod arguments;
mod canonical;
mod case;
mod cases;
mod chain;
mod checks;
mod condition;
mod declared;
mod emit;
mod expects;
mod fluent;
mod gate;
mod interactions;
mod library;
mod lookup;
mod marks;
mod mocks;
mod model;
mod options;
mod outside;
mod polls;
mod predicate;
mod reader;
mod rows;
mod run;
mod runner;
mod scope;
mod settings;
mod sides;
mod tables;
mod thrown;
mod time;
pub mod vocabulary;

pub use gate::asks_the_machine;
pub use library::Source;
pub use lookup::{Lookup, Unread};
pub use mocks::Mock;
pub use model::{
    Case, Check, CheckKind, Gate, Hurdle, HurdleKind, Limits, Mark, MarkKind, Missing, Part, Receiver, Row, Setting,
    SettingKind, TestFile, Tolerance,
};
pub use polls::{PACED_LOOP, POLL, RETRY_LOOP};
pub use run::is_home_made;
pub use runner::is_only_for_tests;
pub use sides::Sides;

use rayon::prelude::*;

use library::{Library, Outside};

/// Reads the test files of one side together: a case may call a helper of another file.
pub fn read(sources: &[Source]) -> Vec<TestFile> {
    let outside = Outside::default();
    let library = Library::new(sources, &outside);
    (0..sources.len()).into_par_iter().map(|file| cases::read(&library, file)).collect()
}

/// Reads some of the test files of one side anew, with helpers of files that the change leaves alone.
fn read_again(sources: &[Source], outside: &Outside, which: &[usize]) -> Vec<(usize, TestFile)> {
    let library = Library::new(sources, outside);
    which.par_iter().map(|file| (*file, cases::read(&library, *file))).collect()
}
