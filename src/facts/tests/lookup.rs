//! Tests of the head by path and name, also in files that the branch leaves alone.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::sides::parsed;
use super::{Case, TestFile, read};
use crate::change::{ChangeSet, Role, Roles};
use crate::{RepoPath, Side};

/// How much is looked through for a name that comes without a path.
const MOST_BYTES: usize = 64 << 20;
const MOST_FILES: usize = 20_000;
/// How many files that have the name are read as tests.
const MOST_READ: usize = 50;

/// Looks tests up, each file once.
pub struct Lookup<'a> {
    change: &'a ChangeSet,
    roles: Roles,
    known: &'a [TestFile],
    read: RefCell<BTreeMap<RepoPath, Whole>>,
    paths: RefCell<Option<Rc<Vec<RepoPath>>>>,
}

/// A file of the head.
#[derive(Clone)]
enum Whole {
    /// With the tests that are read in it, perhaps none.
    Tests(Rc<TestFile>),
    /// Its tests can't be read.
    Unread,
}

impl<'a> Lookup<'a> {
    pub fn new(change: &'a ChangeSet, roles: Roles, known: &'a [TestFile]) -> Self {
        Self { change, roles, known, read: RefCell::default(), paths: RefCell::default() }
    }

    /// Every path of the head.
    pub fn paths(&self) -> Rc<Vec<RepoPath>> {
        let mut paths = self.paths.borrow_mut();
        Rc::clone(paths.get_or_insert_with(|| Rc::new(self.change.source().paths(Side::Head))))
    }

    /// Whether any case of a file passes; the files of the change first read with the helpers beside them.
    pub fn cases_in<T>(&self, path: &RepoPath, ask: impl Fn(&Case) -> Option<T>) -> Result<Vec<T>, Unread> {
        if let Some(file) = self.known.iter().find(|file| file.path == *path) {
            return Ok(file.cases.iter().filter_map(ask).collect());
        }
        match self.whole(path) {
            Whole::Tests(file) => Ok(file.cases.iter().filter_map(ask).collect()),
            Whole::Unread => Err(Unread),
        }
    }

    /// The same for all files that hold a word.
    pub fn cases_with<T>(&self, word: &str, ask: impl Fn(&Case) -> Option<T>) -> Vec<T> {
        let known: Vec<T> = self.known.iter().flat_map(|file| &file.cases).filter_map(&ask).collect();
        if !known.is_empty() || word.is_empty() {
            return known;
        }
        let (mut bytes_left, mut files_left) = (MOST_BYTES, MOST_READ);
        let mut found = Vec::new();
        for path in self.paths().iter().filter(|path| self.may_hold_tests(path)).take(MOST_FILES) {
            let Some(entry) = self.change.source().entry(Side::Head, path) else { continue };
            let Ok(bytes) = self.change.source().read(&entry) else { continue };
            let Some(left) = bytes_left.checked_sub(bytes.len()) else { break };
            bytes_left = left;
            if files_left == 0 || !contains(&bytes, word.as_bytes()) {
                continue;
            }
            files_left -= 1;
            found.extend(self.cases_in(path, &ask).unwrap_or_default());
        }
        found
    }

    fn may_hold_tests(&self, path: &RepoPath) -> bool {
        match self.roles.role(path) {
            Role::Test => true,
            Role::Production => path.extension() == Some(b"rs"),
            _ => false,
        }
    }

    fn whole(&self, path: &RepoPath) -> Whole {
        if let Some(known) = self.read.borrow().get(path) {
            return known.clone();
        }
        let inline = self.roles.role(path) == Role::Production;
        let source = self
            .change
            .source()
            .entry(Side::Head, path)
            .and_then(|entry| parsed(&entry, inline, || Some(self.change.source().read(&entry))));
        let whole = match source {
            Some(Ok(source)) => read(&[source]).pop().map_or(Whole::Unread, |file| Whole::Tests(Rc::new(file))),
            _ => Whole::Unread,
        };
        self.read.borrow_mut().insert(path.clone(), whole.clone());
        whole
    }
}

/// Nothing is known of the file's tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unread;

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}
