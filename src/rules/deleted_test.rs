//! See `deleted_test.md`.

use super::test_transition::{at, at_base, findings, short};
use super::{Group, Rule};
use crate::Context;
use crate::compare::tests::Change;
use crate::verdict::{Confidence, Finding};

pub static RULE: Rule = Rule {
    name: "deleted-test",
    group: Group::Tests,
    summary: "a test that is gone",
    page: include_str!("deleted_test.md"),
    options: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    findings(context, |transition| match &transition.change {
        Change::CaseRemoved { subject_gone } => {
            let mut message = format!("`{}` {}", short(&transition.test), transition.why);
            let mut confidence = Confidence::Certain;
            if let Some(name) = subject_gone {
                message.push_str(&format!("; `{name}`, which it used, is gone too"));
                confidence = Confidence::Doubtful;
            }
            Some(at(RULE.name, message, transition).confidence(confidence))
        }
        Change::RowRemoved => {
            let message = format!("a row of `{}` {}", short(&transition.test), transition.why);
            Some(at_base(RULE.name, message, transition))
        }
        _ => None,
    })
}
