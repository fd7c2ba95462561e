//! Dependencies that are now taken from elsewhere, and what may newly run while they are installed.

use super::{Group, OptionSpec, Rule};
use crate::compare::dependencies::{SourceChange, What};
use crate::verdict::{Confidence, Finding, Place};
use crate::{Context, Side};

pub static RULE: Rule = Rule {
    name: "changed-dependency-source",
    group: Group::SupplyChain,
    summary: "a dependency or registry now comes from elsewhere, or an installation runs more",
    page: include_str!("changed_dependency_source.md"),
    options: &[PINS],
    check,
};

const PINS: OptionSpec =
    OptionSpec::bool("pins", true, "Report actions, images and git dependencies that lost their commit or digest.");

fn check(context: &Context<'_>) -> Vec<Finding> {
    context.compared.dependencies().sources.iter().filter_map(|change| finding(context, change)).collect()
}

fn finding(context: &Context<'_>, change: &SourceChange) -> Option<Finding> {
    let options = context.policy.options(&RULE, Some(&change.path));
    let (before, after) = (change.before.as_deref(), change.after.as_deref().unwrap_or_default());
    let was = before.map(|before| format!(" instead of {before}")).unwrap_or_default();
    let (message, help) = match &change.what {
        What::Dependency(name) => (
            format!("`{name}` now comes from {after}{was}"),
            "take it from where it came, or say whose code this is and why",
        ),
        What::Unpinned(_) if !options.bool(&PINS) => return None,
        What::Unpinned(name) => (
            format!("`{name}` is no longer pinned: {after}{was}"),
            "name the commit or digest, with the version in a comment",
        ),
        What::Origin(url) => (
            format!("packages may now come from {url}{was}"),
            "drop the registry, or say who runs it and which packages it may serve",
        ),
        What::Redirect(name) => (
            format!("`{name}` is led to {after}{was}"),
            "depend on a release of the package, or say why it is replaced and until when",
        ),
        What::Script(name) => (
            format!("an installation now runs `{name}`: {after}"),
            "drop the script, or run it as a step that someone starts",
        ),
        What::Permission(name) => (
            format!("an installation may now run code of `{name}`"),
            "allow only packages whose scripts someone has read",
        ),
        What::Checksum(name, version) => (
            format!("`{name}` {version} has another checksum than before"),
            "let the package manager fetch it anew and compare; a published version does not change",
        ),
        What::Host(name, host) => (
            format!("`{name}` is fetched from {host}, which nothing was before"),
            "take it from where the others come from, or name the registry in the settings",
        ),
    };
    let message = match change.also {
        0 => message,
        1 => format!("{message}, also in another manifest"),
        more => format!("{message}, also in {more} other manifests"),
    };
    let confidence = if change.is_usual { Confidence::Doubtful } else { Confidence::Likely };
    let mut finding = Finding::new(RULE.name, message)
        .at(Place::line(&change.path, Side::Head, change.line))
        .confidence(confidence)
        .help(help);
    if let Some(line) = change.base_line {
        finding = finding.base_at(Place::line(&change.base_path, Side::Base, line));
    }
    if let Some(before) = before {
        finding = finding.before(before);
    }
    if let Some(after) = &change.after {
        finding = finding.after(after.clone());
    }
    Some(finding)
}
