//! The branch touches a path that the policy forbids.

use super::{Group, Rule};
use crate::Context;
use crate::Side;
use crate::verdict::{Finding, Place};

pub static RULE: Rule = Rule {
    name: "forbidden-path",
    group: Group::Scope,
    summary: "the branch touches a path that the policy forbids",
    page: include_str!("forbidden_path.md"),
    options: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &context.change.files {
        // Both sides count: a file moved out of a place was taken from it.
        let moved = file.base.as_ref().zip(file.head.as_ref()).is_some_and(|(base, head)| base.path != head.path);
        for side in [Side::Head, Side::Base] {
            let Some(entry) = file.side(side) else { continue };
            if side == Side::Base && file.head.is_some() && !moved {
                continue;
            }
            if let Some(found) = context.policy.scope().forbidden.find(&entry.path) {
                let message = format!("the policy forbids `{}`", found.pattern);
                findings.push(Finding::new(RULE.name, message).at(Place::file(&entry.path, side)));
            }
        }
    }
    findings
}
