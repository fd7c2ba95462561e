//! The branch is not named as the policy asks.

use super::{Group, Rule};
use crate::Context;
use crate::verdict::Finding;

pub static RULE: Rule = Rule {
    name: "branch-name",
    group: Group::Branch,
    summary: "the branch is not named as the policy asks",
    page: include_str!("branch_name.md"),
    options: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let branch = context.subject.branch.as_deref();
    let (Some(branch), Some((pattern, origin))) = (branch, context.policy.branches().name()) else { return Vec::new() };
    if pattern.is_match(branch) {
        return Vec::new();
    }
    let message = format!("`{branch}` does not match `{}`", pattern.as_str());
    vec![Finding::new(RULE.name, message).because(origin.clone()).help("rename the branch with `git branch -m`")]
}
