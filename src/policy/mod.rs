//! The effective policy: presets and files layered, each value with the place it came from.
//!
//! Parsing says what was written (`file`, against the table in `shape`), `layers` lays files over one another, `resolve`
//! says what it means (this type). Read from the base side only: a branch does not write its own gate.

mod agent;
mod delegation;
mod file;
mod known_agents;
mod layers;
mod node;
mod pattern;
mod playbook;
mod presets;
mod problem;
mod resolve;
mod rollout;
mod schema;
mod shape;
mod show;

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

pub use agent::Audience;
pub use delegation::{Area, ChangeKind, Changes, Permissions, RiskAreas};
pub(crate) use pattern::accepted as check_pattern;
pub use pattern::{Flavor, Match, Patterns};
pub use problem::{PolicyError, Problem};
pub(crate) use problem::{Text, nearest};
pub use rollout::Step;
pub use schema::schema;
pub use show::{Entry, Shown};

use crate::RepoPath;
use crate::change::{Role, Roles, Unreadable};
use crate::packet::{Packet, Prohibition};
use crate::rules::{Options, Rule};
use crate::verdict::Waivers;

/// Where a repository keeps its policy and what the policy may build on.
pub const FOLDER: &str = ".agentgate";
/// The policy of a repository, on the base side.
pub const FILE: &str = ".agentgate/policy.toml";

/// Reads a file of the base side. `None` means that it does not exist; a file that exists and can't be had is an error.
pub type Reader<'a> = &'a dyn Fn(&str) -> Result<Option<Vec<u8>>, Unreadable>;

/// What the policy says when a rule finds something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Off,
    Note,
    Warn,
    Block,
}

impl Level {
    /// From the strictest down.
    pub const ALL: [Self; 4] = [Self::Block, Self::Warn, Self::Note, Self::Off];

    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Note => "note",
            Self::Warn => "warn",
            Self::Block => "block",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }
}

/// The policy line that decided.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub struct Origin {
    /// A file of the base side, or `preset:default`.
    pub path: String,
    /// One-based.
    pub line: u32,
}

/// Who provided the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// The base side of the branch.
    Base,
    /// Whoever runs the gate, by a flag or a server's file.
    Administrator,
    /// Nobody: a preset.
    Preset,
}

impl Source {
    pub fn name(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Administrator => "administrator",
            Self::Preset => "preset",
        }
    }
}

/// Which policy it is, for reports and receipts.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Identity {
    pub source: Source,
    /// The file, where there is one.
    pub path: Option<String>,
    /// Over the bytes of all layers.
    pub digest: String,
    /// What the file builds on, in the order in which it applies.
    pub layers: Vec<String>,
}

/// The effective policy.
#[derive(Debug)]
pub struct Policy {
    identity: Identity,
    layers: Vec<String>,
    node: node::Node,
    rules: BTreeMap<&'static str, Setting>,
    sections: Vec<Section>,
    branches: Branches,
    scope: Scope,
    evidence: Evidence,
    prove: Prove,
    risk: RiskAreas,
    permissions: Permissions,
    roles: Vec<(Patterns, Role)>,
    agents: Recognition,
    people: Recognition,
    people_rules: Vec<String>,
    may_waive: Vec<String>,
    audience: Audience,
    packets: Vec<Packet>,
    /// Scopes of the playbooks that the packets' tasks call for.
    playbooks: Vec<Scope>,
    day: Option<String>,
    waivers: Waivers,
}

/// What `[rules]` says about one rule.
#[derive(Debug)]
struct Setting {
    level: Level,
    origin: Origin,
    include: Patterns,
    exclude: Patterns,
    options: Options,
}

/// One `[[paths]]`.
#[derive(Debug)]
struct Section {
    paths: Patterns,
    rules: BTreeMap<&'static str, Override>,
}

/// What a path section says about one rule.
#[derive(Debug)]
struct Override {
    level: Option<(Level, Origin)>,
    options: Options,
}

/// `[branches]`.
#[derive(Debug)]
pub struct Branches {
    pub base: Option<String>,
    pub agent: Patterns,
    pub human: Patterns,
    pub protected: Patterns,
    pub max_behind: Option<Limit>,
    pub max_age_days: Option<Limit>,
    name: Option<(String, Origin)>,
    compiled: OnceLock<Option<regex::Regex>>,
}

impl Branches {
    /// What an agent's branch must be called, and the line that says so.
    pub fn name(&self) -> Option<(&regex::Regex, &Origin)> {
        let (text, origin) = self.name.as_ref()?;
        let compiled = self.compiled.get_or_init(|| file::regex(text).ok()).as_ref()?;
        Some((compiled, origin))
    }

