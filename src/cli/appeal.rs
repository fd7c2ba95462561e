//! `agentgate appeal`: files a branch's case against a finding, for people to read.

use std::path::PathBuf;

use super::exit::Exit;
use super::failure::{Failure, Result};
use super::{explain, line, print};
use crate::evidence;
use crate::report::Finding;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agentgate appeal 3f9c2a --why deprecated-upstream --evidence docs/decision-12.md

The case is written to .agentgate/evidence/BRANCH.md and shown beside the finding in every report once it is committed. It
excuses nothing: whoever owns the base decides, with `agentgate waive`.")]
pub struct Appeal {
    /// The first digits of a finding's id, as `agentgate explain` shows it
    id: String,
    /// Why the finding is wrong, or right and wanted all the same
    #[arg(long, value_name = "TEXT")]
    why: String,
    /// What shows it: a file, a test, a link
    #[arg(long, value_name = "TEXT")]
    evidence: Vec<String>,
    /// The report that has the finding [default: the last one of this work tree]
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// The repository, if not the current one
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
}

impl Appeal {
    pub fn run(self) -> Result<Exit> {
        let repository = line::open(self.repo.as_deref())?;
        let top = repository.worktree_dir().ok_or_else(|| {
            Failure::new("this repository is bare, there is no work tree to write to").help("run this in a clone of it")
        })?;
        let head = repository.head()?;
        let branch = head.branch().ok_or_else(|| {
            Failure::new("no branch is checked out, and the case belongs to one").help("git switch BRANCH")
        })?;
        let report = explain::load(self.report.as_deref(), self.repo.as_deref())?;
        let finding = explain::find(&report, &self.id)?;
        if self.why.trim().is_empty() {
            return Err(Failure::new("an appeal without a reason").help("say it: --why TEXT"));
        }
        let name = evidence::file_of(branch);
        let file = top.join(&name);
        let failed = |error: std::io::Error| Failure::new(format!("{name} can't be written: {error}"));
        let mut text = match std::fs::read_to_string(&file) {
            Ok(text) => text.trim_end().to_owned() + "\n\n",
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(failed(error)),
        };
        text.push_str(&self.case(finding));
        std::fs::create_dir_all(file.parent().unwrap_or(top)).map_err(failed)?;
        std::fs::write(&file, text).map_err(failed)?;
        let said = format!("the case against {} {} is in {name}\n", finding.rule, finding.id);
        print(
            &(said
                + "commit it; it is shown beside the finding and excuses nothing until whoever owns the base does\n"),
        )?;
        Ok(Exit::Passed)
    }

    fn case(&self, finding: &Finding) -> String {
        let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let place = finding.path.as_deref().map_or_else(String::new, |path| format!(" in `{path}`"));
        let mut text = format!(
            "## Appeal {}\n\n- What: {}{place}: {}\n- Why: {}\n",
            finding.id,
            finding.rule,
            one_line(&finding.message),
            one_line(&self.why)
        );
        for evidence in &self.evidence {
            text.push_str(&format!("- Evidence: {}\n", one_line(evidence)));
        }
        text
    }
}
