//! `agentgate pre-push`: git's hook. Judges every reference a push would change.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Read};
use std::path::PathBuf;

use super::chain;
use super::exit::Exit;
use super::failure::{Failure, Result};
use super::line::{self, Answer, Base, Circumstances, End, Named, Push, Question, Reading};
use super::{note, print};
use crate::git::{GitError, ObjectId, Repository};
use crate::hook::push::{self, Update};
use crate::hook::receipt::{Drawer, Receipt};
use crate::record::travel;
use crate::report::style::Style;
use crate::report::{self, Format, Report};
use crate::verdict::Event;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agentgate install pre-push                  let git call it on every push
  agentgate pre-push origin git@host:x.git    as git calls it, with the references on standard input

Called by git, which names the references on standard input; `agentgate install` sets it up.
Judged are branches and tags with commits that the base doesn't have. A branch that is an agent's
by its name is judged as a whole, others from what the remote has already.

Every judged push leaves a receipt in the git directory, which `agentgate ci` can compare with its
own verdict. `git config agentgate.publishReceipts true` pushes it to refs/agentgate/receipts/.
Records of runs are pushed along where `agentgate install --records` has turned that on.")]
pub struct PrePush {
    /// The remote's name, as git gives it
    remote: Option<OsString>,
    /// The remote's address, as git gives it
    url: Option<OsString>,
    /// A hook to run afterwards, with the same arguments and input
    #[arg(long, value_name = "HOOK")]
    chained: Option<PathBuf>,
}

/// What came of one reference.
enum Judged {
    Report(Box<Report>),
    /// Not judged, and no need to: the sentence says why.
    Skipped(String),
}

impl PrePush {
    pub fn run(self) -> Result<Exit> {
        let input = self.input()?;
        let updates = match push::parse(&input).map_err(Failure::from)? {
            updates if updates.is_empty() => from_pre_commit(),
            updates => updates,
        };
        if updates.is_empty() {
            note("agentgate: git named no references, so there was nothing to judge");
        }
        let mut exit = Exit::Passed;
        if !updates.is_empty() {
            let repository = line::open(None)?;
            for update in &updates {
                exit = exit.max(self.update(&repository, update)?);
            }
        }
        if exit != Exit::Passed {
            note("agentgate: nothing was pushed. `agentgate explain` says why, finding by finding, and what to do.");
            return Ok(exit);
        }
        if !updates.is_empty() {
            self.publish_records()?;
        }
        let arguments: Vec<OsString> = self.remote.into_iter().chain(self.url).collect();
        chain::run(self.chained.as_deref(), &arguments, &input)
    }

    /// Pushes what was recorded of runs, where somebody asked for it. A push doesn't fail for want of it.
    fn publish_records(&self) -> Result<()> {
        let repository = line::open(None)?;
        let Some(remote) = self.remote.as_ref().map(|name| name.to_string_lossy()) else { return Ok(()) };
        if travel::is_on(&repository)
            && let Err(error) = travel::publish(&repository, &remote)
        {
            note(&format!("agentgate: the records of runs were not pushed: {error}"));
        }
        Ok(())
    }

    /// What git wrote for us. A device is not git: whoever called us kept git's list to himself.
    fn input(&self) -> Result<Vec<u8>> {
        let stdin = io::stdin();
        let lost = |what: &str| {
            Failure::new(format!("git's list of references did not arrive: standard input is {what}"))
                .help("a hook manager has to hand it through (lefthook: `use_stdin: true`)")
                .help("to judge the current branch without pushing: agentgate check")
        };
        if stdin.is_terminal() {
            return Err(lost("a terminal"));
        }
        if is_device() && from_pre_commit().is_empty() {
            return Err(lost("a device"));
        }
        let mut input = Vec::new();
        stdin.lock().read_to_end(&mut input).map_err(|error| Failure::new(format!("standard input: {error}")))?;
        Ok(input)
    }

    fn update(&self, repository: &Repository, update: &Update) -> Result<Exit> {
        let name = &update.remote_name;
        match self.judge(repository, update).map_err(|failure| failure.during(name))? {
            Judged::Skipped(why) => {
                note(&format!("agentgate: {}: {why}", update.short_name()));
                Ok(Exit::Passed)
            }
            Judged::Report(report) => {
                self.file_receipt(repository, update, &report);
                let text = report::render(&report, Format::Text, Style::for_stdout());
                // A quiet pass is one line, and not a finding.
                if report.findings.is_empty() {
                    note(&format!("agentgate: {}", text.trim_end()))
                } else {
                    print(&text)?
                }
                Ok(line::exit_of(&report))
            }
        }
    }

