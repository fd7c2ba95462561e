//! The branch edits what judges it.

mod hiding;

use std::ops::RangeInclusive;

use super::{Group, OptionKind, OptionSpec, Rule};
use crate::change::{FileChange, Status};
use crate::evidence;
use crate::facts::gate::{self, Part};
use crate::facts::text::Lines;
use crate::packet::Packet;
use crate::policy;
use crate::verdict::{Confidence, Finding, Place, waivers};
use crate::{Context, RepoPath, Side};

pub static RULE: Rule = Rule {
    name: "policy-tampering",
    group: Group::Scope,
    summary: "the branch edits the gate, its hooks, its CI job or who reviews",
    page: include_str!("policy_tampering.md"),
    options: &[INSTRUCTIONS, SETTINGS],
    check,
};

/// A person can't prove to be the owner of the gate, so not even a person passes; but is told the way.
const FOR_PEOPLE: &str = "an owner of the base can excuse exactly this edit there: `agentgate waive`; or `[people] rules` on the base asks less of people";

const INSTRUCTIONS: OptionSpec = OptionSpec {
    name: "instructions",
    kind: OptionKind::Text("warn"),
    help: "What agents are told (`AGENTS.md`, rules of agents): `block`, `warn` or `off`.",
};

const SETTINGS: OptionSpec = OptionSpec {
    name: "agent-settings",
    kind: OptionKind::Text("warn"),
    help: "What agents may do and start (permissions, hooks, MCP servers): `block`, `warn` or `off`.",
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let edits = context.change.files.iter().filter_map(|file| finding(context, file));
    edits.chain(hiding::findings(context)).collect()
}

fn finding(context: &Context<'_>, file: &FileChange) -> Option<Finding> {
    // A file that moves out of the gate was the gate's, one that moves in becomes it.
    let (side, part) = [Side::Base, Side::Head].into_iter().find_map(|side| {
        let part = gate::part(&file.side(side)?.path)?;
        Some((side, part))
    })?;
    if evidence::is_record(file) {
        return None;
    }
    let options = context.policy.options(&RULE, Some(file.path()));
    let confidence = match part {
        Part::Policy | Part::Owners | Part::Hosting => Confidence::Certain,
        Part::Hook | Part::Pipeline => touches_gate(context, file, part).then_some(Confidence::Certain)?,
        Part::AgentSettings if runs_gate(context, file, Side::Base) => Confidence::Certain,
        Part::AgentSettings => lenient(&options.text(&SETTINGS))?,
        Part::Instructions => lenient(&options.text(&INSTRUCTIONS))?,
    };
    if file.path().as_bytes() == waivers::FILE.as_bytes() && file.head.is_some() {
        return Some(self_waiver(context, file));
    }
    let what = part.name();
    let message = match (file.status, part) {
        (Status::Added, Part::Policy) => "the branch brings a gate of its own".to_owned(),
        (Status::Added, _) => format!("the branch adds {what}"),
        (Status::Deleted, _) => format!("the branch deletes {what}"),
        (Status::Renamed(_), _) if side == Side::Base => format!("the branch moves {what} away"),
        _ => format!("the branch edits {what}"),
    };
    if part == Part::Policy && is_first_policy(context) {
        let help = "whoever merges this decides what agents are held to from then on";
        let finding = Finding::new(RULE.name, "the repository gets its first policy").help(help);
        return Some(finding.at(place(context, file)).confidence(Confidence::Doubtful));
    }
    if is_own_packet(context, file) {
        let help = "the branch is held to it; merge it apart for it to hold from the start";
        let finding = Finding::new(RULE.name, "the branch brings its own work packet").help(help);
        return Some(finding.at(place(context, file)).confidence(Confidence::Doubtful));
    }
    let mut finding = Finding::new(RULE.name, message).at(place(context, file)).confidence(confidence);
    if !context.subject.agent.is_agent {
        finding = finding.help(FOR_PEOPLE);
    }
    if let (Some(entry), Status::Renamed(_)) = (&file.base, file.status) {
        finding = finding.base_at(Place::file(&entry.path, Side::Base));
    }
    Some(finding)
}

