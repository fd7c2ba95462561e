//! `agentgate packet check` and `score`: what a packet says, and how well.

use std::path::{Path, PathBuf};

use super::super::document::{self, Format, visible};
use super::super::exit::Exit;
use super::super::failure::Result;
use super::super::{line, print};
use super::own_file;
use super::show::counted;
use crate::RepoPath;
use crate::packet::{self, Form, Packet, Remark, Score};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agentgate packet check                                the packet of this branch's ticket, as it lies in the work tree
  agentgate packet check .agentgate/packets/T-12.md     another file
  agentgate packet check --issue issue.md               an issue, which has other headings
  gh issue view 12 --json body --jq .body | agentgate packet check --issue -

Exit codes: 0 nothing to say, 1 it should be written better before it is delegated, 2 it can't be followed.")]
pub(super) struct Check {
    /// The file, `-` for standard input [default: .agentgate/packets/TICKET.md of the work tree]
    file: Option<PathBuf>,
    /// It is an issue's text, not a packet
    #[arg(long, requires = "file")]
    issue: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The repository, if not the current one
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agentgate packet score                                the packet of this branch's ticket, as it lies in the work tree
  agentgate packet score .agentgate/packets/T-12.md
  agentgate packet score packet.md --format json

Eight factors, each low, medium or high, told from the packet, from the files it may change and from `[risk]` in the
policy. Mostly low: a good candidate. Any high in data, security or regulated matters: analysis only.")]
pub(super) struct ScoreArgs {
    /// The file, `-` for standard input [default: .agentgate/packets/TICKET.md of the work tree]
    file: Option<PathBuf>,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The repository, if not the current one
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
}

const HELP: &str = "`agentgate packet new TICKET` writes one";

fn named(file: Option<PathBuf>, repo: Option<&Path>) -> Result<(String, Vec<u8>)> {
    let file = match file {
        Some(file) => file,
        None => own_file(&line::open(repo)?)?,
    };
    Ok((file.display().to_string(), document::read(&file, HELP)?))
}

impl Check {
    pub(super) fn run(self) -> Result<Exit> {
        let (name, bytes) = named(self.file, self.repo.as_deref())?;
        let mut said = None;
        if !self.issue {
            match Packet::parse(&name, &bytes) {
                Ok(packet) => said = Some(counted(&packet)),
                Err(error) => return document::refused(&error),
            }
        }
        let form = if self.issue { Form::Issue } else { Form::Packet };
        let remarks = packet::lint(&name, &String::from_utf8_lossy(&bytes), form);
        match self.format {
            Format::Json => {
                let value = serde_json::json!({ "version": 1, "path": name, "remarks": remarks });
                print(&format!("{value:#}\n"))?;
            }
            Format::Text if remarks.is_empty() => {
                let said = said.map(|said| format!("; {said}")).unwrap_or_default();
                print(&format!("{name}: no problems{said}\n"))?;
            }
            Format::Text => {
                let shown: Vec<String> = remarks.iter().map(|remark| shown(&name, remark)).collect();
                print(&format!("{}\n", shown.join("\n")))?;
            }
        }
        Ok(if remarks.is_empty() { Exit::Passed } else { Exit::Blocked })
    }
}

/// A remark with its place, and below it what to write instead.
pub(super) fn shown(name: &str, remark: &Remark) -> String {
    let wording = remark.wording.replace('\n', "\n    ");
    visible(&format!("{name}:{}: {}: {}\n  write: {wording}", remark.line, remark.kind.name(), remark.message))
}

impl ScoreArgs {
    pub(super) fn run(self) -> Result<Exit> {
        let repository = line::open(self.repo.as_deref())?;
        let (base, policy) = line::default_base(&repository, None, None)?;
        let (name, bytes) = named(self.file, self.repo.as_deref())?;
        let packet = match Packet::parse(&name, &bytes) {
            Ok(packet) => packet,
            Err(error) => return document::refused(&error),
        };
        let remarks = packet::lint(&name, &String::from_utf8_lossy(&bytes), Form::Packet);
        let entries = repository.objects().list(repository.commit_tree(base.id)?)?;
        let paths: Vec<RepoPath> = entries.into_iter().map(|entry| entry.path).collect();
        let score = packet::score(&packet, &remarks, &policy, &paths);
        match self.format {
            Format::Json => {
                let value =
                    serde_json::json!({ "version": 1, "path": name, "answer": score.answer, "factors": score.factors });
                print(&format!("{value:#}\n"))?;
            }
            Format::Text => print(&table(&name, &score))?,
        }
        Ok(Exit::Passed)
    }
}

fn table(name: &str, score: &Score) -> String {
    let rows = score
        .factors
        .iter()
        .map(|scored| format!("  {:<21} {:<7} {}\n", scored.factor.name(), scored.class.name(), scored.why));
    visible(&format!("{name}: {}\n{}", score.answer.meaning(), rows.collect::<String>()))
}
