//! The branch is larger than anyone reviews well.

use super::{Group, Rule};
use crate::Context;
use crate::policy::{Limit, Scope};
use crate::verdict::Finding;

pub static RULE: Rule = Rule {
    name: "diff-too-large",
    group: Group::Scope,
    summary: "the branch is larger than anyone reviews well",
    page: include_str!("diff_too_large.md"),
    options: &[],
    check,
};

type Measured = fn(&Scope) -> Option<&Limit>;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let summary = context.change.summary();
    let measures: [(Measured, u64, &str); 3] = [
        (|scope| scope.max_files.as_ref(), summary.files, "files"),
        (|scope| scope.max_production_files.as_ref(), summary.production_files, "production files"),
        (|scope| scope.max_lines.as_ref(), summary.added + summary.deleted, "lines"),
    ];
    let too_large = measures.into_iter().filter_map(|(limit, count, unit)| {
        // Of policy and packet the narrower one.
        let limit = context.policy.scopes().filter_map(limit).min_by_key(|limit| limit.value)?;
        let message = format!("{count} {unit} changed, the limit is {}", limit.value);
        let finding = Finding::new(RULE.name, message).because(limit.origin.clone());
        (count > limit.value).then(|| finding.help("split the work into independent branches"))
    });
    too_large.collect()
}
