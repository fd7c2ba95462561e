//! Findings become a verdict: levels from the policy, identities, one exit code.
//!
//! Adds no judgement of its own. What a rule doubts never blocks; what the policy turned off or filtered out is dropped;
//! what remains is sorted, so that the same findings in another order are the same verdict. From here on nothing holds a secret:
//! whatever format shows a verdict, it cannot leak one.

mod appeals;
mod finding;
mod fingerprint;
mod judge;
mod redact;
pub mod waivers;

pub use finding::{Confidence, Finding, Place};

pub use waivers::{Waiver, Waivers};

use crate::RepoPath;
use crate::change::{ChangeSet, Summary};
use crate::policy::{Identity, Level, Origin, Policy};
use crate::rules::leaked_secret;

/// What was judged: commits, names, and whose branch it is.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Subject {
    pub base: Revision,
    pub merge_base: Option<String>,
    pub head: Revision,
    pub agent: Agent,
    /// The branch's short name; `None` where the head is no branch.
    #[serde(skip)]
    pub branch: Option<String>,
    /// Where a push goes, as the remote names it (`refs/heads/main`); `None` outside of pushes.
    #[serde(skip)]
    pub push: Option<String>,
    /// How many commits of the base the branch lacks; `None` where nobody counted.
    #[serde(skip)]
    pub behind: Option<u32>,
    /// How many days lie between the merge base and the base's newest commit: what happened, not what time it is.
    #[serde(skip)]
    pub base_age_days: Option<u32>,
    /// What is happening with the branch.
    #[serde(skip)]
    pub event: Event,
    /// Whether somebody whom the policy names as a person opened the pull request.
    #[serde(skip)]
    pub opened_by_person: bool,
}

/// What is happening with a branch when it is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Event {
    /// Nothing yet: somebody asks
    #[default]
    Check,
    /// It is pushed
    Push,
    /// It is a pull request, or in the queue to be merged
    PullRequest,
    /// An issue, a schedule or a failing job made an agent make it
    Automation,
}

#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Revision {
    /// As the caller or the provider named it: a branch, a tag, a commit, `index`, `worktree`.
    #[serde(rename = "ref")]
    pub name: Option<String>,
    pub commit: Option<String>,
    pub tree: Option<String>,
}

/// Whether the branch is an agent's, and what told us.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Agent {
    pub is_agent: bool,
    pub why: String,
}

/// A finding with everything the policy says about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// Twelve hexadecimal digits over what the finding is about; survives line shifts and unrelated edits.
    pub id: String,
    pub level: Level,
    pub because: Origin,
    pub finding: Finding,
    /// What a waiver must name besides the id.
    pub content: Option<String>,
    /// Who excused it.
    pub waiver: Option<Waiver>,
}

#[derive(Clone, Debug)]
pub struct Verdict {
    pub subject: Subject,
    pub policy: Identity,
    /// Sorted by path, line, rule, id.
    pub judgements: Vec<Judgement>,
    /// How much the branch changes.
    pub changes: Summary,
    /// Files that could not be read and therefore were not judged.
    pub unread: Vec<Unread>,
}

/// How many findings there are of each level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub block: usize,
    pub warn: usize,
    pub note: usize,
    pub waived: usize,
}

/// A changed file that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unread {
    pub path: RepoPath,
    pub why: String,
}

impl Verdict {
    pub fn new(findings: Vec<Finding>, change: &ChangeSet, policy: &Policy, subject: Subject) -> Self {
        let project = leaked_secret::project(change, policy);
        let unread = judge::unread(&findings, change, &project);
        let judgements = judge::all(findings, change, policy, &subject, &project);
        Self { subject, policy: policy.identity().clone(), judgements, changes: change.summary(), unread }
    }

    pub fn is_blocked(&self) -> bool {
        self.standing().any(|judgement| judgement.level == Level::Block)
    }

    /// What nobody excused.
    fn standing(&self) -> impl Iterator<Item = &Judgement> {
        self.judgements.iter().filter(|judgement| judgement.waiver.is_none())
    }

    pub fn counts(&self) -> Counts {
        let count = |level| self.standing().filter(|judgement| judgement.level == level).count();
        let waived = self.judgements.len() - self.standing().count();
        Counts { block: count(Level::Block), warn: count(Level::Warn), note: count(Level::Note), waived }
    }
}
