//! The branch left its base long ago.

use super::{Group, Rule};
use crate::Context;
use crate::verdict::Finding;

pub static RULE: Rule = Rule {
    name: "stale-base",
    group: Group::Branch,
    summary: "the branch left its base long ago",
    page: include_str!("stale_base.md"),
    options: &[],
    check,
};

const COMMITS: &str = "commits behind its base";

/// How far beyond its limit the distance to the base is counted: every commit counted is one read.
pub const COUNTED_BEYOND: u64 = 100;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let branches = context.policy.branches();
    let measures = [
        (&branches.max_behind, context.subject.behind, COMMITS),
        (&branches.max_age_days, context.subject.base_age_days, "days since it left its base"),
    ];
    let stale = measures.into_iter().filter_map(|(limit, count, unit)| {
        let (limit, count) = (limit.as_ref()?, u64::from(count?));
        let is_counted_out = unit == COMMITS && count >= limit.value.saturating_add(COUNTED_BEYOND);
        let at_least = if is_counted_out { "at least " } else { "" };
        let message = format!("{at_least}{count} {unit}, the limit is {}", limit.value);
        let finding = Finding::new(RULE.name, message).because(limit.origin.clone());
        (count > limit.value).then(|| finding.help("rebase onto the base and run the tests again"))
    });
    stale.collect()
}
