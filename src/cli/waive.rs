//! `agentgate waive`: writes down that a finding is excused, for a person to merge into the base.

use std::path::PathBuf;

use super::exit::Exit;
use super::failure::{Failure, Result};
use super::{explain, line, print};
use crate::report::{Finding, Report};
use crate::verdict::waivers::{self, Waivers};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agentgate waive 3f9c2a --reason agreed --owner ada@example.org --expires 2026-12-31
  agentgate waive --list                 all waivers of the work tree, and which have expired

A waiver excuses one finding and its content, until a day. It is written to .agentgate/waivers.toml and holds once a
person has merged that into the base branch, apart from the branch that it excuses.")]
pub struct Waive {
    /// The first digits of a finding's id, as `agentgate explain` shows it
    #[arg(required_unless_present = "list")]
    id: Option<String>,
    /// Why it is right this time
    #[arg(long, value_name = "TEXT", required_unless_present = "list")]
    reason: Option<String>,
    /// Who answers for it
    #[arg(long, value_name = "WHO", required_unless_present = "list")]
    owner: Option<String>,
    /// The last day on which it holds
    #[arg(long, value_name = "DATE", required_unless_present = "list")]
    expires: Option<String>,
    /// List the waivers of the work tree instead
    #[arg(long, conflicts_with_all = ["id", "reason", "owner", "expires"])]
    list: bool,
    /// The report that has the finding [default: the last one of this work tree]
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// The repository, if not the current one
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
}

impl Waive {
    pub fn run(self) -> Result<Exit> {
        let repository = line::open(self.repo.as_deref())?;
        let top = repository.worktree_dir().ok_or_else(|| {
            Failure::new("this repository is bare, there is no work tree to write to").help("run this in a clone of it")
        })?;
        let file = top.join(waivers::FILE);
        let there = match std::fs::read(&file) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(Failure::new(format!("{} can't be read: {error}", waivers::FILE))),
        };
        let known = there.as_deref().map(|bytes| Waivers::parse(waivers::FILE, bytes, waivers::today())).transpose()?;
        let (Some(id), Some(reason), Some(owner), Some(expires)) = (self.id, self.reason, self.owner, self.expires)
        else {
            print(&listed(&known.unwrap_or_default()))?;
            return Ok(Exit::Passed);
        };
        if !waivers::is_date(&expires) || expires < waivers::today() {
            return Err(
                Failure::new(format!("`{expires}` is no day to come")).help("write a date: --expires 2026-12-31")
            );
        }
        let report = explain::load(self.report.as_deref(), self.repo.as_deref())?;
        let finding = explain::find(&report, &id)?;
        if finding.waiver.is_some() {
            return Err(Failure::new(format!("{} is waived already", finding.id)));
        }
        let mut text = match there {
            Some(bytes) => String::from_utf8_lossy(&bytes).trim_end().to_owned() + "\n",
            None => "# Findings that are excused, one by one. Written by `agentgate waive`.\nversion = 1\n".to_owned(),
        };
        text.push_str(&entry(finding, &reason, &owner, &expires));
        // Never leave a file behind that stops every judgement.
        Waivers::parse(waivers::FILE, text.as_bytes(), waivers::today())?;
        let failed = |error: std::io::Error| Failure::new(format!("{} can't be written: {error}", waivers::FILE));
        std::fs::create_dir_all(file.parent().unwrap_or(top)).map_err(failed)?;
        std::fs::write(&file, &text).map_err(failed)?;
        print(&written(&report, finding))?;
        Ok(Exit::Passed)
    }
}

fn written(report: &Report, finding: &Finding) -> String {
    let base = report.subject.base.name.as_deref().unwrap_or("the base branch");
    format!(
        "{} {} is excused in {}\na person merges that file, and nothing else, into {base}; no branch excuses itself\n",
        finding.rule,
        finding.id,
        waivers::FILE,
    )
}

fn entry(finding: &Finding, reason: &str, owner: &str, expires: &str) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let mut text = format!("\n[[waiver]]\nfinding = {}\nrule = {}\n", quoted(&finding.id), quoted(&finding.rule));
    for (key, value) in [("path", &finding.path), ("content", &finding.content)] {
        if let Some(value) = value {
            text.push_str(&format!("{key} = {}\n", quoted(value)));
        }
    }
    text.push_str(&format!(
        "reason = {}\nowner = {}\nexpires = {expires}\n",
        quoted(reason.trim()),
        quoted(owner.trim())
    ));
    text
}

fn listed(waivers: &Waivers) -> String {
    let line = |waiver: &waivers::Waiver| {
        let state = if waivers.is_expired(waiver) { "expired" } else { "until" };
        let place = waiver.path.as_deref().unwrap_or("the branch");
        format!(
            "{} {} in {place}, {state} {}, by {}: {} ({}:{})\n",
            waiver.finding,
            waiver.rule,
            waiver.expires,
            waiver.owner,
            waiver.reason,
            waiver.origin.path,
            waiver.origin.line
        )
    };
    let lines: String = waivers.iter().map(line).collect();
    let visible = |c: char| if c.is_control() && c != '\n' { '\u{fffd}' } else { c };
    if lines.is_empty() { "no waivers\n".to_owned() } else { lines.chars().map(visible).collect() }
}
