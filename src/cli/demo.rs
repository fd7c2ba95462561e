//! `agentgate demo`: a repository to look at, its verdict, and one finding explained.

use std::path::{Path, PathBuf};

use super::exit::Exit;
use super::failure::{Failure, Result};
use super::line::{self, Base, Circumstances, End, Question, Reading};
use super::print;
use crate::demo;
use crate::git::Repository;
use crate::report::style::{Meaning, Style};
use crate::report::{self, Format, Report, explain};
use crate::verdict::Event;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agentgate demo                  make it in a temporary folder, judge it, explain a finding
  agentgate demo try-agentgate    make it in this folder
  agentgate demo --discard        only show it, and remove the repository again

Needs no network and changes nothing but that folder. The exit code is 0: the block is what is shown.")]
pub struct Demo {
    /// Where to make the repository: a folder that is empty or not there yet [default: a new temporary one]
    dir: Option<PathBuf>,
    /// Remove the repository again
    #[arg(long, conflicts_with = "dir")]
    discard: bool,
}

/// A finding that says more than most: it has a witness.
const SHOWN: &str = "loosened-assertion";

impl Demo {
    pub fn run(self) -> Result<Exit> {
        let dir = match self.dir {
            Some(dir) => dir,
            None => demo::temporary_folder()?,
        };
        let shown = demo::make(&dir)
            .map_err(|error| Failure::from(error).help("name another folder: agentgate demo DIR"))
            .and_then(|()| show(&dir, self.discard));
        if self.discard {
            std::fs::remove_dir_all(&dir)
                .map_err(|error| Failure::new(format!("{} can't be removed: {error}", dir.display())))?;
        }
        shown?;
        Ok(Exit::Passed)
    }
}

fn show(dir: &Path, is_discarded: bool) -> Result<()> {
    let style = Style::for_stdout();
    let report = judged(&Repository::open_ignoring_environment(dir)?)?;
    let typed = |command: &str| style.paint(Meaning::Strong, &format!("$ {command}"));
    let mut text = format!(
        "\
An agent was asked to make invoices faster. Its branch is green, and it says
that all tests pass. The repository is real: {}

{}
{}",
        if is_discarded { "made for this, and removed again".to_owned() } else { format!("{}.", dir.display()) },
        typed("agentgate check"),
        report::render(&report, Format::Text, style),
    );
    if let Some(finding) = report.findings.iter().find(|finding| finding.rule == SHOWN) {
        let id = finding.id.get(..6).unwrap_or(&finding.id);
        text.push_str(&format!("\n{}\n", typed(&format!("agentgate explain {id}"))));
        text.push_str(&explain::finding(&report, finding, style));
    }
    text.push_str("\nIts first commit moved tests/test_dates.py. What that file demands is still demanded,\nso nothing is said of it.\n");
    text.push_str(&next(dir, is_discarded));
    print(&text)
}

fn next(dir: &Path, is_discarded: bool) -> String {
    if is_discarded {
        return "\nTo look around in it: `agentgate demo` makes it again and leaves it there.\n".into();
    }
    format!(
        "
Try next:
  cd {}
  git diff main...                             what the agent did
  agentgate explain                            every finding: why, and what to do
  agentgate install && git push origin HEAD    the hook stops the push
  agentgate policy show                        what holds, and which line says so
",
        quoted(&dir.display().to_string())
    )
}

/// As a shell reads it back.
fn quoted(path: &str) -> String {
    let is_plain = path.chars().all(|c| c.is_alphanumeric() || "/._-".contains(c));
    if is_plain { path.to_owned() } else { format!("'{}'", path.replace('\'', "'\\''")) }
}

fn judged(repository: &Repository) -> Result<Report> {
    let end = line::commit(repository, None)?;
    let question = Question {
        base: Base::Default { remote: None },
        branch: end.name.clone(),
        end: End::Commit(end),
        push: None,
        policy: None,
        packet: None,
        sarif: Vec::new(),
        text: None,
        text_may_follow: false,
        reading: Reading::Agent,
        circumstances: Circumstances::of(Event::Check),
    };
    line::judge(repository, &question)?.report()
}
