//! Recorded output that was rewritten or deleted.

use std::collections::BTreeMap;

use super::test_transition::{at, short};
use super::{Group, OptionKind, OptionSpec, Rule};
use crate::change::{FileChange, Role, Status};
use crate::compare::snapshots::{between, excerpt};
use crate::compare::tests::{Change, Transition};
use crate::facts::snapshots::{self, Entry};
use crate::verdict::{Confidence, Finding, Place};
use crate::{Context, RepoPath, Side};

pub static RULE: Rule = Rule {
    name: "snapshot-churn",
    group: Group::Snapshots,
    summary: "recorded output changed or deleted",
    page: include_str!("snapshot_churn.md"),
    options: &[MAX_FILES, REQUIRE_RATIONALE],
    check,
};

const MAX_FILES: OptionSpec = OptionSpec {
    name: "max-files",
    kind: OptionKind::Integer(0),
    help: "How many recordings a branch may rewrite before any is reported.",
};
const REQUIRE_RATIONALE: OptionSpec = OptionSpec {
    name: "require-rationale",
    kind: OptionKind::Bool(false),
    help: "Report only recordings for which no `Snapshot-Rationale: <path or glob>: <reason>` is given.",
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let production =
        context.change.files.iter().any(|file| file.role == Role::Production || file.role == Role::Generated);
    let mut findings: Vec<Finding> = context
        .change
        .files
        .iter()
        .filter(|file| {
            file.role == Role::Snapshot || (file.role == Role::TestData && snapshots::is_called_golden(file.path()))
        })
        .filter_map(|file| finding(context, file, production))
        .collect();
    findings.extend(inline(context, production));
    if let Some(first) = findings.first() {
        let path = first.place.as_ref().map(|place| &place.path);
        let options = context.policy.options(&RULE, path);
        if options.bool(&REQUIRE_RATIONALE) {
            let rationales = rationales(context);
            findings.retain(|finding| {
                finding.place.as_ref().is_none_or(|place| !rationales.iter().any(|it| fits(it, &place.path.to_text())))
            });
        }
        if u64::try_from(findings.len()).unwrap_or(u64::MAX) <= options.integer(&MAX_FILES) {
            return Vec::new();
        }
    }
    findings
}

/// Recordings that stand in the tests themselves: one finding a file.
fn inline(context: &Context<'_>, production: bool) -> Vec<Finding> {
    let because = if production { "together with production code" } else { "without any change to production code" };
    let mut by_path: BTreeMap<&RepoPath, Vec<&Transition>> = BTreeMap::new();
    for transition in &context.compared.tests().transitions {
        if let (Change::Rerecorded, Some(head)) = (&transition.change, &transition.head) {
            by_path.entry(&head.path).or_default().push(transition);
        }
    }
    by_path
        .into_values()
        .filter_map(|all| {
            let first = *all.first()?;
            let message = format!("{}, {because}", count(all.len(), 0, short(&first.test)));
            Some(at(RULE.name, message, first).confidence(confidence(production)))
        })
        .collect()
}

