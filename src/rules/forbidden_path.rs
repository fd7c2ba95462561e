//! The branch touches a path that the policy forbids.

use super::{Group, Rule};
use crate::Context;
use crate::change::FileChange;
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
    let touched = context.change.files.iter().flat_map(FileChange::touched);
    let found = touched.filter_map(|(side, path)| {
        let (at, by) =
            context.policy.scopes().enumerate().find_map(|(at, scope)| Some((at, scope.forbidden.find(path)?)))?;
        let whose = if at == 0 { "policy" } else { "work packet" };
        let message = format!("the {whose} forbids `{}`", by.pattern);
        Some(Finding::new(RULE.name, message).at(Place::file(path, side)).because(by.origin))
    });
    found.collect()
}
