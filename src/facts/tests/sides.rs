//! Which files of a change are read for tests, and reading them on both sides.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::library::Source;
use super::{TestFile, read, runner};
use crate::change::{ChangeSet, FileChange, Mode, Role};
use crate::lang::{self, Span};
use crate::{RepoPath, Side};

/// The test files of both sides of a change.
#[derive(Default)]
pub struct Sides {
    pub base: Vec<TestFile>,
    pub head: Vec<TestFile>,
    /// Test files that could not be read at all, with the reason.
    pub unread: Vec<(RepoPath, Side, String)>,
}

impl Sides {
    pub fn of(change: &ChangeSet) -> Self {
        let files: Vec<&FileChange> = change.files.iter().filter(|file| may_hold_tests(file)).collect();
        // Both sides at once: a branch of one long file keeps two cores busy.
        let parse = |side| -> Vec<Result<Source, (RepoPath, String)>> {
            files.par_iter().filter_map(|file| source(change, file, side)).collect()
        };
        let (base, head) = rayon::join(|| parse(Side::Base), || parse(Side::Head));
        let mut sides = Self::default();
        for (side, parsed) in [(Side::Base, base), (Side::Head, head)] {
            let mut sources = Vec::new();
            for result in parsed {
                match result {
                    Ok(source) => sources.push(source),
                    Err((path, why)) => sides.unread.push((path, side, why)),
                }
            }
            let mut read = read(&sources);
            let configured: Vec<TestFile> =
                change.files.par_iter().filter_map(|file| configuration(change, file, side)).collect();
            read.extend(configured);
            match side {
                Side::Base => sides.base = read,
                Side::Head => sides.head = read,
            }
        }
        sides
    }
}

impl Sides {
    /// Whether tests that stand beside the code they test are others than before.
    pub fn inline_tests_differ(&self) -> bool {
        fn said(files: &[TestFile]) -> BTreeSet<(&RepoPath, String, &[Box<str>])> {
            files
                .iter()
                .flat_map(|file| file.cases.iter())
                .map(|case| (&case.path, case.title(), case.words.as_slice()))
                .collect()
        }
        said(&self.base) != said(&self.head)
    }
}

/// A runner's configuration: its limits and retries, no cases.
fn configuration(change: &ChangeSet, file: &FileChange, side: Side) -> Option<TestFile> {
    let entry = file.side(side)?;
    if file.role == Role::TestData || file.role == Role::Test || !runner::is_configuration(&entry.path) {
        return None;
    }
    let bytes = change.content(file, side)?.ok()?;
    if !runner::is_module(&entry.path) {
        return runner::document(&entry.path, &bytes);
    }
    let language = lang::of(&entry.path).filter(|language| runner::fits(language))?;
    let parsed = language.parse(&bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let source =
        Source { path: entry.path.clone(), language, text, root: parsed.root, unread: Vec::new(), inline: false };
    Some(runner::module(&source))
}

fn may_hold_tests(file: &FileChange) -> bool {
    match file.role {
        Role::Test => true,
        // Tests beside the code they test.
        Role::Production => file.path().extension() == Some(b"rs"),
        _ => false,
    }
}

fn source(change: &ChangeSet, file: &FileChange, side: Side) -> Option<Result<Source, (RepoPath, String)>> {
    let entry = file.side(side)?;
    if !matches!(entry.mode, Mode::File | Mode::Executable) {
        return None;
    }
    let language = lang::of(&entry.path)?;
    let fail = |why: String| Some(Err((entry.path.clone(), why)));
    let bytes = match change.content(file, side)? {
        Ok(bytes) => bytes,
        Err(error) => return fail(error.to_string()),
    };
    let inline = file.role == Role::Production;
    if inline && !mentions_tests(&bytes) {
        return None;
    }
    match language.parse(&bytes) {
        Ok(parsed) => {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let unread: Vec<Span> = parsed.unread;
            Some(Ok(Source { path: entry.path.clone(), language, text, root: parsed.root, unread, inline }))
        }
        Err(error) => fail(error.to_string()),
    }
}

/// Whether a Rust file may have tests of its own.
fn mentions_tests(bytes: &[u8]) -> bool {
    let has = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    has(b"#[test]") || has(b"::test") || has(b"cfg(test)") || has(b"rstest") || has(b"test_case")
}
