//! `agentgate record`: runs a command and keeps what came of it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::exit::Exit;
use super::failure::{Failure, Result};
use super::{line, note};
use crate::ci;
use crate::evidence;
use crate::facts::shell;
use crate::git::{Head, ObjectId, Repository, Uncommitted};
use crate::record::run::{self, Finished, Task};
use crate::record::statement::{Output, Worktree};
use crate::record::{Envelope, Outcome, REFERENCE, Run, Signer, Statement, environment, junit, ledger, redact};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agentgate record -- cargo test
  agentgate record --junit target/junit.xml -- pytest --junit-xml=target/junit.xml
  agentgate record -- \"pytest | tee test.log\"        one word with spaces is a line for the shell

The command's output passes through and its exit code is returned. What was run, on which tree, with which result is kept
as a signed in-toto statement in the notes under refs/notes/agentgate, beside the tree that was tested: what is not
committed yet counts as it will be committed. The key is git's (gpg.format=ssh, user.signingKey) or agentgate.signingKey.
`agentgate evidence show` lists records, `agentgate install --records` lets them travel with pushes.
Exit codes: the command's own; 2 where it passed and could not be recorded.")]
pub struct Record {
    /// A JUnit report that the command writes: counts and names of failed tests are read from it
    #[arg(long, value_name = "FILE")]
    junit: Vec<PathBuf>,
    /// Sign with this key instead of git's
    #[arg(long, value_name = "KEY", conflicts_with = "no_sign")]
    key: Option<PathBuf>,
    /// Don't sign, whatever git is configured to do
    #[arg(long)]
    no_sign: bool,
    /// Write the record to a file too, one line of JSON
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The command and its arguments
    #[arg(trailing_var_arg = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

impl Record {
    pub fn run(self) -> Result<Exit> {
        if self.command.is_empty() {
            return Err(
                Failure::new("there is no command to run").help("name one after `--`: agentgate record -- pytest -q")
            );
        }
        let repository = line::open(None)?;
        if repository.worktree_dir().is_none() {
            return Err(Failure::new("this repository is bare, there is no work tree to test")
                .help("run this in a clone of it, where the tests run"));
        }
        let before = Tested::now(&repository)?;
        let started = SystemTime::now();
        let task = task(&self.command);
        let finished = run::run(&task).map_err(|error| {
            Failure::new(format!("`{}` can't be run: {error}", typed(&self.command))).help("is it installed here?")
        })?;
        let kept = self.keep(&repository, &before, started, &task, &finished);
        if let Err(failure) = kept {
            failure.during("the run is not recorded").show();
            // Whoever relies on the record must not go on as if it were there.
            exit_with(if finished.exit_code == 0 { Exit::NotJudged.code().into() } else { finished.exit_code });
        }
        exit_with(finished.exit_code)
    }

    fn keep(
        &self,
        repository: &Repository,
        before: &Tested,
        started: SystemTime,
        task: &Task,
        finished: &Finished,
    ) -> Result<()> {
        let after = Tested::now(repository)?;
        let job = ci::Environment::of_process();
        let hidden = redact::secret_values(variables());
        let redacted = |text: String| redact::lines(&[text], &hidden).concat();
        let reports = self.reports(started)?;
        let (counts, counts_from) = match &reports {
            Some(report) => (Some(report.counts), vec!["junit".to_owned()]),
            None => finished.counter.finish().map_or((None, Vec::new()), |(counts, names)| (Some(counts), names)),
        };
        let mut doubts = Vec::new();
        if counts.is_some_and(|counts| counts.passed + counts.failed == 0) {
            doubts.push("no test ran".to_owned());
        }
        let changed_during_run = before.lost_by(&after, repository)?;
        if changed_during_run {
            doubts.push("files changed while it ran".to_owned());
        }
        let failed_pipes = finished.pipes.iter().filter(|stages| has_failed(stages)).cloned().collect();
        let words = words(task);
        let run = Run {
            version: Run::VERSION,
            command: redacted(typed(&self.command)),
            exit_code: finished.exit_code,
            failed_pipes,
            stages: finished.pipes.last().cloned().unwrap_or_default(),
            started_on: timestamp(started),
            duration_ms: u64::try_from(finished.duration.as_millis()).unwrap_or(u64::MAX),
            counts,
            counts_from,
            doubts,
            worktree: Worktree { changed_during_run, ..before.worktree.clone() },
            output: Output {
                stdout: finished.stdout.clone(),
                stderr: finished.stderr.clone(),
                tail: redact::lines(&finished.tail, &hidden),
            },
            environment: environment::of(words.iter().map(String::as_str), &job),
        };
        let said = sentence(&run);
        let failed_tests = redact::lines(&reports.map(|report| report.failed).unwrap_or_default(), &hidden);
        let statement = Statement::of_run(run, failed_tests, environment::job_url(&job));
        let payload = serde_json::to_vec(&statement)?;
        let mut envelope = Envelope::new(&payload);
        if let Some(signer) = self.signer(repository) {
            signer.sign(&mut envelope)?;
        }
        let line = envelope.to_line() + "\n";
        if let Some(path) = &self.output {
            std::fs::write(path, &line)
                .map_err(|error| Failure::new(format!("{} can't be written: {error}", path.display())))?;
        }
        repository.add_note(REFERENCE, before.code, line.as_bytes(), &ledger::union)?;
        note(&said);
        Ok(())
    }

    fn signer(&self, repository: &Repository) -> Option<Signer> {
        match &self.key {
            _ if self.no_sign => None,
            Some(key) => Some(Signer::with_key(key)),
            None => Signer::configured(repository),
        }
    }

