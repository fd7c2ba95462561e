//! Contracts with callers that the branch breaks.

use super::{Group, OptionSpec, Rule};
use crate::compare::contracts::{Addition, Break};
use crate::facts::contracts::Format;
use crate::packet::Prohibition;
use crate::verdict::{Confidence, Finding, Place};
use crate::{Context, RepoPath, Side};

pub static RULE: Rule = Rule {
    name: "contract-change",
    group: Group::Contracts,
    summary: "an API, a schema or a public name breaks its users",
    page: include_str!("contract_change.md"),
    options: &[FORMATS, PUBLISHED, ADDITIONS],
    check,
};

const FORMATS: OptionSpec = OptionSpec::list(
    "formats",
    &["openapi", "protobuf", "graphql", "json-schema", "avro", "symbols"],
    "What is compared: `openapi`, `protobuf`, `graphql`, `json-schema`, `avro`, `symbols` (public names of program code).",
);

const PUBLISHED: OptionSpec = OptionSpec::globs(
    "published",
    &[],
    "Code that others are known to call: a public name lost there is found at the rule's level, and not as a doubt.",
);

const ADDITIONS: OptionSpec =
    OptionSpec::bool("additions", false, "Report what is new in a contract too, as a doubt that never blocks.");

fn check(context: &Context<'_>) -> Vec<Finding> {
    let diff = context.compared.contracts();
    let additions = diff.additions.iter().filter_map(|it| addition(context, it));
    diff.breaks.iter().filter_map(|it| finding(context, it)).chain(additions).collect()
}

fn is_compared(context: &Context<'_>, format: Format, path: &RepoPath) -> bool {
    context.policy.options(&RULE, Some(path)).list(&FORMATS).iter().any(|name| name == format.name())
}

fn finding(context: &Context<'_>, it: &Break) -> Option<Finding> {
    if !is_compared(context, it.format, &it.path) {
        return None;
    }
    let forbidden = context.policy.prohibits(Prohibition::Contract);
    let is_published = || context.policy.options(&RULE, Some(&it.path)).globs(&PUBLISHED).is_match(&it.path);
    // Of code it is rarely known who calls it.
    let is_doubtful = it.is_doubtful || (it.format == Format::Symbols && !is_published());
    let is_sure = forbidden.is_some() || !is_doubtful;
    let help = match it.format {
        Format::Symbols => {
            "keep the old name or signature beside the new and mark it deprecated until its users have moved"
        }
        _ => "keep the old beside the new until its callers have moved, or raise the contract's version",
    };
    let mut finding = Finding::new(RULE.name, it.what.clone())
        .at(Place::line(&it.path, it.side, it.line))
        .confidence(if is_sure { Confidence::Likely } else { Confidence::Doubtful })
        .help(help);
    if let Some(origin) = forbidden {
        finding.message.push_str(", and the work packet forbids changes of contracts");
        finding = finding.because(origin.clone());
    }
    Some(match &it.base {
        Some((path, line)) => finding.base_at(Place::line(path, Side::Base, *line)),
        None => finding,
    })
}

/// Additions break nobody; they are told where somebody asked.
fn addition(context: &Context<'_>, it: &Addition) -> Option<Finding> {
    let forbidden = context.policy.prohibits(Prohibition::Contract);
    let is_wanted = forbidden.is_some() || context.policy.options(&RULE, Some(&it.path)).bool(&ADDITIONS);
    if !is_wanted || !is_compared(context, it.format, &it.path) {
        return None;
    }
    let shown = it.names.iter().take(3).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let more = it.names.len().saturating_sub(3);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let verb = if it.names.len() > 1 { "are" } else { "is" };
    let finding = Finding::new(RULE.name, format!("{shown}{more} {verb} new in the contract")).at(Place::line(
        &it.path,
        Side::Head,
        it.line,
    ));
    Some(match forbidden {
        Some(origin) => {
            let message = format!("{}, and the work packet forbids changes of contracts", finding.message);
            Finding { message, ..finding }.because(origin.clone()).confidence(Confidence::Likely)
        }
        None => finding.confidence(Confidence::Doubtful),
    })
}
