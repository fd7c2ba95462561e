//! Lays out combinations of code, tests and a fault, and runs the command in them.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use globset::GlobMatcher;

use super::ProveError;
use super::outcome::{Outcome, TestResult};
use super::results;
use super::run::Plan;
use super::runner::Prepared;
use super::selection::{Selection, Single};
use super::sides;
use crate::change::{ChangeSet, Roles};
use crate::facts::secrets::Redactor;
use crate::git::{Checkout, Edit, GitError, Mode, ObjectId, Repository};
use crate::{RepoPath, Side};

/// One temporary repository in which every combination is laid out in turn, so that builds find their caches.
pub struct Matrix<'a> {
    pub checkout: Checkout,
    plan: &'a Plan,
    change: &'a ChangeSet,
    prepared: Prepared,
    /// Reports in the work tree to read besides the runner's own.
    reports: Option<GlobMatcher>,
    /// By code, then by tests.
    trees: [[ObjectId; 2]; 2],
}

impl<'a> Matrix<'a> {
    /// Makes the four trees. `trees` are those of the base and the head.
    ///
    /// # Errors
    /// When git can't lay them out.
    pub fn new(
        repository: &Repository,
        head: ObjectId,
        trees: [ObjectId; 2],
        change: &'a ChangeSet,
        roles: &Roles,
        plan: &'a Plan,
        reports: Option<GlobMatcher>,
    ) -> Result<Self, GitError> {
        let checkout = repository.checkout(head)?;
        let [base, head] = trees;
        let mixed = |code, tests| checkout.compose(code, &sides::with_tests_of(tests, change, roles, &checkout)?);
        let trees = [[base, mixed(base, Side::Head)?], [mixed(head, Side::Base)?, head]];
        Ok(Self { prepared: Prepared::new(plan.words.clone()), checkout, plan, change, reports, trees })
    }

    pub fn selects(&self) -> bool {
        self.prepared.selects()
    }

    /// Gives every run the caches that the policy names, from the user's work tree.
    ///
    /// # Errors
    /// When a link can't be made.
    pub fn link(&self, caches: &[String], from: Option<&std::path::Path>) -> Result<(), ProveError> {
        self.checkout.ignore(caches)?;
        let Some(from) = from else { return Ok(()) };
        for cache in caches {
            let (source, target) = (from.join(cache), self.checkout.work_tree().join(cache));
            if source.exists() && !target.exists() {
                let failed = |why| ProveError::Cache { path: cache.clone(), why };
                target.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(failed)?;
                link(&source, &target).map_err(failed)?;
            }
        }
        Ok(())
    }

