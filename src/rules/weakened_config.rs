//! Settings of checkers and runners turned down.

use super::{Group, OptionSpec, Rule};
use crate::Context;
use crate::compare::config::Weakened;
use crate::verdict::{Confidence, Finding, Place};

pub static RULE: Rule = Rule {
    name: "weakened-config",
    group: Group::Signal,
    summary: "a setting of a compiler, a checker or a test runner was turned down",
    page: include_str!("weakened_config.md"),
    options: &[ALLOW],
    check,
};

const ALLOW: OptionSpec = OptionSpec::list(
    "allow",
    &[],
    "Tools (`Codecov`), settings (`skipLibCheck`) or both (`TypeScript:skipLibCheck`) that may be turned down.",
);

fn check(context: &Context<'_>) -> Vec<Finding> {
    let weakened = context.compared.settings().iter();
    let found = weakened.filter(|it| !it.rules && !is_allowed(context, it));
    found.cloned().map(|it| finding(RULE.name, it)).collect()
}

fn is_allowed(context: &Context<'_>, it: &Weakened) -> bool {
    let own = it.setting.rsplit(": ").next().unwrap_or(&it.setting);
    let names = [it.tool.to_owned(), own.to_owned(), format!("{}:{own}", it.tool)];
    let allowed = context.policy.options(&RULE, Some(&it.path)).list(&ALLOW);
    allowed.iter().any(|allowed| names.iter().any(|name| name.eq_ignore_ascii_case(allowed)))
}

/// A weaker setting as a finding of the rule that names it.
pub(super) fn finding(rule: &'static str, weakened: Weakened) -> Finding {
    let mut finding = Finding::new(rule, weakened.what)
        .at(Place::line(&weakened.path, weakened.side, weakened.line.max(1)))
        .confidence(if weakened.is_doubtful { Confidence::Doubtful } else { Confidence::Likely })
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
