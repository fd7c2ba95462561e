//! Composes the line from a repository to a report. Every command that judges goes through [`judge`].

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::exit::Exit;
use super::failure::{Failure, Result};
use super::outlet::{Progress, note};
use crate::change::{ChangeSet, Unreadable};
use crate::evidence::{Claims, Commit, evidence_file, sarif};
use crate::git::{self, GitError, Head, ObjectId, Repository, Uncommitted};
use crate::packet::{self, Packet};
use crate::policy::{Audience, Policy};
use crate::record::gather::{self, Tested};
use crate::record::{ALLOWED_SIGNERS_FILE, AllowedSigners};
use crate::report::{Outcome, Report, store};
use crate::rules::COUNTED_BEYOND;
use crate::verdict::waivers::Said;
use crate::verdict::{Agent, Event, Revision, Subject, Waiver, Waivers, waivers};
use crate::{RepoPath, Side};

/// A commit with the name someone used for it.
#[derive(Clone, Debug)]
pub struct Named {
    pub id: ObjectId,
    pub name: Option<String>,
}

/// What to compare with.
#[derive(Clone, Debug)]
pub enum Base {
    /// The policy's base branch, else the remote's default branch; of the remote named here, else of the branch's own.
    Default {
        remote: Option<String>,
    },
    Commit(Named),
}

/// Which end to judge.
#[derive(Clone, Debug)]
pub enum End {
    Commit(Named),
    /// What is not committed yet, on top of the commit that is checked out.
    Uncommitted(Uncommitted, Named),
}

impl End {
    /// The newest commit of it.
    fn commit(&self) -> &Named {
        match self {
            Self::Commit(named) | Self::Uncommitted(_, named) => named,
        }
    }

    fn tree(&self, repository: &Repository) -> Result<ObjectId> {
        Ok(match self {
            Self::Commit(named) => repository.commit_tree(named.id)?,
            Self::Uncommitted(what, _) => repository.snapshot(*what)?,
        })
    }

    /// As it is called in reports; what is not committed has no commit.
    fn revision(&self, branch: Option<&str>, tree: ObjectId) -> Revision {
        let tree = Some(tree.to_string());
        match self {
            Self::Commit(named) => Revision {
                name: branch.or(named.name.as_deref()).map(ToOwned::to_owned),
                commit: Some(named.id.to_string()),
                tree,
            },
            Self::Uncommitted(what, _) => Revision { name: Some(name_of(*what).into()), commit: None, tree },
        }
    }
}

fn name_of(what: Uncommitted) -> &'static str {
    match what {
        Uncommitted::Staged => "index",
        Uncommitted::WorkTree => "worktree",
    }
}

/// As whose branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Reading {
    /// An agent's, whoever wrote it
    Agent,
    /// A person's: only what protects the gate itself, unless the policy says more
    Human,
    /// Whosever it is, by its name, authors and trailers
    Auto,
}

/// When and in whose hands.
pub struct Circumstances {
    /// What is happening with the branch.
    pub event: Event,
    /// The account that opened the pull request.
    pub opened_by: Option<String>,
    /// The day for which the policy and the waivers are asked, read from the clock once.
    pub day: String,
    /// What was said on the CI service of the commit that is judged.
    pub said: Vec<Said>,
}

impl Circumstances {
    /// Today, with nobody known to have opened anything.
    pub fn of(event: Event) -> Self {
        Self { event, opened_by: None, day: waivers::today(), said: Vec::new() }
    }

    /// On a day that somebody names.
    ///
    /// # Errors
    /// When it is no day.
    pub fn on(self, day: Option<&str>) -> Result<Self> {
        match day {
            None => Ok(self),
            Some(day) if waivers::is_date(day) => Ok(Self { day: day.to_owned(), ..self }),
            Some(day) => Err(Failure::new(format!("`{day}` is no day")).help("write it like 2026-12-31")),
        }
    }
}

/// A change that someone wants judged.
pub struct Question {
    pub base: Base,
    pub end: End,
    pub push: Option<Push>,
    /// The branch's short name, for what depends on names.
    pub branch: Option<String>,
    /// A policy of the caller's, instead of the base side's.
    pub policy: Option<PathBuf>,
    /// A work packet of the caller's, instead of the base side's.
    pub packet: Option<PathBuf>,
    pub circumstances: Circumstances,
    /// The pull request's text.
    pub text: Option<String>,
    /// Reports of other scanners.
    pub sarif: Vec<PathBuf>,
    /// Whether the pull request may say more than `text` does.
    pub text_may_follow: bool,
    pub reading: Reading,
}

