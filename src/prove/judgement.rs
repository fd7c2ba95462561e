//! From outcomes to what they prove.

use super::experiment::Outcomes;
use super::model::{Cell, Charge, Conviction, Proof, Tried, word};
use super::outcome::{Outcome, Status};
use crate::Side;
use crate::report::Finding;

/// Rules whose findings running can convict: a demand of the base that the head's tests no longer make.
const SUSPICIOUS: &[&str] = &[
    "skipped-test",
    "focused-test",
    "deleted-test",
    "removed-assertion",
    "loosened-assertion",
    "raised-timeout",
    "added-retry",
    "patched-subject",
    "snapshot-churn",
];

/// A finding that running can say something of.
pub struct Suspect {
    charge: Charge,
    /// The file of the test in the base, and in the head.
    base_path: String,
    head_path: String,
    base_line: Option<u32>,
    before: String,
}

impl Suspect {
    pub fn paths(&self) -> [String; 2] {
        [self.base_path.clone(), self.head_path.clone()]
    }

    /// The file of the test as one side has it.
    pub fn path(&self, side: Side) -> &str {
        if side == Side::Base { &self.base_path } else { &self.head_path }
    }

    /// The test's title, where the finding names one.
    pub fn test(&self) -> Option<&str> {
        self.charge.test.as_deref()
    }

    /// Where the finding points to in the base.
    pub fn base_line(&self) -> Option<u32> {
        self.base_line
    }

    /// What the base's version says, where the finding quotes it.
    pub fn before(&self) -> &str {
        &self.before
    }
}

pub fn suspects(findings: &[Finding]) -> Vec<Suspect> {
    let found =
        findings.iter().filter(|finding| finding.waiver.is_none() && SUSPICIOUS.contains(&finding.rule.as_str()));
    found
        .filter_map(|finding| {
            let path = finding.path.clone()?;
            let charge = Charge {
                finding: finding.id.clone(),
                rule: finding.rule.clone(),
                path: path.clone(),
                line: finding.line,
                test: finding.test.clone(),
                message: finding.message.clone(),
                conviction: Conviction::Open { why: "not run".into() },
            };
            Some(Suspect {
                charge,
                base_path: finding.base_path.clone().unwrap_or_else(|| path.clone()),
                head_path: finding.head_path.clone().unwrap_or(path),
                base_line: finding.base_line.or(finding.line.filter(|_| finding.side == Some(Side::Base))),
                before: finding.before.clone().unwrap_or_default(),
            })
        })
        .collect()
}

/// What the matrix alone proves.
pub fn proof(outcomes: &Outcomes, suspects: &[Suspect], selects: bool) -> Proof {
    let Outcomes { base_on_base, base_on_head, head_on_base, head_on_head } = outcomes;
    let names_tests = !base_on_head.tests.is_empty() || !base_on_base.tests.is_empty();
    let mut notes = Vec::new();
    if !base_on_base.ended.passed() {
        notes.push("the base's own tests fail on the base's code: what fails there says nothing of the branch".into());
    }
    if !head_on_head.ended.passed() {
        notes.push("the head's own tests fail on the head's code".into());
    }
    if !names_tests && !selects && !suspects.is_empty() {
        notes.push(
            "the runner names no single tests, so only whole runs are compared; --junit or a known runner tells more"
                .into(),
        );
    }
    let broken = differing(base_on_head, base_on_base);
    let proving = differing(head_on_base, head_on_head);
    Proof {
        version: 1,
        base: String::new(),
        head: String::new(),
        command: String::new(),
        cells: vec![
            Cell::of(Side::Base, Side::Base, base_on_base),
            Cell::of(Side::Base, Side::Head, head_on_base),
            Cell::of(Side::Head, Side::Base, base_on_head),
            Cell::of(Side::Head, Side::Head, head_on_head),
        ],
        behaviour_kept: told(base_on_head, base_on_base, &broken).map(|differs| !differs),
        regression_proven: told(head_on_base, head_on_head, &proving),
        proving_tests: proving,
        broken_tests: broken,
        flaky_tests: Vec::new(),
        charges: suspects.iter().map(|suspect| charge(suspect, outcomes)).collect(),
        faults: Tried::default(),
        notes,
    }
}

