//! The branch goes further than its task's permission level.

use std::cmp::Reverse;

use super::{Group, OptionSpec, Rule};
use crate::change::FileChange;
use crate::packet::{Packet, Permission, Risk, Written};
use crate::policy::Origin;
use crate::risk::{self, Assessment};
use crate::verdict::{Confidence, Event, Finding};
use crate::{Context, evidence};

pub static RULE: Rule = Rule {
    name: "permission-exceeded",
    group: Group::Branch,
    summary: "the branch goes further than its task's permission level lets it",
    page: include_str!("permission_exceeded.md"),
    options: &[WITHOUT_PACKET],
    check,
};

const WITHOUT_PACKET: OptionSpec = OptionSpec::bool(
    "without-packet",
    true,
    "Also hold branches without a work packet to `[permission] level` and `risk`.",
);

/// How far somebody may go, and what says so.
struct Limit {
    level: Permission,
    why: String,
    origin: Origin,
    confidence: Confidence,
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let policy = context.policy;
    let has_packet = !policy.packets().is_empty();
    if !context.subject.agent.is_agent
        || !has_packet && !policy.options(&RULE, None).bool(&WITHOUT_PACKET)
        || !does_something(context)
    {
        return Vec::new();
    }
    // What runs by itself is automation, whatever event shows it.
    let is_automatic = granted(context).is_some_and(|limit| limit.level == Permission::L4);
    needed(context, is_automatic).into_iter().find_map(|need| exceeded(context, need)).into_iter().collect()
}

fn exceeded(context: &Context<'_>, (needed, what, confidence): Need) -> Option<Finding> {
    let ceilings = granted(context).into_iter().chain(by_task(context)).chain(by_risk(context, needed));
    let exceeded = ceilings.filter(|limit| limit.level < needed);
    let limit = exceeded.min_by_key(|limit| (Reverse(limit.confidence), limit.level))?;
    let (level, meaning) = (limit.level.name(), limit.level.meaning());
    let finding = Finding::new(RULE.name, format!("{what}, and {} {level} ({meaning})", limit.why));
    let help = "hand it over as a proposal, or have a person raise the level on the base side";
    Some(finding.because(limit.origin).confidence(confidence.min(limit.confidence)).help(help))
}

/// Whether anything but the branch's words about itself differs.
fn does_something(context: &Context<'_>) -> bool {
    let is_packet = |file: &FileChange| {
        context.policy.packets().iter().any(|packet| packet.path.as_bytes() == file.path().as_bytes())
    };
    context.change.files.iter().any(|file| !evidence::is_record(file) && !is_packet(file))
}

/// The level that something takes, and what takes it.
type Need = (Permission, &'static str, Confidence);

/// What the branch takes, the surest first.
fn needed(context: &Context<'_>, is_automatic: bool) -> Vec<Need> {
    let edits = (Permission::L2, "the branch changes files", Confidence::Certain);
    match context.subject.event {
        Event::Automation => vec![(Permission::L4, "the branch was made by automation", Confidence::Certain)],
        _ if is_automatic => vec![(Permission::L4, "the packet lets it run by itself", Confidence::Certain)],
        Event::PullRequest if context.subject.opened_by_person => vec![edits],
        Event::PullRequest => vec![(Permission::L3, "the branch is a pull request", Confidence::Certain)],
        // Somebody has to get to see it; whether by a push is for people to say.
        Event::Push => vec![edits, (Permission::L3, "the branch is pushed", Confidence::Doubtful)],
        Event::Check => vec![edits],
    }
}

/// What the packets give; of several the least. Without one, what the policy gives.
fn granted(context: &Context<'_>) -> Option<Limit> {
    let of = |packet: &Packet| packet.permission.clone();
    let by_packet = context.policy.packets().iter().filter_map(of).min_by_key(|written| written.value);
    let why = if by_packet.is_some() { "the work packet gives" } else { "the policy gives" };
    let Written { value, origin } = by_packet.or_else(|| context.policy.permissions().level.clone())?;
    Some(Limit { level: value, why: why.into(), origin, confidence: Confidence::Certain })
}

fn by_task(context: &Context<'_>) -> Option<Limit> {
    let tasks = context.policy.packets().iter().filter_map(|packet| packet.task.as_ref());
    let limits = tasks.filter_map(|task| {
        let Written { value, origin } = context.policy.permissions().for_task(task.value)?.clone();
        let why = format!("a task of type {} gets", task.value.name());
        Some(Limit { level: value, why, origin, confidence: Confidence::Certain })
    });
    limits.min_by_key(|limit| limit.level)
}

fn by_risk(context: &Context<'_>, needed: Permission) -> Vec<Limit> {
    let permissions = context.policy.permissions();
    // Nothing is read where no class is held below what is needed.
    if Risk::ALL.iter().filter_map(|class| permissions.for_risk(*class)).all(|level| level.value >= needed) {
        return Vec::new();
    }
    // What the preset guesses from a name is worth a look and no more.
    let (sure, guessed): (Vec<_>, Vec<_>) =
        context.risk().reasons.iter().cloned().partition(|reason| risk::confidence(reason) > Confidence::Doubtful);
    let limits = [(Confidence::Likely, sure), (Confidence::Doubtful, guessed)].into_iter().filter_map(
        |(confidence, reasons)| {
            let assessed = Assessment { reasons };
            let class = assessed.class();
            let Written { value, origin } = permissions.for_risk(class)?.clone();
            let why = if assessed.reasons.is_empty() { String::new() } else { format!(" (it {})", assessed.why()) };
            Some(Limit { level: value, why: format!("{} risk{why} gets at most", class.name()), origin, confidence })
        },
    );
    limits.collect()
}
