//! A criterion that nothing in the branch shows to hold.

mod proof;

use super::{Group, Rule};
use crate::evidence::{self, Mapping, Source};
use crate::packet::Criterion;
use crate::verdict::{Confidence, Finding, Place};
use crate::{Context, Side};
use proof::{Proof, Prover};

pub static RULE: Rule = Rule {
    name: "unmapped-criterion",
    group: Group::Evidence,
    summary: "a criterion is mapped to no test that runs and asserts, and to no code of the branch",
    page: include_str!("unmapped_criterion.md"),
    options: &[],
    check,
};

const HELP: &str = "under `Acceptance Criteria Mapping` name, for each criterion, the test (path::name) or the changed code that shows it";

fn check(context: &Context<'_>) -> Vec<Finding> {
    let criteria = criteria(context);
    let branch = context.subject.branch.as_deref();
    let written = evidence::gather(context.claims, context.change, context.policy, branch);
    let mappings = evidence::mappings(&written, &criteria);
    if criteria.is_empty() && mappings.is_empty() {
        return Vec::new();
    }
    let has_text = context.claims.pull_request.is_some();
    // A text that nobody handed over may say it all.
    let may_be_said = context.claims.text_may_follow && !has_text && context.policy.evidence().file.is_none();
    let confidence = if may_be_said { Confidence::Doubtful } else { Confidence::Certain };
    let prover = Prover::new(context);

    let mut found = Vec::new();
    let mut silent = Vec::new();
    for criterion in &criteria {
        let own: Vec<&Mapping<'_>> = mappings.iter().filter(|mapping| mapping.is_of(criterion)).collect();
        if own.is_empty() {
            silent.push(criterion);
            continue;
        }
        let proofs: Vec<(&Mapping<'_>, Proof)> =
            own.into_iter().map(|mapping| (mapping, prover.prove(mapping))).collect();
        if proofs.iter().any(|(_, proof)| *proof == Proof::Holds) {
            continue;
        }
        let worst = proofs.iter().find(|(_, proof)| matches!(proof, Proof::Fails(_))).or_else(|| proofs.first());
        found.extend(worst.map(|(mapping, proof)| {
            let name = format!("criterion `{}`", criterion.id);
            unproven(&name, mapping, proof).because(criterion.origin.clone()).before(criterion.text.clone())
        }));
    }
    // What is mapped without being asked for is a claim too.
    let others = mappings.iter().filter(|mapping| mapping.has_target && !criteria.iter().any(|it| mapping.is_of(it)));
    found.extend(others.filter_map(|mapping| {
        let proof = prover.prove(mapping);
        let is_claim = matches!(proof, Proof::Fails(_));
        is_claim.then(|| {
            unproven(&format!("`{}`", shortened(&mapping.what)), mapping, &proof).confidence(Confidence::Likely)
        })
    }));
    found.extend(unmapped(&silent).map(|finding| finding.confidence(confidence)));
    found.into_iter().map(|finding| finding.help(HELP)).collect()
}

/// Those of the packet that was delegated, then what the branch's own adds.
fn criteria(context: &Context<'_>) -> Vec<Criterion> {
    let mut criteria: Vec<Criterion> = Vec::new();
    for criterion in context.policy.packets().iter().flat_map(|packet| &packet.criteria) {
        if !criteria.iter().any(|known| known.id == criterion.id) {
            criteria.push(criterion.clone());
        }
    }
    criteria
}

fn unproven(name: &str, mapping: &Mapping<'_>, proof: &Proof) -> Finding {
    let message = match proof {
        Proof::Fails(why) => format!("{name} is mapped to {why}"),
        Proof::Holds | Proof::Unknown => format!("{name} is mapped to no test and no code that can be found"),
    };
    let says = mapping.targets.join("; ");
    let finding = Finding::new(RULE.name, message).after(if says.is_empty() { mapping.what.clone() } else { says });
    match mapping.source {
        Source::File(path) => finding.at(Place::line(path, Side::Head, mapping.line)),
        Source::PullRequest | Source::Commit(_) => finding,
    }
}

/// One finding for all that is not there.
fn unmapped(silent: &[&Criterion]) -> Option<Finding> {
    let first = silent.first()?;
    let ids: Vec<String> = silent.iter().map(|criterion| format!("`{}`", criterion.id)).collect();
    let texts: Vec<&str> = silent.iter().map(|criterion| criterion.text.as_str()).collect();
    let (noun, verb) = if ids.len() == 1 { ("criterion", "is") } else { ("criteria", "are") };
    let finding = Finding::new(RULE.name, format!("{noun} {} {verb} mapped to nothing", ids.join(", ")));
    Some(finding.because(first.origin.clone()).before(texts.join("; ")))
}

fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}\u{2026}", &text[..end]),
        None => text.to_owned(),
    }
}
