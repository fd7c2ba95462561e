//! See `added_retry.md`.

use super::test_transition::{at, findings, subject};
use super::{Group, Rule};
use crate::Context;
use crate::compare::tests::Change;
use crate::verdict::Finding;

pub static RULE: Rule = Rule {
    name: "added-retry",
    group: Group::Tests,
    summary: "a test that may fail and be tried again",
    page: include_str!("added_retry.md"),
    options: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    findings(context, |transition| {
        let Change::RetryAdded = transition.change else { return None };
        Some(at(RULE.name, format!("{}: {}", subject(transition), transition.why), transition))
    })
}
