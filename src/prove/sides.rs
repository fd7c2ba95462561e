//! One side's production code under the other side's tests.

use super::inline;
use crate::change::{ChangeSet, FileChange, Roles};
use crate::facts::tests::is_only_for_tests;
use crate::git::{Checkout, Edit, Entry, GitError};
use crate::{RepoPath, Side, lang};

/// What turns the tree that has the other side's tests into one with this side's: test files swapped by their role, tests
/// inside production files by syntax.
///
/// # Errors
/// When a swapped file can't be stored. A file that can't be read stays as the code's side has it.
pub fn with_tests_of(
    tests: Side,
    change: &ChangeSet,
    roles: &Roles,
    checkout: &Checkout,
) -> Result<Vec<Edit>, GitError> {
    let code = other(tests);
    // What only tells a runner what to run goes with the tests: the branch's could leave the base's out. Files with other
    // settings in them stay with the code, which needs those.
    let is_test = |entry: &&Entry| roles.role(&entry.path).is_test() || is_only_for_tests(&entry.path);
    let mut edits = Vec::new();
    for file in &change.files {
        let gone = file.side(code).filter(is_test).map(|entry| Edit { path: entry.path.clone(), entry: None });
        let come = file.side(tests).filter(is_test);
        edits.extend(gone);
        edits.extend(come.map(|entry| Edit { path: entry.path.clone(), entry: Some((entry.mode, entry.id)) }));
        if let Some((entry, bytes)) = swapped(file, tests, change).filter(|(entry, _)| !is_test(entry)) {
            edits.push(Edit { path: entry.path.clone(), entry: Some((entry.mode, checkout.store(&bytes)?)) });
        }
    }
    Ok(edits)
}

/// A production file of the code's side with the other side's inline tests.
fn swapped<'a>(file: &'a FileChange, tests: Side, change: &ChangeSet) -> Option<(&'a Entry, Vec<u8>)> {
    let entry = file.side(other(tests))?;
    let language = lang::of(&entry.path)?;
    let read = |side| change.content(file, side).transpose().ok();
    let code = read(other(tests))??;
    let theirs = read(tests)?.unwrap_or_default();
    Some((entry, inline::swap(language, &code, &theirs)?))
}

/// The text of a file of the other side with one side's inline tests; `None` where it has none, or they are alike.
pub fn with_inline_tests_of(tests: Side, change: &ChangeSet, path: &RepoPath, code: &[u8]) -> Option<Vec<u8>> {
    let is_it = |file: &&FileChange| file.side(other(tests)).is_some_and(|entry| entry.path == *path);
    let file = change.files.iter().find(is_it)?;
    let theirs = change.content(file, tests).transpose().ok()?.unwrap_or_default();
    inline::swap(lang::of(path)?, code, &theirs)
}

fn other(side: Side) -> Side {
    match side {
        Side::Base => Side::Head,
        Side::Head => Side::Base,
    }
}