fn finding(context: &Context<'_>, file: &FileChange, production: bool) -> Option<Finding> {
    let base_entry = file.side(Side::Base)?;
    let base = context.change.content(file, Side::Base)?.ok()?;
    if file.status == Status::Deleted {
        return deleted(context, file, &base, production);
    }
    let head = context.change.content(file, Side::Head)?.ok()?;
    if base == head {
        return None;
    }
    let because = if production { "together with production code" } else { "without any change to production code" };
    let (Some(old), Some(new)) = (snapshots::entries(&base_entry.path, &base), snapshots::entries(file.path(), &head))
    else {
        return Some(
            Finding::new(RULE.name, format!("recorded output replaced, {because}"))
                .at(Place::file(file.path(), Side::Head))
                .confidence(confidence(production)),
        );
    };
    let mut difference = between(&old, &new);
    let source = owner_text(context, file, &base);
    difference
        .removed
        .retain(|entry| source.as_ref().is_none_or(|s| snapshots::is_mentioned(file.path(), &entry.name, s)));
    let (changed, removed) = (difference.changed.len(), difference.removed.len());
    if let Some((before, after)) = difference.changed.first() {
        let (offset, old_lines, new_lines) = excerpt(&before.body, &after.body);
        let last =
            |entry: &Entry| entry.line.saturating_add(u32::try_from(entry.body.lines().count()).unwrap_or(0)).max(1);
        let place = |entry: &Entry| entry.line.saturating_add(offset).min(last(entry));
        let hunk = context.change.hunks(file).ok().and_then(|hunks| hunks.first().copied());
        let line = hunk.filter(|_| after.name.is_empty()).map_or_else(|| place(after), |hunk| hunk.head_start.max(1));
        let base_line =
            hunk.filter(|_| after.name.is_empty()).map_or_else(|| place(before), |hunk| hunk.base_start.max(1));
        let what = count(changed, removed, &after.name);
        return Some(
            Finding::new(RULE.name, format!("{what}, {because}"))
                .at(Place::line(file.path(), Side::Head, line))
                .base_at(Place::line(&base_entry.path, Side::Base, base_line))
                .before(old_lines)
                .after(new_lines)
                .confidence(confidence(production)),
        );
    }
    let entry = difference.removed.first()?;
    let name = entry.name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end();
    let more = if removed > 1 { format!(" and {} more", removed - 1) } else { String::new() };
    Some(
        Finding::new(
            RULE.name,
            format!("recorded output of `{name}`{more} deleted, its test is still there, {because}"),
        )
        .at(Place::line(&base_entry.path, Side::Base, entry.line))
        .before(excerpt(&entry.body, "").1),
    )
}

fn count(changed: usize, removed: usize, name: &str) -> String {
    let entries = match changed {
        1 if name.is_empty() => "recorded output changed".to_owned(),
        1 => format!("recorded output of `{name}` changed"),
        _ => format!("recorded output of {changed} assertions changed"),
    };
    if removed == 0 { entries } else { format!("{entries} and of {removed} deleted") }
}

/// A deleted recording is a red flag only while its test is still there; a test that went with it is another rule's.
fn deleted(context: &Context<'_>, file: &FileChange, base: &[u8], production: bool) -> Option<Finding> {
    let entries = snapshots::entries(file.path(), base).unwrap_or_default();
    let source = owner_text(context, file, base)?;
    let left = entries.iter().filter(|entry| snapshots::is_mentioned(file.path(), &entry.name, &source)).count();
    if left == 0 && !entries.is_empty() {
        return None;
    }
    let because = if production { "together with production code" } else { "without any change to production code" };
    Some(
        Finding::new(RULE.name, format!("recorded output deleted, its test is still there, {because}"))
            .at(Place::file(file.path(), Side::Base))
            .help("restore the recording, or let the test say what it expects instead"),
    )
}

/// The head's text of the test file that owns a recording; `None` where it can't be told or is gone.
fn owner_text(context: &Context<'_>, file: &FileChange, base: &[u8]) -> Option<String> {
    let owner = snapshots::owner(file.path(), base)?;
    let entry = context.change.source().entry(Side::Head, &owner)?;
    let bytes = context.change.source().read(&entry).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn confidence(production: bool) -> Confidence {
    if production { Confidence::Likely } else { Confidence::Certain }
}

/// `Snapshot-Rationale: path: reason` in the pull request's text or a commit message.
fn rationales(context: &Context<'_>) -> Vec<String> {
    let commits = context.claims.commits.iter().map(|commit| commit.message.as_str());
    let texts = context.claims.pull_request.as_deref().into_iter().chain(commits);
    texts
        .flat_map(str::lines)
        .filter_map(|line| {
            let line = line.trim().trim_start_matches(['-', '*', ' ']);
            let rest =
                line.get(..19).filter(|key| key.eq_ignore_ascii_case("snapshot-rationale:")).map(|_| &line[19..])?;
            let (pattern, reason) = rest.split_once(": ")?;
            (reason.trim().len() >= 8).then(|| pattern.trim().trim_matches('`').to_owned())
        })
        .collect()
}

fn fits(pattern: &str, path: &str) -> bool {
    let glob = globset::GlobBuilder::new(pattern).literal_separator(true).build();
    pattern == path || glob.is_ok_and(|glob| glob.compile_matcher().is_match(path))
}
