//! `agentgate policy`: what holds and why, what is wrong with a policy file, the schema for editors.

use std::path::{Path, PathBuf};

use super::document::{self, Format};
use super::exit::Exit;
use super::failure::{Failure, Result};
use super::line::Circumstances;
use super::{line, print};
use crate::change::Unreadable;
use crate::policy::{self, Policy, Reader};
use crate::report::style::{Meaning, Style};
use crate::verdict::Event;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agentgate policy show                       every value that holds here, and the line it comes from
  agentgate policy show --policy gate.toml    the same for a file that is not merged yet
  agentgate policy check                      all that is wrong with .agentgate/policy.toml
  agentgate policy schema > policy.schema.json")]
pub struct PolicyArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Print the effective policy, each value with the line it comes from
    Show(Show),
    /// Say all that is wrong with a policy file
    Check(Check),
    /// Print the JSON Schema of policy files
    #[command(after_help = "\
Examples:
  agentgate policy schema > policy.schema.json")]
    Schema,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agentgate policy show                          every value that holds here, and the line it comes from
  agentgate policy show --base origin/release    what holds for branches that merge there
  agentgate policy show --today 2026-12-31       what holds on that day
  agentgate policy show --format json")]
struct Show {
    /// Whose policy [default: the policy's base branch, else the remote's default branch]
    #[arg(long, value_name = "REF")]
    base: Option<String>,
    /// The repository, if not the current one
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
    /// This file instead of the base side's
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// What holds on this day, and what changes after it [default: today]
    #[arg(long, value_name = "DATE")]
    today: Option<String>,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agentgate policy check              the policy of the work tree, as it would be once merged
  agentgate policy check gate.toml    another file

Exit codes: 0 no problems, 2 problems.")]
struct Check {
    /// The file [default: .agentgate/policy.toml of the work tree]
    file: Option<PathBuf>,
    /// The repository, if not the current one
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
}

impl PolicyArgs {
    pub fn run(self) -> Result<Exit> {
        match self.command {
            Command::Show(command) => command.run(),
            Command::Check(command) => command.run(),
            Command::Schema => {
                print(&format!("{}\n", serde_json::to_string_pretty(&policy::schema())?))?;
                Ok(Exit::Passed)
            }
        }
    }
}

impl Show {
    fn run(self) -> Result<Exit> {
        let repository = line::open(self.repo.as_deref())?;
        let policy = match &self.base {
            Some(base) => line::policy(&repository, repository.resolve(base)?, self.policy.as_deref())?,
            None => line::default_base(&repository, None, self.policy.as_deref())?.1,
        };
        let day = Circumstances::of(Event::Check).on(self.today.as_deref())?.day;
        let policy = policy.as_of(&day);
        let shown = policy.show();
        let text = match self.format {
            Format::Text => {
                let style = Style::for_stdout();
                shown.text(&|text| style.paint(Meaning::Faint, text))
            }
            Format::Json => format!("{}\n", serde_json::to_string_pretty(&shown)?),
        };
        print(&text)?;
        Ok(Exit::Passed)
    }
}

impl Check {
    /// Reads the file as it lies in the work tree: who edits it wants to know before it is merged. So with what it extends.
    fn run(self) -> Result<Exit> {
        let repository = line::open(self.repo.as_deref());
        let top = match &repository {
            Ok(repository) => repository.worktree_dir().map(Path::to_owned),
            Err(_) => None,
        };
        let file = match (self.file, &top) {
            (Some(file), _) => file,
            (None, Some(top)) => top.join(policy::FILE),
            (None, None) => {
                return Err(
                    Failure::new("there is no work tree here").help("name the file: `agentgate policy check FILE`")
                );
            }
        };
        let bytes = document::read(&file, "`agentgate init` writes a policy; without one, the preset `default` holds")?;
        let beside: Reader<'_> = &|name| match top.as_ref().map(|top| std::fs::read(top.join(name))) {
            Some(Ok(bytes)) => Ok(Some(bytes)),
            Some(Err(error)) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Unreadable::Other(error.to_string()))
            }
            _ => Ok(None),
        };
        let name = match &top {
            Some(top) => file.strip_prefix(top).unwrap_or(&file).display().to_string(),
            None => file.display().to_string(),
        };
        match Policy::from_file(&name, bytes, beside) {
            Ok(policy) => {
                let layers = &policy.identity().layers;
                let over = if layers.is_empty() { "nothing".to_owned() } else { layers.join(", ") };
                print(&format!("{name}: no problems; builds on {over}\n"))?;
                Ok(Exit::Passed)
            }
            Err(error) => document::refused(&error),
        }
    }
}
