//! The branch calls itself less risky than its diff is.

use super::{Group, Rule};
use crate::Context;
use crate::evidence;
use crate::packet::Risk;
use crate::policy::Origin;
use crate::risk;
use crate::verdict::Finding;

pub static RULE: Rule = Rule {
    name: "understated-risk",
    group: Group::Evidence,
    summary: "the branch calls itself less risky than what it changes is",
    page: include_str!("understated_risk.md"),
    options: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some((declared, by, origin)) = declared(context) else { return Vec::new() };
    let assessed = context.risk();
    let derived = assessed.class();
    if derived <= declared {
        return Vec::new();
    }
    let gravest = assessed.reasons.iter().filter(|reason| reason.class > declared);
    let confidence = gravest.map(risk::confidence).max().unwrap_or(crate::verdict::Confidence::Doubtful);
    let (low, high, why) = (declared.name(), derived.name(), assessed.why());
    let mut finding = Finding::new(RULE.name, format!("{by} calls the risk {low}, it is {high}: the branch {why}"))
        .before(format!("risk {low}"))
        .after(format!("risk {high}: {why}"))
        .confidence(confidence)
        .help(format!("say `Risk Classification: {high}` with what it touches, or take that part out of the branch"));
    if let Some(place) = assessed.reasons.iter().find_map(|reason| reason.place.clone()) {
        finding = finding.at(place);
    }
    let because = origin.or_else(|| assessed.reasons.iter().find_map(|reason| reason.because.clone()));
    vec![match because {
        Some(origin) => finding.because(origin),
        None => finding,
    }]
}

/// What the branch says of itself; where it is silent, what the packet says.
fn declared(context: &Context<'_>) -> Option<(Risk, &'static str, Option<Origin>)> {
    let branch = context.subject.branch.as_deref();
    let written = evidence::gather(context.claims, context.change, context.policy, branch);
    if let Some(declared) = evidence::declared_risk(&written) {
        return Some((declared.class, "the branch", None));
    }
    let risks = context.policy.packets().iter().filter_map(|packet| packet.risk.as_ref());
    let declared = risks.max_by_key(|risk| risk.value)?;
    Some((declared.value, "the work packet", Some(declared.origin.clone())))
}
