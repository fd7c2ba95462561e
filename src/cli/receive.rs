//! `agentgate pre-receive` and `agentgate update`: the hooks of a server, which nobody on the other side can skip.
//!
//! Git shows a hook what was pushed before it accepts any of it, in a quarantine that its variables name. What is printed here,
//! whoever pushes reads behind `remote:`.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};

use super::chain;
use super::exit::Exit;
use super::failure::{Failure, Result};
use super::line::{self, Answer, Base, End, Named, Push, Question, Reading};
use super::{note, print};
use crate::git::{GitError, Head, ObjectId, Repository};
use crate::hook::received::{self, Received};
use crate::report::style::Style;
use crate::report::{self, Format};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agentgate install pre-receive --repo /srv/git/x.git      git call it on every push to this server
  agentgate pre-receive --policy /etc/agentgate.toml       by the administrator's policy

Git names what is pushed on standard input. If anything is blocked, nothing is accepted. The policy is the base branch's,
or the file that --policy or `git config agentgate.policy` of the server's repository names.")]
pub struct PreReceive {
    #[command(flatten)]
    server: Server,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agentgate install update --repo /srv/git/x.git           git call it for every pushed reference
  agentgate update refs/heads/agent/T-1-x 1a2b... 3c4d...  as git calls it

As `agentgate pre-receive`, but one reference at a time: those that pass are accepted.")]
pub struct Update {
    /// The reference, by its full name
    name: OsString,
    /// What it points to now; all zeros where it is new
    old: OsString,
    /// What it is to point to; all zeros where it is to be deleted
    new: OsString,
    #[command(flatten)]
    server: Server,
}

#[derive(Debug, clap::Args)]
struct Server {
    /// Judge by this policy instead of the base branch's
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// A hook to run afterwards, with the same arguments and input
    #[arg(long, value_name = "HOOK")]
    chained: Option<PathBuf>,
}

impl PreReceive {
    pub fn run(self) -> Result<Exit> {
        let stdin = io::stdin();
        if stdin.is_terminal() {
            return Err(Failure::new("git's list of references did not arrive: standard input is a terminal")
                .help("git calls this when something is pushed; `agentgate install pre-receive` sets it up"));
        }
        let mut input = Vec::new();
        stdin.lock().read_to_end(&mut input).map_err(|error| Failure::new(format!("standard input: {error}")))?;
        let pushed = received::parse(&input).map_err(Failure::from)?;
        if pushed.is_empty() {
            return Err(Failure::new("git named no references, so there was nothing to judge"));
        }
        let exit = self.server.judge(&pushed)?;
        if exit != Exit::Passed {
            note("agentgate: nothing was accepted.");
            return Ok(exit);
        }
        chain::run(self.server.chained.as_deref(), &[], &input)
    }
}

impl Update {
    pub fn run(self) -> Result<Exit> {
        let arguments = [self.name, self.old, self.new];
        let words: Vec<String> = arguments.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        let pushed = received::of_words(&words[0], &words[1], &words[2]).map_err(Failure::from)?;
        let exit = self.server.judge(std::slice::from_ref(&pushed))?;
        if exit != Exit::Passed {
            note(&format!("agentgate: {} was not accepted.", pushed.short_name()));
            return Ok(exit);
        }
        chain::run(self.server.chained.as_deref(), &arguments, b"")
    }
}

impl Server {
    fn judge(&self, pushed: &[Received]) -> Result<Exit> {
        let repository = line::open(None)?;
        // The server's own configuration is the administrator's, never what was pushed.
        let policy = self.policy.clone().or_else(|| repository.config("agentgate.policy").map(PathBuf::from));
        let mut exit = Exit::Passed;
        for reference in pushed {
            let judged = judge_one(&repository, reference, pushed, policy.as_deref());
            exit = exit.max(judged.map_err(|failure| failure.during(&reference.name))?);
        }
        Ok(exit)
    }
}

fn judge_one(
    repository: &Repository,
    reference: &Received,
    pushed: &[Received],
    policy: Option<&Path>,
) -> Result<Exit> {
    let skipped = |why: &str| {
        note(&format!("agentgate: {}: {why}", reference.short_name()));
        Ok(Exit::Passed)
    };
    let Some(new) = &reference.new else { return skipped("a deletion, nothing to judge") };
    if reference.name.starts_with("refs/agentgate/") || reference.name.starts_with("refs/notes/") {
        return skipped("no branch or tag, not judged");
    }
    let id = match repository.resolve(new) {
        Ok(id) => id,
        Err(GitError::NotACommit { kind, .. }) => return skipped(&format!("a {kind}, not a commit: not judged")),
        Err(error) => return Err(error.into()),
    };
    let published = reference.old.as_deref().and_then(ObjectId::from_hex);
    let Some(base) = base(repository, reference, pushed, policy)? else {
        return skipped("the first push of the base branch, nothing to compare it with");
    };
    let question = Question {
        base: Base::Commit(base),
        end: End::Commit(Named { id, name: Some(reference.short_name().to_owned()) }),
        // Which branch it was on the other side, a server is not told.
        push: Some(Push { from: None, to: reference.name.clone(), published }),
        branch: reference.is_branch().then(|| reference.short_name().to_owned()),
        policy: policy.map(Path::to_path_buf),
        packet: None,
        sarif: Vec::new(),
        text: None,
        text_may_follow: true,
        reading: Reading::Auto,
        circumstances: line::Circumstances::of(crate::verdict::Event::Push),
    };
    let report = match line::judge(repository, &question)? {
        Answer::Judged(report) => report,
        Answer::Nothing(_) => return skipped("nothing that the base doesn't have, nothing to judge"),
    };
    let text = report::render(&report, Format::Text, Style::plain());
    // A quiet pass is one line, and not a finding.
    if report.findings.is_empty() {
        note(&format!("agentgate: {}", text.trim_end()));
    } else {
        print(&text)?;
    }
    Ok(line::exit_of(&report))
}

/// What to compare with: the base branch as the server has it; where it is itself pushed, as it was; where it comes with this
/// very push, as it will be. `None` where the base branch is pushed for the first time.
fn base(
    repository: &Repository,
    reference: &Received,
    pushed: &[Received],
    policy: Option<&Path>,
) -> Result<Option<Named>> {
    let (head, known) = match repository.head()? {
        Head::Branch(name, id) => (name, Some(id)),
        Head::Unborn(name) => (name, None),
        Head::Detached(id) => ("HEAD".into(), Some(id)),
    };
    let configured = match known {
        Some(id) => line::policy(repository, id, policy)?.branches().base.clone(),
        None => None,
    };
    let name = configured.unwrap_or(head);
    let full = format!("refs/heads/{name}");
    if reference.name == full {
        let old = reference.old.as_deref().and_then(ObjectId::from_hex);
        return Ok(old.map(|id| Named { id, name: Some(name) }));
    }
    let here = if name == "HEAD" || !repository.has_ref(&full) { known } else { Some(repository.resolve(&full)?) };
    let coming = || pushed.iter().find(|other| other.name == full)?.new.as_deref().and_then(ObjectId::from_hex);
    match here.or_else(coming) {
        Some(id) => Ok(Some(Named { id, name: Some(name) })),
        None => Err(Failure::new(format!("there is no base branch `{name}` to compare with")).help(format!(
            "push `{name}` first, or name the server's base branch: git symbolic-ref HEAD refs/heads/NAME"
        ))),
    }
}
