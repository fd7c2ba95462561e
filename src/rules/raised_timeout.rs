//! See `raised_timeout.md`.

use super::test_transition::{at, findings, subject};
use super::{Group, Rule};
use crate::Context;
use crate::compare::tests::Change;
use crate::verdict::Finding;

pub static RULE: Rule = Rule {
    name: "raised-timeout",
    group: Group::Tests,
    summary: "a test that may take longer, or waits longer",
    page: include_str!("raised_timeout.md"),
    options: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    findings(context, |transition| {
        let Change::TimeoutRaised = transition.change else { return None };
        Some(at(RULE.name, format!("{}: {}", subject(transition), transition.why), transition))
    })
}
