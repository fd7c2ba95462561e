//! Timeouts, sleeps and retries: old number against new number.

use std::collections::HashMap;

use super::{Change, Surroundings, TestDiff, Transition, spot_of_setting};
use crate::RepoPath;
use crate::facts::tests::{Case, Setting, SettingKind, TestFile};

pub fn cases(old: &Case, new: &Case, diff: &mut TestDiff) {
    compare(&new.title(), (&old.path, &old.settings), (&new.path, &new.settings), true, diff);
}

/// A new case: retries count, its own waits do not.
pub fn born(new: &Case, diff: &mut TestDiff) {
    for setting in new.settings.iter().filter(|s| s.kind == SettingKind::Retry && retries(s) && of_the_runner(s)) {
        diff.transitions.push(Transition {
            change: Change::RetryAdded,
            test: new.title(),
            base: None,
            head: Some(spot_of_setting(&new.path, setting)),
            why: format!("is new and tried again{}", times(setting)),
            witness: None,
        });
    }
}

pub fn files(base: &[TestFile], head: &[TestFile], around: &Surroundings, diff: &mut TestDiff) {
    let by_path: HashMap<&RepoPath, &TestFile> = head.iter().map(|file| (&file.path, file)).collect();
    for old in base {
        let path = around.renames.get(&old.path).unwrap_or(&old.path);
        if let Some(new) = by_path.get(path) {
            compare("", (&old.path, &old.settings), (&new.path, &new.settings), true, diff);
        }
    }
}

fn compare(
    test: &str,
    (old_path, old): (&RepoPath, &[Setting]),
    (new_path, new): (&RepoPath, &[Setting]),
    report_new: bool,
    diff: &mut TestDiff,
) {
    let mut left: Vec<Option<&Setting>> = old.iter().map(Some).collect();
    // The same setting with the same number first, then in order of writing.
    let mut open = Vec::new();
    for now in new {
        let same = left.iter_mut().find(|before| {
            before.is_some_and(|b| {
                b.kind == now.kind
                    && b.what == now.what
                    && b.value == now.value
                    && (b.value.is_some() || b.text == now.text)
            })
        });
        match same {
            Some(slot) => *slot = None,
            None => open.push(now),
        }
    }
    for now in open {
        let slot = left.iter_mut().find(|before| before.is_some_and(|b| b.kind == now.kind && b.what == now.what));
        let before = slot.and_then(Option::take);
        let change = match now.kind {
            SettingKind::Retry => Change::RetryAdded,
            _ => Change::TimeoutRaised,
        };
        let why = match (before, now.kind) {
            (Some(before), _) => match (before.value, now.value) {
                (Some(from), Some(to)) if to > from => format!("{} → {}", number(from), number(to)),
                _ => continue,
            },
            (None, SettingKind::Sleep) if report_new => format!("waits{} longer", seconds(now)),
            (None, SettingKind::Retry) if retries(now) && of_the_runner(now) => format!("is tried again{}", times(now)),
            (None, SettingKind::Timeout) if report_new && is_case_timeout(now) => {
                format!("may take longer: {}", now.value.map_or_else(|| now.text.clone(), number))
            }
            _ => continue,
        };
        diff.transitions.push(Transition {
            change,
            test: test.to_owned(),
            base: before.map(|before| spot_of_setting(old_path, before)),
            head: Some(spot_of_setting(new_path, now)),
            why,
            witness: None,
        });
    }
}

/// Limits of whole tests; a limit on one wait is a demand, not a leniency.
fn is_case_timeout(setting: &Setting) -> bool {
    let what = setting.what.as_str();
    what.contains("slow") || what.contains("setTimeout") || what == "this.timeout"
}

/// A retry that the runner does, not an option of the code under test.
fn of_the_runner(setting: &Setting) -> bool {
    match setting.what.split_once(' ') {
        Some((call, _)) => {
            call == "test" || call.contains("configure") || call.contains("mark") || call.contains("flaky")
        }
        None => true,
    }
}

fn retries(setting: &Setting) -> bool {
    setting.value.is_none_or(|value| value > 0.0)
}

fn times(setting: &Setting) -> String {
    setting.value.filter(|v| v.is_finite()).map(|value| format!(" up to {} times", number(value))).unwrap_or_default()
}

fn seconds(setting: &Setting) -> String {
    setting.value.map(|value| format!(" {}", number(value))).unwrap_or_default()
}

fn number(value: f64) -> String {
    if value.is_infinite() { "no limit".into() } else { format!("{value}") }
}
