//! See `changed_expectation.md`.

use super::test_transition::{at, findings, touches_production};
use super::{Group, Rule};
use crate::Context;
use crate::compare::tests::Change;
use crate::verdict::{Confidence, Finding};

pub static RULE: Rule = Rule {
    name: "changed-expectation",
    group: Group::Tests,
    summary: "a test that expects another value than before",
    page: include_str!("changed_expectation.md"),
    options: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let production = touches_production(context);
    findings(context, |transition| {
        let Change::ExpectationChanged { inverted } = transition.change else { return None };
        let because =
            if production { "together with production code" } else { "without any change to production code" };
        let confidence = match (inverted, production) {
            (true, _) => Confidence::Certain,
            (false, false) => Confidence::Likely,
            (false, true) => Confidence::Doubtful,
        };
        let what = if inverted { "the opposite is expected now" } else { transition.why.as_str() };
        Some(at(RULE.name, format!("{what}, {because}"), transition).confidence(confidence))
    })
}
