//! The effective policy, value by value, each with the line it came from.
//!
//! As text it is a policy again: what is printed, put into a file, means the same.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::json;

use super::node::{Node, Value};
use super::rollout::Step;
use super::shape::{Key, LEVEL, PATHS, POLICY, ROLLOUT, Shape};
use super::{Identity, Origin, Policy, Source};
use crate::rules::{self, OptionKind, Rule};

/// Comments line up behind values of up to this width.
const WIDTH: usize = 56;

/// One effective value.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// For instance `rules.skipped-test.level`; path sections are numbered from one, as in `paths.1.match`.
    pub key: String,
    pub value: serde_json::Value,
    /// Absent for what no layer says: a rule's own default.
    pub origin: Option<Origin>,
}

/// All effective values, in the order of the documentation.
#[derive(Clone, Debug, Serialize)]
pub struct Shown<'a> {
    pub version: u32,
    pub policy: &'a Identity,
    /// The day for which it was asked, where somebody named one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<&'a str>,
    pub values: Vec<Entry>,
    /// What changes later.
    pub steps: Vec<Step>,
}

impl Policy {
    pub fn show(&self) -> Shown<'_> {
        let mut list = List { layers: &self.layers, values: Vec::new() };
        for key in POLICY.iter().filter(|key| !matches!(key.name, "version" | "extends")) {
            match &key.shape {
                Shape::Rules { .. } => list.rules(self.node.get(key.name)),
                Shape::Sections(keys) => {
                    for (index, section) in self.node.get(key.name).map_or(&[][..], Node::items).iter().enumerate() {
                        list.section(section, keys, &format!("{}.{}", key.name, index + 1));
                    }
                }
                Shape::Table(keys) => {
                    if let Some(node) = self.node.get(key.name) {
                        list.section(node, keys, key.name);
                    }
                }
                _ => list.tree(self.node.get(key.name), key.name),
            }
        }
        let (day, steps) = (self.day.as_deref(), self.steps());
        Shown { version: 1, policy: &self.identity, day, values: list.values, steps }
    }
}

struct List<'a> {
    layers: &'a [String],
    values: Vec<Entry>,
}

impl List<'_> {
    fn push(&mut self, key: String, node: &Node) {
        self.values.push(Entry { key, value: node.plain(), origin: Some(node.origin(self.layers)) });
    }

    /// Leaves in the order of the keys.
    fn section(&mut self, node: &Node, keys: &'static [Key], prefix: &str) {
        for key in keys {
            let place = format!("{prefix}.{}", key.name);
            match node.get(key.name) {
                // A section without rules is still a section.
                Some(empty) if matches!(&empty.value, Value::Table(entries) if entries.is_empty()) => {
                    self.push(place, empty);
                }
                node => self.tree(node, &place),
            }
        }
    }

    fn tree(&mut self, node: Option<&Node>, prefix: &str) {
        let Some(node) = node else { return };
        match &node.value {
            Value::Table(entries) => {
                for (key, node) in entries {
                    self.tree(Some(node), &format!("{prefix}.{key}"));
                }
            }
            _ => self.push(prefix.to_owned(), node),
        }
    }

    fn rules(&mut self, node: Option<&Node>) {
        for rule in rules::ALL {
            let written = node.and_then(|node| node.get(rule.name));
            self.rule(rule, written);
        }
    }

    fn rule(&mut self, rule: &Rule, written: Option<&Node>) {
        let prefix = format!("rules.{}", rule.name);
        match written.and_then(|node| node.get(LEVEL)) {
            Some(level) => self.push(format!("{prefix}.{LEVEL}"), level),
            None => self.values.push(Entry { key: format!("{prefix}.{LEVEL}"), value: json!("off"), origin: None }),
        }
        let from = self.values.len();
        for (key, node) in written.into_iter().flat_map(Node::entries).filter(|(key, _)| *key != LEVEL) {
            self.push(format!("{prefix}.{key}"), node);
        }
        for option in rule.options {
            if written.is_none_or(|node| node.get(option.name).is_none()) {
                let value = match option.kind {
                    OptionKind::Bool(default) => json!(default),
                    OptionKind::Integer(default) => json!(default),
                    OptionKind::Text(default) => json!(default),
                    OptionKind::List(default) | OptionKind::Globs(default) => json!(default),
                };
                self.values.push(Entry { key: format!("{prefix}.{}", option.name), value, origin: None });
            }
        }
        // By name: in which order layers wrote them must not show.
        self.values[from..].sort_by(|one, other| one.key.cmp(&other.key));
    }
}

