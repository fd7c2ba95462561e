//! `agentgate evidence`: what there is of a branch's or a merge's evidence, and whether it holds.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::check::text_of;
use super::exit::Exit;
use super::failure::{Failure, Result};
use super::line::{self, Base, End, Named, Preparation, Prepared, Question, Reading};
use super::{outlet, print};
use crate::ci::{Environment, Page, Provider, Request};
use crate::evidence::review;
use crate::git::Repository;
use crate::record::{Envelope, Signer};
use crate::report::evidence::{self as form, Evidence, Known, Merge};
use crate::report::{Report, uri};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agentgate evidence show
  agentgate evidence verify --base origin/main --head agent/T-1-x --pr-body body.md

The nine items: work packet, agent session summary, files changed, tests run, human review record, risk classification,
approval gate result, merge commit or pull request link, rollback note.")]
pub struct EvidenceArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Show what there is of each item
    Show(Show),
    /// The same, and fail where anything is missing or contradicted
    Verify(Verify),
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agentgate evidence show                                  the current branch against its base
  agentgate evidence show --merge HEAD                     what a merge brought in
  agentgate evidence show --format json --pr-body body.md

Exit codes: 0 shown, 2 could not be told.")]
struct Show {
    #[command(flatten)]
    of: Of,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agentgate evidence verify
  agentgate evidence verify --merge HEAD --summary verdict.json

The summary is an in-toto statement in the form of a SLSA verification summary, in a DSSE envelope, signed with git's key
where there is one.
Exit codes: 0 complete, 1 something is missing or contradicted, 2 could not be told.")]
struct Verify {
    #[command(flatten)]
    of: Of,
    /// Write the verdict as a verification summary
    #[arg(long, value_name = "FILE")]
    summary: Option<PathBuf>,
    /// Sign the summary with this key instead of git's
    #[arg(long, value_name = "KEY", requires = "summary")]
    key: Option<PathBuf>,
}

/// Whose evidence.
#[derive(Debug, clap::Args)]
struct Of {
    /// What to compare with [default: the policy's base branch, else the remote's default branch]
    #[arg(long, value_name = "REF", conflicts_with = "merge")]
    base: Option<String>,
    /// The branch [default: HEAD]
    #[arg(long, value_name = "REF", conflicts_with = "merge")]
    head: Option<String>,
    /// A merge that has happened, also a squashed one
    #[arg(long, value_name = "COMMIT")]
    merge: Option<String>,
    /// The branch's name, where it can't be told
    #[arg(long, value_name = "NAME")]
    branch: Option<String>,
    /// The pull request's title and text; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    pr_body: Option<PathBuf>,
    /// Judge by this policy instead of the base side's
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// The work packet, instead of the base side's for the branch's ticket
    #[arg(long, value_name = "FILE")]
    packet: Option<PathBuf>,
    /// The repository, if not the current one
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
    /// How to show it
    #[arg(long, value_enum, default_value_t)]
    format: Form,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// For people
    #[default]
    Text,
    /// For programs; schema in schemas/evidence.v1.schema.json
    Json,
}

impl EvidenceArgs {
    pub fn run(self) -> Result<Exit> {
        match self.command {
            Command::Show(show) => {
                show.of.gather()?.print(show.of.format)?;
                Ok(Exit::Passed)
            }
            Command::Verify(verify) => {
                let gathered = verify.of.gather()?;
                gathered.print(verify.of.format)?;
                if let Some(path) = &verify.summary {
                    gathered.write_summary(path, verify.key.as_deref())?;
                }
                Ok(if gathered.evidence.is_complete { Exit::Passed } else { Exit::Blocked })
            }
        }
    }
}

/// What was found out.
struct Gathered {
    repository: Repository,
    report: Report,
    evidence: Evidence,
}

impl Gathered {
    fn print(&self, form: Form) -> Result<()> {
        match form {
            Form::Text => print(&form::text(&self.evidence)),
            Form::Json => print(&(serde_json::to_string_pretty(&self.evidence)? + "\n")),
        }
    }

