//! The rules themselves as output: the table of all of them and the page of one.

use serde::Serialize;

use super::layout::{self, Span};
use super::style::{Meaning, Style};
use super::{json, terminal, text};
use crate::policy::Level;
use crate::rules::{ALL, Group, OptionKind, OptionSpec, Rule};

/// The table for a terminal, by group.
pub fn text(style: Style) -> String {
    let mut out = String::new();
    for (group, rules) in groups() {
        out.push_str(&style.paint(Meaning::Strong, group_name(group)));
        out.push('\n');
        out.push_str(&layout::table(&rules.iter().map(|rule| row(rule)).collect::<Vec<_>>(), style, 2));
        out.push('\n');
    }
    out.push_str(&style.paint(Meaning::Faint, "`agentgate explain RULE` shows a rule's page"));
    out.push('\n');
    out
}

/// The table of the README.
pub fn markdown() -> String {
    let mut out = String::from("| rule | default | finds |\n| --- | --- | --- |\n");
    for rule in ALL {
        let level = text::word(super::default_level(rule));
        out.push_str(&format!("| `{}` | {level} | {} |\n", rule.name, rule.summary.replace('|', "\\|")));
    }
    out
}

pub fn json() -> String {
    json::to_string(&ALL.iter().map(|rule| Description::of(rule)).collect::<Vec<_>>())
}

/// One rule's page for a terminal.
pub fn page_text(rule: &Rule, style: Style) -> String {
    let level = super::default_level(rule);
    let head = [
        Span::new(Meaning::Strong, rule.name),
        Span::plain(format!(": {} ", rule.summary)),
        Span::new(Meaning::Faint, format!("({}, ", group_name(rule.group))),
        Span::new(text::meaning(level), text::word(level)),
        Span::new(Meaning::Faint, " by default)"),
    ];
    let head: String =
        layout::wrap(&head, style.width, 0).iter().map(|line| layout::paint(style, line) + "\n").collect();
    format!("{head}\n{}", terminal::render(rule.page, style))
}

pub fn page_markdown(rule: &Rule) -> String {
    let level = text::word(super::default_level(rule));
    let group = group_name(rule.group);
    format!("# {}\n\n{} ({group}, {level} by default)\n\n{}\n", rule.name, rule.summary, rule.page.trim())
}

pub fn page_json(rule: &Rule) -> String {
    json::to_string(&Description::of(rule))
}

/// A rule as programs read it.
#[derive(Serialize)]
pub struct Description {
    name: &'static str,
    group: &'static str,
    default_level: Level,
    summary: &'static str,
    options: Vec<DescribedOption>,
    page: &'static str,
}

#[derive(Serialize)]
struct DescribedOption {
    name: &'static str,
    default: Default,
    help: &'static str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Default {
    Bool(bool),
    Integer(u64),
    Text(&'static str),
    List(&'static [&'static str]),
}

impl Description {
    pub fn of(rule: &Rule) -> Self {
        Self {
            name: rule.name,
            group: group_name(rule.group),
            default_level: super::default_level(rule),
            summary: rule.summary,
            options: rule.options.iter().map(DescribedOption::of).collect(),
            page: rule.page,
        }
    }
}

impl DescribedOption {
    fn of(option: &OptionSpec) -> Self {
        let default = match option.kind {
            OptionKind::Bool(value) => Default::Bool(value),
            OptionKind::Integer(value) => Default::Integer(value),
            OptionKind::Text(value) => Default::Text(value),
            OptionKind::List(value) | OptionKind::Globs(value) => Default::List(value),
        };
        Self { name: option.name, default, help: option.help }
    }
}

fn row(rule: &Rule) -> Vec<Vec<Span>> {
    let level = super::default_level(rule);
    vec![
        vec![Span::new(Meaning::Code, rule.name)],
        vec![Span::new(text::meaning(level), text::word(level))],
        vec![Span::plain(rule.summary)],
    ]
}

/// The rules by group, both in the order of the documentation.
fn groups() -> Vec<(Group, Vec<&'static Rule>)> {
    let mut groups: Vec<(Group, Vec<&'static Rule>)> = Vec::new();
    for rule in ALL {
        match groups.iter_mut().find(|(group, _)| *group == rule.group) {
            Some((_, rules)) => rules.push(rule),
            None => groups.push((rule.group, vec![rule])),
        }
    }
    groups
}

fn group_name(group: Group) -> &'static str {
    match group {
        Group::Scope => "scope",
        Group::Branch => "branch",
        Group::Tests => "tests",
        Group::Snapshots => "snapshots",
        Group::Signal => "signal",
        Group::SupplyChain => "supply chain",
        Group::Contracts => "contracts",
        Group::Data => "data",
        Group::Hygiene => "hygiene",
        Group::Evidence => "evidence",
    }
}
