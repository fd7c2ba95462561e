//! Combinations that are no longer run.

use super::{Comparison, Kind};
use crate::facts::ci::{Job, Written};

impl Comparison<'_, '_> {
    pub(super) fn matrix(&mut self, name: &str, old: &Job, new: &Job) {
        for axis in &old.axes {
            let Some(now) = new.axes.iter().find(|it| it.name == axis.name) else { continue };
            let lost: Vec<&Written> =
                axis.values.iter().filter(|value| !now.values.iter().any(|it| it.text == value.text)).collect();
            let added = now.values.iter().any(|value| !axis.values.iter().any(|it| it.text == value.text));
            // A value in place of another is a version that moved on; the oldest one that goes is the end of its support.
            if lost.is_empty() || added || lost.iter().all(|value| is_oldest(value, axis.values.as_slice(), &lost)) {
                continue;
            }
            let values: Vec<String> = lost.iter().map(|value| format!("`{}`", value.text)).collect();
            let what = format!("{name} is no longer run for {} {}", axis.name, values.join(", "));
            self.push_base(Kind::Matrix, what, lost[0].line);
        }
        for value in &new.excluded {
            if !old.excluded.iter().any(|it| it.text == value.text) && !old.axes.is_empty() {
                self.push(
                    Kind::Matrix,
                    format!("{name} is no longer run for `{}`", value.text),
                    value.line,
                    old.line,
                    false,
                );
            }
        }
    }
}

/// Version-like values below all that stay.
fn is_oldest(value: &Written, all: &[Written], lost: &[&Written]) -> bool {
    let Some(own) = version(&value.text) else { return false };
    all.iter()
        .filter(|other| !lost.iter().any(|it| it.text == other.text))
        .all(|other| version(&other.text).is_some_and(|theirs| own < theirs))
}

fn version(text: &str) -> Option<Vec<u32>> {
    let digits = text.trim_start_matches(|c: char| !c.is_ascii_digit());
    if digits.is_empty() || text.chars().take_while(|c| !c.is_ascii_digit()).count() > 14 {
        return None;
    }
    let parts: Vec<u32> = digits.split(['.', '-']).map_while(|part| part.parse().ok()).collect();
    (!parts.is_empty()).then_some(parts)
}
