//! `agentgate packet show`: what a branch is held to.

use std::path::PathBuf;

use super::super::document::{Format, visible};
use super::super::exit::Exit;
use super::super::failure::{Failure, Result};
use super::super::{line, print};
use super::{current_branch, ticket_of};
use crate::packet::{self, Packet};
use crate::policy::Limit;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agentgate packet show                          of the branch that is checked out
  agentgate packet show --branch agent/T-12-x
  agentgate packet show --packet packet.md --format json")]
pub(super) struct Show {
    /// Whose packet [default: the branch that is checked out]
    #[arg(long, value_name = "NAME")]
    branch: Option<String>,
    /// What the branch is compared with, and where its packet lies [default: as for `check`]
    #[arg(long, value_name = "REF")]
    base: Option<String>,
    /// This file instead of the base side's
    #[arg(long, value_name = "FILE")]
    packet: Option<PathBuf>,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The repository, if not the current one
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
}

impl Show {
    pub(super) fn run(self) -> Result<Exit> {
        let repository = line::open(self.repo.as_deref())?;
        let (base, policy) = match &self.base {
            Some(name) => {
                let base = line::commit(&repository, Some(name))?;
                let policy = line::policy(&repository, base.id, None)?;
                (base, policy)
            }
            None => line::default_base(&repository, None, None)?,
        };
        let branch = match (self.branch, &self.packet) {
            (None, None) => Some(current_branch(&repository)?),
            (branch, _) => branch,
        };
        let found = line::packets(&repository, base.id, &policy, branch.as_deref(), self.packet.as_deref())?;
        if found.is_empty() {
            let path = packet::path_of(&ticket_of(&policy, branch.as_deref().unwrap_or_default())?);
            let name = base.name.unwrap_or_else(|| base.id.short());
            return Err(Failure::new(format!("there is no {path} on {name}"))
                .help("packets hold once they are merged there; `agentgate packet new TICKET` writes one")
                .help("name a file that is not merged with --packet"));
        }
        for packet in &found {
            match self.format {
                Format::Text => print(&shown(packet))?,
                Format::Json => print(&json(packet))?,
            }
        }
        Ok(Exit::Passed)
    }
}

/// How much of a packet is written, in a line.
pub(super) fn counted(packet: &Packet) -> String {
    format!(
        "{} of 8 sections, {}, {}",
        packet.sections.len(),
        plural(packet.criteria.len(), "criterion", "criteria"),
        plural(packet.commands.len(), "command", "commands"),
    )
}

fn plural(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn shown(packet: &Packet) -> String {
    let mut lines = vec![format!("{} ({})", packet.title.as_deref().unwrap_or("work packet"), packet.path)];
    let mut say = |label: &str, value: String, line: u32| {
        lines.push(format!("  {label:<21} {value}  (line {line})"));
    };
    if let Some(task) = &packet.task {
        say("task type", task.value.name().into(), task.origin.line);
    }
    if let Some(level) = &packet.permission {
        say("permission level", format!("{}, {}", level.value.name(), level.value.meaning()), level.origin.line);
    }
    if let Some(risk) = &packet.risk {
        say("risk", risk.value.name().into(), risk.origin.line);
    }
    for goal in &packet.objective {
        say("objective", goal.value.clone(), goal.origin.line);
    }
    let scope = &packet.scope;
    for (label, patterns) in [("allowed", &scope.allowed), ("forbidden", &scope.forbidden)] {
        patterns.written().for_each(|(pattern, line)| say(label, pattern.to_owned(), line));
    }
    for prohibited in &packet.prohibited {
        say("forbidden", format!("{} changes", prohibited.value.name()), prohibited.origin.line);
    }
    for (label, limit) in limits(packet) {
        say(label, limit.value.to_string(), limit.origin.line);
    }
    for criterion in &packet.criteria {
        say("criterion", format!("{}: {}", criterion.id, criterion.text), criterion.origin.line);
    }
    for command in &packet.commands {
        say("verification", command.value.clone(), command.origin.line);
    }
    for stop in &packet.stops {
        say("stop", stop.value.clone(), stop.origin.line);
    }
    visible(&lines.join("\n")) + "\n"
}

fn limits(packet: &Packet) -> impl Iterator<Item = (&'static str, &Limit)> {
    let scope = &packet.scope;
    let limits = [
        ("max files", &scope.max_files),
        ("max production files", &scope.max_production_files),
        ("max lines", &scope.max_lines),
    ];
    limits.into_iter().filter_map(|(label, limit)| Some((label, limit.as_ref()?)))
}

fn json(packet: &Packet) -> String {
    let limits: serde_json::Map<String, serde_json::Value> =
        limits(packet).map(|(label, limit)| (label.replace(' ', "-"), limit.value.into())).collect();
    let value = serde_json::json!({
        "version": 1,
        "path": packet.path,
        "title": packet.title,
        "task": packet.task,
        "permission": packet.permission,
        "risk": packet.risk,
        "objective": packet.objective,
        "sections": packet.sections.iter().map(|(section, _)| section).collect::<Vec<_>>(),
        "allowed": packet.scope.allowed.iter().collect::<Vec<_>>(),
        "forbidden": packet.scope.forbidden.iter().collect::<Vec<_>>(),
        "prohibited": packet.prohibited,
        "limits": limits,
        "criteria": packet.criteria,
        "commands": packet.commands,
        "stops": packet.stops,
    });
    format!("{value:#}\n")
}
