//! CI, hooks and scripts that check less than before.

use super::{Group, Rule};
use crate::Context;
use crate::compare::ci::{self, Kind, Spot, Weakening};
use crate::verdict::{Confidence, Finding, Place};

pub static RULE: Rule = Rule {
    name: "weakened-ci",
    group: Group::Signal,
    summary: "a check in CI, a hook or a script was removed, narrowed or may fail unnoticed",
    page: include_str!("weakened_ci.md"),
    options: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    ci::weakenings(context.change).into_iter().map(finding).collect()
}

fn finding(weakening: Weakening) -> Finding {
    let place = |spot: &Spot| Place::line(&spot.path, spot.side, spot.line);
    let confidence = match (weakening.kind, weakening.sure) {
        // Whether the name is this repository's own can't be read from the change.
        (Kind::NotInForks | Kind::WithoutHooks, _) => Confidence::Doubtful,
        (_, true) => Confidence::Certain,
        (_, false) => Confidence::Likely,
    };
    let mut finding = Finding::new(RULE.name, weakening.what)
        .at(place(&weakening.spot))
        .confidence(confidence)
        .help(help(weakening.kind));
    if let Some(base) = &weakening.base_spot {
        finding = finding.base_at(place(base));
    }
    if let Some(before) = weakening.before {
        finding = finding.before(before);
    }
    if let Some(after) = weakening.after {
        finding = finding.after(after);
    }
    finding
}

fn help(kind: Kind) -> &'static str {
    match kind {
        Kind::Swallowed | Kind::Tolerated => "let the failure fail the job, and repair what fails",
        Kind::Gone => "restore the check, or say where it is run now",
        Kind::Narrowed => "restore what was checked, and repair or quarantine by name what fails",
        Kind::Conditional => "drop the condition: a skipped job counts as passed",
        Kind::NotInForks => "make sure that the repository it names is this one",
        Kind::Trigger => "restore the trigger: what is not started reports nothing",
        Kind::Matrix => "restore the combination, or say why it is no longer supported",
        Kind::Setting => "restore the setting",
        Kind::WithoutHooks => "let the hooks run, or say why they have nothing to say here",
    }
}
