//! `agentgate packet new` and `pin`: packets come into being.

use std::path::PathBuf;

use super::super::exit::Exit;
use super::super::failure::{Failure, Result};
use super::super::{document, line, note, print};
use super::{checked_ticket, read, work_tree};
use crate::packet::{self, Form, Packet, Task};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agentgate packet new T-12
  agentgate packet new T-12 --type bug-fix --title Rejected
  agentgate packet new T-12 --from issue.md    from an issue's text; `-` reads standard input
  agentgate packet new T-12 --print            print it instead of writing a file")]
pub(super) struct New {
    /// The ticket, as it stands in the branch's name
    ticket: String,
    /// What should be true afterwards, in a few words
    #[arg(long)]
    title: Option<String>,
    /// Take over an issue's text; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
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
  agentgate packet pin T-12                       the packet of the work tree, as refs/agentgate/packets/T-12
  agentgate packet pin T-12 --file packet.md      another file
  git push origin refs/agentgate/packets/T-12     for CI; protect refs/agentgate/** there
  git fetch origin '+refs/agentgate/packets/*:refs/agentgate/packets/*'

A pinned packet holds beside the one on the base: what either forbids, neither allows. No commit of a branch changes it.
Pinning anew takes --replace, and keeps the old one as the parent of the new.")]
pub(super) struct Pin {
    /// The ticket, as it stands in the branch's name
    ticket: String,
    /// The packet [default: .agentgate/packets/TICKET.md of the work tree]
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Pin another one than is pinned already
    #[arg(long)]
    replace: bool,
    /// The repository, if not the current one
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
}

fn task_of(text: &str) -> std::result::Result<Task, String> {
    let known = Task::ALL.into_iter().find(|task| task.name() == text);
    known.ok_or_else(|| format!("one of {}", Task::ALL.map(Task::name).join(", ")))
}

impl New {
    pub(super) fn run(self) -> Result<Exit> {
        checked_ticket(&self.ticket)?;
        let title = self.title.as_deref().map(|title| title.lines().collect::<Vec<_>>().join(" "));
        let text = match &self.from {
            Some(file) => {
                let bytes = document::read(file, "name the file with the issue's text, or `-` for standard input")?;
                packet::import(&String::from_utf8_lossy(&bytes), self.task, title.as_deref())
            }
            None => {
                let title = title.as_deref().unwrap_or("Agent Work Packet");
                packet::TEMPLATE.replace("{title}", title).replace("{task}", self.task.name())
            }
        };
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
        if self.from.is_some() {
            let open = packet::lint(&path, &text, Form::Packet);
            open.iter().for_each(|remark| note(&read::shown(&path, remark)));
        }
        Ok(Exit::Passed)
    }
}

impl Pin {
    pub(super) fn run(self) -> Result<Exit> {
        checked_ticket(&self.ticket)?;
        let repository = line::open(self.repo.as_deref())?;
        let path = packet::path_of(&self.ticket);
        let file = match self.file {
            Some(file) => file,
            None => work_tree(&repository)?.join(&path),
        };
        let bytes = document::read(&file, "`agentgate packet new TICKET` writes one; --file names another")?;
        if let Err(error) = Packet::parse(&path, &bytes) {
            return document::refused(&error);
        }
        let reference = packet::reference_of(&self.ticket);
        let old = repository.has_ref(&reference).then(|| repository.resolve(&reference)).transpose()?;
        if old.is_some() && !self.replace {
            return Err(Failure::new(format!("{reference} is there already")).help(
                "`agentgate packet show` prints it; --replace pins another, and keeps the old one as its parent",
            ));
        }
        let message = format!("Pin the work packet of {}", self.ticket);
        let commit = repository.pin(&reference, &path, &bytes, &message, old)?;
        print(&format!(
            "pinned as {reference} ({})\nit holds here from now on; for CI: git push origin {reference}\n",
            commit.short()
        ))?;
        Ok(Exit::Passed)
    }
}
