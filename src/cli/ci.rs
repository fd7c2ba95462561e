//! `agentgate ci`: judges what a CI job was started for, and says so in the provider's own places.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::check::text_of;
use super::exit::Exit;
use super::failure::{Failure, Result};
use super::line::{self, Answer, Base, Circumstances, End, Named, Question, Reading};
use super::{note, outlet, print};
use crate::ci::{Environment, Pointer, Provider, Request};
use crate::git::Repository;
use crate::hook::receipt::{Comparison, Drawer, Receipt};
use crate::record::travel;
use crate::report::style::Style;
use crate::report::{self, Format, Outcome, Report, json, markdown};
use crate::verdict::Event;
use crate::verdict::waivers::Said;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agentgate ci                                   on GitHub (pull_request, merge_group, push), GitLab, Forgejo
  agentgate ci --base origin/main --branch \"$BRANCH\"      anywhere else
  agentgate ci --format sarif --output agentgate.sarif
  agentgate ci --sarif semgrep.sarif --sarif gitleaks.sarif

Pinned work packets are fetched beside it: git fetch origin '+refs/agentgate/packets/*:refs/agentgate/packets/*'
The clone needs its history: `fetch-depth: 0` on GitHub, `GIT_DEPTH: 0` on GitLab.
Elsewhere AGENTGATE_BASE, AGENTGATE_HEAD, AGENTGATE_BRANCH and AGENTGATE_PR_BODY (a file) say the same as the flags.
Exit codes: 0 passed (warnings included), 1 blocked, 2 could not judge.")]
pub struct Ci {
    /// What to compare with, instead of what the provider says
    #[arg(long, value_name = "REF")]
    base: Option<String>,
    /// What to judge, instead of what the provider says
    #[arg(long, value_name = "REF")]
    head: Option<String>,
    /// The branch's name on the server
    #[arg(long, value_name = "NAME")]
    branch: Option<String>,
    /// The pull request's title and text
    #[arg(long, value_name = "FILE")]
    pr_body: Option<PathBuf>,
    /// The repository, if not the current one
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
    /// Judge by this policy instead of the base side's
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Hold the branch to this work packet instead of the base side's for its ticket
    #[arg(long, value_name = "FILE")]
    packet: Option<PathBuf>,
    /// A report of another scanner, in SARIF 2.1.0; may be given several times
    #[arg(long, value_name = "FILE")]
    sarif: Vec<PathBuf>,
    /// As whose branch to judge
    #[arg(long = "as", value_name = "WHO", value_enum, default_value_t = Reading::Auto)]
    reading: Reading,
    /// What is happening with the branch, instead of what the provider says
    #[arg(long, value_enum)]
    event: Option<Event>,
    /// Judge as on this day, which decides what of a rollout has begun and which waivers have expired [default: today]
    #[arg(long, value_name = "DATE")]
    today: Option<String>,
    /// Fetch the pre-push receipt from this remote, for repositories that publish them
    #[arg(long, value_name = "REMOTE")]
    receipts_from: Option<String>,
    /// Fetch the records of runs from this remote first
    #[arg(long, value_name = "REMOTE")]
    records_from: Option<String>,
    /// How to report on standard output [default: annotations on GitHub, else text]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Write that report to a file; standard output then gets the default one
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Ci {
    pub fn run(self) -> Result<Exit> {
        let environment = Environment::of_process();
        let provider = Provider::of(&environment);
        let request = self.request(provider, &environment)?;
        let repository = line::open(self.repo.as_deref())?;
        if let Some(remote) = &self.records_from {
            // Whether there are any is the rules' business.
            travel::fetch(&repository, remote).map_err(|error| {
                Failure::from(error)
                    .during("the records of runs")
                    .help("leave --records-from away to judge without them")
            })?;
        }
        let missing = |failure: Failure| mend(failure, &repository, provider);
        let end = repository.resolve(&request.head).map_err(|error| missing(error.into()))?;
        let branch = self.branch(provider, &repository, &request)?;
        let event = self.event.unwrap_or_else(|| request.happening());
        let question = Question {
            base: base(&repository, &request).map_err(missing)?,
            end: End::Commit(Named { id: end, name: branch.clone() }),
            push: None,
            branch,
            policy: self.policy.clone(),
            packet: self.packet.clone(),
            text: request.text.clone(),
            sarif: self.sarif.clone(),
            text_may_follow: request.text.is_none(),
            reading: self.reading,
            circumstances: Circumstances {
                opened_by: request.author.clone(),
                said: said(&request, &end.to_string()),
                ..Circumstances::of(event)
            }
            .on(self.today.as_deref())?,
        };
        let report = match line::judge(&repository, &question).map_err(missing)? {
            Answer::Judged(report) => *report,
            Answer::Nothing(failure) => return Err(unjudged(failure, &request)),
        };
        for said in &request.notes {
            note(&format!("agentgate: {said}"));
        }
        let receipt = self.receipt(&repository, &report);
        note(&format!("agentgate: {}", receipt.sentence()));
        self.deliver(provider, &report)?;
        if provider.is_github() {
            on_github(&environment, &report, receipt, self.output.as_deref())?;
        }
        Ok(line::exit_of(&report))
    }

    /// What the provider asks, with what the caller knows better.
    fn request(&self, provider: &Provider, environment: &Environment) -> Result<Request> {
        let unclear = |error: crate::ci::Unclear| Failure::new(error.what).help(error.help);
        let mut request = match provider.request(environment) {
            // Someone who names both ends needs no provider to name any.
            Err(_) if self.base.is_some() && self.head.is_some() => {
                Provider::of(&Environment::default()).request(&Environment::default()).map_err(unclear)?
            }
            request => request.map_err(unclear)?,
        };
        if let Some(base) = &self.base {
            request.base = vec![Pointer::Named(base.clone())];
            request.base_name = Some(base.clone());
        }
        if let Some(head) = &self.head {
            request.head.clone_from(head);
        }
        if let Some(branch) = &self.branch {
            request.head_name = Some(branch.clone());
        }
        if let Some(path) = &self.pr_body {
            request.text = Some(text_of(path)?);
        }
        Ok(request)
    }

    /// The branch's name. Whose branch it is hangs on it: without one, an agent's could pass as a person's.
    fn branch(&self, provider: &Provider, repository: &Repository, request: &Request) -> Result<Option<String>> {
        let known = request.head_name.clone().or_else(|| match request.head.as_str() {
            "HEAD" => repository.head().ok()?.branch().map(ToOwned::to_owned),
            named => line::branch_of(repository, named),
        });
        if known.is_none() && provider.is_generic() && self.reading == Reading::Auto {
            return Err(Failure::new("the name of the branch is not known here, so neither is whose branch it is")
                .help("name it: agentgate ci --branch NAME, or AGENTGATE_BRANCH=NAME")
                .help("or say as whose branch to judge: --as agent, --as human"));
        }
        Ok(known)
    }

    fn receipt(&self, repository: &Repository, report: &Report) -> Comparison {
        let Some(head) = report.subject.head.commit.as_deref() else { return Comparison::Absent };
        let own = Receipt::of(report, "");
        let folder = repository.worktree_dir().unwrap_or(repository.git_dir());
        let found = Drawer::of(&repository.common_dir())
            .read(head)
            .or_else(|| Receipt::fetch(folder, head, self.receipts_from.as_deref()));
        match own {
            Some(own) => Receipt::compare(found.as_ref(), &own),
            None => Comparison::Absent,
        }
    }

    fn deliver(&self, provider: &Provider, report: &Report) -> Result<()> {
        let usual = if provider.is_github() { Format::Github } else { Format::Text };
        if let Some(path) = &self.output {
            let format = self.format.unwrap_or(Format::Json);
            outlet::deliver(&report::render(report, format, Style::plain()), Some(path))?;
            return print(&report::render(report, usual, Style::for_stdout()));
        }
        print(&report::render(report, self.format.unwrap_or(usual), Style::for_stdout()))
    }
}

/// What others than the author said of this very commit, by the service's own word: in a review of it, by a label.
fn said(request: &Request, head: &str) -> Vec<Said> {
    let page = &request.page;
    let place = page.url.clone().unwrap_or_else(|| "the pull request".into());
    let reviews = page.reviews.iter().filter(|review| !review.is_bot && review.commit.as_deref() == Some(head));
    let reviews = reviews.map(|review| (review.login.clone(), review.text.clone()));
    // A label has no room for a reason.
    let labelled = page.labelled.iter().map(|(label, login)| (login.clone(), format!("{label}: by a label")));
    let is_author = |login: &str| request.author.as_deref().is_some_and(|author| author.eq_ignore_ascii_case(login));
    let said = reviews.chain(labelled).filter(|(login, _)| !is_author(login));
    said.map(|(login, text)| Said { login, text, place: place.clone() }).collect()
}

/// The first of the provider's candidates that is here.
fn base(repository: &Repository, request: &Request) -> Result<Base> {
    let mut missing = None;
    for pointer in &request.base {
        let found = match pointer {
            Pointer::Default => return Ok(Base::Default { remote: None }),
            Pointer::Named(name) => repository.resolve(name),
            Pointer::MergedInto { merge, second } => match merged_into(repository, merge, second) {
                Some(id) => Ok(id),
                None => continue,
            },
        };
        match found {
            Ok(id) => return Ok(Base::Commit(Named { id, name: request.base_name.clone() })),
            Err(error) => missing = missing.or(Some(error)),
        }
    }
    Err(missing.map_or_else(nothing_before, Failure::from))
}

fn merged_into(repository: &Repository, merge: &str, second: &str) -> Option<crate::git::ObjectId> {
    let id = repository.resolve(merge).ok()?;
    match repository.commit(id).ok()?.parents[..] {
        [first, merged] if merged.to_string() == second => Some(first),
        _ => None,
    }
}

/// A commit that isn't here is, in a CI job, nearly always one that the clone left out.
fn mend(failure: Failure, repository: &Repository, provider: &Provider) -> Failure {
    if repository.is_shallow() {
        return failure.help(format!("this clone is shallow; on {} set:\n{}", provider.name, provider.deepen));
    }
    failure.help("is it fetched? name the commits: agentgate ci --base REF --head REF")
}

/// The default branch, and nobody tells what it was before.
fn nothing_before() -> Failure {
    Failure::new("this build of the default branch has nothing before it to compare with")
        .help("run the step on pull requests and other branches, or name a base: agentgate ci --base REF")
}

/// A range without commits: in a job nearly always a build of the branch that others are compared with.
fn unjudged(failure: Failure, request: &Request) -> Failure {
    if request.base != [Pointer::Default] || request.head_name.is_none() {
        return failure;
    }
    let own = "is this the branch that others are compared with? what it had before is not told here";
    failure.help(format!("{own}: run the step on pull requests and other branches, or name it by --base"))
}

/// The step's summary and outputs. Both are files that the runner reads when the step has ended.
fn on_github(environment: &Environment, report: &Report, receipt: Comparison, output: Option<&Path>) -> Result<()> {
    if let Some(path) = environment.get("GITHUB_STEP_SUMMARY") {
        let summary = markdown::render(report, markdown::SUMMARY);
        append(path, &format!("{summary}\n\n<sub>agentgate: {}.</sub>\n", receipt.sentence()))?;
    }
    if let Some(path) = environment.get("GITHUB_OUTPUT") {
        let verdict = if report.verdict == Outcome::Pass { "pass" } else { "block" };
        let saved = match (output, environment.get("RUNNER_TEMP")) {
            (Some(path), _) => Some(path.to_owned()),
            (None, Some(folder)) => {
                let path = Path::new(folder).join("agentgate.json");
                outlet::deliver(&json::render(report), Some(&path))?;
                Some(path)
            }
            (None, None) => None,
        };
        let mut lines = format!("verdict={verdict}\n");
        if let Some(path) = saved {
            let path = path.display().to_string();
            // A line break would start another output.
            if !path.contains(['\n', '\r']) {
                lines.push_str(&format!("report={path}\n"));
            }
        }
        append(path, &lines)?;
    }
    Ok(())
}

fn append(path: &str, text: &str) -> Result<()> {
    let file = OpenOptions::new().append(true).create(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| Failure::new(format!("the runner's file {path} can't be written: {error}")))
}