    fn write_summary(&self, path: &Path, key: Option<&Path>) -> Result<()> {
        let now = jiff::Timestamp::from_second(jiff::Timestamp::now().as_second())?.to_string();
        let statement = form::summary(&self.report, &self.evidence, &resource(&self.repository), now);
        let mut envelope = Envelope::new(&serde_json::to_vec(&statement)?);
        if let Some(signer) = key.map(Signer::with_key).or_else(|| Signer::configured(&self.repository)) {
            signer.sign(&mut envelope)?;
        }
        outlet::deliver(&(envelope.to_line() + "\n"), Some(path))
    }
}

/// The repository by its address.
fn resource(repository: &Repository) -> String {
    let remote = repository.remotes().into_iter().find(|name| name == "origin");
    let remote = remote.or_else(|| repository.remotes().into_iter().next());
    uri::repository(remote.and_then(|name| repository.config(&format!("remote.{name}.url"))).as_deref())
}

impl Of {
    fn gather(&self) -> Result<Gathered> {
        let repository = line::open(self.repo.as_deref())?;
        let request = self.request();
        let (question, merge) = match &self.merge {
            Some(name) => self.of_merge(&repository, name)?,
            None => (self.of_branch(&repository, request.as_ref())?, None),
        };
        let Prepared { subject, change, policy, claims, .. } = match line::prepare(&repository, &question)? {
            Preparation::Ready(prepared) => *prepared,
            Preparation::Nothing(failure) => return Err(failure),
        };
        let verdict = crate::judge(&change, subject, &policy, &claims);
        let report = Report::from_verdict(&verdict, &change, Duration::ZERO);
        let head = report.subject.head.commit.clone().unwrap_or_default();
        let reviews = request.as_ref().map(|request| review::told(request, &head, &policy)).unwrap_or_default();
        let page = request.map_or_else(Page::default, |request| request.page);
        let by = |merge: Merged| Merge {
            commit: merge.commit,
            request: merge.request,
            // Whoever wrote it has not looked at it with other eyes.
            by: Some(merge.by)
                .filter(|(name, email)| {
                    !policy.is_agent(name, email)
                        && !claims.commits.iter().any(|commit| commit.author_email.eq_ignore_ascii_case(email))
                })
                .map(|(name, _)| name),
        };
        let known = Known {
            report: &report,
            change: &change,
            policy: &policy,
            claims: &claims,
            branch: question.branch.as_deref(),
            page: &page,
            reviews,
            merge: merge.map(by),
        };
        let evidence = form::evidence(&known);
        Ok(Gathered { repository, report, evidence })
    }

    /// What the CI service says, where this is a job about a pull request.
    fn request(&self) -> Option<Request> {
        let environment = Environment::of_process();
        let provider = Provider::of(&environment);
        if provider.is_generic() { None } else { provider.request(&environment).ok() }
    }

    fn of_branch(&self, repository: &Repository, request: Option<&Request>) -> Result<Question> {
        let commit = line::commit(repository, self.head.as_deref())?;
        let base = match &self.base {
            Some(name) => Base::Commit(line::commit(repository, Some(name))?),
            None => Base::Default { remote: None },
        };
        let named = commit.name.as_deref().and_then(|name| line::branch_of(repository, name));
        let branch = self.branch.clone().or(named).or_else(|| request?.head_name.clone());
        let text = request.and_then(|request| request.text.clone());
        self.question(base, commit, branch, text)
    }

    fn of_merge(&self, repository: &Repository, name: &str) -> Result<(Question, Option<Merged>)> {
        let id = repository.resolve(name)?;
        let commit = repository.commit(id)?;
        let (base, head) = match commit.parents[..] {
            [first, second] => (first, second),
            [only] => (only, id),
            _ => {
                return Err(Failure::new(format!("{} has {} parents", id.short(), commit.parents.len()))
                    .help("name a merge of one branch, or a squashed one; or both ends with --base and --head"));
            }
        };
        let branch = self.branch.clone().or_else(|| merged_branch(&commit.message));
        let head = Named { id: head, name: branch.clone() };
        let base = Base::Commit(Named { id: base, name: None });
        let question = self.question(base, head, branch, None)?;
        let merged = Merged {
            commit: id.to_string(),
            by: (commit.author.name, commit.author.email),
            request: pull_request(&commit.message),
        };
        Ok((question, Some(merged)))
    }

    fn question(&self, base: Base, commit: Named, branch: Option<String>, text: Option<String>) -> Result<Question> {
        let given = self.pr_body.as_deref().map(text_of).transpose()?;
        Ok(Question {
            base,
            end: End::Commit(commit),
            push: None,
            branch,
            policy: self.policy.clone(),
            packet: self.packet.clone(),
            text: given.or(text),
            sarif: Vec::new(),
            text_may_follow: false,
            reading: Reading::Agent,
            circumstances: line::Circumstances::of(crate::verdict::Event::Check),
        })
    }
}

/// A merge as its commit has it.
struct Merged {
    commit: String,
    by: (String, String),
    request: Option<String>,
}

/// `Merge branch 'agent/T-1-x'`, `Merge pull request #12 from owner/agent/T-1-x`
fn merged_branch(message: &str) -> Option<String> {
    let title = message.lines().next()?;
    if let Some(rest) =
        title.strip_prefix("Merge branch '").or_else(|| title.strip_prefix("Merge remote-tracking branch 'origin/"))
    {
        return Some(rest.split('\'').next()?.to_owned());
    }
    let (_, from) = title.strip_prefix("Merge pull request #")?.split_once(" from ")?;
    Some(from.split_once('/')?.1.to_owned())
}

/// `#12`, as services write it into a merge's or a squashed commit's title.
fn pull_request(message: &str) -> Option<String> {
    let title = message.lines().next()?;
    let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>();
    let merged = title.strip_prefix("Merge pull request #").map(digits);
    let squashed =
        title.trim_end().strip_suffix(')').and_then(|rest| rest.rsplit_once("(#")).map(|(_, number)| digits(number));
    let merge_request = message.lines().find_map(|line| line.strip_prefix("See merge request ")).map(ToOwned::to_owned);
    let number = merged.or(squashed).filter(|number| !number.is_empty());
    number.map(|number| format!("#{number}")).or(merge_request)
}
