//! `agentgate install` and `agentgate uninstall`: the words around [`crate::hook::install`].

use std::path::{Path, PathBuf};

use super::exit::Exit;
use super::failure::{Failure, Result};
use super::{line, note, print};
use crate::hook::install::{self, Done, Error, Refusal};
use crate::hook::{Kind, Place};
use crate::record::{REFERENCE, travel};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agentgate install                     both hooks, for this repository and all its worktrees
  agentgate install pre-push            only the one that judges pushes
  agentgate install --chain             keep a hook that is there already and run it afterwards
  agentgate install --records           let records of runs travel with pushes and fetches too

A hook that is not ours is never overwritten. Where Husky, lefthook or pre-commit run the hooks,
nothing is written and the lines to add are printed.

With --records, the pre-push hook also pushes refs/notes/agentgate, merged with what the remote has, and `git fetch` brings
the remote's to refs/notes/REMOTE/agentgate. By hand, the same is:

    git config agentgate.publishRecords true
    git config --add remote.origin.fetch +refs/notes/agentgate:refs/notes/origin/agentgate

Records hold commands, results and the last lines of output, masked where they look like secrets.")]
pub struct Install {
    /// The hooks to put in [default: all]
    #[arg(value_name = "HOOK")]
    hooks: Vec<Kind>,
    /// Keep a hook that is there already: it runs after ours, with the same input
    #[arg(long)]
    chain: bool,
    /// Let records of runs travel with pushes and fetches
    #[arg(long)]
    records: bool,
    #[command(flatten)]
    repository: Repository,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agentgate uninstall                   take our hooks out, put back what stood there
  agentgate uninstall commit-msg")]
pub struct Uninstall {
    /// The hooks to take out [default: all]
    #[arg(value_name = "HOOK")]
    hooks: Vec<Kind>,
    #[command(flatten)]
    repository: Repository,
}

#[derive(Debug, clap::Args)]
struct Repository {
    /// The repository, if not the current one
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
}

impl Repository {
    fn place(&self) -> Result<Place> {
        Ok(Place::find(self.repo.as_deref().unwrap_or(Path::new(".")))?)
    }
}

impl Install {
    pub fn run(self) -> Result<Exit> {
        let place = self.repository.place()?;
        let program = std::env::current_exe()
            .map_err(|error| Failure::new(format!("the program can't tell where it is installed: {error}")))?;
        let done = install::install(&place, &self.hooks, &program, self.chain);
        let exit = report(&place, done.map_err(|error| refused(&place, error))?)?;
        let repository = line::open(self.repository.repo.as_deref())?;
        if self.records {
            print(&travelling(&travel::turn_on(&repository)?))?;
        } else if repository.has_ref(REFERENCE) && !travel::is_on(&repository) {
            note("agentgate: records of runs stay in this repository; `agentgate install --records` lets them travel");
        }
        Ok(exit)
    }
}

impl Uninstall {
    pub fn run(self) -> Result<Exit> {
        let place = self.repository.place()?;
        let done = install::uninstall(&place, &self.hooks).map_err(|error| refused(&place, error))?;
        let exit = report(&place, done)?;
        if self.hooks.is_empty() && travel::turn_off(&line::open(self.repository.repo.as_deref())?)? {
            print("records     stay here from now on; those that were made are kept\n")?;
        }
        Ok(exit)
    }
}

fn travelling(remotes: &[String]) -> String {
    let which = match remotes {
        [] => "a remote, once there is one and this is run again".to_owned(),
        remotes => remotes.join(", "),
    };
    format!("records     travel with pushes to and fetches from {which}\n")
}

fn report(place: &Place, done: Vec<(Kind, Done)>) -> Result<Exit> {
    let mut lines = String::new();
    for (kind, done) in done {
        let line = match done {
            Done::Written(path) => format!("installed in {}", place.shown(&path)),
            Done::Chained(path, kept) => format!(
                "installed in {}; the hook that was there runs after it, from {}",
                place.shown(&path),
                place.shown(&kept)
            ),
            Done::Unchanged(path) => format!("is in {} already", place.shown(&path)),
            Done::Managed(advice) => format!("is run by {}, from {}; left as it is", advice.manager, advice.file),
            Done::Suggested(advice) => format!(
                "is not run by {} yet. To have it too, add to {}:\n\n{}",
                advice.manager,
                advice.file,
                indented(&advice.snippet)
            ),
            Done::Removed(path) => format!("removed from {}", place.shown(&path)),
            Done::Restored(path) => format!("removed; {} is again the hook that was there before", place.shown(&path)),
            Done::LeftAlone(path) => format!("no hook of ours in {}", place.shown(&path)),
        };
        lines.push_str(&format!("{:<11} {line}\n", kind.name()));
    }
    print(&lines)?;
    Ok(Exit::Passed)
}

fn refused(place: &Place, error: Error) -> Failure {
    let Error::Refused(refusals) = &error else { return Failure::from(error) };
    for (kind, refusal) in refusals {
        note(&format!("{}: {}\n", kind.name(), sentence(place, *kind, refusal)));
    }
    Failure::new(format!("{error}; nothing was changed"))
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}\n")).collect()
}

fn sentence(place: &Place, kind: Kind, refusal: &Refusal) -> String {
    match refusal {
        Refusal::Manager(advice) => format!(
            "{} runs this repository's hooks. Add to {}:\n\n{}",
            advice.manager,
            advice.file,
            indented(&advice.snippet)
        ),
        Refusal::Occupied { hook, is_lfs } => format!(
            "{} is there already{} and stays as it is. To keep it and run it after ours, with the same input:\n\n    \
             agentgate install --chain {}",
            place.shown(hook),
            if *is_lfs { " (Git LFS)" } else { "" },
            kind.name(),
        ),
        Refusal::TwiceChained { hook, chained } => format!(
            "{} is not ours, and {} is a hook that was set aside before. Decide which one is to stay, then try again",
            place.shown(hook),
            place.shown(chained)
        ),
        Refusal::Edited(hook) => format!(
            "{} was put there by agentgate and changed since, by hand or by another version. Look at it, remove it, \
             then try again",
            place.shown(hook)
        ),
        Refusal::Shared { hook, value, scope } => format!(
            "core.hooksPath is `{value}` ({scope} configuration), a folder that {}. Let {}, \
             an executable file, hold:\n\n    #!/bin/sh\n{}",
            if place.is_in_work_tree() { "commits carry" } else { "serves other repositories too" },
            place.shown(hook),
            indented(&kind.lines()),
        ),
        Refusal::TurnedOff { value, scope } => format!(
            "core.hooksPath is `{value}` ({scope} configuration): hooks are turned off here. To turn them on:\n\n    \
             git config --{scope} --unset core.hooksPath"
        ),
    }
}
