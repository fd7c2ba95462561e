//! Faults in the code for charges that the matrix leaves open: does the head notice what the base's version of a test notices?

use std::time::Duration;

use super::ProveError;
use super::experiment::{MATRIX, Outcomes, Runs, Setup};
use super::faults::{self, Candidate, Next, Queue, file_distance};
use super::judgement::{self, Suspect};
use super::model::{Conviction, Counterexample, Proof, Tried};
use super::outcome::{Outcome, Status};
use super::selection::Selection;
use super::subject::{Asked, Subject};
use crate::change::Role;
use crate::git::ObjectId;
use crate::{RepoPath, Side, lang};

/// Files with faults: those nearest to the tests in question.
const FILES: usize = 40;

/// Faults that leave no test to be run, for each that is wanted: code that does not build any more.
const STILLBORN: usize = 2;

/// What a fault may make of a run's time before it counts as endless.
const SLOWER: f64 = 4.0;
const PATIENCE: Duration = Duration::from_secs(30);

/// Part of one side's tests, and how they fare without a fault.
struct Watch {
    selection: Selection,
    control: Outcome,
}

impl Watch {
    fn limit(&self) -> Duration {
        PATIENCE + Duration::from_secs_f64(self.control.seconds.clamp(0.0, 1e6) * SLOWER)
    }
}

/// Tries faults until every open charge is settled, the number asked for is reached, or none is left.
///
/// # Errors
/// When a tree can't be laid out or the command not started.
pub fn hold(
    runs: &Runs<'_>,
    setup: &Setup<'_>,
    suspects: &[Suspect],
    outcomes: &Outcomes,
    proof: &mut Proof,
) -> Result<(), ProveError> {
    let is_open = |proof: &Proof, at: usize| matches!(proof.charges[at].conviction, Conviction::Open { .. });
    // A test that was not seen to run could not notice anything.
    let watched: Vec<usize> = (0..suspects.len())
        .filter(|at| is_open(proof, *at) && judgement::is_watched(&suspects[*at], &outcomes.base_on_head))
        .collect();
    if watched.is_empty() {
        return Ok(());
    }
    let mut asked = Asked::default();
    let subjects: Vec<Subject> = suspects.iter().map(|suspect| Subject::of(suspect, setup, &mut asked)).collect();
    let mut queue = Queue::new(candidates(setup, &subjects), &subjects);
    if queue.is_empty() {
        let note = "no production code was found that these tests could exercise, so no fault was tried";
        proof.notes.push(note.into());
        return Ok(());
    }
    let mut trial = Trial::new(runs, suspects, &watched, outcomes)?;
    let mut tried = Tried { asked: setup.faults, ..Tried::default() };
    let mut caught = vec![(0_usize, 0_usize); suspects.len()];
    let mut unclear = vec![false; suspects.len()];
    for turn in 0..setup.faults.saturating_mul(1 + STILLBORN) {
        let open: Vec<usize> = watched.iter().copied().filter(|at| is_open(proof, *at)).collect();
        let next = (0..open.len()).find_map(|step| queue.next(open[(turn + step) % open.len()]));
        let Some(next) = next.filter(|_| tried.tried < setup.faults) else { break };
        let fault = &next.fault;
        (runs.say)(MATRIX + tried.tried, &format!("a fault in {}:{}", fault.path.to_text(), fault.line));
        let base = trial.base(&next)?;
        if open.iter().all(|at| trial.is_stillborn(*at, &base)) {
            queue.tell(&next, open.into_iter().map(|at| (at, false)));
            continue;
        }
        tried.tried += 1;
        let noticed = |at: &usize| judgement::catches(&suspects[*at], &base, &trial.base.control);
        let catching: Vec<usize> = open.iter().copied().filter(|at| noticed(at)).collect();
        queue.tell(&next, open.iter().map(|at| (*at, catching.contains(at))));
        if catching.is_empty() {
            continue;
        }
        let by = match trial.head(&next)? {
            Noticed::By(by) => by,
            Noticed::Unclear => {
                catching.into_iter().for_each(|at| unclear[at] = true);
                continue;
            }
            Noticed::ByNone => {
                if trial.is_seen_again(&next, &catching)? {
                    tried.caught_by_base += 1;
                    for at in catching {
                        let counterexample = Counterexample::from(fault);
                        proof.charges[at].conviction = Conviction::ConvictedByFault { counterexample };
                    }
                }
                continue;
            }
        };
        tried.caught_by_base += 1;
        tried.caught_by_head += 1;
        for at in catching {
            caught[at].0 += 1;
            caught[at].1 += usize::from(!by.contains(&at));
        }
    }
    for at in watched.into_iter().filter(|_| tried.tried > 0) {
        if is_open(proof, at) {
            proof.charges[at].conviction = unconvicted(tried.tried, caught[at], unclear[at]);
        }
    }
    proof.faults = tried;
    Ok(())
}

