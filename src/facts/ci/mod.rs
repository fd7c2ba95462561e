//! Pipelines of CI systems in one neutral model: jobs, steps, commands, triggers, conditions, what happens on failure.
//!
//! One file per provider, each a function from a document to a [`Pipeline`]. The scripts that pipelines call (package
//! scripts, Makefiles, shell files) are in [`scripts`]; what a command is, in [`commands`].
//!
//! To add a provider: a file with `read(&Node) -> Pipeline`, and a row in `PROVIDERS`.

mod azure;
mod bitbucket;
mod buildkite;
mod circleci;
pub mod commands;
mod github;
mod gitlab;
mod jenkins;
mod nox;
mod powershell;
pub mod scripts;
mod travis;

use super::document::{self, Format, Malformed, Node, Value};
use super::shell::{self, Script, Start};
use crate::RepoPath;

/// A file that tells a CI system what to run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pipeline {
    pub triggers: Vec<Trigger>,
    pub jobs: Vec<Job>,
    pub variables: Vec<Setting>,
    /// Where a program's grammar first met what it does not know; the rest is read all the same.
    pub unread_line: Option<u32>,
}

/// Something as it was written, with its line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    pub text: String,
    /// One-based.
    pub line: u32,
}

impl Written {
    pub fn new(text: impl Into<String>, line: u32) -> Self {
        Self { text: text.into(), line }
    }
}

/// A variable or an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    pub name: String,
    pub value: String,
    pub line: u32,
}

/// An event that starts the pipeline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trigger {
    pub event: String,
    pub line: u32,
    pub filters: Vec<Filter>,
}

/// Patterns that narrow a trigger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    pub what: FilterKind,
    pub patterns: Vec<Written>,
    pub line: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilterKind {
    Branches,
    BranchesIgnore,
    Paths,
    PathsIgnore,
    Types,
}

impl FilterKind {
    /// Whether more patterns let through more.
    pub fn includes(self) -> bool {
        matches!(self, Self::Branches | Self::Paths | Self::Types)
    }

    pub fn noun(self) -> &'static str {
        match self {
            Self::Branches => "branches",
            Self::BranchesIgnore => "ignored branches",
            Self::Paths => "paths",
            Self::PathsIgnore => "ignored paths",
            Self::Types => "types",
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Job {
    pub id: String,
    pub line: u32,
    /// When it runs at all.
    pub condition: Option<Written>,
    /// Its failure does not fail the pipeline.
    pub tolerated: Option<Written>,
    pub steps: Vec<Step>,
    /// Axes of the matrix with their values.
    pub axes: Vec<Axis>,
    /// Combinations taken out of the matrix.
    pub excluded: Vec<Written>,
    pub variables: Vec<Setting>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axis {
    pub name: String,
    pub values: Vec<Written>,
    pub line: u32,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Step {
    pub name: Option<String>,
    pub line: u32,
    pub condition: Option<Written>,
    /// Its failure does not fail the job.
    pub tolerated: Option<Written>,
    pub action: Action,
    pub variables: Vec<Setting>,
    pub directory: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// A script of the pipeline's own.
    Run {
        script: Script,
        /// The line of the file on which the script starts.
        line: u32,
        text: String,
    },
    /// An action, task, orb or template with its inputs.
    Uses { name: String, inputs: Vec<Setting> },
}

impl Default for Action {
    fn default() -> Self {
        Self::Uses { name: String::new(), inputs: Vec::new() }
    }
}

impl Action {
    fn run(node: &Node, start: Start) -> Option<Self> {
        let text = node.text()?;
        Some(Self::Run { script: shell::read(text, start), line: node.line, text: text.to_owned() })
    }
}

/// Where a provider's pipelines lie, and who reads them.
struct Provider {
    is: fn(&str) -> bool,
    format: Option<Format>,
    read: fn(&Node) -> Pipeline,
}

static PROVIDERS: &[Provider] = &[
    Provider { is: github::is_pipeline, format: Some(Format::Yaml), read: github::read },
    Provider { is: gitlab::is_pipeline, format: Some(Format::Yaml), read: gitlab::read },
    Provider { is: circleci::is_pipeline, format: Some(Format::Yaml), read: circleci::read },
    Provider { is: azure::is_pipeline, format: Some(Format::Yaml), read: azure::read },
    Provider { is: buildkite::is_pipeline, format: Some(Format::Yaml), read: buildkite::read },
    Provider { is: travis::is_pipeline, format: Some(Format::Yaml), read: travis::read },
    Provider { is: bitbucket::is_pipeline, format: Some(Format::Yaml), read: bitbucket::read },
    // No document: the text itself.
    Provider { is: jenkins::is_pipeline, format: None, read: jenkins::read },
];

/// Whether a path is a pipeline of a provider we read.
pub fn is_pipeline(path: &RepoPath) -> bool {
    let path = path.to_text();
    PROVIDERS.iter().any(|provider| (provider.is)(&path))
}

/// Reads a pipeline; `None` where the path is none.
pub fn read(path: &RepoPath, bytes: &[u8]) -> Option<Result<Pipeline, Malformed>> {
    let text = path.to_text();
    let provider = PROVIDERS.iter().find(|provider| (provider.is)(&text))?;
    let node = match provider.format {
        Some(format) => document::read(format, bytes),
        None => document::lines(bytes).map(|text| Node::new(Value::Text(text.into_owned()), 1, 1)),
    };
    Some(node.map(|node| (provider.read)(&node)))
}

/// `NAME: value` of a map.
fn settings(node: Option<&Node>) -> Vec<Setting> {
    let members = node.into_iter().flat_map(Node::members);
    members
        .map(|member| {
            let value = member.value.text().or_else(|| member.value.text_of("value")).unwrap_or_default();
            Setting { name: member.name.clone(), value: value.to_owned(), line: member.line }
        })
        .collect()
}

/// A scalar or a list of scalars.
fn texts(node: &Node) -> Vec<Written> {
    match node.text() {
        Some(text) => vec![Written::new(text, node.line)],
        None => node.items().filter_map(|item| Some(Written::new(item.text()?, item.line))).collect(),
    }
}

fn written(node: &Node, name: &str) -> Option<Written> {
    let member = node.member(name)?;
    Some(Written::new(member.value.text().unwrap_or("…"), member.line))
}

/// A member that is there and not false.
fn unless_false(node: &Node, name: &str) -> Option<Written> {
    written(node, name)
        .filter(|it| !matches!(it.text.to_ascii_lowercase().as_str(), "false" | "${{ false }}" | "no" | "0" | ""))
}

/// Script lines that a provider runs one after the other in one shell, stopping at the first failure.
fn script_lines(node: &Node, start: Start) -> Vec<Action> {
    match node.text() {
        Some(_) => Action::run(node, start).into_iter().collect(),
        None => node.items().flat_map(|item| script_lines(item, start)).collect(),
    }
}

fn plain_steps(node: Option<&Node>, start: Start) -> Vec<Step> {
    let actions = node.into_iter().flat_map(|node| script_lines(node, start));
    actions
        .map(|action| {
            let line = if let Action::Run { line, .. } = &action { *line } else { 0 };
            Step { line, action, ..Step::default() }
        })
        .collect()
}
