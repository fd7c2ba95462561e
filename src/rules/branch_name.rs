//! The branch is not named as the policy asks.

use super::{Group, Rule};
use crate::packet;
use crate::verdict::{Confidence, Finding};
use crate::{Context, RepoPath, Side};

pub static RULE: Rule = Rule {
    name: "branch-name",
    group: Group::Branch,
    summary: "the branch is not named as the policy asks",
    page: include_str!("branch_name.md"),
    options: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(branch) = context.subject.branch.as_deref() else { return Vec::new() };
    misnamed(context, branch).into_iter().chain(other_task(context, branch)).collect()
}

fn misnamed(context: &Context<'_>, branch: &str) -> Option<Finding> {
    let (pattern, origin) = context.policy.branches().name()?;
    if pattern.is_match(branch) {
        return None;
    }
    let message = format!("`{branch}` does not match `{}`", pattern.as_str());
    Some(Finding::new(RULE.name, message).because(origin.clone()).help("rename the branch with `git branch -m`"))
}

/// One branch, one task: a commit that says to be for another ticket, which has a packet of its own.
fn other_task(context: &Context<'_>, branch: &str) -> Option<Finding> {
    let own = context.policy.branches().ticket(branch)?;
    let is_task = |ticket: &&str| {
        let path = RepoPath::from(packet::path_of(ticket).as_str());
        **ticket != own && context.change.source().entry(Side::Base, &path).is_some()
    };
    context.claims.commits.iter().find_map(|commit| {
        let subject = commit.message.lines().next().unwrap_or_default();
        let other = tickets(subject).find(is_task)?;
        let short = commit.id.get(..7).unwrap_or(&commit.id);
        let message = format!("commit {short} is for `{other}`, and the branch is for `{own}`");
        let help = "one branch, one task: put the commit on a branch of its own";
        Some(Finding::new(RULE.name, message).before(subject.to_owned()).help(help).confidence(Confidence::Likely))
    })
}

/// What a subject begins with: `T-2: …`, `[T-2] …`, `fix(T-2): …`.
fn tickets(subject: &str) -> impl Iterator<Item = &str> {
    let end = subject.find([':', ']']).unwrap_or(0);
    let words = subject[..end].split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    words.filter(|word| {
        let parts = word.split_once('-');
        parts.is_some_and(|(key, number)| {
            key.starts_with(|c: char| c.is_ascii_uppercase())
                && !number.is_empty()
                && number.bytes().all(|byte| byte.is_ascii_digit())
        })
    })
}
