//! The order of the runs: controls, the two crossings, faults for what is still open.

use std::time::Duration;

use super::ProveError;
use super::cache::Cache;
use super::judgement::{self, Suspect};
use super::matrix::{Matrix, spelled};
use super::model::{Cell, Conviction, Proof, Word};
use super::outcome::{Outcome, Status};
use super::run::Plan;
use super::runner::Prepared;
use super::selection::Selection;
use super::trial;
use crate::Side;
use crate::change::{ChangeSet, Role, Roles};
use crate::git::{ObjectId, Repository};
use crate::report::Finding;

/// What to prove, and how.
pub struct Setup<'a> {
    pub repository: &'a Repository,
    pub change: &'a ChangeSet,
    pub roles: &'a Roles,
    pub base: ObjectId,
    pub head: ObjectId,
    /// The findings of the branch's verdict.
    pub findings: &'a [Finding],
    pub plan: &'a Plan,
    /// A glob for JUnit files that a run leaves in the work tree.
    pub reports: Option<String>,
    /// Paths of the user's work tree to link into the temporary one: installed dependencies, build caches.
    pub caches: &'a [String],
    /// How many faults to try.
    pub faults: usize,
    /// How often a run is repeated before it decides anything.
    pub repeats: u32,
    /// Keep outcomes in the repository's notes, and use those that are there.
    pub cache: bool,
    /// Leave the temporary repository behind.
    pub keep: bool,
}

/// Combinations of code and tests.
pub const MATRIX: usize = 4;

/// Hears how many runs are done, the faults' after the [`MATRIX`], and what is run next.
pub type Say<'a> = &'a dyn Fn(usize, &str);

/// Names of failing tests that a report shows.
const SHOWN: usize = 20;

/// Runs the matrix, and faults where they are asked for and something is still open.
///
/// # Errors
/// When trees can't be laid out, or the command can't be started. A failing command is an outcome.
pub fn prove(setup: &Setup<'_>, say: Say<'_>) -> Result<Proof, ProveError> {
    let reports = setup.reports.as_deref().or_else(|| Prepared::new(setup.plan.words.clone()).reports());
    let pattern = reports.map(|pattern| {
        let glob = globset::GlobBuilder::new(pattern).literal_separator(true).build();
        glob.map(|glob| glob.compile_matcher()).map_err(|_| ProveError::Pattern(pattern.to_owned()))
    });
    let trees = [setup.repository.commit_tree(setup.base)?, setup.repository.commit_tree(setup.head)?];
    let (plan, change) = (setup.plan, setup.change);
    let mut matrix = Matrix::new(setup.repository, setup.head, trees, change, setup.roles, plan, pattern.transpose()?)?;
    if setup.keep {
        matrix.checkout.keep();
    }
    matrix.link(setup.caches, setup.repository.worktree_dir())?;
    let suspects = judgement::suspects(setup.findings);
    let selection = Selection::files(test_files(setup, &suspects));
    let repeats = setup.repeats.to_string();
    let also: Vec<&str> = [repeats.as_str(), reports.unwrap_or_default()]
        .into_iter()
        .chain(setup.caches.iter().map(String::as_str))
        .collect();
    let cache = setup.cache.then(|| Cache::new(setup.repository, plan, &also));
    let mut runs = Runs {
        matrix,
        selection,
        cache,
        timeout: plan.timeout,
        repeats: setup.repeats,
        seen: Vec::new(),
        flaky: Vec::new(),
        say,
    };
    let outcomes = runs.all()?;
    let mut proof = judgement::proof(&outcomes, &suspects, runs.matrix.selects());
    (proof.base, proof.head, proof.command) = (setup.base.to_string(), setup.head.to_string(), spelled(&plan.words));
    proof.faults.asked = setup.faults;
    if setup.faults > 0 && proof.charges.iter().any(|charge| matches!(charge.conviction, Conviction::Open { .. })) {
        trial::hold(&runs, setup, &suspects, &outcomes, &mut proof)?;
    }
    proof.flaky_tests = runs.flaky;
    proof.notes.extend(runs.cache.iter().flat_map(Cache::notes));
    if setup.keep {
        proof.notes.push(format!("the temporary repository was kept: {}", runs.matrix.checkout.work_tree().display()));
    }
    Ok(proof)
}

/// The outcomes of the four combinations.
pub struct Outcomes {
    pub base_on_base: Outcome,
    /// The base's tests on the head's code.
    pub base_on_head: Outcome,
    /// The head's tests on the base's code.
    pub head_on_base: Outcome,
    pub head_on_head: Outcome,
}