/// Tests that fail in one run and pass in its control.
fn differing(outcome: &Outcome, control: &Outcome) -> Vec<String> {
    let failing = outcome.failing().filter(|test| control.status_of_same(test) == Some(Status::Passed));
    let mut titles: Vec<String> = failing.map(|test| test.title()).collect();
    titles.sort();
    titles.dedup();
    titles
}

/// Whether a run differs from its control: by its tests, or as a whole where it names none. `None` where the control fails.
fn told(outcome: &Outcome, control: &Outcome, differing: &[String]) -> Option<bool> {
    if !differing.is_empty() {
        return Some(true);
    }
    if control.ended.passed() {
        return Some(!outcome.ended.passed());
    }
    // A control whose own run broke down has nothing that could have stayed the same.
    let is_comparable = control.count(Status::Passed) > 0 && outcome.count(Status::Passed) > 0;
    is_comparable.then_some(false)
}

fn charge(suspect: &Suspect, outcomes: &Outcomes) -> Charge {
    let (control, crossed) = (&outcomes.base_on_base, &outcomes.base_on_head);
    let conviction = match status(suspect, control).zip(status(suspect, crossed)) {
        Some((Status::Passed, Status::Failed)) => Conviction::ConvictedByRun {
            detail: "the base's version of this test passes on the base's code and fails on the branch's".into(),
        },
        Some((Status::Passed, Status::Passed)) => {
            Conviction::Open { why: "the base's version of this test still passes on the branch's code".into() }
        }
        Some((before, after)) => Conviction::Open {
            why: format!(
                "the base's version of this test {} on the base's code and {} on the branch's",
                word(Some(before)),
                word(Some(after))
            ),
        },
        None if !control.ended.passed() => {
            Conviction::Open { why: "the base's tests fail on the base's code already".into() }
        }
        None if names(control) && names(crossed) => {
            Conviction::Open { why: "the runner does not name this test".into() }
        }
        // A build that breaks runs no test: it says nothing of this one.
        None if names(control) => Conviction::Open { why: "the base's tests don't run on the branch's code".into() },
        None if crossed.ended.passed() => {
            Conviction::Open { why: "the base's tests still pass on the branch's code".into() }
        }
        None => Conviction::ConvictedByRun {
            detail: "the base's tests pass on the base's code and fail on the branch's".into(),
        },
    };
    Charge { conviction, ..suspect.charge.clone() }
}

fn names(outcome: &Outcome) -> bool {
    !outcome.tests.is_empty()
}

/// How the base's version of a suspect's test fared in a run of the base's tests.
fn status(suspect: &Suspect, outcome: &Outcome) -> Option<Status> {
    outcome.status_of(suspect.test()?, &suspect.base_path)
}

/// Whether the base's version runs and passes on the head's code, so that it can notice a fault there.
pub fn is_watched(suspect: &Suspect, control: &Outcome) -> bool {
    match status(suspect, control) {
        Some(status) => status == Status::Passed,
        None => !names(control) && control.ended.passed(),
    }
}

/// Whether the base's version notices a fault: it passed without and fails with it.
pub fn catches(suspect: &Suspect, faulty: &Outcome, control: &Outcome) -> bool {
    match status(suspect, control) {
        Some(before) => before == Status::Passed && status(suspect, faulty) == Some(Status::Failed),
        None => !names(control) && control.ended.passed() && !faulty.ended.passed(),
    }
}

/// Whether the runner names the base's version of this test in a run.
pub fn is_named(suspect: &Suspect, outcome: &Outcome) -> bool {
    status(suspect, outcome).is_some()
}

/// Whether one of the head's tests of the same name notices it.
pub fn catches_in_head(suspect: &Suspect, faulty: &Outcome, control: &Outcome) -> bool {
    let status = |outcome: &Outcome| outcome.status_of(suspect.test()?, &suspect.head_path);
    status(control) == Some(Status::Passed) && status(faulty) == Some(Status::Failed)
}

/// Whether a run in which no test noticed anything is worth as much as its control: it ran to its end, or what passed there
/// passed here.
pub fn is_as_whole(faulty: &Outcome, control: &Outcome) -> bool {
    let passed = control.count(Status::Passed);
    faulty.ended.passed() || passed > 0 && faulty.count(Status::Passed) >= passed
}

/// Whether any test of the head notices it.
pub fn is_caught(faulty: &Outcome, control: &Outcome) -> bool {
    !differing(faulty, control).is_empty() || control.ended.passed() && !faulty.ended.passed()
}
