//! The rows of `commands.toml`, and what is looked up in them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

use super::{Flag, Kind, Shape};

#[derive(serde::Deserialize)]
pub(super) struct Data {
    pub(super) tools: BTreeMap<Kind, Vec<String>>,
    pub(super) targets: Targets,
    pub(super) wrappers: Wrappers,
    pub(super) valued: Valued,
    pub(super) flag: Vec<FlagRow>,
    pub(super) variable: Vec<VariableRow>,
    pub(super) input: Vec<InputRow>,
    pub(super) actions: HashMap<String, String>,
}

#[derive(serde::Deserialize)]
pub(super) struct Targets {
    tools: Vec<String>,
    test: Vec<String>,
    lint: Vec<String>,
    types: Vec<String>,
    coverage: Vec<String>,
    audit: Vec<String>,
    format: Vec<String>,
    check: Vec<String>,
    build: Vec<String>,
    not: Vec<String>,
}

#[derive(serde::Deserialize)]
pub(super) struct Wrappers {
    pub(super) plain: HashSet<String>,
    pub(super) pairs: HashSet<String>,
    pub(super) valued: HashSet<String>,
}

#[derive(serde::Deserialize)]
pub(super) struct Valued {
    pub(super) flags: HashSet<String>,
}

/// How a flag lets more pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Weaker {
    Present,
    Absent,
    Lower,
    Higher,
    Level,
    /// A selection: a new or different value narrows.
    Value,
}

#[derive(Clone, Debug, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct FlagRow {
    /// `--flag`, or `--flag tool` where it means this only there.
    names: Vec<String>,
    pub weaker: Weaker,
    pub says: String,
    #[serde(default)]
    pub order: Vec<String>,
    #[serde(default)]
    kinds: Vec<Kind>,
    #[serde(default)]
    not_tools: Vec<String>,
}

#[derive(Clone, Debug, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct VariableRow {
    names: Vec<String>,
    #[serde(default)]
    values: Vec<String>,
    #[serde(default)]
    not_values: Vec<String>,
    /// Words whose loss weakens.
    #[serde(default)]
    loses: Vec<String>,
    /// A list with commas whose growth weakens.
    #[serde(default)]
    grows: bool,
    pub says: String,
}

impl VariableRow {
    /// Whether going from one value to another lets more pass.
    pub fn weakens(&self, before: Option<&str>, after: Option<&str>) -> bool {
        if !self.loses.is_empty() {
            let strict =
                |value: Option<&str>| value.is_some_and(|value| self.loses.iter().any(|word| value.contains(word)));
            return strict(before) && !strict(after);
        }
        if self.grows {
            let items = |value: Option<&str>| -> Vec<String> {
                value
                    .unwrap_or_default()
                    .split(',')
                    .map(|it| it.trim().to_owned())
                    .filter(|it| !it.is_empty())
                    .collect()
            };
            let before = items(before);
            return items(after).iter().any(|item| !before.contains(item));
        }
        let weak = |value: Option<&str>| {
            value.is_some_and(|value| {
                let value = value.to_ascii_lowercase();
                if !self.not_values.is_empty() {
                    return !self.not_values.contains(&value);
                }
                self.values.is_empty()
                    || self.values.iter().any(|it| value.split_whitespace().any(|word| word == it) || *it == value)
            })
        };
        weak(after) && !weak(before)
    }
}

#[derive(Clone, Debug, serde::Deserialize)]
pub struct InputRow {
    names: Vec<String>,
    #[serde(default)]
    loses: Option<String>,
    #[serde(default)]
    gains: Option<String>,
    pub says: String,
}

impl InputRow {
    pub fn weakens(&self, before: Option<&str>, after: Option<&str>) -> bool {
        let is = |value: Option<&str>, word: &str| value.is_some_and(|value| value.eq_ignore_ascii_case(word));
        self.loses.as_deref().is_some_and(|word| is(before, word) && !is(after, word))
            || self.gains.as_deref().is_some_and(|word| is(after, word) && !is(before, word))
    }
}