pub struct Runs<'a> {
    pub matrix: Matrix<'a>,
    /// What is run of the tests in the matrix.
    pub selection: Selection,
    cache: Option<Cache<'a>>,
    pub timeout: Duration,
    pub repeats: u32,
    /// What trees ended with in this proof.
    seen: Vec<(ObjectId, Outcome)>,
    flaky: Vec<String>,
    pub say: Say<'a>,
}

impl Runs<'_> {
    fn all(&mut self) -> Result<Outcomes, ProveError> {
        Ok(Outcomes {
            base_on_base: self.cell(Side::Base, Side::Base)?,
            head_on_head: self.cell(Side::Head, Side::Head)?,
            base_on_head: self.cell(Side::Head, Side::Base)?,
            head_on_base: self.cell(Side::Base, Side::Head)?,
        })
    }

    /// One combination. Where only code or only tests changed, two combinations are one tree and run once.
    fn cell(&mut self, code: Side, tests: Side) -> Result<Outcome, ProveError> {
        let tree = self.matrix.tree(code, tests);
        if let Some((_, outcome)) = self.seen.iter().find(|(seen, _)| *seen == tree) {
            return Ok(outcome.clone());
        }
        let outcome = self.repeated(tree, code, tests)?;
        self.seen.push((tree, outcome.clone()));
        Ok(outcome)
    }

    /// One combination; run again where it fails, since a failure is what decides.
    fn repeated(&mut self, tree: ObjectId, code: Side, tests: Side) -> Result<Outcome, ProveError> {
        let name = |side| if side == Side::Base { "base" } else { "head" };
        (self.say)(self.seen.len(), &format!("the {}'s tests on the {}'s code", name(tests), name(code)));
        if let Some(kept) = self.cache.as_ref().and_then(|cache| cache.get(tree, &self.selection)) {
            return Ok(kept);
        }
        let mut outcome = self.matrix.run(tree, &self.selection, self.timeout)?;
        let known = self.flaky.len();
        for _ in 0..self.repeats {
            if outcome.ended.passed() && outcome.failing().next().is_none() {
                break;
            }
            let again = self.matrix.run(tree, &self.selection, self.timeout)?;
            for test in &mut outcome.tests {
                let other = again.status_of_same(test);
                if test.status == Status::Failed && other == Some(Status::Passed) {
                    // What passes once may pass: it decides nothing.
                    test.status = Status::Skipped;
                    self.flaky.push(test.title());
                }
            }
            if outcome.tests.is_empty() && again.ended.passed() {
                self.flaky.push(format!("the whole run of the {}'s tests on the {}'s code", name(tests), name(code)));
                outcome = again;
            }
        }
        if let Some(cache) = self.cache.as_ref().filter(|_| self.flaky.len() == known) {
            cache.put(tree, &self.selection, &outcome);
        }
        Ok(outcome)
    }

    /// One run, or what it ended with before.
    pub(super) fn once(&self, tree: ObjectId, selection: &Selection, limit: Duration) -> Result<Outcome, ProveError> {
        if let Some(kept) = self.cache.as_ref().and_then(|cache| cache.get(tree, selection)) {
            return Ok(kept);
        }
        let outcome = self.matrix.run(tree, selection, limit)?;
        if let Some(cache) = &self.cache {
            cache.put(tree, selection, &outcome);
        }
        Ok(outcome)
    }
}

impl Cell {
    pub(super) fn of(code: Side, tests: Side, outcome: &Outcome) -> Self {
        let is_bad = !outcome.ended.passed();
        Self {
            code,
            tests,
            outcome: Word::from(outcome.ended),
            passed: outcome.count(Status::Passed),
            failed: outcome.count(Status::Failed),
            skipped: outcome.count(Status::Skipped),
            seconds: (outcome.seconds * 1000.0).round() / 1000.0,
            failing: outcome.failing().take(SHOWN).map(|test| test.title()).collect(),
            tail: if is_bad { outcome.tail.clone() } else { String::new() },
        }
    }
}

/// The test files that a runner is to be given where it can choose: all that changed, and those of the suspects.
fn test_files(setup: &Setup<'_>, suspects: &[Suspect]) -> Vec<String> {
    let sides = setup.change.files.iter().flat_map(|file| [file.base.as_ref(), file.head.as_ref()]).flatten();
    let changed = sides.filter(|entry| setup.roles.role(&entry.path) == Role::Test).map(|entry| entry.path.to_text());
    let mut files: Vec<String> = changed.chain(suspects.iter().flat_map(Suspect::paths)).collect();
    files.sort();
    files.dedup();
    files
}