    fn judge(&self, repository: &Repository, update: &Update) -> Result<Judged> {
        let skipped = |why: &str| Ok(Judged::Skipped(why.to_owned()));
        let Some(local) = &update.local else { return skipped("a deletion, nothing to judge") };
        if update.remote_name.starts_with("refs/agentgate/") || update.remote_name.starts_with("refs/notes/") {
            return skipped("no branch or tag, not judged");
        }
        let id = match repository.resolve(local) {
            Ok(id) => id,
            Err(GitError::NotACommit { kind, .. }) => return skipped(&format!("a {kind}, not a commit: not judged")),
            Err(error) => return Err(error.into()),
        };
        let remote = self.remote.as_ref().map(|name| name.to_string_lossy().into_owned());
        let published = update.remote.as_deref().and_then(ObjectId::from_hex);
        // Someone else pushed: git will refuse, or the user means to replace it. Either way it is no start for us.
        let published = published.filter(|id| repository.objects().contains(*id));
        let Some(base) = base(repository, update, remote, published)? else {
            return skipped("the first push of the base branch, nothing to compare it with");
        };
        let question = Question {
            base,
            end: End::Commit(Named { id, name: Some(update.short_name().to_owned()) }),
            push: Some(Push { from: local_branch(repository, update, id), to: update.remote_name.clone(), published }),
            branch: update.is_branch().then(|| update.short_name().to_owned()),
            policy: None,
            packet: None,
            sarif: Vec::new(),
            text: None,
            text_may_follow: true,
            reading: Reading::Auto,
            circumstances: Circumstances::of(Event::Push),
        };
        Ok(match line::judge(repository, &question)? {
            Answer::Judged(report) => Judged::Report(report),
            Answer::Nothing(_) => Judged::Skipped("nothing that the base doesn't have, nothing to judge".into()),
        })
    }

    /// Leaves a receipt. A push doesn't fail for want of one; CI will say that there is none.
    fn file_receipt(&self, repository: &Repository, update: &Update, report: &Report) {
        // CI judges branches; what a tag was found to be must not replace what its commit was found to be as a branch.
        let receipt = Receipt::of(report, &update.remote_name).filter(|_| update.is_branch());
        let Some(receipt) = receipt else { return };
        let filed = Drawer::of(&repository.common_dir()).write(&receipt).and_then(|()| match &self.remote {
            Some(remote) if repository.config_bool("agentgate.publishReceipts") == Some(true) => {
                receipt.publish(remote)
            }
            _ => Ok(()),
        });
        if let Err(error) = filed {
            note(&format!("agentgate: no receipt was left for CI: {error}"));
        }
    }
}

/// The branch that is pushed, by its short name; what `HEAD` stands for where that is pushed, and for a tag the one
/// branch it stands on: a name more makes an agent's work nobody else's.
fn local_branch(repository: &Repository, update: &Update, id: ObjectId) -> Option<String> {
    match update.local_name.as_str() {
        name if name.starts_with("refs/tags/") => {
            let branches = repository.refs("refs/heads/").ok()?;
            let mut here = branches.iter().filter(|(_, tip)| *tip == id);
            let (name, _) = here.next()?;
            here.next().is_none().then(|| name.strip_prefix("refs/heads/").map(ToOwned::to_owned)).flatten()
        }
        "HEAD" => repository.head().ok()?.branch().map(ToOwned::to_owned),
        name => name.strip_prefix("refs/heads/").map(ToOwned::to_owned),
    }
}

/// What to compare with; `None` where the base branch itself is pushed for the first time.
fn base(
    repository: &Repository,
    update: &Update,
    remote: Option<String>,
    published: Option<ObjectId>,
) -> Result<Option<Base>> {
    // The remote's own branches, where we have seen them; a remote given by its address has none.
    let seen = remote.filter(|name| {
        repository.refs(&format!("refs/remotes/{name}/")).is_ok_and(|references| !references.is_empty())
    });
    let found = match repository.default_base_on(seen.as_deref(), None) {
        Err(GitError::NoBase { .. }) if update.remote.is_none() && seen.is_none() => return Ok(None),
        found => found?,
    };
    let is_remote = found.name.contains('/');
    let is_itself = update.is_branch() && found.name.rsplit('/').next() == Some(update.short_name());
    if !is_itself || (is_remote && published.is_none()) {
        return Ok(Some(Base::Default { remote: seen }));
    }
    // The base branch is being pushed: what it is compared with is what the remote has of it, not what is here.
    match (published, &update.remote) {
        (Some(id), _) => Ok(Some(Base::Commit(Named { id, name: Some(update.short_name().to_owned()) }))),
        (None, None) => Ok(None),
        (None, Some(_)) => {
            Err(Failure::new("the remote's branch has commits that are not here").help("git fetch, then push again"))
        }
    }
}

/// pre-commit and prek read git's list themselves and hand over one reference in variables.
fn from_pre_commit() -> Vec<Update> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let (Some(remote_name), Some(local_name)) =
        (variable("PRE_COMMIT_REMOTE_BRANCH"), variable("PRE_COMMIT_LOCAL_BRANCH"))
    else {
        return Vec::new();
    };
    let local = variable("PRE_COMMIT_TO_REF").or_else(|| Some(local_name.clone()));
    vec![Update { local_name, local, remote_name, remote: None }]
}

/// Whether standard input is `/dev/null` or the like rather than the pipe git makes.
#[cfg(unix)]
fn is_device() -> bool {
    use std::os::fd::AsFd;
    use std::os::unix::fs::FileTypeExt;
    let file = io::stdin().as_fd().try_clone_to_owned().map(std::fs::File::from);
    file.and_then(|file| file.metadata()).is_ok_and(|metadata| metadata.file_type().is_char_device())
}

#[cfg(not(unix))]
fn is_device() -> bool {
    false
}
