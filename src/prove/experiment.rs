//! The order of the runs: controls, the two crossings, faults for what is still open.

use std::collections::HashSet;

use super::ProveError;
use super::cache::Cache;
use super::faults::{self, Fault};
use super::judgement::{self, Suspect};
use super::matrix::{Matrix, spelled};
use super::model::{Cell, Conviction, Counterexample, Proof, Tried, Word};
use super::outcome::{Outcome, Status};
use super::run::Plan;
use crate::change::{ChangeSet, Role, Roles};
use crate::git::{ObjectId, Repository};
use crate::report::Finding;
use crate::{RepoPath, Side, lang};

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

/// Names of failing tests that a report shows.
const SHOWN: usize = 20;

/// Files with faults: those nearest to the tests in question.
const FAULTY_FILES: usize = 40;

/// Runs the matrix, and faults where they are asked for and something is still open. `say` hears what is run next.
///
/// # Errors
/// When trees can't be laid out, or the command can't be started. A failing command is an outcome.
pub fn prove(setup: &Setup<'_>, say: &dyn Fn(&str)) -> Result<Proof, ProveError> {
    let pattern = setup.reports.as_deref().map(|pattern| {
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
    let files = test_files(setup, &suspects);
    let repeats = setup.repeats.to_string();
    let also: Vec<&str> = [repeats.as_str(), setup.reports.as_deref().unwrap_or_default()]
        .into_iter()
        .chain(setup.caches.iter().map(String::as_str))
        .collect();
    let cache = setup.cache.then(|| Cache::new(setup.repository, plan, &also));
    let mut runs = Runs { matrix, files, cache, repeats: setup.repeats, seen: Vec::new(), flaky: Vec::new(), say };
    let outcomes = runs.all()?;
    let mut proof = judgement::proof(&outcomes, &suspects, runs.matrix.selects());
    (proof.base, proof.head, proof.command) = (setup.base.to_string(), setup.head.to_string(), spelled(&plan.words));
    proof.faults.asked = setup.faults;
    if setup.faults > 0 && proof.charges.iter().any(|charge| matches!(charge.conviction, Conviction::Open { .. })) {
        runs.try_faults(setup, &suspects, &outcomes, &mut proof)?;
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

struct Runs<'a> {
    matrix: Matrix<'a>,
    files: Vec<String>,
    cache: Option<Cache<'a>>,
    repeats: u32,
    /// What trees ended with in this proof.
    seen: Vec<(ObjectId, Outcome)>,
    flaky: Vec<String>,
    say: &'a dyn Fn(&str),
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
        (self.say)(&format!("the {}'s tests on the {}'s code", name(tests), name(code)));
        if let Some(kept) = self.cache.as_ref().and_then(|cache| cache.get(tree, &self.files)) {
            return Ok(kept);
        }
        let mut outcome = self.matrix.run(tree, &self.files)?;
        let known = self.flaky.len();
        for _ in 0..self.repeats {
            if outcome.ended.passed() && outcome.failing().next().is_none() {
                break;
            }
            let again = self.matrix.run(tree, &self.files)?;
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
            cache.put(tree, &self.files, &outcome);
        }
        Ok(outcome)
    }

    /// The head's code under one side's tests, with a fault.
    fn faulty(&self, tests: Side, path: &RepoPath, faulty: &[u8], files: &[String]) -> Result<Outcome, ProveError> {
        self.once(self.matrix.with_file(self.matrix.tree(Side::Head, tests), path, faulty)?, files)
    }

    /// One run, or what it ended with before.
    fn once(&self, tree: ObjectId, files: &[String]) -> Result<Outcome, ProveError> {
        if let Some(kept) = self.cache.as_ref().and_then(|cache| cache.get(tree, files)) {
            return Ok(kept);
        }
        let outcome = self.matrix.run(tree, files)?;
        if let Some(cache) = &self.cache {
            cache.put(tree, files, &outcome);
        }
        Ok(outcome)
    }

    fn try_faults(
        &mut self,
        setup: &Setup<'_>,
        suspects: &[Suspect],
        outcomes: &Outcomes,
        proof: &mut Proof,
    ) -> Result<(), ProveError> {
        let faults = faults_for(setup, suspects);
        if faults.is_empty() {
            proof
                .notes
                .push("no production code was found that these tests could exercise, so no fault was tried".into());
        }
        let mut tried = Tried { asked: setup.faults, ..Tried::default() };
        let mut caught = vec![(0_usize, 0_usize); suspects.len()];
        let mut all_of_head = None;
        for (at, (fault, source)) in faults.iter().enumerate() {
            let is_open = |at: usize| matches!(proof.charges[at].conviction, Conviction::Open { .. });
            if !(0..suspects.len()).any(is_open) {
                break;
            }
            (self.say)(&format!("fault {} of {}: {}:{}", at + 1, faults.len(), fault.path.to_text(), fault.line));
            let faulty = fault.applied(source);
            let with = |tests, files: &[String]| self.faulty(tests, &fault.path, &faulty, files);
            tried.tried += 1;
            let base = with(Side::Base, &self.files)?;
            let catching: Vec<usize> = (0..suspects.len())
                .filter(|at| is_open(*at) && judgement::catches(&suspects[*at], &base, &outcomes.base_on_head))
                .collect();
            if catching.is_empty() {
                continue;
            }
            tried.caught_by_base += 1;
            let head = with(Side::Head, &self.files)?;
            let mut is_caught = judgement::is_caught(&head, &outcomes.head_on_head);
            let by_itself = |at: usize| judgement::catches_in_head(&suspects[at], &head, &outcomes.head_on_head);
            let own: Vec<bool> = catching.iter().map(|at| by_itself(*at)).collect();
            if !is_caught && self.matrix.selects() {
                // Another test of the head may notice: all of them are asked before anyone is convicted.
                let all = with(Side::Head, &[])?;
                let control = match &all_of_head {
                    Some(control) => control,
                    None => all_of_head.insert(self.once(self.matrix.tree(Side::Head, Side::Head), &[])?),
                };
                is_caught = judgement::is_caught(&all, control);
            }
            tried.caught_by_head += usize::from(is_caught);
            for (at, own) in catching.into_iter().zip(own) {
                caught[at].0 += 1;
                caught[at].1 += usize::from(is_caught && !own);
                if !is_caught {
                    proof.charges[at].conviction =
                        Conviction::ConvictedByFault { counterexample: Counterexample::from(fault) };
                }
            }
        }
        for ((charge, (caught, elsewhere)), suspect) in proof.charges.iter_mut().zip(caught).zip(suspects) {
            // A test that was not seen to run could not have noticed anything.
            let is_watched = judgement::is_watched(suspect, &outcomes.base_on_head);
            if matches!(charge.conviction, Conviction::Open { .. }) && tried.tried > 0 && is_watched {
                charge.conviction = match caught {
                    // What notices no fault at all clears nothing.
                    0 => Conviction::Open {
                        why: format!(
                            "{} faults were tried, and the base's version of this test noticed none of them either: nothing can be said",
                            tried.tried
                        ),
                    },
                    _ if caught == elsewhere => Conviction::Redundant { caught },
                    _ => Conviction::Cleared { tried: tried.tried, caught },
                };
            }
        }
        proof.faults = tried;
        Ok(())
    }
}

impl From<&Fault> for Counterexample {
    fn from(fault: &Fault) -> Self {
        Self { path: fault.path.to_text(), line: fault.line, before: fault.before.clone(), after: fault.after.clone() }
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

/// Faults in the head's production code that the suspects' tests may exercise: what the branch changed, and files and
/// functions whose names the tests mention.
fn faults_for(setup: &Setup<'_>, suspects: &[Suspect]) -> Vec<(Fault, Vec<u8>)> {
    let texts = judgement::texts(suspects, setup.change);
    let near: HashSet<&str> = texts
        .iter()
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric() && c != '_'))
        .filter(|word| word.len() > 1)
        .collect();
    let source = setup.change.source();
    let is_candidate = |path: &RepoPath| setup.roles.role(path) == Role::Production && lang::of(path).is_some();
    let changed_file = |path: &RepoPath| {
        setup.change.files.iter().find(|file| file.head.as_ref().is_some_and(|head| head.path == *path))
    };
    let stem = |path: &RepoPath| {
        let name = String::from_utf8_lossy(path.file_name()).into_owned();
        name.split('.').next().unwrap_or_default().to_owned()
    };
    let mut paths: Vec<(bool, bool, RepoPath)> = source
        .paths(Side::Head)
        .into_iter()
        .filter(is_candidate)
        .map(|path| (changed_file(&path).is_none(), !near.contains(stem(&path).as_str()), path))
        .filter(|(is_unchanged, is_unnamed, _)| !(*is_unchanged && *is_unnamed))
        .collect();
    paths.sort();
    let mut sources = std::collections::BTreeMap::new();
    let mut found = Vec::new();
    for (_, _, path) in paths.into_iter().take(FAULTY_FILES) {
        let (Some(language), Some(entry)) = (lang::of(&path), source.entry(Side::Head, &path)) else { continue };
        let Ok(bytes) = source.read(&entry) else { continue };
        let hunks = changed_file(&path).and_then(|file| setup.change.hunks(file).ok()).unwrap_or_default();
        let is_changed =
            |line: u32| hunks.iter().any(|hunk| (hunk.head_start..hunk.head_start + hunk.head_count).contains(&line));
        found.extend(faults::of_file(&path, language, &bytes, &near, &is_changed));
        sources.insert(path, bytes.to_vec());
    }
    let chosen = faults::chosen(found, setup.faults);
    chosen.into_iter().filter_map(|fault| Some((fault.clone(), sources.get(&fault.path)?.clone()))).collect()
}
