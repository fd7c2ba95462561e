//! What the policy says of delegated work: kinds of change, risky paths, levels of permission.

use super::{Match, Origin, Patterns};
use crate::RepoPath;
use crate::packet::{Permission, Risk, Task, Written};

/// What a change is made of, as far as a task is limited to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    /// Documents, and comments anywhere.
    Documentation,
    /// Tests, their data and recordings.
    Tests,
    /// Renames and moves, as the grammar sees them.
    Mechanical,
    Configuration,
    /// Manifests and lock files.
    Dependencies,
    Ci,
    Production,
}

impl ChangeKind {
    pub const ALL: [Self; 7] = [
        Self::Documentation,
        Self::Tests,
        Self::Mechanical,
        Self::Configuration,
        Self::Dependencies,
        Self::Ci,
        Self::Production,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Documentation => "documentation",
            Self::Tests => "tests",
            Self::Mechanical => "mechanical",
            Self::Configuration => "configuration",
            Self::Dependencies => "dependencies",
            Self::Ci => "ci",
            Self::Production => "production",
        }
    }
}

/// The kinds of change that a branch may make, and the line that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    pub kinds: Vec<ChangeKind>,
    pub origin: Origin,
}

/// What a risky path is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    Data,
    Security,
    Contract,
    Domain,
    Regulated,
    Deployment,
}

impl Area {
    pub const ALL: [Self; 6] =
        [Self::Security, Self::Regulated, Self::Data, Self::Contract, Self::Domain, Self::Deployment];

    /// The key in the policy.
    pub fn name(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Security => "security",
            Self::Contract => "contract",
            Self::Domain => "domain",
            Self::Regulated => "regulated",
            Self::Deployment => "deployment",
        }
    }

    /// How risky it is to change anything there.
    pub fn class(self) -> Risk {
        match self {
            Self::Security | Self::Regulated => Risk::High,
            Self::Data | Self::Contract | Self::Domain | Self::Deployment => Risk::Medium,
        }
    }
}

/// `[risk]`.
#[derive(Debug, Default)]
pub struct RiskAreas {
    pub(super) areas: Vec<(Area, Patterns)>,
    /// From which class on a branch says how it is taken back.
    pub rollback_note: Option<Written<Risk>>,
}

impl RiskAreas {
    /// The areas that a path belongs to, with the pattern that says so.
    pub fn of<'a>(&'a self, path: &'a RepoPath) -> impl Iterator<Item = (Area, Match<'a>)> {
        self.areas.iter().filter_map(move |(area, patterns)| Some((*area, patterns.find(path)?)))
    }
}

/// `[permission]`.
#[derive(Debug, Default)]
pub struct Permissions {
    pub level: Option<Written<Permission>>,
    pub(super) tasks: Vec<(Task, Written<Permission>)>,
    pub(super) risks: Vec<(Risk, Written<Permission>)>,
}

impl Permissions {
    /// The most that a type of task may be given.
    pub fn for_task(&self, task: Task) -> Option<&Written<Permission>> {
        self.tasks.iter().find(|(known, _)| *known == task).map(|(_, level)| level)
    }

    /// The most that a class of risk may be given.
    pub fn for_risk(&self, risk: Risk) -> Option<&Written<Permission>> {
        self.risks.iter().find(|(known, _)| *known == risk).map(|(_, level)| level)
    }
}
