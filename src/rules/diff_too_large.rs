//! The branch is larger than anyone reviews well.

use super::{Group, Rule};
use crate::Context;
use crate::verdict::Finding;

pub static RULE: Rule = Rule {
    name: "diff-too-large",
    group: Group::Scope,
    summary: "the branch is larger than anyone reviews well",
    page: include_str!("diff_too_large.md"),
    options: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let scope = context.policy.scope();
    let summary = context.change.summary();
    let measures = [
        (&scope.max_files, summary.files, "files"),
        (&scope.max_production_files, summary.production_files, "production files"),
        (&scope.max_lines, summary.added + summary.deleted, "lines"),
    ];
    let too_large = measures.into_iter().filter_map(|(limit, count, unit)| {
        let limit = limit.as_ref()?;
        let message = format!("{count} {unit} changed, the limit is {}", limit.value);
        let finding = Finding::new(RULE.name, message).because(limit.origin.clone());
        (count > limit.value).then(|| finding.help("split the work into independent branches"))
    });
    too_large.collect()
}
