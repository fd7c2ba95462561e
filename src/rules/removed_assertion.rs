//! See `removed_assertion.md`.

use super::test_transition::{at_base, by_lines, findings, short};
use super::{Group, Rule};
use crate::Context;
use crate::compare::tests::Change;
use crate::facts::lines::Says;
use crate::verdict::{Confidence, Finding};

pub static RULE: Rule = Rule {
    name: "removed-assertion",
    group: Group::Tests,
    summary: "a check that is gone from a test that stays",
    page: include_str!("removed_assertion.md"),
    options: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found = findings(context, |transition| {
        let Change::CheckRemoved { subject_gone } = &transition.change else { return None };
        let mut message = format!("a check of `{}` {}", short(&transition.test), transition.why);
        let mut confidence = Confidence::Certain;
        if let Some(name) = subject_gone {
            message.push_str(&format!("; `{name}`, which it looked at, is gone too"));
            confidence = Confidence::Doubtful;
        }
        Some(at_base(RULE.name, message, transition).confidence(confidence))
    });
    found.extend(by_lines(context, RULE.name, Says::Check));
    found
}