    /// The head's code with a faulty file, and one side's tests; tests inside of that file are that side's too.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn with_fault(&self, tests: Side, path: &RepoPath, faulty: &[u8]) -> Result<ObjectId, ProveError> {
        let swapped =
            if tests == Side::Base { sides::with_inline_tests_of(tests, self.change, path, faulty) } else { None };
        let bytes = swapped.as_deref().unwrap_or(faulty);
        let edit = Edit { path: path.clone(), entry: Some((Mode::File, self.checkout.store(bytes)?)) };
        Ok(self.checkout.compose(self.tree(Side::Head, tests), &[edit])?)
    }

    /// One side's code with one side's tests.
    pub fn tree(&self, code: Side, tests: Side) -> ObjectId {
        let index = |side| usize::from(side == Side::Head);
        self.trees[index(code)][index(tests)]
    }

    /// What tells a test that a run named that it alone is wanted, where the runner has words for it.
    pub fn single_of(&self, test: &TestResult) -> Option<Single> {
        self.prepared.single_of(test, self.checkout.work_tree())
    }

    /// Whether the runner can be told to run only these tests.
    pub fn singles_out(&self, wanted: &[Single]) -> bool {
        self.prepared.singles_out(wanted)
    }

    /// Runs the command in a tree, for so long at most; only what is selected where the runner can choose.
    ///
    /// # Errors
    /// When the tree can't be laid out or the command not started.
    pub fn run(&self, tree: ObjectId, selection: &Selection, limit: Duration) -> Result<Outcome, ProveError> {
        self.checkout.switch_to(tree)?;
        let top = self.checkout.work_tree();
        self.renew();
        let report = self.checkout.beside().join("report");
        // A run that dies must not be read by the report of the one before.
        std::fs::remove_file(&report).ok();
        let stale = self.report_files();
        stale.iter().for_each(|file| {
            std::fs::remove_file(file).ok();
        });
        // Files that this tree doesn't have would end the run before its first test.
        let words = self.prepared.command(&selection.within(top), &report);
        let ran = self.plan.run(&words, top, limit).map_err(|why| match why.kind() {
            std::io::ErrorKind::Interrupted => ProveError::Interrupted,
            _ => ProveError::Command { command: spelled(&self.plan.words), why },
        })?;
        let mut tests = self.prepared.results(&ran, &report);
        tests.extend(
            self.report_files()
                .iter()
                .filter_map(|file| results::read_file(file))
                .flat_map(|text| results::reported(&text)),
        );
        let printed: Vec<u8> = ran.stdout.iter().chain(&ran.stderr).copied().collect();
        Ok(Outcome { ended: ran.ended, tests, tail: tail(&printed), seconds: ran.elapsed.as_secs_f64() })
    }

    /// Makes what the branch changed newer than everything else. A cache may be in use by others, an editor's build say, and
    /// tools that go by time would take what those built for what is to be built here.
    fn renew(&self) {
        let Ok(top) = self.checkout.work_tree().canonicalize() else { return };
        let files = self.change.files.iter().flat_map(|file| [&file.base, &file.head]).flatten();
        for path in files.map(|entry| top.join(entry.path.to_text())) {
            // Never through a link of the branch's.
            let is_inside = path.canonicalize().is_ok_and(|real| real == path && real.is_file());
            if is_inside && let Ok(file) = std::fs::File::open(&path) {
                file.set_modified(std::time::SystemTime::now()).ok();
            }
        }
    }

    /// The files of the work tree that the caller's pattern names.
    fn report_files(&self) -> Vec<PathBuf> {
        let Some(pattern) = &self.reports else { return Vec::new() };
        let top = self.checkout.work_tree();
        let mut found = Vec::new();
        let mut waiting = vec![top.to_path_buf()];
        while let Some(dir) = waiting.pop() {
            for entry in std::fs::read_dir(&dir).into_iter().flatten().flatten() {
                let Ok(kind) = entry.file_type() else { continue };
                let path = entry.path();
                let Some(relative) = path.strip_prefix(top).ok().and_then(|path| path.to_str()) else { continue };
                if kind.is_dir() && !matches!(relative, ".git" | "node_modules") {
                    waiting.push(path.clone());
                } else if kind.is_file() && pattern.is_match(relative) {
                    found.push(path);
                }
            }
        }
        found.sort();
        found
    }
}

#[cfg(unix)]
fn link(source: &std::path::Path, target: &std::path::Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(source, target)
}

#[cfg(not(unix))]
fn link(source: &std::path::Path, target: &std::path::Path) -> std::io::Result<()> {
    std::os::windows::fs::symlink_dir(source, target)
}

/// A command in one line.
pub fn spelled(words: &[OsString]) -> String {
    let quoted = |word: &OsString| {
        let word = word.to_string_lossy();
        if word.is_empty() || word.contains(char::is_whitespace) { format!("'{word}'") } else { word.into_owned() }
    };
    words.iter().map(quoted).collect::<Vec<_>>().join(" ")
}

/// The last lines of an output, without secrets that a test may have printed.
fn tail(printed: &[u8]) -> String {
    const LINES: usize = 20;
    let text = String::from_utf8_lossy(printed);
    let lines: Vec<&str> = text.trim_end().lines().collect();
    let mut tail = lines[lines.len().saturating_sub(LINES)..].join("\n");
    let excess = tail.len().saturating_sub(4000);
    let start = (excess..tail.len()).find(|at| tail.is_char_boundary(*at)).unwrap_or(0);
    tail.drain(..start);
    let mut redactor = Redactor::default();
    redactor.learn(&tail);
    redactor.redact(&tail).into_owned()
}
