//! `agentgate prove`: runs tests of both sides on code of both sides.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use super::check::Form;
use super::exit::Exit;
use super::failure::{Failure, Result};
use super::line::{self, Base, Circumstances, End, Preparation, Question, Reading};
use super::outlet::{self, Progress};
use crate::prove::{self, Interruption, Plan, Setup};
use crate::report::style::Style;
use crate::report::{Report, proof, store};
use crate::verdict::Event;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agentgate prove -- pytest -q                       the current branch against its base
  agentgate prove --mutants 10 -- cargo test         and ten small faults for what is still open
  agentgate prove --junit target/surefire-reports/*.xml -- mvn -q test
  agentgate prove --require-regression-test -- npx jest
  agentgate prove -- make test                       a runner not known by name: whole runs are compared

In a temporary repository the command is run four times: on the code of the base and of the head, with the tests of the
base and of the head. A weakened test is convicted when the base's version of it fails on the head's code, or when a
fault in the code that it exercises is caught by the base's version and by no test of the head. Without a command the
base's policy names one ([prove] command); the branch never does.

The command runs with your rights. Its environment holds what tools need to find themselves, and what the policy names.
What running said of a finding is shown by `agentgate explain` afterwards.

Exit codes: 0 nothing convicted, 1 convicted or a required proof is missing, 2 could not be run.")]
pub struct Prove {
    /// What to compare with [default: the policy's base branch, else the remote's default branch]
    #[arg(long, value_name = "REF")]
    base: Option<String>,
    /// What to prove [default: HEAD]
    #[arg(long, value_name = "REF")]
    head: Option<String>,
    /// The repository, if not the current one; bare ones too
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
    /// Use this policy instead of the base side's
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// How many small faults to put into the code for findings that the four runs leave open
    #[arg(long, value_name = "N", default_value_t = 0)]
    mutants: usize,
    /// JUnit files that the command leaves in the work tree
    #[arg(long, value_name = "GLOB")]
    junit: Option<String>,
    /// How long one run may take, in seconds [default: the policy's, else 600]
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u64>,
    /// How often a failing run is repeated before it decides anything
    #[arg(long, value_name = "N", default_value_t = 1)]
    repeat: u32,
    /// Fail where no test of the head fails on the base's code: a bug fix without a regression test
    #[arg(long)]
    require_regression_test: bool,
    /// Keep results in refs/notes/agentgate-prove, and use those that are there for the same trees
    #[arg(long)]
    cache: bool,
    /// Leave the temporary repository behind
    #[arg(long)]
    keep: bool,
    #[command(flatten)]
    form: Form,
    /// The command and its arguments; `{tests}` stands for the test files in question
    #[arg(last = true, value_name = "CMD")]
    command: Vec<OsString>,
}

/// One run's time where nobody says otherwise, in seconds.
const TIMEOUT: u64 = 600;

impl Prove {
    pub fn run(self) -> Result<Exit> {
        let format = proof::Format::of(self.form.format).ok_or_else(|| {
            Failure::new("a proof is shown as text, JSON or Markdown").help("use --format text, json or markdown")
        })?;
        let repository = line::open(self.repo.as_deref())?;
        let head = line::commit(&repository, self.head.as_deref())?;
        let base = match &self.base {
            Some(name) => Base::Commit(line::commit(&repository, Some(name))?),
            None => Base::Default { remote: None },
        };
        let question = Question {
            base,
            branch: head.name.as_deref().and_then(|name| line::branch_of(&repository, name)),
            end: End::Commit(head.clone()),
            push: None,
            policy: self.policy,
            packet: None,
            sarif: Vec::new(),
            text: None,
            text_may_follow: true,
            reading: Reading::Agent,
            circumstances: Circumstances::of(Event::Check),
        };
        let prepared = match line::prepare(&repository, &question)? {
            Preparation::Ready(prepared) => *prepared,
            Preparation::Nothing(failure) => return Err(failure),
        };
        let settings = prepared.policy.prove().clone();
        let words =
            if self.command.is_empty() { settings.command.iter().map(OsString::from).collect() } else { self.command };
        if words.is_empty() {
            return Err(Failure::new("there is no command to run")
                .help("name one after `--`: agentgate prove -- pytest -q")
                .help("or in the base's policy: [prove] command = [\"pytest\", \"-q\"]"));
        }
        let seconds = self.timeout.or(settings.timeout_seconds).unwrap_or(TIMEOUT);
        let plan = Plan {
            words,
            timeout: Duration::from_secs(seconds),
            environment: settings.environment.clone(),
            interruption: Interruption::on_signals(),
        };
        let verdict = crate::judge(&prepared.change, prepared.subject, &prepared.policy, &prepared.claims);
        let mut report = Report::from_verdict(&verdict, &prepared.change, Duration::ZERO);
        let progress = Progress::of_steps(prove::MATRIX + self.mutants, "proving");
        let setup = Setup {
            repository: &repository,
            change: &prepared.change,
            roles: &prepared.policy.roles(),
            base: prepared.start,
            head: head.id,
            findings: &report.findings,
            plan: &plan,
            reports: self.junit.or(settings.reports),
            caches: &settings.caches,
            faults: self.mutants,
            repeats: self.repeat,
            cache: self.cache || settings.keeps_results,
            keep: self.keep,
        };
        let proof = prove::prove(&setup, &|done, what| progress.say(done, what))?;
        drop(progress);
        let style = if self.form.output.is_some() { Style::plain() } else { Style::for_stdout() };
        outlet::deliver(&proof::render(&proof, format, style), self.form.output.as_deref())?;
        proof::annotate(&mut report.findings, &proof);
        if repository.worktree_dir().is_some() {
            // A courtesy to `explain`, as after a check.
            let _ = store::save(&store::path(&repository.common_dir(), repository.git_dir()), &report);
        }
        let needs_test = self.require_regression_test || settings.needs_regression_test;
        let is_missing = needs_test && proof.regression_proven != Some(true);
        let is_convicted = proof.charges.iter().any(|charge| charge.conviction.convicts());
        Ok(match () {
            () if is_convicted || is_missing => Exit::Blocked,
            () if !proof.says_anything() => Exit::NotJudged,
            () => Exit::Passed,
        })
    }
}
