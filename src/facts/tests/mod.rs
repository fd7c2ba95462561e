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
mod marks;
mod mocks;
mod model;
mod polls;
mod predicate;
mod reader;
mod rows;
mod run;
mod runner;
mod scope;
mod settings;
mod sides;
mod thrown;
mod time;
pub mod vocabulary;

pub use library::Source;
pub use mocks::Mock;
pub use model::{
    Case, Check, CheckKind, Gate, Hurdle, HurdleKind, Limits, Mark, MarkKind, Part, Row, Setting, SettingKind,
    TestFile, Tolerance,
};
pub use polls::{PACED_LOOP, POLL, RETRY_LOOP};
pub use sides::Sides;

use rayon::prelude::*;

use library::Library;

/// Reads the test files of one side together: a case may call a helper of another file.
pub fn read(sources: &[Source]) -> Vec<TestFile> {
    let library = Library::new(sources);
    (0..library.files.len()).into_par_iter().map(|file| cases::read(&library, file)).collect()
}
