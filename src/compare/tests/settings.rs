//! Timeouts, sleeps and retries: old number against new number.

use hashbrown::HashMap;

use super::{Change, Surroundings, TestDiff, Transition, spot_of_setting};
use crate::RepoPath;
use crate::facts::tests::{Case, Limits, PACED_LOOP, POLL, RETRY_LOOP, Setting, SettingKind, TestFile};

/// Two sides of one case, file or configuration.
struct Pair<'t> {
    test: String,
    old: (&'t RepoPath, Vec<&'t Setting>),
    new: (&'t RepoPath, Vec<&'t Setting>),
}

pub fn cases(old: &Case, new: &Case, diff: &mut TestDiff) {
    let (before, after) = (old.settings.iter().collect(), new.settings.iter().collect());
    Pair { test: new.title(), old: (&old.path, before), new: (&new.path, after) }.compare(diff);
}

/// A new case: the runner's retries count, its own waits and loops do not.
pub fn born(new: &Case, diff: &mut TestDiff) {
    let by_hand = |setting: &Setting| matches!(&*setting.what, RETRY_LOOP | PACED_LOOP);
    let retried = new.settings.iter().filter(|s| s.kind == SettingKind::Retry && retries(s) && of_the_runner(s));
    for setting in retried.filter(|setting| !by_hand(setting)) {
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

/// What no single case owns: the file's own settings, then those of each helper that both sides have.
pub fn files(base: &[TestFile], head: &[TestFile], around: &Surroundings<'_>, diff: &mut TestDiff) {
    let by_path: HashMap<&RepoPath, &TestFile> = head.iter().map(|file| (&file.path, file)).collect();
    for old in base {
        let path = around.renames.get(&old.path).unwrap_or(&old.path);
        let Some(new) = by_path.get(path) else { continue };
        let mut owners: Vec<&str> = new.settings.iter().map(|setting| setting.owner.as_str()).collect();
        owners.sort_unstable();
        owners.dedup();
        for owner in owners.into_iter().filter(|owner| owner.is_empty() || old.functions.contains(*owner)) {
            let of = |file: &'_ TestFile| -> Vec<usize> {
                (0..file.settings.len()).filter(|at| file.settings[*at].owner == owner).collect()
            };
            let before = of(old).into_iter().map(|at| &old.settings[at]).collect();
            let after = of(new).into_iter().map(|at| &new.settings[at]).collect();
            Pair { test: owner.to_owned(), old: (&old.path, before), new: (&new.path, after) }.compare(diff);
        }
    }
}

impl Pair<'_> {
    fn compare(self, diff: &mut TestDiff) {
        let Self { test, old: (old_path, old), new: (new_path, new) } = self;
        let mut left: Vec<Option<&Setting>> = old.into_iter().map(Some).collect();
        // The same setting with the same number first, then in order of writing.
        let (same, open): (Vec<&Setting>, Vec<&Setting>) =
            new.into_iter().partition(|now| take(&mut left, |before| unchanged(before, now)).is_some());
        drop(same);
        let mut unmatched = Vec::new();
        let mut push = |now: &Setting, before: Option<&Setting>, why: String| {
            let change = match now.kind {
                SettingKind::Retry => Change::RetryAdded,
                SettingKind::Timeout | SettingKind::Sleep => Change::TimeoutRaised,
            };
            diff.transitions.push(Transition {
                change,
                test: test.clone(),
                base: before.map(|before| spot_of_setting(old_path, before)),
                head: Some(spot_of_setting(new_path, now)),
                why,
                witness: None,
            });
        };
        for now in open {
            match take(&mut left, |before| before.kind == now.kind && before.what == now.what) {
                // Its whole length says it.
                Some(_) if now.what == PACED_LOOP => {}
                Some(before) => {
                    if let (Some(from), Some(to)) = (before.value, now.value)
                        && to > from
                    {
                        push(now, Some(before), format!("{} → {}", number(from), number(to)));
                    }
                }
                None => unmatched.push(now),
            }
        }
        for now in unmatched {
            // One fixed wait became looking for as long or longer.
            if now.what == POLL {
                let slept = take(&mut left, |before| before.kind == SettingKind::Sleep);
                if let Some((before, from, to)) = slept.and_then(|slept| Some((slept, slept.value?, now.value?)))
                    && to > from
                {
                    push(now, Some(before), format!("waits up to {} instead of {}", number(to), number(from)));
                }
                continue;
            }
            let why = match now.kind {
                SettingKind::Sleep if is_a_tick(now) => continue,
                SettingKind::Sleep => format!("waits{} longer", seconds(now)),
                SettingKind::Retry if retries(now) && of_the_runner(now) => format!("is tried again{}", times(now)),
                SettingKind::Timeout if loosens(now) => {
                    format!("may take longer: {}", now.value.map_or_else(|| now.text.clone(), number))
                }
                _ => continue,
            };
            push(now, None, why);
        }
        for before in left.into_iter().flatten().filter(|before| limited(before)) {
            let value = before.value.map_or_else(|| before.text.clone(), number);
            diff.transitions.push(Transition {
                change: Change::TimeoutRaised,
                test: test.clone(),
                base: Some(spot_of_setting(old_path, before)),
                head: None,
                why: format!("its limit of {value} is gone"),
                witness: None,
            });
        }
    }
}

fn take<'t>(left: &mut [Option<&'t Setting>], fits: impl Fn(&Setting) -> bool) -> Option<&'t Setting> {
    left.iter_mut().find(|slot| slot.is_some_and(&fits)).and_then(Option::take)
}

/// Less than a millisecond: the clock moves on, and nobody waits.
fn is_a_tick(sleep: &Setting) -> bool {
    sleep.what.rsplit('.').next() == Some("usleep") && sleep.value.is_some_and(|microseconds| microseconds < 1000.0)
}

fn unchanged(before: &Setting, now: &Setting) -> bool {
    before.kind == now.kind
        && before.what == now.what
        && before.value == now.value
        && (before.value.is_some() || before.text == now.text)
}

/// Whether a new limit gives more time than the runner would by itself.
fn loosens(setting: &Setting) -> bool {
    let Limits::Test { default: Some(default) } = setting.limits else { return false };
    setting.value.is_none_or(|value| value > default)
}

/// Whether a limit was all that kept a test from running for ever, or for longer.
fn limited(setting: &Setting) -> bool {
    let Limits::Test { default } = setting.limits else { return false };
    let value = setting.value.unwrap_or(0.0);
    setting.kind == SettingKind::Timeout && value.is_finite() && default.is_none_or(|default| value < default)
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
    if value.is_infinite() {
        return "no limit".into();
    }
    // Nine places: what sums of decimal fractions leave behind is no difference.
    let rounded = (value * 1e9).round() / 1e9;
    format!("{rounded}")
}
