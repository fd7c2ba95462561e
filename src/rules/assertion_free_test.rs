//! See `assertion_free_test.md`.

use super::test_transition::{at, findings, short};
use super::{Group, Rule};
use crate::Context;
use crate::compare::tests::Change;
use crate::verdict::{Confidence, Finding};

pub static RULE: Rule = Rule {
    name: "assertion-free-test",
    group: Group::Tests,
    summary: "a new test that checks nothing",
    page: include_str!("assertion_free_test.md"),
    options: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    findings(context, |transition| {
        let Change::NothingChecked = transition.change else { return None };
        let message = format!("`{}` {}", short(&transition.test), transition.why);
        Some(at(RULE.name, message, transition).confidence(Confidence::Likely))
    })
}
