//! The branch makes a kind of change that its task doesn't ask for.

use super::{Group, Rule};
use crate::change::{FileChange, Role};
use crate::compare::mechanical::{self, Deviation};
use crate::lang::{self, Lexeme};
use crate::policy::{ChangeKind, Changes};
use crate::verdict::{Confidence, Finding, Place};
use crate::{Context, Side, evidence};

pub static RULE: Rule = Rule {
    name: "out-of-scope-change",
    group: Group::Scope,
    summary: "the branch makes a kind of change that its task does not ask for",
    page: include_str!("out_of_scope_change.md"),
    options: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let limits: Vec<&Changes> = context.policy.scopes().filter_map(|scope| scope.changes.as_ref()).collect();
    if limits.is_empty() {
        return Vec::new();
    }
    let packets = context.policy.packets();
    let is_word = |file: &FileChange| {
        evidence::is_record(file) || packets.iter().any(|packet| packet.path.as_bytes() == file.path().as_bytes())
    };
    let files: Vec<&FileChange> = context.change.files.iter().filter(|file| !is_word(file)).collect();
    limits.into_iter().flat_map(|limit| beyond(context, &files, limit)).collect()
}

/// What one limit does not allow, one finding for each file.
fn beyond(context: &Context<'_>, files: &[&FileChange], limit: &Changes) -> Vec<Finding> {
    let has = |kind: ChangeKind| limit.kinds.contains(&kind);
    let left: Vec<&FileChange> =
        files.iter().copied().filter(|file| !limit.kinds.iter().any(|kind| is_of(context, file, *kind))).collect();
    if !has(ChangeKind::Mechanical) {
        let found = left.into_iter().map(|file| other_kind(file, limit));
        return found.collect();
    }
    let mut found: Vec<Finding> = Vec::new();
    for it in mechanical::deviations(context.change, left.into_iter()) {
        // The rest of a file is of the same kind: one place to look at is enough.
        if found.iter().any(|finding| finding.place.as_ref().is_some_and(|place| place.path == it.path)) {
            continue;
        }
        found.push(not_mechanical(&it, limit));
    }
    found
}

fn other_kind(file: &FileChange, limit: &Changes) -> Finding {
    let side = if file.head.is_some() { Side::Head } else { Side::Base };
    let names: Vec<&str> = limit.kinds.iter().map(|kind| kind.name()).collect();
    let what = match file.role {
        Role::Production => "production code",
        Role::Test => "a test",
        Role::TestData => "test data",
        Role::Snapshot => "a recording",
        Role::Manifest | Role::Lockfile => "dependencies",
        Role::Ci => "CI",
        Role::Configuration => "configuration",
        Role::Documentation => "documentation",
        Role::Generated => "generated code",
        Role::AgentInstructions => "what agents are told",
        Role::Gate => "the gate",
    };
    let only = names.join(", ");
    Finding::new(RULE.name, format!("{what} changes, and the task is limited to {only}"))
        .at(Place::file(file.path(), side))
        .because(limit.origin.clone())
        .help("take it out of this branch; where the task needs it, stop and say so")
}

fn not_mechanical(it: &Deviation, limit: &Changes) -> Finding {
    let mut finding = Finding::new(RULE.name, format!("no rename or move: {}", it.what))
        .at(Place::line(&it.path, it.side, it.line))
        .because(limit.origin.clone())
        .confidence(Confidence::Likely)
        .help("leave behaviour as it is here; where it must change, that is another branch");
    finding.before.clone_from(&it.before);
    finding.after.clone_from(&it.after);
    finding
}

/// Whether a file's change is of a kind.
fn is_of(context: &Context<'_>, file: &FileChange, kind: ChangeKind) -> bool {
    match kind {
        ChangeKind::Documentation => file.role == Role::Documentation || differs_in_comments(context, file),
        ChangeKind::Tests => file.role.is_test() || differs_in_tests(context, file),
        ChangeKind::Configuration => file.role == Role::Configuration,
        ChangeKind::Dependencies => matches!(file.role, Role::Manifest | Role::Lockfile),
        ChangeKind::Ci => file.role == Role::Ci,
        ChangeKind::Production => matches!(file.role, Role::Production | Role::Generated),
        // Asked of all files together.
        ChangeKind::Mechanical => false,
    }
}

/// The tokens of a side, `None` where no grammar reads it.
fn tokens(
    context: &Context<'_>,
    file: &FileChange,
    side: Side,
    keeps: fn(&lang::Piece) -> bool,
) -> Option<Vec<Lexeme>> {
    let entry = file.side(side)?;
    let bytes = context.change.content(file, side)?.ok()?;
    let pieces = lang::of(&entry.path)?.pieces(&bytes).ok()?;
    Some(pieces.into_iter().filter(keeps).flat_map(|piece| piece.tokens).collect())
}

fn differs_in_comments(context: &Context<'_>, file: &FileChange) -> bool {
    let [base, head] = [Side::Base, Side::Head].map(|side| tokens(context, file, side, |_| true));
    base.is_some() && base == head
}

/// Whether only tests that stand beside the code differ.
fn differs_in_tests(context: &Context<'_>, file: &FileChange) -> bool {
    let code = |piece: &lang::Piece| !piece.is_test;
    let [base, head] = [Side::Base, Side::Head].map(|side| tokens(context, file, side, code));
    file.role == Role::Production && base.is_some() && base == head
}