/// The push that a change is part of.
pub struct Push {
    /// The branch it comes from, by its short name: its author's word on whose it is, whatever the remote is to call it.
    pub from: Option<String>,
    /// Where it goes, as the remote names it (`refs/heads/main`).
    pub to: String,
    /// What the remote has of it already. A branch that isn't an agent's by its name is judged from there.
    pub published: Option<ObjectId>,
}

/// What came of a question.
pub enum Answer {
    Judged(Box<Report>),
    /// The head has nothing that the base doesn't have.
    Nothing(Failure),
}

impl Answer {
    /// The report, for callers to whom an empty range is a mistake.
    ///
    /// # Errors
    /// When there was nothing to judge.
    pub fn report(self) -> Result<Report> {
        match self {
            Self::Judged(report) => Ok(*report),
            Self::Nothing(failure) => Err(failure),
        }
    }
}

/// How the program ends on a report.
pub fn exit_of(report: &Report) -> Exit {
    match report.verdict {
        Outcome::Pass => Exit::Passed,
        Outcome::Block => Exit::Blocked,
    }
}

/// Opens the repository someone named, or the one around the current folder as git's variables say.
///
/// # Errors
/// When there is none, or it can't be read.
pub fn open(named: Option<&Path>) -> Result<Repository> {
    Ok(match named {
        // A leaked GIT_DIR must not swap the repository someone names.
        Some(dir) => Repository::open_ignoring_environment(dir)?,
        None => Repository::open(Path::new("."))?,
    })
}

/// The commit someone names; `HEAD` where they don't.
///
/// # Errors
/// When there is no such commit.
pub fn commit(repository: &Repository, name: Option<&str>) -> Result<Named> {
    match name {
        Some(name) if name != "HEAD" => Ok(Named { id: repository.resolve(name)?, name: Some(name.to_owned()) }),
        _ => match repository.head()? {
            Head::Branch(name, id) => Ok(Named { id, name: Some(name) }),
            Head::Detached(id) => Ok(Named { id, name: None }),
            Head::Unborn(_) => Err(GitError::Unborn.into()),
        },
    }
}

/// The short name of the branch that a revision names, if it names one.
pub fn branch_of(repository: &Repository, revision: &str) -> Option<String> {
    let short = revision.strip_prefix("refs/heads/").unwrap_or(revision);
    if repository.has_ref(&format!("refs/heads/{short}")) {
        return Some(short.to_owned());
    }
    let remote = revision.strip_prefix("refs/remotes/").unwrap_or(revision);
    let (_, branch) = remote.split_once('/')?;
    repository.has_ref(&format!("refs/remotes/{remote}")).then(|| branch.to_owned())
}

/// Everything a judgement is made of.
pub struct Prepared {
    pub change: ChangeSet,
    pub subject: Subject,
    pub policy: Policy,
    pub claims: Claims,
    /// Where the change starts.
    pub start: ObjectId,
}

/// What can be prepared of a question.
pub enum Preparation {
    Ready(Box<Prepared>),
    /// The head has nothing that the base doesn't have.
    Nothing(Failure),
}

/// Walks the line: base and policy, merge base, claims, changes, verdict, report. In a work tree the report is kept
/// for `explain`.
///
/// # Errors
/// When any of it can't be had. Nothing is reported as passed that was not judged.
pub fn judge(repository: &Repository, question: &Question) -> Result<Answer> {
    let started = Instant::now();
    let _progress = Progress::start("agentgate: judging");
    let Prepared { change, subject, policy, claims, .. } = match prepare(repository, question)? {
        Preparation::Ready(prepared) => *prepared,
        Preparation::Nothing(failure) => return Ok(Answer::Nothing(failure)),
    };
    let verdict = crate::judge(&change, subject, &policy, &claims);
    for waiver in policy.waivers().idle(&verdict.judgements, &change).take(MOST_NOTES) {
        note(&about(waiver, policy.waivers()));
    }
    let report = Report::from_verdict(&verdict, &change, started.elapsed());
    if repository.worktree_dir().is_some() {
        // A courtesy to `explain`: the verdict does not depend on it. A bare repository serves many and is left as it is.
        let _ = store::save(&store::path(&repository.common_dir(), repository.git_dir()), &report);
    }
    Ok(Answer::Judged(Box::new(report)))
}

