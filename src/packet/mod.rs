//! The work packet: what was delegated, as a person writes it and the gate can hold a branch to it.
//!
//! One Markdown file with eight sections, of which a few lists are read by the program: paths, limits, criteria, commands,
//! stop conditions. It lies on the base side, found by the ticket in the branch's name; one that only the branch has narrows
//! and never widens. Reading is here and in `read`; what a good one looks like is the business of `lint` and `score`.

mod import;
mod lint;
mod markdown;
mod phrases;
mod read;
mod score;

pub use import::import;
pub use lint::{Fault, Form, Remark, lint};
pub use score::{Answer, Factor, Score, Scored, score};

use crate::policy::{Origin, PolicyError, Reader, Scope};

/// Where packets lie.
pub const FOLDER: &str = ".agentgate/packets";

/// The file for a new packet, with every section and a word on what belongs there.
pub const TEMPLATE: &str = include_str!("template.md");

/// One packet, as far as it is read by the program.
#[derive(Debug)]
pub struct Packet {
    /// The file.
    pub path: String,
    pub title: Option<String>,
    pub task: Option<Written<Task>>,
    pub permission: Option<Written<Permission>>,
    /// What whoever wrote it thinks of the risk.
    pub risk: Option<Written<Risk>>,
    /// What should be true afterwards.
    pub objective: Vec<Written<String>>,
    pub sections: Vec<(Section, Origin)>,
    /// Paths and limits, in the form in which the policy has them.
    pub scope: Scope,
    /// Kinds of change that it forbids, or at which the agent was to stop.
    pub prohibited: Vec<Written<Prohibition>>,
    pub criteria: Vec<Criterion>,
    pub commands: Vec<Written<String>>,
    /// Stop conditions as they are written, whether the program understands them or not.
    pub stops: Vec<Written<String>>,
}

/// A value and the line that says so.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Written<T> {
    pub value: T,
    pub origin: Origin,
}

/// One thing that must be observable afterwards.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Criterion {
    /// As written (`AC-1`), else its number.
    pub id: String,
    pub text: String,
    pub origin: Origin,
}

/// The eight sections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Section {
    Objective,
    Background,
    Scope,
    Constraints,
    AcceptanceCriteria,
    Verification,
    StopConditions,
    OutputExpected,
}

/// What kind of task it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    Analysis,
    DocsUpdate,
    TestGap,
    BugFix,
    CiRepair,
    MechanicalRefactor,
    DependencyUpdate,
    Feature,
}

/// What the agent may do, from reading to running by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub enum Permission {
    L0,
    L1,
    L2,
    L3,
    L4,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Risk {
    Low,
    Medium,
    High,
}

/// A kind of change that the program can recognise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Prohibition {
    Contract,
    Schema,
    Dependency,
}

impl Section {
    pub const ALL: [Self; 8] = [
        Self::Objective,
        Self::Background,
        Self::Scope,
        Self::Constraints,
        Self::AcceptanceCriteria,
        Self::Verification,
        Self::StopConditions,
        Self::OutputExpected,
    ];

    pub fn title(self) -> &'static str {
        match self {
            Self::Objective => "Objective",
            Self::Background => "Background",
            Self::Scope => "Scope",
            Self::Constraints => "Constraints",
            Self::AcceptanceCriteria => "Acceptance Criteria",
            Self::Verification => "Verification",
            Self::StopConditions => "Stop Conditions",
            Self::OutputExpected => "Output Expected",
        }
    }
}

impl Task {
    pub const ALL: [Self; 8] = [
        Self::Analysis,
        Self::DocsUpdate,
        Self::TestGap,
        Self::BugFix,
        Self::CiRepair,
        Self::MechanicalRefactor,
        Self::DependencyUpdate,
        Self::Feature,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Analysis => "analysis",
            Self::DocsUpdate => "docs-update",
            Self::TestGap => "test-gap",
            Self::BugFix => "bug-fix",
            Self::CiRepair => "ci-repair",
            Self::MechanicalRefactor => "mechanical-refactor",
            Self::DependencyUpdate => "dependency-update",
            Self::Feature => "feature",
        }
    }
}

impl Permission {
    pub const ALL: [Self; 5] = [Self::L0, Self::L1, Self::L2, Self::L3, Self::L4];

    pub fn name(self) -> &'static str {
        match self {
            Self::L0 => "L0",
            Self::L1 => "L1",
            Self::L2 => "L2",
            Self::L3 => "L3",
            Self::L4 => "L4",
        }
    }

    pub fn meaning(self) -> &'static str {
        match self {
            Self::L0 => "read only",
            Self::L1 => "draft only",
            Self::L2 => "branch edit",
            Self::L3 => "branch and pull request",
            Self::L4 => "automation",
        }
    }
}

impl Risk {
    pub const ALL: [Self; 3] = [Self::Low, Self::Medium, Self::High];

    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

impl Prohibition {
    pub fn name(self) -> &'static str {
        match self {
            Self::Contract => "contract",
            Self::Schema => "schema",
            Self::Dependency => "dependency",
        }
    }
}

impl Packet {
    /// A packet from its text.
    ///
    /// # Errors
    /// With everything that can't be followed, each with its line.
    pub fn parse(path: &str, bytes: &[u8]) -> Result<Self, PolicyError> {
        let (packet, problems) = read::packet(path, bytes);
        if problems.is_empty() { Ok(packet) } else { Err(PolicyError::new(problems)) }
    }

    /// As far as it can be read: of a branch's own packet, which may only narrow, what can't be read narrows nothing.
    pub fn parse_leniently(path: &str, bytes: &[u8]) -> Self {
        read::packet(path, bytes).0
    }

    /// The packet of a ticket, where there is one.
    ///
    /// # Errors
    /// When it exists and can't be read or followed.
    pub fn of_ticket(ticket: &str, read: Reader<'_>) -> Result<Option<Self>, PolicyError> {
        let path = path_of(ticket);
        match read(&path) {
            Ok(bytes) => bytes.map(|bytes| Self::parse(&path, &bytes)).transpose(),
            Err(error) => Err(PolicyError::unreadable(&path, &error.to_string())),
        }
    }

    /// The line at which the packet forbids a kind of change.
    pub fn prohibits(&self, kind: Prohibition) -> Option<&Origin> {
        self.prohibited.iter().find(|written| written.value == kind).map(|written| &written.origin)
    }
}

/// Where the packet of a ticket is pinned.
pub fn reference_of(ticket: &str) -> String {
    format!("refs/agentgate/packets/{ticket}")
}

/// Where the packet of a ticket lies.
pub fn path_of(ticket: &str) -> String {
    format!("{FOLDER}/{ticket}.md")
}
