//! Findings become a verdict: levels from the policy, identities, waivers, one exit code.

mod finding;

pub use finding::{Confidence, Finding, Place};

use crate::change::ChangeSet;
use crate::policy::{Level, Origin, Policy};

/// What was judged: commits, names, and whose branch it is.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Subject {
    pub base: Revision,
    pub merge_base: Option<String>,
    pub head: Revision,
    pub agent: Agent,
    /// Where a push goes, as the remote names it (`refs/heads/main`); `None` outside of pushes.
    #[serde(skip)]
    pub push: Option<String>,
    /// How many commits of the base the branch lacks; `None` where nobody counted.
    #[serde(skip)]
    pub behind: Option<u32>,
    /// How many days lie between the merge base and the base's newest commit: what happened, not what time it is.
    #[serde(skip)]
    pub base_age_days: Option<u32>,
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
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Agent {
    pub is_agent: bool,
    pub why: String,
}

/// A finding with everything the policy says about it.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// Twelve hexadecimal digits over what the finding is about; survives line shifts and unrelated edits.
    pub id: String,
    pub level: Level,
    pub because: Origin,
    pub finding: Finding,
}

#[derive(Clone, Debug)]
pub struct Verdict {
    pub subject: Subject,
    /// Sorted by path, line, rule, id.
    pub judgements: Vec<Judgement>,
}

impl Verdict {
    pub fn new(_findings: Vec<Finding>, _change: &ChangeSet, _policy: &Policy, subject: Subject) -> Self {
        Self { subject, judgements: Vec::new() }
    }

    pub fn is_blocked(&self) -> bool {
        self.judgements.iter().any(|judgement| judgement.level == Level::Block)
    }
}