/// So many notes on waivers are read; `waive --list` has them all.
const MOST_NOTES: usize = 5;

fn about(waiver: &Waiver, waivers: &Waivers) -> String {
    let place = format!("{}:{}", waiver.origin.path, waiver.origin.line);
    if waivers.is_expired(waiver) {
        format!("agentgate: the waiver at {place} expired on {}; take it out", waiver.expires)
    } else {
        format!("agentgate: the waiver at {place} excuses nothing here; take it out where it has done its work")
    }
}

/// The line up to the judgement.
///
/// # Errors
/// When any of it can't be had.
pub fn prepare(repository: &Repository, question: &Question) -> Result<Preparation> {
    let (base, policy) = base_and_policy(repository, question)?;
    let policy = policy.as_of(&question.circumstances.day);
    let end = question.end.commit();
    let fork = repository.merge_base(base.id, end.id)?.best;
    let tree = question.end.tree(repository)?;
    if fork == end.id && tree == repository.commit_tree(fork)? {
        return Ok(Preparation::Nothing(nothing_to_judge(&base, &question.end)));
    }
    let start = start(repository, question, &policy, fork)?;
    // What the base has is nobody's claim, even where the branch merged it.
    let from = if start == fork { base.id } else { start };
    let commits = repository.commits(Some(from), end.id)?;
    let agent = whose(question, &policy, &commits);
    let policy = policy.for_audience(Audience::from(&agent));
    let signers = signers(repository, base.id)?;
    let evidence = evidence_file(&policy, question.branch.as_deref());
    let tested = Tested { head: tree, commits: &commits, base: start, evidence: evidence.as_ref() };
    let records = gather::records(repository, &tested, signers.as_ref())?;
    let claims = Claims {
        pull_request: question.text.clone(),
        text_may_follow: question.text_may_follow,
        commits: commits.into_iter().map(claim).collect(),
        scans: scans(repository, &question.sarif)?,
        records,
    };
    let subject = Subject {
        base: Revision { name: base.name.clone(), commit: Some(base.id.to_string()), tree: None },
        merge_base: Some(start.to_string()),
        head: question.end.revision(question.branch.as_deref(), tree),
        branch: question.branch.clone(),
        agent,
        push: target(question, &policy),
        behind: policy.branches().max_behind.as_ref().and_then(|max| behind(repository, fork, base.id, max.value)),
        event: question.circumstances.event,
        opened_by_person: question.circumstances.opened_by.as_deref().is_some_and(|name| policy.is_person(name)),
        base_age_days: policy.branches().max_age_days.as_ref().and_then(|_| days(repository, fork, base.id)),
    };
    let change = ChangeSet::between(repository, repository.commit_tree(start)?, tree, &policy.roles())?;
    let packets = packets(repository, base.id, &policy, question.branch.as_deref(), question.packet.as_deref())?;
    let policy = delegated(policy, packets, &change, question.branch.as_deref());
    let said: Vec<Said> =
        question.circumstances.said.iter().filter(|said| policy.may_waive(&said.login)).cloned().collect();
    let waivers = Waivers::read(&reader(repository, base.id), question.circumstances.day.clone())?.with_said(&said);
    let policy = policy.with_waivers(waivers);
    Ok(Preparation::Ready(Box::new(Prepared { change, subject, policy, claims, start })))
}

/// How many commits of the base the branch lacks. Unknown is no answer, not a failure: nothing else depends on it.
fn behind(repository: &Repository, fork: ObjectId, base: ObjectId, max: u64) -> Option<u32> {
    let limit = usize::try_from(max.saturating_add(COUNTED_BEYOND)).ok()?;
    u32::try_from(repository.count_commits(fork, base, limit).ok()?).ok()
}

/// How many days of the base's history the branch lacks.
fn days(repository: &Repository, fork: ObjectId, base: ObjectId) -> Option<u32> {
    let seconds = |id| repository.commit(id).ok().map(|commit| commit.committer.seconds);
    u32::try_from(seconds(base)?.checked_sub(seconds(fork)?)? / (24 * 60 * 60)).ok()
}

