//! New cases that do not run, do not count or check nothing.

use super::marks::{same_mark, spot_of_mark};
use super::strength::{self, level};
use super::{Change, TestDiff, Transition, cases, settings, spot_of_case};
use crate::facts::tests::{Case, Gate, Limits, MarkKind, Part, Setting, SettingKind};

/// What a new case is born with.
pub fn case(new: &Case, matched: &cases::Matched<'_>, diff: &mut TestDiff) {
    if new.part == Part::Run {
        let always = new.marks.iter().filter(|mark| mark.kind == MarkKind::Skip && mark.gate == Gate::Always);
        diff.transitions.extend(always.map(|mark| Transition {
            change: Change::Skipped { gate: Gate::Always, otherwise_before: false },
            test: new.title(),
            base: None,
            head: Some(spot_of_mark(new, mark)),
            why: "keeps tests from running".into(),
            witness: None,
        }));
    }
    if new.part == Part::Hook {
        hook(new, diff);
    }
    if new.part != Part::Test {
        return;
    }
    for mark in &new.marks {
        let change = match mark.kind {
            MarkKind::Focus => Change::Focused,
            MarkKind::ExpectedFailure if mark.gate == Gate::Always => Change::ExpectedToFail,
            MarkKind::Skip | MarkKind::Todo if mark.gate == Gate::Always => {
                Change::Skipped { gate: Gate::Always, otherwise_before: false }
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
            Change::ExpectedToFail => "is new and expected to fail",
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
    // What it is made of checks: its subtests.
    let parent_of = |case: &Case| {
        case.path == new.path
            && case.suites.len() > new.suites.len()
            && case.suites.starts_with(&new.suites)
            && case.suites[new.suites.len()] == new.name
    };
    let made_of_others =
        matched.added.iter().any(|case| parent_of(case)) || matched.pairs.iter().any(|(_, case)| parent_of(case));
    if !demands(new) && !made_of_others && new.runs() && !new.words.is_empty() {
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

/// A hook that keeps whatever it surrounds from running.
fn hook(new: &Case, diff: &mut TestDiff) {
    for mark in new.marks.iter().filter(|mark| mark.kind == MarkKind::Skip && mark.gate == Gate::Always) {
        diff.transitions.push(Transition {
            change: Change::Skipped { gate: Gate::Always, otherwise_before: false },
            test: new.title(),
            base: None,
            head: Some(spot_of_mark(new, mark)),
            why: "skips every test around which it runs".into(),
            witness: None,
        });
    }
}

/// A limit of its own is what it checks: that it ends in time.
fn is_timed(case: &Case) -> bool {
    let limit = |setting: &Setting| {
        setting.kind == SettingKind::Timeout && matches!(setting.limits, Limits::Test { .. }) && setting.value.is_some()
    };
    case.settings.iter().any(limit)
}

/// Whether a case demands anything when it runs, as far as can be seen.
pub fn demands(case: &Case) -> bool {
    case.checks.iter().any(|check| strength::is_reached(check) && level(check) > 0)
        || case.unchecked
        || case.unresolved
        || is_timed(case)
        || is_the_check_itself(&case.name)
}

/// `accepts …`, `does not raise …`: running to the end is what the test is about.
fn is_the_check_itself(title: &str) -> bool {
    let words = words_of(title);
    let has = |any: &[&str]| words.iter().any(|word| any.contains(&word.as_str()));
    let negated = has(&["not", "no", "never", "without", "doesnt", "dont", "wont", "t"]);
    let trouble = has(&[
        "raise",
        "raises",
        "raising",
        "throw",
        "throws",
        "throwing",
        "error",
        "errors",
        "exception",
        "exceptions",
        "fail",
        "fails",
        "failure",
        "crash",
        "crashes",
        "panic",
        "panics",
        "warn",
        "warns",
        "warning",
        "warnings",
        "break",
        "breaks",
        "hang",
        "hangs",
        "block",
        "blocks",
        "deadlock",
        "leak",
        "leaks",
        "complain",
        "explode",
        "segfault",
    ]);
    negated && trouble
        || has(&[
            "accept",
            "accepts",
            "accepted",
            "allow",
            "allows",
            "allowed",
            "succeed",
            "succeeds",
            "smoke",
            "works",
            "compiles",
            "runs",
            "passes",
            "tolerates",
            "ignores",
            "noop",
            "survives",
        ])
}

/// The words of a name, whatever joins them.
fn words_of(title: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower = false;
    for letter in title.chars() {
        if !letter.is_alphanumeric() && letter != '\'' || letter.is_uppercase() && lower {
            words.push(String::new());
        }
        if letter.is_alphanumeric() {
            words.last_mut().expect("never empty").extend(letter.to_lowercase());
        }
        lower = letter.is_lowercase();
    }
    words
}