    /// The ticket in a branch's name: the group `ticket` of what it must be called; where the policy says nothing of names,
    /// `T-1` in `agent/T-1-slug`.
    pub fn ticket(&self, branch: &str) -> Option<String> {
        static USUAL: LazyLock<regex::Regex> = LazyLock::new(|| {
            regex::Regex::new(r"(?:^|/)(?<ticket>[A-Z][A-Z0-9]*-[0-9]+)(?:[-_/.]|$)").expect("tested")
        });
        let pattern = match self.name() {
            Some((pattern, _)) => pattern,
            None if self.name.is_none() => &*USUAL,
            None => return None,
        };
        let ticket = pattern.captures(branch)?.name("ticket")?.as_str();
        // It becomes a file's name.
        let is_plain = ticket.starts_with(|c: char| c.is_ascii_alphanumeric())
            && ticket.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
        is_plain.then(|| ticket.to_owned())
    }
}

/// `[scope]`.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Empty: everything.
    pub allowed: Patterns,
    /// Where `allowed` is written.
    pub allowed_origin: Option<Origin>,
    pub forbidden: Patterns,
    /// What the change may be made of; everything where nothing is said.
    pub changes: Option<Changes>,
    pub max_files: Option<Limit>,
    pub max_production_files: Option<Limit>,
    pub max_lines: Option<Limit>,
}

/// A number that must not be exceeded, and the line that sets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    pub value: u64,
    pub origin: Origin,
}

/// `[evidence]`.
#[derive(Debug)]
pub struct Evidence {
    pub sections: Vec<Required>,
    pub footers: Vec<Required>,
    /// Where a branch commits them; `{branch}` and `{ticket}` are to be filled in.
    pub file: Option<String>,
    /// The line that asks for a work packet.
    pub packet: Option<Origin>,
}

impl Evidence {
    pub fn section_names(&self) -> Vec<String> {
        self.sections.iter().map(|required| required.name.clone()).collect()
    }

    pub fn footer_names(&self) -> Vec<String> {
        self.footers.iter().map(|required| required.name.clone()).collect()
    }
}

/// `[prove]`.
#[derive(Clone, Debug, Default)]
pub struct Prove {
    /// Empty: the caller has to name one.
    pub command: Vec<String>,
    pub reports: Option<String>,
    pub timeout_seconds: Option<u64>,
    pub caches: Vec<String>,
    pub environment: Vec<String>,
    /// Whether outcomes are kept in notes.
    pub keeps_results: bool,
    /// Whether a branch without a regression test is not proven.
    pub needs_regression_test: bool,
}

/// A heading or trailer that must be there, and the line that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Required {
    pub name: String,
    pub origin: Origin,
}

/// `[agents]` or `[people]`.
#[derive(Debug)]
struct Recognition {
    authors: Vec<String>,
    trailers: Vec<String>,
}

impl Policy {
    /// A preset by its name.
    pub fn preset(name: &str) -> Option<Self> {
        let layers =
            layers::of_preset(name)?.unwrap_or_else(|error| panic!("presets are tested to be valid:\n{error}"));
        Some(resolve::policy(layers, Source::Preset))
    }

