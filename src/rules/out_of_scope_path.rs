//! The branch touches a path outside what it was allowed.

use std::collections::HashSet;

use super::{Group, Rule};
use crate::change::FileChange;
use crate::evidence;
use crate::verdict::{Finding, Place};
use crate::{Context, RepoPath};

pub static RULE: Rule = Rule {
    name: "out-of-scope-path",
    group: Group::Scope,
    summary: "the branch touches a path outside what it was allowed",
    page: include_str!("out_of_scope_path.md"),
    options: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let scope = context.policy.scope();
    let allowed = &scope.allowed;
    if allowed.is_empty() {
        return Vec::new();
    }
    // What the branch says about itself has to stand somewhere.
    let branch = context.subject.branch.as_deref();
    let records: HashSet<&RepoPath> =
        evidence::files(context.change, context.policy, branch).map(FileChange::path).collect();
    let files = context.change.files.iter().filter(|file| !records.contains(&file.path()));
    let touched = files.flat_map(FileChange::touched);
    let outside = touched.filter(|(_, path)| !allowed.is_match(path));
    let message = "the path is outside the allowed scope";
    let finding = |(side, path)| {
        let finding = Finding::new(RULE.name, message).at(Place::file(path, side));
        match &scope.allowed_origin {
            Some(origin) => finding.because(origin.clone()),
            None => finding,
        }
    };
    outside.map(finding).collect()
}
