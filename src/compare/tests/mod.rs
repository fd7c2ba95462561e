//! What the head's tests demand against what the base's did.
//!
//! Cases are matched over the whole change: by identity, by name in another file, by body. Checks are matched within a
//! pair of cases, then across all of them; every check of the head credits one check of the base. What remains is a
//! [`Transition`]. Nothing here knows of rules or levels.

mod cases;
mod checks;
mod settings;
mod strength;
mod witness;

pub use strength::{Verdict, judge, level};

use std::collections::{HashMap, HashSet};

use crate::change::{ChangeSet, Role};
use crate::facts::tests::{Case, Check, Mark, MarkKind, Part, Setting, TestFile};
use crate::{LineRange, RepoPath, Side};

/// Everything the tests of the two sides differ in.
#[derive(Default)]
pub struct TestDiff {
    pub transitions: Vec<Transition>,
}

/// One difference.
#[derive(Clone, Debug)]
pub struct Transition {
    pub change: Change,
    /// The test's title.
    pub test: String,
    pub base: Option<Spot>,
    pub head: Option<Spot>,
    /// How the two differ, as a phrase.
    pub why: String,
    /// A value or outcome that passes now and did not before.
    pub witness: Option<String>,
}

/// A place with its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    pub path: RepoPath,
    pub lines: LineRange,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    CaseRemoved {
        subject_gone: Option<String>,
    },
    RowRemoved,
    Skipped {
        gate: crate::facts::tests::Gate,
        born: bool,
    },
    ExpectedToFail {
        born: bool,
    },
    Focused,
    CheckRemoved,
    Loosened,
    Tightened,
    /// `inverted`: the opposite is demanded now.
    ExpectationChanged {
        inverted: bool,
    },
    /// A new case that demands nothing.
    NothingChecked,
    TimeoutRaised,
    RetryAdded,
    Mocked {
        target: String,
    },
}

/// What the comparison may know beside the two models.
#[derive(Default)]
pub struct Surroundings {
    /// Head path by base path, where a file was renamed.
    pub renames: HashMap<RepoPath, RepoPath>,
    /// Names of production code that the branch removed.
    pub gone: HashSet<String>,
}

impl Surroundings {
    /// What the rest of a change says.
    pub fn of(change: &ChangeSet) -> Self {
        let mut around = Self::default();
        let (mut before, mut after) = (HashSet::new(), HashSet::new());
        for file in &change.files {
            if let (Some(base), Some(head)) = (&file.base, &file.head)
                && base.path != head.path
            {
                around.renames.insert(base.path.clone(), head.path.clone());
            }
            if file.role != Role::Production {
                continue;
            }
            for (side, names) in [(Side::Base, &mut before), (Side::Head, &mut after)] {
                if let Some(Ok(bytes)) = change.content(file, side) {
                    collect_names(&bytes, names);
                }
            }
        }
        around.gone = before.difference(&after).cloned().collect();
        around
    }
}

/// Identifiers long enough to name something of one's own.
fn collect_names(bytes: &[u8], names: &mut HashSet<String>) {
    if bytes.len() > 2 << 20 {
        return;
    }
    for word in bytes.split(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_')) {
        if word.len() >= 5
            && !word[0].is_ascii_digit()
            && let Ok(word) = std::str::from_utf8(word)
            && !names.contains(word)
        {
            names.insert(word.to_owned());
        }
    }
}

/// Compares the tests of two sides.
pub fn compare(base: &[TestFile], head: &[TestFile], around: &Surroundings) -> TestDiff {
    let matched = cases::pair(base, head, around);
    let mut diff = TestDiff::default();
    let outcome = checks::compare(&matched, &mut diff);
    for (old, new) in &matched.pairs {
        marks(old, new, &mut diff);
        settings::cases(old, new, &mut diff);
        mocks(Some(old), new, &mut diff);
    }
    for new in &matched.added {
        born(new, &matched, &mut diff);
    }
    removed(&matched, &outcome, around, &mut diff);
    settings::files(base, head, around, &mut diff);
    diff.deduplicate();
    diff
}