    /// What the reports say together. One that was there before says nothing about this run.
    fn reports(&self, started: SystemTime) -> Result<Option<junit::Report>> {
        let mut all = None::<junit::Report>;
        for path in &self.junit {
            let report = report(path, started)?;
            let so_far = all.get_or_insert_default();
            so_far.counts = so_far.counts.plus(report.counts);
            so_far.failed.extend(report.failed);
        }
        Ok(all)
    }
}

fn report(path: &Path, started: SystemTime) -> Result<junit::Report> {
    let unread = |why: String| {
        Failure::new(format!("the JUnit report {}: {why}", path.display()))
            .help("name the file that the command writes with --junit, or leave it away")
    };
    let metadata = std::fs::metadata(path).map_err(|error| unread(error.to_string()))?;
    // Clocks of file systems are coarse.
    let is_old = metadata.modified().is_ok_and(|modified| modified + std::time::Duration::from_secs(2) < started);
    if is_old {
        return Err(unread("it was there before the command ran, and is not of this run".into()));
    }
    if metadata.len() > crate::junit::LIMIT {
        return Err(unread(format!("it is larger than {} bytes", crate::junit::LIMIT)));
    }
    let bytes = std::fs::read(path).map_err(|error| unread(error.to_string()))?;
    junit::read(&String::from_utf8_lossy(&bytes)).map_err(unread)
}

/// The work tree at one moment.
struct Tested {
    worktree: Worktree,
    tree: ObjectId,
    /// The tree that records are kept beside.
    code: ObjectId,
}

impl Tested {
    fn now(repository: &Repository) -> Result<Self> {
        let tree = repository.snapshot(Uncommitted::WorkTree)?;
        let code = evidence::code_tree(repository.objects(), tree, None)?;
        let (branch, head) = match repository.head()? {
            Head::Branch(name, id) => (Some(name), Some(id)),
            Head::Detached(id) => (None, Some(id)),
            Head::Unborn(name) => (Some(name), None),
        };
        let committed = head.map(|id| repository.commit_tree(id)).transpose()?;
        let worktree = Worktree {
            head: head.map(|id| id.to_string()),
            branch,
            tree: tree.to_string(),
            code_tree: code.to_string(),
            is_dirty: committed != Some(tree),
            changed_during_run: false,
        };
        Ok(Self { worktree, tree, code })
    }

    /// Whether a file that was there is another one now. New files are what runs leave behind.
    fn lost_by(&self, after: &Self, repository: &Repository) -> Result<bool> {
        let changes = repository.objects().diff_trees(self.tree, after.tree)?;
        Ok(changes.iter().any(|change| change.base.is_some()))
    }
}

/// A single word with spaces or signs of the shell in it is a line for the shell.
fn task(words: &[OsString]) -> Task {
    let only = match words {
        [only] => only.to_str(),
        _ => None,
    };
    let is_line = |word: &str| word.contains(|c: char| c.is_whitespace() || "|&;<>()$`\\\"'*?~".contains(c));
    match only.filter(|word| is_line(word) && !Path::new(word).exists()) {
        Some(line) => Task::Shell(line.to_owned()),
        None => Task::Program(words.to_vec()),
    }
}

/// The programs a task names.
fn words(task: &Task) -> Vec<String> {
    match task {
        Task::Program(words) => words.iter().map(|word| word.to_string_lossy().into_owned()).collect(),
        Task::Shell(text) => {
            let script = shell::read(text, shell::Start::PLAIN);
            script.commands.into_iter().flat_map(|command| command.words).collect()
        }
    }
}

/// The command as somebody would type it.
fn typed(words: &[OsString]) -> String {
    let plain = |word: &str| word.chars().all(|c| c.is_alphanumeric() || "-_=/.:,@+%".contains(c)) && !word.is_empty();
    let shown = |word: &OsString| {
        let word = word.to_string_lossy();
        if words.len() == 1 || plain(&word) { word.into_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
    };
    words.iter().map(shown).collect::<Vec<_>>().join(" ")
}

/// Whether a stage failed whose code the shell doesn't hand on. One that was cut off because the next had read enough has not.
fn has_failed(stages: &[i32]) -> bool {
    const BROKEN_PIPE: i32 = 128 + 13;
    stages.split_last().is_some_and(|(_, hidden)| hidden.iter().any(|code| *code != 0 && *code != BROKEN_PIPE))
}

fn sentence(run: &Run) -> String {
    let outcome = match run.outcome() {
        Outcome::Passed => "passed",
        Outcome::Warned => "passed, with doubts",
        Outcome::Failed => "failed",
    };
    let counts = run.counts.map(|counts| format!(" ({})", counts.sentence())).unwrap_or_default();
    let mut text = format!("agentgate: recorded `{}`: {outcome}{counts}", run.command);
    for doubt in &run.doubts {
        text.push_str(&format!("; {doubt}"));
    }
    if run.exit_code == 0
        && let Some(stages) = run.failed_pipes.first()
    {
        let codes: Vec<String> = stages.iter().map(ToString::to_string).collect();
        text.push_str(&format!("; the stages of a pipe ended with {}, which its exit code hides", codes.join(", ")));
    }
    text
}

fn timestamp(time: SystemTime) -> String {
    let seconds = time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let seconds = i64::try_from(seconds).unwrap_or_default();
    jiff::Timestamp::from_second(seconds).map(|time| time.to_string()).unwrap_or_default()
}

fn variables() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
}

/// The command's exit code is ours; [`Exit`] has no name for it.
fn exit_with(code: i32) -> ! {
    std::process::exit(code)
}