/// Where the change starts: where the branch left the base, or at what the remote has of it already.
///
/// A branch that is an agent's by its name is judged as a whole, as CI will judge it. Others may live long beside the
/// base: of them only what is new counts, unless they took up newer commits of the base meanwhile.
fn start(repository: &Repository, question: &Question, policy: &Policy, fork: ObjectId) -> Result<ObjectId> {
    let Some(published) = question.push.as_ref().and_then(|push| push.published) else { return Ok(fork) };
    let end = question.end.commit();
    let names = [question.branch.as_deref(), pushed_from(question)];
    if names.into_iter().flatten().any(|name| policy.whose(Some(name), &[]).is_agent) || published == end.id {
        return Ok(fork);
    }
    let continues = repository.is_ancestor(published, end.id)? && repository.is_ancestor(fork, published)?;
    Ok(if continues { published } else { fork })
}

/// The base and its policy. Which branch is the base may stand in the policy, which stands on the base: one step is
/// taken, from the remote's default branch.
fn base_and_policy(repository: &Repository, question: &Question) -> Result<(Named, Policy)> {
    match &question.base {
        Base::Commit(base) => Ok((base.clone(), policy(repository, base.id, question.policy.as_deref())?)),
        Base::Default { remote } => default_base(repository, remote.as_deref(), question.policy.as_deref()),
    }
}

/// The base that holds where nobody names one, and its policy or the caller's.
///
/// # Errors
/// When there is none, or its policy can't be followed.
pub fn default_base(repository: &Repository, remote: Option<&str>, file: Option<&Path>) -> Result<(Named, Policy)> {
    let named = |base: git::DefaultBase| Named { id: base.id, name: Some(base.name) };
    let first = named(repository.default_base_on(remote, None)?);
    let policy = policy(repository, first.id, file)?;
    let Some(name) = &policy.branches().base else { return Ok((first, policy)) };
    let base = named(repository.default_base_on(remote, Some(name))?);
    let policy = self::policy(repository, base.id, file)?;
    Ok((base, policy))
}

/// The policy of a base commit, or the caller's own.
///
/// # Errors
/// When there is one and it can't be read or followed.
pub fn policy(repository: &Repository, base: ObjectId, file: Option<&Path>) -> Result<Policy> {
    let read = reader(repository, base);
    let Some(file) = file else { return Ok(Policy::from_base(&read)?) };
    let bytes = std::fs::read(file).map_err(|error| {
        Failure::new(format!("the policy {} can't be read: {error}", file.display()))
            .help("name a file with --policy, or leave it away for the base side's policy")
    })?;
    Ok(Policy::from_file(&file.display().to_string(), bytes, &read)?)
}

/// The work packet of the branch's ticket on the base side and the one that is pinned, or the caller's own.
///
/// # Errors
/// When there is one and it can't be read or followed.
pub fn packets(
    repository: &Repository,
    base: ObjectId,
    policy: &Policy,
    branch: Option<&str>,
    file: Option<&Path>,
) -> Result<Vec<Packet>> {
    if let Some(file) = file {
        let bytes = std::fs::read(file).map_err(|error| {
            Failure::new(format!("the work packet {} can't be read: {error}", file.display()))
                .help("name a file with --packet, or leave it away for the base side's packet")
        })?;
        return Ok(vec![Packet::parse(&file.display().to_string(), &bytes)?]);
    }
    let Some(ticket) = branch.and_then(|branch| policy.branches().ticket(branch)) else { return Ok(Vec::new()) };
    let merged = Packet::of_ticket(&ticket, &reader(repository, base))?;
    let reference = packet::reference_of(&ticket);
    let pinned = repository.read_pinned(&reference, &packet::path_of(&ticket))?;
    let pinned = pinned.map(|bytes| Packet::parse(&reference, &bytes)).transpose()?;
    Ok(merged.into_iter().chain(pinned).collect())
}

/// The policy with what was delegated: the packet, and one that the branch itself adds or changes, which only narrows.
fn delegated(policy: Policy, packets: Vec<Packet>, change: &ChangeSet, branch: Option<&str>) -> Policy {
    let own = branch.and_then(|branch| {
        let path = packet::path_of(&policy.branches().ticket(branch)?);
        let file = change.files.iter().find(|file| file.path().as_bytes() == path.as_bytes())?;
        let bytes = change.content(file, Side::Head)?.ok()?;
        Some(Packet::parse_leniently(&path, &bytes))
    });
    packets.into_iter().chain(own).fold(policy, Policy::with_packet)
}