impl TestDiff {
    /// The same place once for each kind of change: a helper's check is reached by many cases.
    fn deduplicate(&mut self) {
        let mut seen = HashSet::new();
        self.transitions.retain(|transition| {
            let place = |spot: &Option<Spot>| spot.as_ref().map(|spot| (spot.path.clone(), spot.lines));
            let of_a_mark =
                matches!(transition.change, Change::Skipped { .. } | Change::ExpectedToFail { .. } | Change::Focused);
            let base = if of_a_mark { None } else { place(&transition.base) };
            seen.insert((std::mem::discriminant(&transition.change), base, place(&transition.head)))
        });
        self.transitions.sort_by(|a, b| {
            let key = |t: &Transition| t.head.as_ref().or(t.base.as_ref()).map(|spot| (spot.path.clone(), spot.lines));
            key(a).cmp(&key(b)).then_with(|| a.why.cmp(&b.why))
        });
    }
}

pub(crate) fn spot_of_case(case: &Case) -> Spot {
    Spot { path: case.path.clone(), lines: LineRange::one(case.lines.first), text: case.name.clone() }
}

pub(crate) fn spot_of_check(check: &Check) -> Spot {
    Spot { path: check.path.clone(), lines: check.lines, text: check.text.clone() }
}

fn spot_of_mark(case: &Case, mark: &Mark) -> Spot {
    Spot { path: case.path.clone(), lines: LineRange::one(mark.lines.first), text: mark.text.clone() }
}

pub(crate) fn spot_of_setting(path: &RepoPath, setting: &Setting) -> Spot {
    Spot { path: path.clone(), lines: setting.lines, text: setting.text.clone() }
}

fn same_mark(one: &Mark, other: &Mark) -> bool {
    one.kind == other.kind && one.condition == other.condition
}

/// What keeps a case from running that did not before.
fn marks(old: &Case, new: &Case, diff: &mut TestDiff) {
    use crate::facts::tests::Gate;
    if !old.runs() {
        // It did not run; focus is still news.
        for mark in new.marks.iter().filter(|mark| mark.kind == MarkKind::Focus) {
            if !old.marks.iter().any(|before| same_mark(before, mark)) {
                push_mark(old, new, mark, None, diff);
            }
        }
        return;
    }
    for mark in new.marks.iter().filter(|mark| mark.gate != Gate::Never) {
        if old.marks.iter().any(|before| same_mark(before, mark)) {
            continue;
        }
        let before = old.marks.iter().find(|before| {
            before.kind == mark.kind
                && before.gate != Gate::Never
                && !new.marks.iter().any(|now| same_mark(before, now))
        });
        // The same condition from a value that is written another way.
        if let Some(before) = before
            && narrower(mark, before)
        {
            continue;
        }
        push_mark(old, new, mark, before, diff);
    }
}

/// Whether a condition only gained conjuncts: it skips less than before.
fn narrower(now: &Mark, before: &Mark) -> bool {
    let (Some(now), Some(before)) = (&now.condition, &before.condition) else { return before.condition.is_none() };
    let mut found = false;
    conjuncts(now, &mut |part| found |= part == before);
    found
}

fn conjuncts(node: &crate::lang::Node, visit: &mut dyn FnMut(&crate::lang::Node)) {
    visit(node);
    if node.is(crate::lang::Kind::Binary) && &*node.text == "&&" {
        node.nodes().for_each(|side| conjuncts(side, visit));
    }
}

fn push_mark(old: &Case, new: &Case, mark: &Mark, before: Option<&Mark>, diff: &mut TestDiff) {
    let why = match (mark.kind, mark.gate, before) {
        (MarkKind::Focus, ..) => "runs alone: every other test of its file is left out".to_owned(),
        (MarkKind::ExpectedFailure, ..) => "is expected to fail now".to_owned(),
        (MarkKind::Todo, ..) => "has no body any more".to_owned(),
        (MarkKind::Skip, _, Some(_)) => "is skipped under another condition".to_owned(),
        (MarkKind::Skip, crate::facts::tests::Gate::Always, None) if mark.condition.is_some() => {
            "is skipped under a condition that always holds".to_owned()
        }
        (MarkKind::Skip, crate::facts::tests::Gate::Always, None) => "is skipped".to_owned(),
        (MarkKind::Skip, ..) => "is skipped under a condition".to_owned(),
    };
    let change = match mark.kind {
        MarkKind::Focus => Change::Focused,
        MarkKind::ExpectedFailure => Change::ExpectedToFail { born: false },
        _ => Change::Skipped { gate: mark.gate, born: false },
    };
    let base = before.map_or_else(|| spot_of_case(old), |before| spot_of_mark(old, before));
    diff.transitions.push(Transition {
        change,
        test: new.title(),
        base: Some(base),
        head: Some(spot_of_mark(new, mark)),
        why,
        witness: None,
    });
}

