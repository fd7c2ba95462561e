//! `agentgate check`: judges a change.

use std::path::{Path, PathBuf};

use super::exit::Exit;
use super::failure::{Failure, Result};
use super::line::{self, Base, Circumstances, End, Question, Reading};
use super::outlet;
use crate::git::Uncommitted;
use crate::report::style::Style;
use crate::report::{self, Format};
use crate::verdict::Event;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agentgate check                                the current branch against its base
  agentgate check --staged                       what `git commit` would make of it
  agentgate check --worktree                     with everything not committed, untracked files too
  agentgate check --base origin/main --head agent/T-1-x
  agentgate check --format json --output agentgate.json
  agentgate check --pr-body body.md              with the pull request's text as evidence
  agentgate check --sarif semgrep.sarif          with what another scanner found in the lines it adds
  agentgate check --as human                     what a person's branch would be held to

The base side provides the policy (.agentgate/policy.toml); nothing the branch carries can loosen it.
Exit codes: 0 passed (warnings included), 1 blocked, 2 could not judge.")]
pub struct Check {
    /// What to compare with [default: the policy's base branch, else the remote's default branch]
    #[arg(long, value_name = "REF")]
    base: Option<String>,
    /// What to judge [default: HEAD]
    #[arg(long, value_name = "REF")]
    head: Option<String>,
    /// Judge the branch with what is staged, as `git commit` would record it
    #[arg(long, conflicts_with_all = ["head", "worktree"])]
    staged: bool,
    /// Judge the branch with all that is not committed, untracked files too unless git ignores them
    #[arg(long, conflicts_with = "head")]
    worktree: bool,
    /// The repository, if not the current one; bare ones too
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
    /// Judge by this policy instead of the base side's
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Hold the branch to this work packet instead of the base side's for its ticket
    #[arg(long, value_name = "FILE")]
    packet: Option<PathBuf>,
    /// The pull request's title and text; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    pr_body: Option<PathBuf>,
    /// A report of another scanner, in SARIF 2.1.0; may be given several times
    #[arg(long, value_name = "FILE")]
    sarif: Vec<PathBuf>,
    /// As whose branch to judge
    #[arg(long = "as", value_name = "WHO", value_enum, default_value_t = Reading::Agent)]
    reading: Reading,
    /// What is happening with the branch, for what an agent may do
    #[arg(long, value_enum, default_value_t)]
    event: Event,
    /// Judge as on this day, which decides what of a rollout has begun and which waivers have expired [default: today]
    #[arg(long, value_name = "DATE")]
    today: Option<String>,
    #[command(flatten)]
    form: Form,
}

/// How a report is to look and where it is to go.
#[derive(Debug, clap::Args)]
pub struct Form {
    /// How to report
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Write the report to a file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

impl Check {
    pub fn run(self) -> Result<Exit> {
        let repository = line::open(self.repo.as_deref())?;
        let commit = line::commit(&repository, self.head.as_deref())?;
        let base = match &self.base {
            Some(name) => Base::Commit(line::commit(&repository, Some(name))?),
            None => Base::Default { remote: None },
        };
        let branch = commit.name.as_deref().and_then(|name| line::branch_of(&repository, name));
        let end = match (self.staged, self.worktree) {
            (true, _) => End::Uncommitted(Uncommitted::Staged, commit),
            (_, true) => End::Uncommitted(Uncommitted::WorkTree, commit),
            _ => End::Commit(commit),
        };
        let question = Question {
            base,
            end,
            push: None,
            branch,
            policy: self.policy,
            packet: self.packet,
            text: self.pr_body.as_deref().map(text_of).transpose()?,
            sarif: self.sarif,
            text_may_follow: false,
            reading: self.reading,
            circumstances: Circumstances::of(self.event).on(self.today.as_deref())?,
        };
        let report = line::judge(&repository, &question)?.report()?;
        let style = if self.form.output.is_some() { Style::plain() } else { Style::for_stdout() };
        outlet::deliver(&report::render(&report, self.form.format, style), self.form.output.as_deref())?;
        Ok(line::exit_of(&report))
    }
}

/// Longer texts than any service accepts are not pull request texts.
const LONGEST_TEXT: u64 = 4 * 1024 * 1024;

/// Reads a pull request's text; what isn't UTF-8 in it is replaced.
///
/// # Errors
/// When it can't be read or is too long to be one.
pub fn text_of(path: &Path) -> Result<String> {
    use std::io::Read;
    let failed = |error: std::io::Error| {
        Failure::new(format!("the pull request's text, {}: {error}", path.display()))
            .help("name a file with --pr-body, or `-` for standard input")
    };
    let reader: Box<dyn Read> = match path.to_str() {
        Some("-") => Box::new(std::io::stdin().lock()),
        _ => Box::new(std::fs::File::open(path).map_err(failed)?),
    };
    let mut bytes = Vec::new();
    reader.take(LONGEST_TEXT + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > LONGEST_TEXT {
        return Err(Failure::new(format!(
            "the pull request's text, {}, is longer than {LONGEST_TEXT} bytes",
            path.display()
        )));
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
