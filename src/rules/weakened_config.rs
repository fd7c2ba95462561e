//! Settings of checkers and runners turned down.

use super::{Group, Rule};
use crate::Context;
use crate::compare::config::Weakened;
use crate::verdict::{Confidence, Finding, Place};

pub static RULE: Rule = Rule {
    name: "weakened-config",
    group: Group::Signal,
    summary: "a setting of a compiler, a checker or a test runner was turned down",
    page: include_str!("weakened_config.md"),
    options: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let weakened = context.compared.settings().iter();
    weakened.filter(|it| !it.rules).cloned().map(|it| finding(RULE.name, it)).collect()
}

/// A weaker setting as a finding of the rule that names it.
pub(super) fn finding(rule: &'static str, weakened: Weakened) -> Finding {
    let mut finding = Finding::new(rule, weakened.what)
        .at(Place::line(&weakened.path, weakened.side, weakened.line.max(1)))
        .confidence(Confidence::Likely)
        .help("restore the setting and repair what it reports, or change it in a branch of its own");
    if let Some((path, line)) = &weakened.base {
        finding = finding.base_at(Place::line(path, crate::Side::Base, (*line).max(1)));
    }
    if let Some(before) = weakened.before {
        finding = finding.before(before);
    }
    if let Some(after) = weakened.after {
        finding = finding.after(after);
    }
    finding
}