/// Whether a person sets the gate up. There is no policy yet that could be weakened, and no other way to get one.
fn is_first_policy(context: &Context<'_>) -> bool {
    let is_there = context.change.source().entry(Side::Base, &RepoPath::from(policy::FILE)).is_some();
    !is_there && !context.subject.agent.is_agent
}

/// A branch that excuses findings, its own or others'. A person may propose it where that is all the branch does: whoever
/// merges it decides.
fn self_waiver(context: &Context<'_>, file: &FileChange) -> Finding {
    let is_proposal = context.change.files.len() == 1 && !context.subject.agent.is_agent;
    let (message, help, confidence) = if is_proposal {
        ("the branch asks for a waiver", "whoever merges this excuses the findings it names", Confidence::Doubtful)
    } else {
        let help = "a person proposes waivers on a branch that changes nothing else; no branch excuses itself";
        ("the branch writes a waiver", help, Confidence::Certain)
    };
    Finding::new(RULE.name, message).help(help).at(place(context, file)).confidence(confidence)
}

/// Whether it is the packet of this very branch, which the base doesn't have: it can only narrow what the branch may do.
fn is_own_packet(context: &Context<'_>, file: &FileChange) -> bool {
    let is_own = |packet: &Packet| packet.path.as_bytes() == file.path().as_bytes();
    file.status == Status::Added && context.policy.packets().iter().any(is_own)
}

fn lenient(option: &str) -> Option<Confidence> {
    match option {
        "off" => None,
        "block" => Some(Confidence::Certain),
        _ => Some(Confidence::Doubtful),
    }
}

/// Where the first change is; the file where it has no lines.
fn place(context: &Context<'_>, file: &FileChange) -> Place {
    let side = if file.head.is_some() { Side::Head } else { Side::Base };
    let first = context.change.hunks(file).ok().and_then(|hunks| hunks.first());
    match (side, first, file.status) {
        (Side::Head, Some(hunk), Status::Modified) => Place::line(file.path(), side, hunk.head_start.max(1)),
        _ => Place::file(file.path(), side),
    }
}

fn text(context: &Context<'_>, file: &FileChange, side: Side) -> Option<String> {
    let bytes = context.change.content(file, side)?.ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn runs_gate(context: &Context<'_>, file: &FileChange, side: Side) -> bool {
    text(context, file, side).is_some_and(|text| gate::runs_gate(&text))
}

/// Whether a file that serves others too is changed where it runs the gate.
fn touches_gate(context: &Context<'_>, file: &FileChange, part: Part) -> bool {
    if !runs_gate(context, file, Side::Base) {
        // A first call of the gate is no tampering; it is judged by what it does once it is on the base.
        return false;
    }
    let whole = file.status != Status::Modified && !matches!(file.status, Status::Renamed(100));
    if whole || is_script(file) {
        return true;
    }
    let changed = |side, inside: &dyn Fn(&str) -> Vec<RangeInclusive<u32>>| {
        let (Some(text), Ok(hunks)) = (text(context, file, side), context.change.hunks(file)) else { return true };
        let blocks = inside(&text);
        hunks.iter().any(|hunk| {
            let lines = if side == Side::Base { hunk.base_lines() } else { hunk.head_lines() };
            lines.is_some_and(|lines| {
                blocks.iter().any(|block| *block.start() <= lines.last && lines.first <= *block.end())
            })
        })
    };
    let inside: &dyn Fn(&str) -> Vec<RangeInclusive<u32>> = match part {
        Part::Pipeline => &gate::pipeline_blocks,
        _ => &near_the_gate,
    };
    file.head.is_none() || changed(Side::Base, inside) || changed(Side::Head, inside)
}

/// A hook that is a script runs from top to bottom: any line of it can leave before the gate.
fn is_script(file: &FileChange) -> bool {
    let name = file.path().file_name();
    gate::part(file.path()) == Some(Part::Hook) && !name.contains(&b'.')
}

/// Lines of a hook manager's configuration that run the gate, with those around them.
fn near_the_gate(text: &str) -> Vec<RangeInclusive<u32>> {
    let lines = Lines::of(text.as_bytes());
    let mut found = Vec::new();
    for number in 1..=lines.number(text.len()) {
        if gate::runs_gate(lines.line(number)) {
            found.push(number.saturating_sub(3)..=number + 3);
        }
    }
    found
}
