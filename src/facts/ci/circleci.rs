//! CircleCI.

use super::{Action, Axis, Job, Pipeline, Setting, Step, Written, gitlab::branch_filters, settings, texts, written};
use crate::facts::document::Node;
use crate::facts::shell::Start;

pub(super) fn is_pipeline(path: &str) -> bool {
    path.starts_with(".circleci/") && (path.ends_with(".yml") || path.ends_with(".yaml"))
}

pub(super) fn read(root: &Node) -> Pipeline {
    let commands = root.get("commands");
    let mut jobs: Vec<Job> = root
        .get("jobs")
        .into_iter()
        .flat_map(Node::members)
        .map(|member| Job {
            id: member.name.clone(),
            line: member.line,
            steps: member.value.get("steps").into_iter().flat_map(|steps| self::steps(steps, commands, 0)).collect(),
            variables: settings(member.value.get("environment")),
            ..Job::default()
        })
        .collect();
    // A job runs where a workflow names it; one that none names does not.
    let uses: Vec<(String, &Node, u32)> = workflow_jobs(root);
    if root.get("workflows").is_some() {
        jobs.retain(|job| uses.iter().any(|(name, ..)| *name == job.id));
    }
    for job in &mut jobs {
        if let Some((_, node, line)) = uses.iter().find(|(name, ..)| *name == job.id) {
            job.condition = condition(node, *line);
            let matrix = node.path(&["matrix", "parameters"]).into_iter().flat_map(Node::members);
            job.axes = matrix
                .map(|axis| Axis { name: axis.name.clone(), line: axis.line, values: texts(&axis.value) })
                .collect();
        }
    }
    Pipeline { jobs, ..Pipeline::default() }
}

/// Jobs as workflows list them: name, settings, line.
fn workflow_jobs(root: &Node) -> Vec<(String, &Node, u32)> {
    let workflows = root.get("workflows").into_iter().flat_map(Node::members);
    let lists = workflows.filter_map(|workflow| workflow.value.get("jobs"));
    lists
        .flat_map(Node::items)
        .filter_map(|item| match item.text() {
            Some(name) => Some((name.to_owned(), item, item.line)),
            None => item.members().next().map(|member| (member.name.clone(), &member.value, member.line)),
        })
        .collect()
}

fn condition(node: &Node, line: u32) -> Option<Written> {
    let filters = node.path(&["filters", "branches"])?;
    let parts = branch_filters(filters, "only", "ignore");
    let text: Vec<String> = parts
        .iter()
        .map(|filter| {
            format!(
                "{}: {}",
                filter.what.noun(),
                filter.patterns.iter().map(|it| it.text.as_str()).collect::<Vec<_>>().join(",")
            )
        })
        .collect();
    (!text.is_empty()).then(|| Written::new(text.join("; "), line))
}

fn steps(node: &Node, commands: Option<&Node>, depth: u32) -> Vec<Step> {
    node.items().flat_map(|item| step(item, commands, depth)).collect()
}

fn step(item: &Node, commands: Option<&Node>, depth: u32) -> Vec<Step> {
    let (name, node, line) = match item.text() {
        Some(name) => (name.to_owned(), item, item.line),
        None => match item.members().next() {
            Some(member) => (member.name.clone(), &member.value, member.line),
            None => return Vec::new(),
        },
    };
    if name == "run" {
        let command = if node.is_map() { node.get("command") } else { Some(node) };
        let Some(action) = command.and_then(|command| Action::run(command, shell(node))) else { return Vec::new() };
        let condition = written(node, "when").filter(|when| when.text != "on_success");
        return vec![Step {
            name: node.text_of("name").map(str::to_owned),
            line,
            condition,
            action,
            variables: settings(node.get("environment")),
            directory: node.text_of("working_directory").map(str::to_owned),
            tolerated: None,
        }];
    }
    if matches!(name.as_str(), "when" | "unless") {
        let condition = node.get("condition").map_or("…", |it| it.text().unwrap_or("…"));
        let inner = node.get("steps").map(|inner| steps(inner, commands, depth + 1)).unwrap_or_default();
        let guard = Written::new(format!("{name} {condition}"), line);
        return inner.into_iter().map(|step| Step { condition: Some(guard.clone()), ..step }).collect();
    }
    if let Some(command) = commands.and_then(|commands| commands.get(&name)?.get("steps"))
        && depth < 5
    {
        return steps(command, commands, depth + 1);
    }
    let inputs: Vec<Setting> = if node.is_map() { settings(Some(node)) } else { Vec::new() };
    vec![Step { line, action: Action::Uses { name, inputs }, ..Step::default() }]
}

/// `bash -eo pipefail`, unless said otherwise.
fn shell(node: &Node) -> Start {
    match node.text_of("shell") {
        None => Start::STRICT,
        Some(shell) => Start { errexit: shell.contains(" -e"), pipefail: shell.contains("pipefail") },
    }
}
