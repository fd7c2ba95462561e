//! The branch touches a path outside what it was allowed.

use super::{Group, Rule};
use crate::Context;
use crate::Side;
use crate::verdict::{Finding, Place};

pub static RULE: Rule = Rule {
    name: "out-of-scope-path",
    group: Group::Scope,
    summary: "the branch touches a path outside what it was allowed",
    page: include_str!("out_of_scope_path.md"),
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
            let allowed = &context.policy.scope().allowed;
            if !allowed.is_empty() && !allowed.is_match(&entry.path) {
                let message = "the path is outside the allowed scope";
                findings.push(Finding::new(RULE.name, message).at(Place::file(&entry.path, side)));
            }
        }
    }
    findings
}