/// What faults say of a test none of which slipped through: how many were caught, and how many of these only by other tests.
fn unconvicted(tried: usize, (caught, elsewhere): (usize, usize), is_unclear: bool) -> Conviction {
    match caught {
        _ if is_unclear => Conviction::Open {
            why: "the head's tests break down when they are run as a whole, so whether any notices what the base's version does can't be told"
                .into(),
        },
        // What notices no fault at all clears nothing.
        0 => Conviction::Open {
            why: format!(
                "{tried} faults were tried, and the base's version of this test noticed none of them either: nothing can be said"
            ),
        },
        _ if caught == elsewhere => Conviction::Redundant { caught },
        _ => Conviction::Cleared { tried, caught },
    }
}

/// Which tests of the head notice a fault.
enum Noticed {
    /// Some; these suspects' own among them.
    By(Vec<usize>),
    ByNone,
    /// They can't all be asked.
    Unclear,
}

/// The runs of one fault after the other.
struct Trial<'r, 'a> {
    runs: &'r Runs<'a>,
    suspects: &'r [Suspect],
    base: Watch,
    /// The head's versions of the suspicious tests, the tests of their files, all tests; each where the runner can choose.
    head: Vec<Watch>,
    /// Whether all of the head's tests are still to be added.
    all_is_missing: bool,
}

impl<'r, 'a> Trial<'r, 'a> {
    fn new(
        runs: &'r Runs<'a>,
        suspects: &'r [Suspect],
        watched: &[usize],
        outcomes: &Outcomes,
    ) -> Result<Self, ProveError> {
        let whole = |control: &Outcome| Watch { selection: runs.selection.clone(), control: control.clone() };
        let watched: Vec<&Suspect> = watched.iter().map(|at| &suspects[*at]).collect();
        let base = singled_out(runs, Side::Base, &watched, &outcomes.base_on_head)?;
        let base = base.unwrap_or_else(|| whole(&outcomes.base_on_head));
        let kept: Vec<&Suspect> =
            watched.into_iter().filter(|it| passes(it, Side::Head, &outcomes.head_on_head)).collect();
        let mut head: Vec<Watch> = singled_out(runs, Side::Head, &kept, &outcomes.head_on_head)?.into_iter().collect();
        head.push(whole(&outcomes.head_on_head));
        Ok(Self { runs, suspects, base, head, all_is_missing: runs.matrix.selects() })
    }

    /// The base's tests with a fault in the head's code.
    fn base(&self, next: &Next) -> Result<Outcome, ProveError> {
        let tree = self.faulty(Side::Base, next)?;
        self.runs.once(tree, &self.base.selection, self.base.limit())
    }

    /// Asks the head's tests, those first that are likely to notice a fault.
    fn head(&mut self, next: &Next) -> Result<Noticed, ProveError> {
        let tree = self.faulty(Side::Head, next)?;
        let mut own: Vec<usize> = Vec::new();
        let mut at = 0;
        loop {
            if at == self.head.len() {
                if !self.all_is_missing {
                    return Ok(Noticed::ByNone);
                }
                // Another test may notice: all of them are asked before anyone is convicted.
                let selection = Selection::default();
                let control =
                    self.runs.once(self.runs.matrix.tree(Side::Head, Side::Head), &selection, self.runs.timeout)?;
                self.head.push(Watch { selection, control });
                self.all_is_missing = false;
            }
            let watch = &self.head[at];
            let faulty = self.runs.once(tree, &watch.selection, watch.limit())?;
            let catches = |at: &usize| judgement::catches_in_head(&self.suspects[*at], &faulty, &watch.control);
            own.extend((0..self.suspects.len()).filter(catches));
            if judgement::is_caught(&faulty, &watch.control) {
                return Ok(Noticed::By(own));
            }
            if !judgement::is_as_whole(&faulty, &watch.control) {
                return Ok(Noticed::Unclear);
            }
            at += 1;
        }
    }

