//! Which jobs and steps of two sides are the same under another name.

use crate::facts::ci::{Action, Job, Setting, Step};

/// Whether two jobs of different names run mostly the same.
pub(super) fn resembles(one: &Job, other: &Job) -> bool {
    let texts = |job: &Job| -> Vec<String> {
        job.steps
            .iter()
            .map(|step| match &step.action {
                Action::Run { text, .. } => text.trim().to_owned(),
                Action::Uses { name, .. } => name.split('@').next().unwrap_or(name).to_owned(),
            })
            .collect()
    };
    let (one, other) = (texts(one), texts(other));
    let common = one.iter().filter(|text| other.contains(text)).count();
    !one.is_empty() && common * 2 > one.len().max(other.len())
}

/// How surely a step became another; smaller is surer, `None` is another step.
pub(super) fn closeness(one: &Step, other: &Step) -> Option<u32> {
    let named = one.name.is_some() && one.name == other.name;
    match (&one.action, &other.action) {
        (Action::Uses { name: old, inputs: before }, Action::Uses { name: new, inputs: after }) => {
            let same = old.split('@').next() == new.split('@').next();
            let values =
                |inputs: &[Setting]| inputs.iter().map(|it| format!("{}={}", it.name, it.value)).collect::<Vec<_>>();
            match (same, named) {
                (true, true) => Some(0),
                (true, false) if values(before) == values(after) => Some(1),
                (true, false) => Some(2),
                (false, true) => Some(4),
                (false, false) => None,
            }
        }
        (Action::Run { text: old, .. }, Action::Run { text: new, .. }) => {
            let first =
                |text: &str| text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default().to_owned();
            match (old.trim() == new.trim(), named, first(old) == first(new)) {
                (true, true, _) => Some(0),
                (true, false, _) => Some(1),
                (false, true, _) => Some(2),
                (false, false, true) => Some(3),
                (false, false, false) => None,
            }
        }
        _ => named.then_some(5),
    }
}
