//! See `patched_subject.md`.

use super::test_transition::{at, findings, short};
use super::{Group, Rule};
use crate::Context;
use crate::compare::tests::Change;
use crate::verdict::Finding;

pub static RULE: Rule = Rule {
    name: "patched-subject",
    group: Group::Tests,
    summary: "a test that replaces the very thing it asks",
    page: include_str!("patched_subject.md"),
    options: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    findings(context, |transition| {
        let Change::Mocked { target } = &transition.change else { return None };
        let message = format!("`{}`: `{target}` {}", short(&transition.test), transition.why);
        Some(at(RULE.name, message, transition).help("call the real code, and replace only what it depends on"))
    })
}