    /// Whether a fault leaves nothing of a suspect's test to be run: it did not build, or hangs.
    fn is_stillborn(&self, at: usize, faulty: &Outcome) -> bool {
        let suspect = &self.suspects[at];
        judgement::is_named(suspect, &self.base.control) && !judgement::is_named(suspect, faulty)
    }

    /// Whether a fault that would convict does so each time, so that no flaky test convicts anyone.
    fn is_seen_again(&self, next: &Next, catching: &[usize]) -> Result<bool, ProveError> {
        for _ in 0..self.runs.repeats {
            let tree = self.faulty(Side::Base, next)?;
            let again = self.runs.matrix.run(tree, &self.base.selection, self.base.limit())?;
            let control = self.runs.matrix.tree(Side::Head, Side::Base);
            let control = self.runs.matrix.run(control, &self.base.selection, self.base.limit())?;
            if !catching.iter().all(|at| judgement::catches(&self.suspects[*at], &again, &control)) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The head's code with a fault under one side's tests.
    fn faulty(&self, tests: Side, next: &Next) -> Result<ObjectId, ProveError> {
        self.runs.matrix.with_fault(tests, &next.fault.path, &next.faulty)
    }
}

fn passes(suspect: &Suspect, side: Side, outcome: &Outcome) -> bool {
    suspect.test().and_then(|test| outcome.status_of(test, suspect.path(side))) == Some(Status::Passed)
}

/// One side's versions of the suspicious tests alone on the head's code; `None` where the runner can't be told, or what it
/// was told makes it run something else.
fn singled_out(
    runs: &Runs<'_>,
    side: Side,
    suspects: &[&Suspect],
    known: &Outcome,
) -> Result<Option<Watch>, ProveError> {
    let mut singles = Vec::new();
    for suspect in suspects {
        let results = known.of_test(suspect.test().unwrap_or_default(), suspect.path(side));
        let named: Option<Vec<_>> = results.map(|result| runs.matrix.single_of(result)).collect();
        match named {
            Some(named) if !named.is_empty() => singles.extend(named),
            _ => return Ok(None),
        }
    }
    singles.sort();
    singles.dedup();
    if !runs.matrix.singles_out(&singles) {
        return Ok(None);
    }
    let mut files: Vec<String> = suspects.iter().map(|suspect| suspect.path(side).to_owned()).collect();
    files.sort();
    files.dedup();
    let selection = Selection { files, singles };
    let control = runs.once(runs.matrix.tree(Side::Head, side), &selection, runs.timeout)?;
    let is_it = suspects.iter().all(|suspect| passes(suspect, side, &control));
    Ok(is_it.then_some(Watch { selection, control }))
}

/// The head's production files that the suspects' tests may exercise, the nearest first.
fn candidates(setup: &Setup<'_>, subjects: &[Subject]) -> Vec<Candidate> {
    let source = setup.change.source();
    let is_code = |path: &RepoPath| setup.roles.role(path) == Role::Production && lang::of(path).is_some();
    let change = |path: &RepoPath| {
        setup.change.files.iter().find(|file| file.head.as_ref().is_some_and(|head| head.path == *path))
    };
    let paths = source.paths(Side::Head).into_iter().filter(is_code);
    let mut paths: Vec<(u32, bool, RepoPath)> = paths
        .filter_map(|path| {
            let away = subjects.iter().map(|subject| file_distance(&path, subject)).min()?;
            Some((away, change(&path).is_none(), path))
        })
        .collect();
    paths.sort();
    let candidate = |path: RepoPath| {
        let language = lang::of(&path)?;
        let bytes = source.read(&source.entry(Side::Head, &path)?).ok()?;
        let hunks = change(&path).and_then(|file| setup.change.hunks(file).ok()).unwrap_or_default();
        let changed = hunks.iter().map(|hunk| hunk.head_start..hunk.head_start + hunk.head_count).collect();
        Some(Candidate { faults: faults::of_file(&path, language, &bytes)?, source: bytes.to_vec(), path, changed })
    };
    paths.into_iter().take(FILES).filter_map(|(_, _, path)| candidate(path)).collect()
}