impl Shown<'_> {
    /// The values as TOML, with their origins as comments, which `faint` may set off.
    pub fn text(&self, faint: &dyn Fn(&str) -> String) -> String {
        let mut out = String::new();
        for line in self.heading() {
            let _ = writeln!(out, "{}", faint(&format!("# {line}")));
        }
        out.push_str("version = 1\nextends = []\n");
        let mut table = String::new();
        let lines: Vec<Line> = self.values.iter().map(Line::new).collect();
        for (at, line) in lines.iter().enumerate() {
            if line.table != table {
                table.clone_from(&line.table);
                let heading = match line.table.split_once('.') {
                    Some((section, _)) => format!("[[{section}]]"),
                    None => format!("[{table}]"),
                };
                let _ = writeln!(out, "\n{heading}");
            }
            // Aligned within its table.
            let peers = || lines.iter().filter(|peer| peer.table == line.table);
            let keys = peers().map(|peer| peer.key.len()).max().unwrap_or(0);
            let width =
                peers().map(|peer| keys + 3 + peer.first().chars().count()).filter(|width| *width <= WIDTH).max();
            let first = format!("{:keys$} = {}", line.key, line.first());
            let origin = match &self.values[at].origin {
                Some(origin) => format!("# {}:{}", shown(&origin.path), origin.line),
                None if line.key.ends_with(LEVEL) || !line.key.contains('.') => "# in no layer".to_owned(),
                None => "# the rule's default".to_owned(),
            };
            let _ = writeln!(out, "{first:width$}  {}", faint(&origin), width = width.unwrap_or(WIDTH));
            for rest in &line.value[1..] {
                let _ = writeln!(out, "{rest}");
            }
        }
        out
    }

    fn heading(&self) -> Vec<String> {
        let path = self.policy.path.as_deref().map(shown).unwrap_or_default();
        let source = match self.policy.source {
            Source::Base => format!("{path} of the base side"),
            Source::Administrator => format!("{path}, given by whoever runs the gate"),
            Source::Preset => "no policy on the base side, so a preset holds".to_owned(),
        };
        let layers: Vec<String> = self.policy.layers.iter().map(|layer| shown(layer)).collect();
        let layers = match (self.policy.source, layers.as_slice()) {
            (_, []) => "builds on nothing".to_owned(),
            (Source::Preset, layers) => layers.join(", "),
            (_, [layer]) => format!("builds on {layer}"),
            (_, layers) => format!("builds on {}; later layers win", layers.join(", ")),
        };
        let mut heading = vec![source, layers, self.policy.digest.clone()];
        heading.extend(self.steps.iter().map(|step| {
            let plain =
                |value: &serde_json::Value| if value.is_null() { "unsaid".into() } else { toml(value).concat() };
            let (now, then) = (plain(&step.until_then), plain(&step.then));
            let at = format!("{}:{}", shown(&step.origin.path), step.origin.line);
            format!("from {} on: {} = {then}, until then {now} ({at})", step.from, step.key)
        }));
        heading
    }
}

/// One value, perhaps over several lines.
struct Line {
    table: String,
    key: String,
    value: Vec<String>,
}

impl Line {
    fn new(entry: &Entry) -> Self {
        let (head, rest) = entry.key.split_once('.').unwrap_or(("", &entry.key));
        let (table, key) = match rest.split_once('.') {
            Some((number, key)) if matches!(head, PATHS | ROLLOUT) => (format!("{head}.{number}"), key),
            _ => (head.to_owned(), rest),
        };
        Self { table, key: key.to_owned(), value: toml(&entry.value) }
    }

    fn first(&self) -> &str {
        &self.value[0]
    }
}

/// A value in TOML; long lists take a line for each item.
fn toml(value: &serde_json::Value) -> Vec<String> {
    match value {
        serde_json::Value::String(text) => vec![quoted(text)],
        serde_json::Value::Array(items) => {
            let items: Vec<String> = items.iter().flat_map(toml).collect();
            let short = format!("[{}]", items.join(", "));
            if short.len() <= WIDTH || items.is_empty() {
                return vec![short];
            }
            let items = items.into_iter().map(|item| format!("  {item},"));
            ["[".to_owned()].into_iter().chain(items).chain(["]".to_owned()]).collect()
        }
        other => vec![other.to_string()],
    }
}

/// A TOML string without anything a terminal would act on or a reader could not see.
fn quoted(text: &str) -> String {
    format!("\"{}\"", shown(&text.replace('\\', "\\\\").replace('"', "\\\"")))
}

fn shown(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii_graphic() || character == ' ' || character.is_alphanumeric() {
            safe.push(character);
        } else {
            let _ = write!(safe, "\\U{:08X}", u32::from(character));
        }
    }
    safe
}
