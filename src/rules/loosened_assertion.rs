//! See `loosened_assertion.md`.

use super::test_transition::{at, findings};
use super::{Group, Rule};
use crate::Context;
use crate::compare::tests::Change;
use crate::verdict::Finding;

pub static RULE: Rule = Rule {
    name: "loosened-assertion",
    group: Group::Tests,
    summary: "a check that accepts more than before",
    page: include_str!("loosened_assertion.md"),
    options: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    findings(context, |transition| {
        let Change::Loosened = transition.change else { return None };
        Some(at(RULE.name, transition.why.clone(), transition))
    })
}
