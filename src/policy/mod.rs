//! The effective policy: presets and files layered, each value with the place it came from.
//!
//! Parsing says what was written (`file`); resolving says what it means (this type). Read from the base side only.

use crate::{RepoPath, rules};

/// What the policy says when a rule finds something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Off,
    Note,
    Warn,
    Block,
}

/// The policy line that decided.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Origin {
    /// A file of the base side, or `preset:default`.
    pub path: String,
    /// One-based.
    pub line: u32,
}

/// The effective policy.
pub struct Policy {}

impl Policy {
    /// Whether a rule can produce anything anywhere in the tree.
    pub fn is_on(&self, _rule: &str) -> bool {
        true
    }

    /// A rule's level for a path (`None`: the branch as a whole), and the line that says so.
    pub fn level(&self, _rule: &rules::Rule, _path: Option<&RepoPath>) -> (Level, Origin) {
        (Level::Warn, Origin { path: "preset:default".into(), line: 1 })
    }

    /// A rule's options for a path: what was written over the rule's own defaults.
    pub fn options(&self, _rule: &rules::Rule, _path: Option<&RepoPath>) -> rules::Options {
        rules::Options::default()
    }
}
