//! See `missing_test.md`.

use super::{Group, OptionSpec, Rule};
use crate::change::{FileChange, Role};
use crate::verdict::{Confidence, Finding, Place};
use crate::{Context, Side};

const MIN_LINES: OptionSpec =
    OptionSpec::integer("min-lines", 5, "How many lines of production code must be new before a test is missed.");

pub static RULE: Rule = Rule {
    name: "missing-test",
    group: Group::Tests,
    summary: "production code that changes what it does, and no test with it",
    page: include_str!("missing_test.md"),
    options: &[MIN_LINES],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let change = context.change;
    if change.files.iter().any(|file| file.role.is_test()) || context.facts.tests().inline_tests_differ() {
        return Vec::new();
    }
    let grown = |file: &&FileChange| file.role == Role::Production && file.head.is_some();
    let mut changed: Vec<(u64, &FileChange)> = change
        .files
        .iter()
        .filter(grown)
        .filter(|file| crate::facts::behaviour::differs(change, file))
        .filter_map(|file| Some((change.lines(file).ok()?.added(), file)))
        .collect();
    changed.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.path().cmp(b.1.path())));
    let lines: u64 = changed.iter().map(|(added, _)| added).sum();
    let Some((_, largest)) = changed.first() else { return Vec::new() };
    let options = context.policy.options(&RULE, Some(largest.path()));
    if lines < options.integer(&MIN_LINES) {
        return Vec::new();
    }
    let files = if changed.len() == 1 { String::new() } else { format!(" in {} files", changed.len()) };
    let message = format!("{lines} new lines of production code{files}, and no test changed");
    let finding = Finding::new(RULE.name, message)
        .at(Place::file(largest.path(), Side::Head))
        .confidence(Confidence::Likely)
        .help("add or extend a test that fails without this change");
    vec![finding]
}
