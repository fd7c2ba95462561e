//! From a transition of the test diff to a finding: shared by the rules about tests.

use crate::change::Role;
use crate::compare::tests::{Spot, Transition};
use crate::facts::lines::Says;
use crate::verdict::{Confidence, Finding, Place};
use crate::{Context, LineRange, Side};

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

/// What a rule says of languages that are read by lines: never more than a doubt.
pub(super) fn by_lines(context: &Context<'_>, rule: &'static str, says: Says) -> Vec<Finding> {
    let found = context.compared.lines().iter().filter(|change| change.says == says);
    found
        .map(|change| {
            let (what, became) = match change.says {
                Says::Skip => ("skip", "new"),
                Says::Check => ("check", "gone"),
                Says::Test => ("declare tests", "gone"),
            };
            let how_many = match change.count {
                1 => format!("a line of those that {what} is {became}"),
                count => format!("{count} lines of those that {what} are {became}"),
            };
            let message = format!("{how_many}; {} is read by lines, there is no grammar for it", change.language);
            let place = Place::lines(&change.path, change.side, LineRange::one(change.line.number));
            let finding = Finding::new(rule, message).at(place).confidence(Confidence::Doubtful);
            match change.side {
                Side::Base => finding.before(&change.line.text),
                Side::Head => finding.after(&change.line.text),
            }
        })
        .collect()
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
