//! `agentgate packet`: what is delegated to an agent, written, checked and shown.

use std::path::{Path, PathBuf};

use super::exit::Exit;
use super::failure::{Failure, Result};
use super::{line, print};
use crate::git::Repository;
use crate::packet::{self, Packet, Task};
use crate::policy::{Limit, Policy, PolicyError};
use crate::report::style::Style;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agentgate packet new T-12                    write .agentgate/packets/T-12.md, to be filled in
  agentgate packet check                       what is wrong with the packet of this branch's ticket
  agentgate packet check .agentgate/packets/T-12.md
  agentgate packet show                        what this branch is held to

A packet is one Markdown file with eight sections. Merged into the base branch, it holds for the branch whose name has
its ticket (agent/T-12-slug): paths outside its scope, forbidden paths and kinds of change, limits.")]
pub struct PacketArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Write a packet to fill in
    New(New),
    /// Say what is wrong with a packet
    Check(Check),
    /// Print what a branch is held to
    Show(Show),
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agentgate packet new T-12
  agentgate packet new T-12 --type bug-fix --title Rejected
  agentgate packet new T-12 --print            print it instead of writing a file")]
struct New {
    /// The ticket, as it stands in the branch's name
    ticket: String,
    /// What should be true afterwards, in a few words
    #[arg(long, default_value = "Agent Work Packet")]
    title: String,
    /// What kind of task it is
    #[arg(long = "type", value_name = "TYPE", default_value = "feature", value_parser = task_of)]
    task: Task,
    /// Print it instead of writing a file
    #[arg(long)]
    print: bool,
    /// The repository, if not the current one
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agentgate packet check              the packet of this branch's ticket, as it lies in the work tree
  agentgate packet check packet.md

Exit codes: 0 nothing is wrong, 2 it can't be followed.")]
struct Check {
    /// The file [default: the packet of the branch's ticket in the work tree]
    file: Option<PathBuf>,
    /// The repository, if not the current one
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agentgate packet show                          of the branch that is checked out
  agentgate packet show --branch agent/T-12-x
  agentgate packet show --packet packet.md --format json")]
struct Show {
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

#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
enum Format {
    #[default]
    Text,
    Json,
}

impl PacketArgs {
    pub fn run(self) -> Result<Exit> {
        match self.command {
            Command::New(command) => command.run(),
            Command::Check(command) => command.run(),
            Command::Show(command) => command.run(),
        }
    }
}

fn task_of(text: &str) -> std::result::Result<Task, String> {
    let known = Task::ALL.into_iter().find(|task| task.name() == text);
    known.ok_or_else(|| format!("one of {}", Task::ALL.map(Task::name).join(", ")))
}

impl New {
    fn run(self) -> Result<Exit> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if !self.ticket.starts_with(|c: char| c.is_ascii_alphanumeric()) || !self.ticket.chars().all(is_plain) {
            return Err(Failure::new(format!("`{}` can't be part of a branch's and a file's name", self.ticket))
                .help("name a ticket of letters, digits and dashes, like `T-12`"));
        }
        let title = self.title.lines().collect::<Vec<_>>().join(" ");
        let text = packet::TEMPLATE.replace("{title}", &title).replace("{task}", self.task.name());
        if self.print {
            print(&text)?;
            return Ok(Exit::Passed);
        }
        let repository = line::open(self.repo.as_deref())?;
        let top = work_tree(&repository)?;
        let path = packet::path_of(&self.ticket);
        let file = top.join(&path);
        let failed = |error: std::io::Error| Failure::new(format!("{path} can't be written: {error}"));
        std::fs::create_dir_all(top.join(packet::FOLDER)).map_err(failed)?;
        // Nothing that is there is overwritten, whoever is quicker.
        let opened = std::fs::OpenOptions::new().write(true).create_new(true).open(&file);
        let mut opened = opened.map_err(|error| failed(error).help("`--print` prints it instead"))?;
        std::io::Write::write_all(&mut opened, text.as_bytes()).map_err(failed)?;
        print(&format!(
            "written to {path}\nfill it in, `agentgate packet check {path}`, merge it; then branch off as agent/{}-slug\n",
            self.ticket
        ))?;
        Ok(Exit::Passed)
    }
}

impl Check {
    fn run(self) -> Result<Exit> {
        let file = match self.file {
            Some(file) => file,
            None => {
                let repository = line::open(self.repo.as_deref())?;
                let branch = current_branch(&repository)?;
                let (_, policy) = line::default_base(&repository, None, None)?;
                work_tree(&repository)?.join(packet::path_of(&ticket_of(&policy, &branch)?))
            }
        };
        let name = file.display().to_string();
        let bytes = std::fs::read(&file).map_err(|error| {
            Failure::new(format!("{name} can't be read: {error}")).help("`agentgate packet new TICKET` writes one")
        })?;
        match Packet::parse(&name, &bytes) {
            Ok(packet) => {
                print(&format!("{name}: no problems; {}\n", counted(&packet)))?;
                Ok(Exit::Passed)
            }
            Err(error) => refused(&error),
        }
    }
}

impl Show {
    fn run(self) -> Result<Exit> {
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
        let found = line::packet(&repository, base.id, &policy, branch.as_deref(), self.packet.as_deref())?;
        let Some(found) = found else {
            let path = packet::path_of(&ticket_of(&policy, branch.as_deref().unwrap_or_default())?);
            let name = base.name.unwrap_or_else(|| base.id.short());
            return Err(Failure::new(format!("there is no {path} on {name}"))
                .help("packets hold once they are merged there; `agentgate packet new TICKET` writes one")
                .help("name a file that is not merged with --packet"));
        };
        match self.format {
            Format::Text => print(&shown(&found))?,
            Format::Json => print(&json(&found))?,
        }
        Ok(Exit::Passed)
    }
}

fn refused(error: &PolicyError) -> Result<Exit> {
    print(&error.render(Style::for_stdout().is_coloured()))?;
    Ok(Exit::NotJudged)
}

fn work_tree(repository: &Repository) -> Result<&Path> {
    repository
        .worktree_dir()
        .ok_or_else(|| Failure::new("this repository is bare, there is no work tree").help("run this in a clone of it"))
}

fn current_branch(repository: &Repository) -> Result<String> {
    repository.head()?.branch().map(ToOwned::to_owned).ok_or_else(|| {
        Failure::new("no branch is checked out, so there is no ticket").help("name the file of the packet")
    })
}

fn ticket_of(policy: &Policy, branch: &str) -> Result<String> {
    policy.branches().ticket(branch).ok_or_else(|| {
        Failure::new(format!("the branch `{branch}` names no ticket"))
            .help("call it agent/T-12-slug, or as `[branches] name` in the policy asks; or name the file of the packet")
    })
}

fn counted(packet: &Packet) -> String {
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
    let visible = |c: char| if c.is_control() && c != '\n' { '\u{fffd}' } else { c };
    lines.join("\n").chars().map(visible).chain(['\n']).collect()
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
