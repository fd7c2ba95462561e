//! Azure Pipelines.

use super::{
    Action, Axis, Filter, FilterKind, Job, Pipeline, Step, Trigger, Written, settings, texts, unless_false, written,
};
use crate::facts::document::{Member, Node};
use crate::facts::shell::Start;

pub(super) fn is_pipeline(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let yaml = name.ends_with(".yml") || name.ends_with(".yaml");
    yaml && (name.starts_with("azure-pipelines")
        || folder.starts_with(".azure-pipelines")
        || folder.starts_with(".azuredevops")
        || folder == "azure-pipelines")
}

pub(super) fn read(root: &Node) -> Pipeline {
    let mut jobs = Vec::new();
    for stage in root.get("stages").into_iter().flat_map(Node::items) {
        let outer = condition(stage);
        for job in jobs_of(stage) {
            jobs.push(Job { condition: job.condition.clone().or_else(|| outer.clone()), ..job });
        }
    }
    jobs.extend(jobs_of(root));
    if let Some(steps) = root.get("steps") {
        jobs.push(Job { id: "steps".into(), line: steps.line, steps: self::steps(root), ..Job::default() });
    }
    Pipeline { triggers: triggers(root), jobs, variables: variables(root), ..Pipeline::default() }
}

fn triggers(root: &Node) -> Vec<Trigger> {
    ["trigger", "pr"]
        .iter()
        .filter_map(|event| root.member(event))
        // `trigger: none` is no trigger, and so is a missing one not: it is every branch.
        .filter(|member| member.value.text() != Some("none"))
        .map(|member| Trigger { event: member.name.clone(), line: member.line, filters: filters(member) })
        .collect()
}

fn filters(member: &Member) -> Vec<Filter> {
    let plain = texts(&member.value);
    if !plain.is_empty() {
        return vec![Filter { what: FilterKind::Branches, patterns: plain, line: member.line }];
    }
    let kinds = [
        ("branches", "include", FilterKind::Branches),
        ("branches", "exclude", FilterKind::BranchesIgnore),
        ("paths", "include", FilterKind::Paths),
        ("paths", "exclude", FilterKind::PathsIgnore),
    ];
    kinds
        .iter()
        .filter_map(|(outer, inner, what)| {
            let found = member.value.get(outer)?.member(inner)?;
            Some(Filter { what: *what, patterns: texts(&found.value), line: found.line })
        })
        .collect()
}

fn variables(node: &Node) -> Vec<super::Setting> {
    let listed = node.get("variables").into_iter().flat_map(Node::items).filter_map(|item| {
        let (name, value) = (item.text_of("name")?, item.text_of("value")?);
        Some(super::Setting { name: name.to_owned(), value: value.to_owned(), line: item.line })
    });
    settings(node.get("variables")).into_iter().chain(listed).collect()
}

fn condition(node: &Node) -> Option<Written> {
    written(node, "condition").or_else(|| written(node, "enabled").filter(|enabled| enabled.text == "false"))
}

fn jobs_of(node: &Node) -> Vec<Job> {
    let items = node.get("jobs").into_iter().flat_map(Node::items);
    items
        .map(|item| {
            let id = item
                .text_of("job")
                .or_else(|| item.text_of("deployment"))
                .or_else(|| item.text_of("template"))
                .unwrap_or_default();
            let matrix = item.path(&["strategy", "matrix"]).into_iter().flat_map(Node::members);
            let axes: Vec<Written> = matrix.map(|leg| Written::new(leg.name.clone(), leg.line)).collect();
            let line = axes.first().map_or(item.line, |axis| axis.line);
            Job {
                id: id.to_owned(),
                line: item.line,
                condition: condition(item),
                tolerated: unless_false(item, "continueOnError"),
                steps: steps(item),
                axes: if axes.is_empty() {
                    Vec::new()
                } else {
                    vec![Axis { name: "matrix".into(), values: axes, line }]
                },
                excluded: Vec::new(),
                variables: variables(item),
            }
        })
        .collect()
}

fn steps(node: &Node) -> Vec<Step> {
    node.get("steps").into_iter().flat_map(Node::items).filter_map(step).collect()
}

fn step(node: &Node) -> Option<Step> {
    let script = ["script", "bash", "pwsh", "powershell"].iter().find_map(|name| Some((*name, node.get(name)?)));
    let action = match script {
        // Azure's shells go on after a failing line; the last one decides.
        Some(("script" | "bash", text)) => Action::run(text, Start::PLAIN)?,
        Some((_, text)) => Action::Run {
            script: super::powershell::read(text.text()?),
            line: text.line,
            text: text.text()?.to_owned(),
        },
        None => {
            let name =
                node.text_of("task").or_else(|| node.text_of("template")).or_else(|| node.text_of("checkout"))?;
            let inputs = settings(node.get("inputs").or_else(|| node.get("parameters")));
            if let Some(script) = node.path(&["inputs", "script"]) {
                Action::run(script, Start::PLAIN)?
            } else {
                Action::Uses { name: name.to_owned(), inputs }
            }
        }
    };
    Some(Step {
        name: node.text_of("displayName").map(str::to_owned),
        line: node.line,
        condition: condition(node),
        tolerated: unless_false(node, "continueOnError"),
        action,
        variables: settings(node.get("env")),
        directory: node.text_of("workingDirectory").map(str::to_owned),
    })
}
