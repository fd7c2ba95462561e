//! `agentgate init`: sets a repository up. The words around [`crate::setup`].

use std::path::{Path, PathBuf};

use super::exit::Exit;
use super::failure::{Failure, Result};
use super::{line, note, print};
use crate::agents;
use crate::git::{GitError, Head, Repository};
use crate::policy::{self, Policy};
use crate::setup::{Host, Piece, RELEASE, Service, Setup, State, What};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agentgate init --dry-run              show what would be written
  agentgate init                        a policy, a pull request template, a word to agents, a CI step
  agentgate init --host gitlab          where the remote's address doesn't tell
  agentgate init --ci jenkins           where another service than the host's own runs jobs
  agentgate init --agent claude-code    and hooks in an agent's settings, so that it asks before it edits and stops

Nothing that is there is changed: what it lacks is printed, to be added by hand (exit code 2). Only the settings of agents that are
named are added to; what stands in them stays.
Afterwards commit the files to the base branch, from which the policy is read.")]
pub struct Init {
    /// Where the repository is hosted [default: by the address of `origin` and what lies in the repository]
    #[arg(long, value_enum)]
    host: Option<Host>,
    /// What runs jobs [default: the host's own, or the one whose pipeline lies in the repository]
    #[arg(long, value_enum)]
    ci: Option<Service>,
    /// The branch that people merge into [default: the remote's default branch]
    #[arg(long, value_name = "BRANCH")]
    base: Option<String>,
    /// Whose own loop is to ask the gate; may be given several times
    #[arg(long, value_name = "AGENT", value_parser = agents::ALL.iter().map(|adapter| adapter.name).collect::<Vec<_>>())]
    agent: Vec<String>,
    /// Print what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// The repository, if not the current one
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
}

/// A build that doesn't know its release can't say which commit the tag is to name.
const UNKNOWN_RELEASE: &str = concat!(
    "\nThe CI job takes whatever commit the tag v",
    env!("CARGO_PKG_VERSION"),
    " names: this program was not built from a release and can't know which.\nTo demand one, set AGENTGATE_COMMIT in it to what \
     this tells (the line that ends in ^{}, where there is one):\n\n    git ls-remote ",
    env!("CARGO_PKG_REPOSITORY"),
    " 'refs/tags/v",
    env!("CARGO_PKG_VERSION"),
    "*'"
);

impl Init {
    pub fn run(self) -> Result<Exit> {
        let repository = line::open(self.repo.as_deref())?;
        let top = repository.worktree_dir().ok_or_else(|| {
            Failure::new("this repository is bare, there is no work tree to write to").help("run this in a clone of it")
        })?;
        let base = match self.base {
            Some(base) => base,
            None => base_branch(&repository)?,
        };
        let policy = policy_to_be(top)?;
        let host = self.host.unwrap_or_else(|| Host::of(&repository, top));
        let callers: Vec<_> =
            agents::ALL.iter().copied().filter(|it| self.agent.iter().any(|name| name == it.name)).collect();
        let service = self.ci.or_else(|| Service::of(host, top));
        let setup = Setup { top, host, service, base: &base, release: RELEASE, policy: &policy, callers: &callers };
        let pieces = setup.pieces()?;
        for piece in &pieces {
            let line = match &piece.state {
                State::Missing(text) if self.dry_run => {
                    format!("would be written to {}:\n\n{}", piece.path, indented(text))
                }
                State::Missing(text) => {
                    setup.write(&piece.path, text)?;
                    format!("written to {}", piece.path)
                }
                State::Extended(text) if self.dry_run => {
                    format!("would be added to {}:\n\n{}", piece.path, indented(text))
                }
                State::Extended(text) => {
                    setup.extend(&piece.path, text)?;
                    format!("added to {}", piece.path)
                }
                State::Complete => format!("is in {} already", piece.path),
                State::Lacks(_) | State::Broken { .. } => format!("{} is there and stays as it is", piece.path),
                State::ByHand(text) => format!("by hand:\n\n{}", indented(text)),
            };
            print(&format!("{:<9} {line}\n", piece.what.name()))?;
        }
        let is_asked_for =
            |piece: &Piece| piece.what == What::Ci && matches!(piece.state, State::Missing(_) | State::Lacks(_));
        if RELEASE.is_none() && pieces.iter().any(is_asked_for) {
            note(UNKNOWN_RELEASE);
        }
        let lacking: Vec<&Piece> =
            pieces.iter().filter(|piece| matches!(piece.state, State::Lacks(_) | State::Broken { .. })).collect();
        let next =
            format!("commit this to `{base}`, from which the policy is read; then `agentgate install` in every clone");
        if !lacking.is_empty() {
            return Err(left_to_you(&lacking).help(next));
        }
        if !self.dry_run {
            note(&format!("\nNext: {next}."));
        }
        Ok(Exit::Passed)
    }
}

/// The branch to write into the policy: without the remote's name, which differs from clone to clone.
fn base_branch(repository: &Repository) -> Result<String> {
    let found = match repository.default_base(None) {
        Ok(base) => base.name,
        Err(GitError::NoBase { .. }) => match repository.head()? {
            Head::Unborn(name) | Head::Branch(name, _) => return Ok(name),
            Head::Detached(_) => {
                return Err(Failure::new("which branch people merge into can't be told from here")
                    .help("name it: agentgate init --base BRANCH"));
            }
        },
        Err(error) => return Err(error.into()),
    };
    let is_remote = repository.refs("refs/remotes/")?.iter().any(|(name, _)| name.ends_with(&format!("/{found}")));
    Ok(match found.split_once('/') {
        Some((_, branch)) if is_remote => branch.to_owned(),
        _ => found,
    })
}

/// The policy that will hold once it is merged: the work tree's, or the preset that a new one builds on.
fn policy_to_be(top: &Path) -> Result<Policy> {
    let read = |path: &str| match std::fs::read(top.join(path)) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(crate::change::Unreadable::Other(error.to_string())),
    };
    Policy::from_base(&read).map_err(|error| Failure::from(error).help(format!("mend {} first", policy::FILE)))
}

fn left_to_you(lacking: &[&Piece]) -> Failure {
    for piece in lacking {
        let (what, text) = match &piece.state {
            State::Lacks(text) => (format!("lacks {}; add:", lack(piece.what)), text),
            State::Broken { why, wanted } => {
                (format!("can't be added to: {why}; mend it, or write this into it:"), wanted)
            }
            _ => continue,
        };
        note(&format!("\n{} {what}\n\n{}", piece.path, indented(text).trim_end()));
    }
    let paths: Vec<&str> = lacking.iter().map(|piece| piece.path.as_str()).collect();
    note("");
    Failure::new(format!("left to you: {}", paths.join(", ")))
        .help("add what is printed above, then run `agentgate init` again: it says when nothing is missing")
}

fn lack(what: What) -> &'static str {
    match what {
        What::Policy => "settings",
        What::Template => "what the policy asks of a pull request",
        What::Agents => "a word on the gate",
        What::Ci => "a job that runs the gate",
        What::Hooks => "hooks that call the gate",
    }
}

fn indented(text: &str) -> String {
    let line = |line: &str| if line.is_empty() { "\n".to_owned() } else { format!("    {line}\n") };
    text.lines().map(line).collect::<String>() + "\n"
}
