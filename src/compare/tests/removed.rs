//! Cases that are gone, with what they demanded.

use super::{Change, Surroundings, TestDiff, Transition, cases, checks, spot_of_case};
use crate::facts::tests::Part;

/// Cases of the base that have no counterpart, unless everything they demanded is demanded elsewhere.
pub fn cases(matched: &cases::Matched<'_>, outcome: &checks::Outcome, around: &Surroundings<'_>, diff: &mut TestDiff) {
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
        let suites = old.suites.iter().flat_map(|suite| suite.split(|c: char| !c.is_alphanumeric() && c != '_'));
        let subject_gone =
            old.names.iter().map(|name| &**name).chain(suites).find(|name| around.is_gone(name)).map(str::to_owned);
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
