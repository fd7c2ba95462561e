//! From a transition of the test diff to a finding: shared by the rules about tests.

use crate::change::Role;
use crate::compare::tests::{Spot, Transition};
use crate::verdict::{Finding, Place};
use crate::{Context, Side};

/// The findings of a rule: one for each transition it takes, with what it says about it.
pub(super) fn findings(context: &Context<'_>, say: impl Fn(&Transition) -> Option<Finding>) -> Vec<Finding> {
    context.compared.tests().transitions.iter().filter_map(say).collect()
}

/// A finding at the transition's places, the head's first.
pub(super) fn at(rule: &'static str, message: String, transition: &Transition) -> Finding {
    let mut finding = Finding::new(rule, message);
    if !transition.test.is_empty() {
        finding = finding.in_test(&transition.test);
    }
    if let Some(witness) = &transition.witness {
        finding = finding.witness(witness);
    }
    match (&transition.head, &transition.base) {
        (Some(head), base) => {
            finding = finding.at(place(head, Side::Head)).after(&head.text);
            if let Some(base) = base {
                finding = finding.base_at(place(base, Side::Base)).before(&base.text);
            }
        }
        (None, Some(base)) => finding = finding.at(place(base, Side::Base)).before(&base.text),
        (None, None) => {}
    }
    finding
}

/// A finding about something that is only in the base.
pub(super) fn at_base(rule: &'static str, message: String, transition: &Transition) -> Finding {
    at(rule, message, &Transition { head: None, ..transition.clone() })
}

fn place(spot: &Spot, side: Side) -> Place {
    Place::lines(&spot.path, side, spot.lines)
}

/// Whether the branch also changes code that the tests could be about.
pub(super) fn touches_production(context: &Context<'_>) -> bool {
    context.change.files.iter().any(|file| file.role == Role::Production)
}

/// A test's own name, without its suites.
pub(super) fn short(title: &str) -> &str {
    title.rsplit(" › ").next().unwrap_or(title)
}

/// What a setting is about: the test, or the file.
pub(super) fn subject(transition: &Transition) -> String {
    if transition.test.is_empty() { "the file".into() } else { format!("`{}`", short(&transition.test)) }
}
