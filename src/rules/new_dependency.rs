//! Packages, actions and images that the repository did not depend on.

use std::collections::BTreeMap;

use super::{Group, OptionSpec, Options, Rule};
use crate::compare::dependencies::{Mention, describe};
use crate::facts::dependencies::{Dependency, purl};
use crate::packet::Prohibition;
use crate::verdict::{Finding, Place};
use crate::{Context, RepoPath, Side};

pub static RULE: Rule = Rule {
    name: "new-dependency",
    group: Group::SupplyChain,
    summary: "a package, action or image that the repository did not depend on",
    page: include_str!("new_dependency.md"),
    options: &[ALLOW, DENY, IGNORE_KINDS, EACH_MANIFEST],
    check,
};

const ALLOW: OptionSpec = OptionSpec::list(
    "allow",
    &[],
    "Dependencies that need no word, by name, `ecosystem:name` or package URL; `*` stands for anything.",
);

const DENY: OptionSpec =
    OptionSpec::list("deny", &[], "Dependencies that no manifest may take up, known or not; written as in `allow`.");

const IGNORE_KINDS: OptionSpec = OptionSpec::list(
    "ignore-kinds",
    &[],
    "Kinds that are not reported: `runtime`, `dev`, `build`, `peer`, `optional`, `shared`, `plugin`, `tool`, `action`, `image`, `hook`, `submodule`.",
);

const EACH_MANIFEST: OptionSpec =
    OptionSpec::bool("each-manifest", false, "Also report what another manifest of the repository depends on already.");

fn check(context: &Context<'_>) -> Vec<Finding> {
    let diff = context.compared.dependencies();
    told(diff.mentions.iter().filter_map(|mention| finding(context, mention))).collect()
}

/// Findings of one manifest that are told one by one; a project that comes in as a whole is one finding.
const MOST: usize = 10;

fn told(findings: impl Iterator<Item = Finding>) -> impl Iterator<Item = Finding> {
    let mut by_path: BTreeMap<Option<RepoPath>, Vec<Finding>> = BTreeMap::new();
    for finding in findings {
        by_path.entry(finding.place.as_ref().map(|place| place.path.clone())).or_default().push(finding);
    }
    by_path.into_values().flat_map(|mut found| {
        if found.len() > MOST {
            let names = found.split_off(1);
            let names: Vec<String> =
                names.iter().filter_map(|it| it.message.split('`').nth(1).map(str::to_owned)).collect();
            if let Some(first) = found.first_mut() {
                first.message.push_str(&format!(", and {} more in this manifest", names.len()));
                first.after = Some(format!("{}; {}", first.after.take().unwrap_or_default(), names.join(", ")));
            }
        }
        found
    })
}

fn finding(context: &Context<'_>, mention: &Mention) -> Option<Finding> {
    let options = context.policy.options(&RULE, Some(&mention.path));
    let dependency = &mention.dependency;
    let place = Place::line(&mention.path, Side::Head, dependency.line);
    if let Some(pattern) = listed(&options, &DENY, dependency) {
        let message = format!("{}, which the policy denies (`{pattern}`)", describe_new(mention));
        return Some(Finding::new(RULE.name, message).at(place).after(content(dependency)));
    }
    let is_new = mention.is_new() || (options.bool(&EACH_MANIFEST) && !mention.is_echo);
    let is_ignored = options.list(&IGNORE_KINDS).iter().any(|kind| kind == dependency.kind.name());
    // What a packet forbids for one task, the policy's list for all tasks doesn't allow.
    let forbidden = context.policy.prohibits(Prohibition::Dependency);
    let is_allowed = forbidden.is_none() && listed(&options, &ALLOW, dependency).is_some();
    if !is_new || is_ignored || is_allowed {
        return None;
    }
    let mut message = describe_new(mention);
    if forbidden.is_some() {
        message.push_str(", which the work packet forbids");
    }
    if let Some(other) = &mention.look_alike {
        message.push_str(&format!("; it reads like `{other}`, which is already there"));
    }
    let finding = Finding::new(RULE.name, message).at(place).after(content(dependency));
    Some(match forbidden {
        Some(origin) => finding.because(origin.clone()),
        None => finding,
    })
}

/// ``new dev dependency `pytest` >=8 from the registry (pkg:pypi/pytest)``
fn describe_new(mention: &Mention) -> String {
    let dependency = &mention.dependency;
    let version = dependency.requirement.as_deref().map(|text| format!(" {text}")).unwrap_or_default();
    let alias = dependency.alias.as_ref().map(|alias| format!(" as `{alias}`")).unwrap_or_default();
    let url = purl(dependency).map(|url| format!(" ({url})")).unwrap_or_default();
    let from = describe(&dependency.source);
    format!("new {} `{}`{version}{alias} from {from}{url}", mention.noun(), dependency.name)
}

/// What a waiver is about: the package and where it comes from, not its version.
fn content(dependency: &Dependency) -> String {
    format!("{}:{} from {}", dependency.ecosystem.name(), dependency.name, describe(&dependency.source))
}

/// The pattern of a list that fits a dependency.
fn listed(options: &Options, list: &OptionSpec, dependency: &Dependency) -> Option<String> {
    let url = purl(dependency).unwrap_or_default();
    let long = format!("{}:{}", dependency.ecosystem.name(), dependency.name);
    let names = [dependency.name.as_str(), &long, &url, url.split(['@', '?']).next().unwrap_or_default()];
    options.list(list).into_iter().find(|pattern| names.iter().any(|name| fits(pattern, name)))
}

/// Whether a text fits a pattern in which `*` stands for anything.
fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.to_ascii_lowercase(), text.to_ascii_lowercase());
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn patterns() {
        assert!(fits("@types/*", "@types/node") && fits("npm:*", "npm:x") && fits("serde", "serde") && fits("*", "a"));
        assert!(
            fits("a*b*c", "a1b2c") && !fits("a*b*c", "a1c") && !fits("serde", "serde-json") && !fits("@types/*", "x")
        );
    }
}
