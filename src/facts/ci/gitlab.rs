//! GitLab CI.

use super::{
    Action, Axis, Filter, FilterKind, Job, Pipeline, Step, Trigger, Written, plain_steps, settings, texts, unless_false,
};
use crate::facts::document::Node;
use crate::facts::shell::Start;

/// GitLab's runner joins a job's lines and stops at the first that fails; `set -o pipefail` is set too.
const SHELL: Start = Start::STRICT;

/// Top-level keys that are no jobs.
const KEYWORDS: &[&str] = &[
    "stages",
    "variables",
    "default",
    "include",
    "workflow",
    "image",
    "services",
    "cache",
    "before_script",
    "after_script",
    "pages",
    "spec",
];

pub(super) fn is_pipeline(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.ends_with(".gitlab-ci.yml")
        || name.ends_with(".gitlab-ci.yaml")
        || (path.starts_with(".gitlab/ci/") && name.ends_with(".yml"))
}

pub(super) fn read(root: &Node) -> Pipeline {
    let jobs = root.members().filter(|member| !KEYWORDS.contains(&member.name.as_str()) && member.value.is_map());
    // A hidden job runs only where another extends it.
    let (hidden, shown): (Vec<_>, Vec<_>) = jobs.partition(|member| member.name.starts_with('.'));
    let extended = |name: &str| hidden.iter().find(|member| member.name == name).map(|member| &member.value);
    let jobs = shown.iter().map(|member| {
        let chain: Vec<&Node> = std::iter::once(&member.value)
            .chain(member.value.get("extends").into_iter().flat_map(texts).filter_map(|parent| extended(&parent.text)))
            .collect();
        job(&member.name, member.line, &chain)
    });
    let rules = root.path(&["workflow", "rules"]);
    let triggers = rules.map(|rules| Trigger { event: "pipeline".into(), line: rules.line, filters: Vec::new() });
    Pipeline {
        triggers: triggers.into_iter().collect(),
        jobs: jobs.collect(),
        variables: settings(root.get("variables")),
        ..Pipeline::default()
    }
}

/// A job; what it does not say itself comes from what it extends.
fn job(id: &str, line: u32, chain: &[&Node]) -> Job {
    let get = |name: &str| chain.iter().find_map(|node| node.get(name));
    let steps = ["before_script", "script"].iter().flat_map(|name| plain_steps(get(name), SHELL)).collect();
    let tolerated = chain.iter().find_map(|node| {
        let member = node.member("allow_failure")?;
        if member.value.is_map() {
            return Some(Written::new("exit codes", member.line));
        }
        unless_false(node, "allow_failure")
    });
    let axes = get("parallel")
        .and_then(|parallel| parallel.get("matrix"))
        .into_iter()
        .flat_map(Node::items)
        .flat_map(Node::members);
    Job {
        id: id.to_owned(),
        line,
        condition: condition(chain),
        tolerated,
        steps: fold(steps),
        axes: axes.map(|axis| Axis { name: axis.name.clone(), line: axis.line, values: texts(&axis.value) }).collect(),
        excluded: Vec::new(),
        variables: chain.iter().rev().flat_map(|node| settings(node.get("variables"))).collect(),
    }
}

fn fold(steps: Vec<Step>) -> Vec<Step> {
    steps
        .into_iter()
        .filter(|step| !matches!(&step.action, Action::Run { text, .. } if text.trim().is_empty()))
        .collect()
}

/// `when: never`, `when: manual`, `rules`, `only` and `except` as one text.
fn condition(chain: &[&Node]) -> Option<Written> {
    for node in chain {
        if let Some(member) = node.member("when")
            && matches!(member.value.text(), Some("never" | "manual"))
        {
            return Some(Written::new(format!("when: {}", member.value.text().unwrap_or_default()), member.line));
        }
        if let Some(member) = node.member("rules") {
            let rules: Vec<String> = member.value.items().map(rule).collect();
            return Some(Written::new(rules.join("; "), member.line));
        }
        let narrowing: Vec<(&str, &crate::facts::document::Member)> =
            ["only", "except"].iter().filter_map(|name| Some((*name, node.member(name)?))).collect();
        if let Some((_, first)) = narrowing.first() {
            let text: Vec<String> =
                narrowing.iter().map(|(name, member)| format!("{name}: {}", list(&member.value))).collect();
            return Some(Written::new(text.join("; "), first.line));
        }
    }
    None
}

fn rule(node: &Node) -> String {
    let parts: Vec<String> = node.members().map(|member| format!("{}: {}", member.name, list(&member.value))).collect();
    parts.join(" ")
}

fn list(node: &Node) -> String {
    match node.text() {
        Some(text) => text.to_owned(),
        None if node.is_list() => node.items().map(list).collect::<Vec<_>>().join(","),
        None => node
            .members()
            .map(|member| format!("{}={}", member.name, list(&member.value)))
            .collect::<Vec<_>>()
            .join(","),
    }
}

/// What the other providers with branch filters share.
pub(super) fn branch_filters(node: &Node, include: &str, exclude: &str) -> Vec<Filter> {
    let pairs = [(include, FilterKind::Branches), (exclude, FilterKind::BranchesIgnore)];
    pairs
        .iter()
        .filter_map(|(name, what)| {
            let member = node.member(name)?;
            Some(Filter { what: *what, patterns: texts(&member.value), line: member.line })
        })
        .collect()
}