/// The tables and what is looked up in them.
pub(super) struct Tables {
    pub(super) data: Data,
    pub(super) kinds: HashMap<String, Kind>,
    /// Runners of targets.
    pub(super) runners: HashSet<String>,
    pub(super) targets: HashMap<String, Kind>,
    pub(super) not_targets: HashSet<String>,
    pub(super) flags: HashMap<String, Vec<(Option<String>, usize)>>,
    pub(super) variables: HashMap<String, usize>,
    pub(super) inputs: HashMap<String, usize>,
}

pub(super) static TABLES: LazyLock<Option<Tables>> = LazyLock::new(|| tables().ok());

pub(super) fn tables() -> Result<Tables, serde_json::Error> {
    let data: Data = serde_json::from_str(table!("facts/ci/commands"))?;
    let mut kinds = HashMap::new();
    for (kind, tools) in &data.tools {
        kinds.extend(tools.iter().map(|tool| (tool.clone(), *kind)));
    }
    let t = &data.targets;
    let named = [
        (Kind::Test, &t.test),
        (Kind::Lint, &t.lint),
        (Kind::Types, &t.types),
        (Kind::Coverage, &t.coverage),
        (Kind::Audit, &t.audit),
        (Kind::Format, &t.format),
        (Kind::Check, &t.check),
        (Kind::Build, &t.build),
    ];
    let targets = named.iter().flat_map(|(kind, words)| words.iter().map(|word| (word.clone(), *kind))).collect();
    let mut flags: HashMap<String, Vec<(Option<String>, usize)>> = HashMap::new();
    for (at, row) in data.flag.iter().enumerate() {
        for name in &row.names {
            let (flag, tool) =
                name.split_once(' ').map_or((name.as_str(), None), |(flag, tool)| (flag, Some(tool.to_owned())));
            flags.entry(flag.to_owned()).or_default().push((tool, at));
        }
    }
    let variables = data
        .variable
        .iter()
        .enumerate()
        .flat_map(|(at, row)| row.names.iter().map(move |it| (it.clone(), at)))
        .collect();
    let inputs =
        data.input.iter().enumerate().flat_map(|(at, row)| row.names.iter().map(move |it| (it.clone(), at))).collect();
    let runners = t.tools.iter().cloned().collect();
    let not_targets = t.not.iter().cloned().collect();
    Ok(Tables { kinds, runners, targets, not_targets, flags, variables, inputs, data })
}

/// The row about a variable.
pub fn variable(name: &str) -> Option<&'static VariableRow> {
    let tables = TABLES.as_ref()?;
    tables.data.variable.get(*tables.variables.get(name)?)
}

/// The row about an action's or task's input.
pub fn input(name: &str) -> Option<&'static InputRow> {
    let tables = TABLES.as_ref()?;
    tables.data.input.get(*tables.inputs.get(name)?)
}

/// The row about a flag of a command.
pub fn flag(shape: &Shape, kind: Kind, flag: &Flag) -> Option<&'static FlagRow> {
    let tables = TABLES.as_ref()?;
    let whole = flag.value.as_ref().map(|value| format!("{}={value}", flag.name));
    let rows = whole.and_then(|whole| tables.flags.get(&whole)).or_else(|| tables.flags.get(&flag.name))?;
    let first = shape.tool.split(' ').next().unwrap_or_default();
    rows.iter()
        .filter(|(tool, _)| tool.as_deref().is_none_or(|tool| tool == first))
        .filter_map(|(_, at)| tables.data.flag.get(*at))
        .find(|row| {
            (row.kinds.is_empty() || row.kinds.contains(&kind)) && !row.not_tools.iter().any(|tool| tool == first)
        })
}

impl Tables {
    pub(super) fn wrappers_pair(&self, pair: &str) -> bool {
        self.data.wrappers.pairs.contains(pair)
    }
}
