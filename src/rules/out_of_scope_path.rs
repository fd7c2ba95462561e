//! The branch touches a path outside what it was allowed.

use std::collections::HashSet;

use super::{Group, Rule};
use crate::change::FileChange;
use crate::evidence;
use crate::policy::Scope;
use crate::verdict::{Finding, Place};
use crate::{Context, RepoPath, Side};

pub static RULE: Rule = Rule {
    name: "out-of-scope-path",
    group: Group::Scope,
    summary: "the branch touches a path outside what it was allowed",
    page: include_str!("out_of_scope_path.md"),
    options: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    // What the branch says about itself has to stand somewhere.
    let branch = context.subject.branch.as_deref();
    let records: HashSet<&RepoPath> =
        evidence::files(context.change, context.policy, branch).map(FileChange::path).collect();
    let packets = context.policy.packets();
    let is_packet = |path: &RepoPath| packets.iter().any(|packet| path.as_bytes() == packet.path.as_bytes());
    let files = context.change.files.iter().filter(|file| !records.contains(&file.path()) && !is_packet(file.path()));
    let touched = files.flat_map(FileChange::touched);
    touched.filter_map(|(side, path)| Some(finding(side, path, left(context, path)?))).collect()
}

/// The first scope, of policy or packet, that doesn't have the path.
fn left<'a>(context: &'a Context<'_>, path: &RepoPath) -> Option<&'a Scope> {
    context.policy.scopes().find(|scope| !scope.allowed.is_empty() && !scope.allowed.is_match(path))
}

fn finding(side: Side, path: &RepoPath, scope: &Scope) -> Finding {
    let finding = Finding::new(RULE.name, "the path is outside the allowed scope").at(Place::file(path, side));
    match &scope.allowed_origin {
        Some(origin) => finding.because(origin.clone()),
        None => finding,
    }
}