/// What other scanners found, of the files someone names.
fn scans(repository: &Repository, files: &[PathBuf]) -> Result<Vec<sarif::Scan>> {
    let top = repository.worktree_dir().map(|dir| std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned()));
    let roots: Vec<String> = top.iter().map(|dir| dir.display().to_string()).collect();
    let mut scans = Vec::new();
    for file in files {
        let failed = |why: String| {
            Failure::new(format!("the scanner's report {} can't be read: {why}", file.display()))
                .help("name a file in SARIF 2.1.0 with --sarif, as the scanner wrote it")
        };
        let bytes = bounded(file, sarif::LARGEST).map_err(|error| failed(error.to_string()))?;
        scans.extend(sarif::read(&bytes, &roots).map_err(|error| failed(error.to_string()))?);
    }
    Ok(scans)
}

fn bounded(file: &Path, largest: u64) -> std::io::Result<Vec<u8>> {
    use std::io::Read;
    let mut bytes = Vec::new();
    std::fs::File::open(file)?.take(largest + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > largest {
        return Err(std::io::Error::other(format!("more than {largest} bytes")));
    }
    Ok(bytes)
}

/// Reads files of a commit, for policies and packets.
fn reader(
    repository: &Repository,
    commit: ObjectId,
) -> impl Fn(&str) -> std::result::Result<Option<Vec<u8>>, Unreadable> {
    move |path| match repository.read_path(commit, &RepoPath::from(path)) {
        Ok(bytes) => Ok(bytes.map(|bytes| bytes.to_vec())),
        Err(error) => Err(Unreadable::Other(error.to_string())),
    }
}

/// Whose signatures count on the base side; `None` where it doesn't say.
///
/// # Errors
/// When there is a list and it can't be read or followed.
pub fn signers(repository: &Repository, base: ObjectId) -> Result<Option<AllowedSigners>> {
    let Some(bytes) = repository.read_path(base, &RepoPath::from(ALLOWED_SIGNERS_FILE))? else { return Ok(None) };
    let signers = AllowedSigners::parse(&bytes).map_err(|error| {
        Failure::new(format!("{ALLOWED_SIGNERS_FILE}, {error}"))
            .help("the form is that of `ssh-keygen -Y verify -f`: principals, options, key")
    })?;
    Ok(Some(signers))
}

fn whose(question: &Question, policy: &Policy, commits: &[git::Commit]) -> Agent {
    match question.reading {
        Reading::Human => Agent { is_agent: false, why: "as asked".into() },
        Reading::Agent => Agent { is_agent: true, why: "as `check` judges unless told otherwise".into() },
        Reading::Auto => {
            // Another name on the remote makes an agent's branch nobody else's.
            let by_origin = policy.whose(pushed_from(question), &[]);
            if by_origin.is_agent { by_origin } else { policy.whose(question.branch.as_deref(), commits) }
        }
    }
}

fn pushed_from(question: &Question) -> Option<&str> {
    question.push.as_ref()?.from.as_deref()
}

/// Where an agent's own branch is pushed to. A person who merged one and pushes the result is no agent.
fn target(question: &Question, policy: &Policy) -> Option<String> {
    let push = question.push.as_ref()?;
    policy.whose(push.from.as_deref(), &[]).is_agent.then(|| push.to.clone())
}

fn claim(commit: git::Commit) -> Commit {
    Commit {
        id: commit.id.to_string(),
        author_name: commit.author.name,
        author_email: commit.author.email,
        message: commit.message,
    }
}

fn nothing_to_judge(base: &Named, end: &End) -> Failure {
    let shown = |named: &Named| match &named.name {
        Some(name) => format!("`{name}`"),
        None => named.id.short(),
    };
    match end {
        End::Commit(end) => Failure::new(format!(
            "nothing to judge: {} has no commit that {} doesn't have",
            shown(end),
            shown(base)
        ))
        .help("switch to the branch to judge, or name it with --head; name what it is to be compared with by --base")
        .help("what is not committed yet is judged with --staged or --worktree"),
        End::Uncommitted(Uncommitted::Staged, _) => {
            Failure::new(format!("nothing to judge: nothing is staged on top of {}", shown(base)))
                .help("`git add` what is to be judged, or take the work tree as it is with --worktree")
        }
        End::Uncommitted(Uncommitted::WorkTree, _) => {
            Failure::new(format!("nothing to judge: the work tree is as {} has it", shown(base)))
                .help("files that git ignores are not looked at; `git status` shows what would be")
        }
    }
}
