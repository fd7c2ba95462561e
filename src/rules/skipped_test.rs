//! See `skipped_test.md`.

use super::test_transition::{at, by_lines, findings, short};
use super::{Group, Rule};
use crate::Context;
use crate::compare::tests::Change;
use crate::facts::lines::Says;
use crate::facts::tests::Gate;
use crate::verdict::{Confidence, Finding};

pub static RULE: Rule = Rule {
    name: "skipped-test",
    group: Group::Tests,
    summary: "a test that no longer runs",
    page: include_str!("skipped_test.md"),
    options: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found = findings(context, |transition| {
        let confidence = match transition.change {
            Change::Skipped { gate: Gate::Always, .. } | Change::ExpectedToFail => Confidence::Certain,
            Change::Skipped { otherwise_before: true, .. } => Confidence::Doubtful,
            Change::Skipped { .. } => Confidence::Likely,
            _ => return None,
        };
        let message = format!("`{}` {}", short(&transition.test), transition.why);
        Some(at(RULE.name, message, transition).confidence(confidence))
    });
    found.extend(by_lines(context, RULE.name, Says::Skip));
    found
}
