//! An agent pushes to a branch that people merge into.

use super::{Group, Rule};
use crate::Context;
use crate::verdict::Finding;

pub static RULE: Rule = Rule {
    name: "protected-branch",
    group: Group::Branch,
    summary: "an agent pushes to a branch that people merge into",
    page: include_str!("protected_branch.md"),
    options: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(target) = context.subject.push.as_deref() else { return Vec::new() };
    let Some(branch) = target.strip_prefix("refs/heads/") else { return Vec::new() };
    if !context.policy.branches().protected.is_match_bytes(branch.as_bytes()) {
        return Vec::new();
    }
    let message = format!("a push to the protected branch `{branch}`");
    vec![Finding::new(RULE.name, message).help("push to a branch of its own and open a pull request")]
}
