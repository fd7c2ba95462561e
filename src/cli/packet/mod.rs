//! `agentgate packet`: what is delegated to an agent, written, checked, scored, pinned and shown.

mod read;
mod show;
mod write;

use std::path::{Path, PathBuf};

use super::exit::Exit;
use super::failure::{Failure, Result};
use super::line;
use crate::git::Repository;
use crate::packet;
use crate::policy::Policy;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agentgate packet new T-12                    write .agentgate/packets/T-12.md, to be filled in
  agentgate packet new T-12 --from issue.md    the same from an issue's text
  agentgate packet check                       what is wrong with the packet of this branch's ticket
  agentgate packet check --issue issue.md      what keeps an issue from being delegated
  agentgate packet score                       whether the task is one for an agent
  agentgate packet pin T-12                    fix the packet before work starts
  agentgate packet show                        what this branch is held to

A packet is one Markdown file with eight sections. Merged into the base branch, it holds for the branch whose name has
its ticket (agent/T-12-slug): paths outside its scope, forbidden paths and kinds of change, limits, permission level,
criteria. Its task type calls for a playbook: docs-update, test-gap, bug-fix, ci-repair, mechanical-refactor.")]
pub struct PacketArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Write a packet to fill in
    New(write::New),
    /// Say what is wrong with a packet or an issue, and what to write instead
    Check(read::Check),
    /// Say whether a task is one for an agent: eight factors and an answer
    Score(read::ScoreArgs),
    /// Keep a packet in a reference of its own, where no branch can change it
    Pin(write::Pin),
    /// Print what a branch is held to
    Show(show::Show),
}

impl PacketArgs {
    pub fn run(self) -> Result<Exit> {
        match self.command {
            Command::New(command) => command.run(),
            Command::Check(command) => command.run(),
            Command::Score(command) => command.run(),
            Command::Pin(command) => command.run(),
            Command::Show(command) => command.run(),
        }
    }
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

/// The packet that the branch's ticket has in the work tree.
fn own_file(repository: &Repository) -> Result<PathBuf> {
    let branch = current_branch(repository)?;
    let (_, policy) = line::default_base(repository, None, None)?;
    Ok(work_tree(repository)?.join(packet::path_of(&ticket_of(&policy, &branch)?)))
}

/// A ticket becomes part of a branch's and a file's name.
fn checked_ticket(ticket: &str) -> Result<()> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if ticket.starts_with(|c: char| c.is_ascii_alphanumeric()) && ticket.chars().all(is_plain) {
        return Ok(());
    }
    Err(Failure::new(format!("`{ticket}` can't be part of a branch's and a file's name"))
        .help("name a ticket of letters, digits and dashes, like `T-12`"))
}