    /// The names of the presets.
    pub fn presets() -> impl Iterator<Item = &'static str> {
        presets::ALL.iter().map(|(name, _)| *name)
    }

    /// The policy of the base side, or the preset `default` where there is none.
    ///
    /// # Errors
    /// When there is a policy and it can't be read or followed. There is no falling back.
    pub fn from_base(base: Reader<'_>) -> Result<Self, PolicyError> {
        match base(FILE) {
            Ok(None) => Ok(Self::default()),
            Ok(Some(bytes)) => Ok(resolve::policy(layers::of_file(FILE, bytes, base)?, Source::Base)),
            Err(error) => Err(PolicyError::unreadable(FILE, &error.to_string())),
        }
    }

    /// The policy of whoever runs the gate. What it extends inside [`FOLDER`] is read from the base side.
    ///
    /// # Errors
    /// When it can't be followed.
    pub fn from_file(name: &str, bytes: Vec<u8>, base: Reader<'_>) -> Result<Self, PolicyError> {
        Ok(resolve::policy(layers::of_file(name, bytes, base)?, Source::Administrator))
    }

    /// A policy from its text alone, as if it stood on a base side without other files.
    ///
    /// # Errors
    /// When it can't be followed.
    pub fn from_text(text: &str) -> Result<Self, PolicyError> {
        Self::from_base(&|path| Ok((path == FILE).then(|| text.as_bytes().to_vec())))
    }

    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    pub fn branches(&self) -> &Branches {
        &self.branches
    }

    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The policy's scope, those of playbooks and of the packets: what one forbids, none of the others allows.
    pub fn scopes(&self) -> impl Iterator<Item = &Scope> {
        std::iter::once(&self.scope).chain(&self.playbooks).chain(self.packets.iter().map(|packet| &packet.scope))
    }

    /// The work packet that was delegated, where there is one.
    pub fn packet(&self) -> Option<&Packet> {
        self.packets.first()
    }

    /// The packet that was delegated, then one of the branch's own.
    pub fn packets(&self) -> &[Packet] {
        &self.packets
    }

    /// The line at which a packet forbids a kind of change.
    pub fn prohibits(&self, kind: Prohibition) -> Option<&Origin> {
        self.packets.iter().find_map(|packet| packet.prohibits(kind))
    }

    /// The findings that are excused on the base side.
    pub fn waivers(&self) -> &Waivers {
        &self.waivers
    }

    /// Whether an account on the CI service may excuse findings.
    pub fn may_waive(&self, login: &str) -> bool {
        self.may_waive.iter().any(|known| known.eq_ignore_ascii_case(login))
    }

    /// The policy with the findings that are excused beside it.
    #[must_use]
    pub fn with_waivers(self, waivers: Waivers) -> Self {
        Self { waivers, ..self }
    }

    /// The policy as it holds for a piece of work: a packet adds to what is forbidden and takes nothing away.
    #[must_use]
    pub fn with_packet(mut self, packet: Packet) -> Self {
        let task = packet.task.as_ref().map(|task| task.value);
        self.packets.push(packet);
        match task {
            Some(task) => self.with_playbook(task),
            None => self,
        }
    }

    /// The paths that make a change risky.
    pub fn risk(&self) -> &RiskAreas {
        &self.risk
    }

    pub fn permissions(&self) -> &Permissions {
        &self.permissions
    }

    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// How `agentgate prove` runs tests.
    pub fn prove(&self) -> &Prove {
        &self.prove
    }

    /// How to tell what a file is for: the policy's patterns before the built-in ones.
    pub fn roles(&self) -> Roles {
        Roles::with(self.roles.clone())
    }

    /// Whether a rule can produce anything anywhere in the tree.
    pub fn is_on(&self, rule: &str) -> bool {
        let on = |level: Level| level != Level::Off;
        if !self.applies(rule, self.audience) {
            return false;
        }
        self.rules.get(rule).is_some_and(|setting| on(setting.level))
            || self.overrides(rule, None).any(|over| over.level.as_ref().is_some_and(|(level, _)| on(*level)))
    }

    /// A rule's level for a path (`None`: the branch as a whole), and the line that says so.
    ///
    /// The last path section that names the rule and matches the path decides, then `[rules]`.
    pub fn level(&self, rule: &Rule, path: Option<&RepoPath>) -> (Level, Origin) {
        let by_path = path.and_then(|path| {
            let levels = self.overrides(rule.name, Some(path)).filter_map(|over| over.level.clone());
            levels.last()
        });
        by_path.unwrap_or_else(|| match self.rules.get(rule.name) {
            Some(setting) => (setting.level, setting.origin.clone()),
            None => (Level::Off, Origin { path: self.layers.last().cloned().unwrap_or_default(), line: 1 }),
        })
    }

    /// Whether the rule's `include` and `exclude` let it speak about a path.
    pub fn covers(&self, rule: &Rule, path: &RepoPath) -> bool {
        self.rules.get(rule.name).is_none_or(|setting| {
            (setting.include.is_empty() || setting.include.is_match(path)) && !setting.exclude.is_match(path)
        })
    }

    /// A rule's options for a path: what was written over the rule's own defaults, path sections last.
    pub fn options(&self, rule: &Rule, path: Option<&RepoPath>) -> Options {
        let mut options = match self.rules.get(rule.name) {
            Some(setting) => setting.options.clone(),
            None => resolve::options(rule, None, &self.layers),
        };
        if let Some(path) = path {
            for over in self.overrides(rule.name, Some(path)) {
                options.overlay(&over.options);
            }
        }
        options
    }

    /// What path sections say about a rule, in order; without a path, all of them.
    fn overrides<'a>(&'a self, rule: &'a str, path: Option<&'a RepoPath>) -> impl Iterator<Item = &'a Override> {
        self.sections.iter().filter_map(move |section| {
            let over = section.rules.get(rule)?;
            path.is_none_or(|path| section.paths.is_match(path)).then_some(over)
        })
    }
}

impl Default for Policy {
    /// What holds where nobody has said anything.
    fn default() -> Self {
        Self::preset(presets::DEFAULT).expect("the preset `default` is compiled in")
    }
}
