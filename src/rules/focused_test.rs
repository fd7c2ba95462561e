//! See `focused_test.md`.

use super::test_transition::{at, findings, short};
use super::{Group, Rule};
use crate::Context;
use crate::compare::tests::Change;
use crate::verdict::Finding;

pub static RULE: Rule = Rule {
    name: "focused-test",
    group: Group::Tests,
    summary: "a test that runs alone and hides the others",
    page: include_str!("focused_test.md"),
    options: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    findings(context, |transition| {
        let Change::Focused = transition.change else { return None };
        Some(at(RULE.name, format!("`{}` {}", short(&transition.test), transition.why), transition))
    })
}
