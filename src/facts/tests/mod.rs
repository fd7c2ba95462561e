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
mod kept;
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

use kept::{Found, Kept};
use library::{Library, Outside};

/// Reads the test files of one side together, every case of them: a case may call a helper of another file.
pub fn read(sources: &[Source]) -> Vec<TestFile> {
    let outside = Outside::default();
    let library = Library::new(sources, &outside);
    (0..sources.len()).into_par_iter().map(|file| cases::read(&library, file, None).file).collect()
}

/// Reads the test files of both sides, but for the cases that may stay unread; says which may.
fn read_both(base: &[Source], head: &[Source]) -> (Vec<TestFile>, Vec<TestFile>, Kept) {
    let outside = Outside::default();
    let (was, is) = rayon::join(|| Library::new(base, &outside), || Library::new(head, &outside));
    let mut kept = Kept::of(&was, &is);
    let all = |library, count: usize| -> Vec<Found> {
        (0..count).into_par_iter().map(|file| cases::read(library, file, Some(&kept))).collect()
    };
    let (mut old, mut new) = rayon::join(|| all(&was, base.len()), || all(&is, head.len()));
    kept.doubt(&old, &new);
    rayon::join(|| read_whole(&was, &kept, &mut old), || read_whole(&is, &kept, &mut new));
    let files = |found: Vec<Found>| found.into_iter().map(|found| found.file).collect();
    (files(old), files(new), kept)
}

/// Reads files whose unread cases were doubtful, every case of them.
fn read_whole(library: &Library<'_>, kept: &Kept, found: &mut [Found]) {
    let doubtful = found.par_iter_mut().enumerate().filter(|(_, found)| kept.is_whole(&found.file.path));
    doubtful.for_each(|(at, found)| *found = cases::read(library, at, None));
}

/// Reads some of the test files of one side anew, with helpers of files that the change leaves alone.
fn read_again(sources: &[Source], outside: &Outside, kept: &Kept, which: &[usize]) -> Vec<(usize, TestFile)> {
    let library = Library::new(sources, outside);
    which.par_iter().map(|file| (*file, cases::read(&library, *file, Some(kept)).file)).collect()
}
