//! Lockfiles that do not say what their manifests ask for.

use super::{Group, Rule};
use crate::Context;
use crate::compare::dependencies::{Drift, DriftKind};
use crate::verdict::{Confidence, Finding, Place};

pub static RULE: Rule = Rule {
    name: "lockfile-drift",
    group: Group::SupplyChain,
    summary: "a manifest and its lockfile no longer say the same",
    page: include_str!("lockfile_drift.md"),
    options: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    context.compared.dependencies().drifts.iter().map(finding).collect()
}

/// Names that are told; more are counted.
const TOLD: usize = 5;

fn finding(drift: &Drift) -> Finding {
    let (message, help, confidence) = match &drift.what {
        DriftKind::Missing { name, lockfile } => (
            format!("`{name}` is not in `{}`, which pins the others", lockfile.to_text()),
            "let the package manager write the lockfile, and commit both",
            Confidence::Likely,
        ),
        DriftKind::Behind { name, requirement, locked, lockfile } => (
            format!("`{name}` {requirement} is asked for, `{}` pins {locked}", lockfile.to_text()),
            "let the package manager write the lockfile, and commit both",
            Confidence::Likely,
        ),
        DriftKind::Unasked { names } => {
            let told: Vec<String> = names.iter().take(TOLD).map(|name| format!("`{name}`")).collect();
            let more = names.len().saturating_sub(TOLD);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            (
                format!(
                    "{}{more} in the lockfile, though no manifest and no other package asks for it",
                    told.join(", ")
                ),
                "let the package manager write the lockfile anew from the manifests",
                Confidence::Likely,
            )
        }
        DriftKind::Deleted => (
            "the lockfile is deleted, so every installation chooses versions anew".to_owned(),
            "restore it, or say why this project no longer pins what it installs",
            Confidence::Likely,
        ),
        DriftKind::Unverified => (
            "the checksums are deleted, so whatever a download brings is built".to_owned(),
            "restore the file, or say what verifies the dependencies now",
            Confidence::Likely,
        ),
    };
    let place = drift
        .line
        .map_or_else(|| Place::file(&drift.path, drift.side), |line| Place::line(&drift.path, drift.side, line));
    Finding::new(RULE.name, message).at(place).help(help).confidence(confidence)
}
