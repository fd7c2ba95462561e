//! What the head's tests demand against what the base's did.
//!
//! Cases are matched over the whole change: by identity, by name in another file, by body. Checks are matched within a
//! pair of cases, then across all of them; every check of the head credits one check of the base. What remains is a
//! [`Transition`]. Nothing here knows of rules or levels.

mod born;
mod cases;
mod checks;
mod credit;
mod gone;
mod implied;
mod marks;
mod mocks;
mod pairing;
mod removed;
mod settings;
mod split;
mod strength;
mod surroundings;
mod witness;

pub use born::demands;
pub use strength::{Verdict, judge, level};
pub use surroundings::Surroundings;

use hashbrown::HashSet;

use crate::facts::tests::{Case, Check, Setting, TestFile};
use crate::{LineRange, RepoPath};

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
        /// Most of what it demanded is demanded elsewhere.
        mostly_kept: bool,
    },
    RowRemoved,
    Skipped {
        gate: crate::facts::tests::Gate,
        /// Before, another property of the machine decided.
        otherwise_before: bool,
    },
    ExpectedToFail,
    Focused,
    CheckRemoved {
        subject_gone: Option<String>,
    },
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
    /// An output that is recorded in the test itself was rewritten.
    Rerecorded,
    Mocked {
        target: String,
    },
}

/// Compares the tests of two sides.
pub fn compare(base: &[TestFile], head: &[TestFile], around: &Surroundings<'_>) -> TestDiff {
    let matched = cases::pair(base, head, around);
    let mut diff = TestDiff::default();
    let outcome = checks::compare(&matched, around, &mut diff);
    for (old, new) in &matched.pairs {
        marks::compare(old, new, &mut diff);
        settings::cases(old, new, &mut diff);
    }
    for new in &matched.added {
        born::case(new, &matched, &mut diff);
    }
    removed::cases(&matched, head, &outcome, around, &mut diff);
    removed::files(base, head, around, &mut diff);
    mocks::compare(&matched, base, head, around, &mut diff);
    settings::files(base, head, around, &mut diff);
    diff.deduplicate();
    diff
}

impl TestDiff {
    /// The same place once for each kind of change: a helper's check is reached by many cases.
    fn deduplicate(&mut self) {
        // Whatever the order of files: what is said of a helper itself before what is said of a test that calls it.
        let order = |t: &Transition| {
            let place = |spot: &Option<Spot>| spot.as_ref().map(|spot| (spot.path.clone(), spot.lines));
            let (base, head) = (place(&t.base), place(&t.head));
            let apart = matches!((&base, &head), (Some(base), Some(head)) if base.0 != head.0);
            (base, apart, head, t.test.clone(), t.why.clone())
        };
        self.transitions.sort_by_cached_key(order);
        let mut seen = HashSet::new();
        self.transitions.retain(|transition| {
            let place = |spot: &Option<Spot>| spot.as_ref().map(|spot| (spot.path.clone(), spot.lines));
            let of_a_mark =
                matches!(transition.change, Change::Skipped { .. } | Change::ExpectedToFail | Change::Focused);
            let base = if of_a_mark { None } else { place(&transition.base) };
            // A check that is gone from a helper is gone once, however many cases ran through it.
            let gone = matches!(transition.change, Change::CheckRemoved { .. } | Change::RowRemoved);
            let head = if gone { None } else { place(&transition.head) };
            // Rows may share a line: what they say tells them apart.
            let row = matches!(transition.change, Change::RowRemoved)
                .then(|| transition.base.as_ref().map(|spot| spot.text.clone()));
            seen.insert((std::mem::discriminant(&transition.change), base, head, row))
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

pub(crate) fn spot_of_setting(path: &RepoPath, setting: &Setting) -> Spot {
    Spot { path: path.clone(), lines: setting.lines, text: setting.text.clone() }
}
