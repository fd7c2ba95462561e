//! Contracts with callers that the branch breaks.

use super::{Group, OptionSpec, Rule};
use crate::Context;
use crate::Side;
use crate::compare::contracts::{self, Break};
use crate::verdict::{Confidence, Finding, Place};

pub static RULE: Rule = Rule {
    name: "contract-change",
    group: Group::Contracts,
    summary: "an API description breaks its callers",
    page: include_str!("contract_change.md"),
    options: &[FORMATS],
    check,
};

const FORMATS: OptionSpec = OptionSpec::list(
    "formats",
    &["openapi", "protobuf", "graphql"],
    "Formats of contracts that are compared: `openapi`, `protobuf`, `graphql`.",
);

fn check(context: &Context<'_>) -> Vec<Finding> {
    let diff = contracts::compare(context.change);
    let unread = diff.unread.iter().map(|(path, why)| {
        Finding::new(RULE.name, format!("the contract can't be read, so it was not compared: {why}"))
            .at(Place::file(path, Side::Head))
            .confidence(Confidence::Doubtful)
    });
    diff.breaks.iter().filter_map(|it| finding(context, it)).chain(unread).collect()
}

fn finding(context: &Context<'_>, it: &Break) -> Option<Finding> {
    let options = context.policy.options(&RULE, Some(&it.path));
    if !options.list(&FORMATS).iter().any(|format| format == it.format.name()) {
        return None;
    }
    let confidence = if it.is_doubtful { Confidence::Doubtful } else { Confidence::Likely };
    let finding = Finding::new(RULE.name, it.what.clone())
        .at(Place::line(&it.path, it.side, it.line))
        .confidence(confidence)
        .help("keep the old beside the new until its callers have moved, or raise the contract's version");
    Some(match &it.base {
        Some((path, line)) => finding.base_at(Place::line(path, Side::Base, *line)),
        None => finding,
    })
}