fn mocks(old: Option<&Case>, new: &Case, diff: &mut TestDiff) {
    for (target, line) in &new.mocks {
        let known = old.is_some_and(|old| old.mocks.iter().any(|(before, _)| before == target));
        if !known {
            let head = Spot { path: new.path.clone(), lines: LineRange::one(*line), text: target.clone() };
            diff.transitions.push(Transition {
                change: Change::Mocked { target: target.clone() },
                test: new.title(),
                base: None,
                head: Some(head),
                why: "is replaced by a stand-in".into(),
                witness: None,
            });
        }
    }
}

/// What a new case is born with.
fn born(new: &Case, matched: &cases::Matched<'_>, diff: &mut TestDiff) {
    use crate::facts::tests::Gate;
    if new.part != Part::Test {
        return;
    }
    for mark in &new.marks {
        let change = match mark.kind {
            MarkKind::Focus => Change::Focused,
            MarkKind::ExpectedFailure if mark.gate == Gate::Always => Change::ExpectedToFail { born: true },
            MarkKind::Skip | MarkKind::Todo if mark.gate == Gate::Always => {
                Change::Skipped { gate: Gate::Always, born: true }
            }
            _ => continue,
        };
        // A sibling in an old suite that was skipped all along.
        let inherited = matched.pairs.iter().any(|(old, now)| {
            now.path == new.path && now.marks.iter().any(|m| m == mark) && old.marks.iter().any(|m| same_mark(m, mark))
        });
        if inherited {
            continue;
        }
        let why = match change {
            Change::Focused => "runs alone: every other test of its file is left out",
            Change::ExpectedToFail { .. } => "is new and expected to fail",
            _ => "is new and does not run",
        };
        diff.transitions.push(Transition {
            change,
            test: new.title(),
            base: None,
            head: Some(spot_of_mark(new, mark)),
            why: why.into(),
            witness: None,
        });
    }
    settings::born(new, diff);
    mocks(None, new, diff);
    let checked = new.checks.iter().any(|check| strength::is_reached(check) && level(check) > 0);
    if !checked && new.runs() && !new.words.is_empty() {
        diff.transitions.push(Transition {
            change: Change::NothingChecked,
            test: new.title(),
            base: None,
            head: Some(spot_of_case(new)),
            why: "is new and checks nothing".into(),
            witness: None,
        });
    }
}

/// Cases of the base that have no counterpart, unless everything they demanded is demanded elsewhere.
fn removed(matched: &cases::Matched<'_>, outcome: &checks::Outcome, around: &Surroundings, diff: &mut TestDiff) {
    for (at, old) in matched.removed.iter().enumerate() {
        if old.part != Part::Test {
            continue;
        }
        if !old.runs() {
            // What did not run demanded nothing.
            continue;
        }
        let (credited, total) = outcome.credited(at);
        if total > 0 && credited == total {
            continue;
        }
        let subject_gone = old.names.iter().find(|name| around.gone.contains(&***name)).map(|name| name.to_string());
        let why = match (total, credited) {
            (0, _) => "is gone".to_owned(),
            (_, 0) if total == 1 => "is gone with its check".to_owned(),
            (_, 0) => format!("is gone with its {total} checks"),
            _ => format!("is gone; {} of its {total} checks are nowhere else", total - credited),
        };
        diff.transitions.push(Transition {
            change: Change::CaseRemoved { subject_gone },
            test: old.title(),
            base: Some(spot_of_case(old)),
            head: None,
            why,
            witness: None,
        });
    }
}
