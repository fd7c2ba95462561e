//! Buildkite.

use super::{Job, Pipeline, Written, plain_steps, settings, unless_false, written};
use crate::facts::document::Node;
use crate::facts::shell::Start;

pub(super) fn is_pipeline(path: &str) -> bool {
    (path.starts_with(".buildkite/") || path.starts_with("buildkite/"))
        && (path.ends_with(".yml") || path.ends_with(".yaml"))
}

pub(super) fn read(root: &Node) -> Pipeline {
    let steps = root.get("steps").unwrap_or(root);
    let mut jobs = Vec::new();
    collect(steps, &mut jobs, 0);
    Pipeline { jobs, variables: settings(root.get("env")), ..Pipeline::default() }
}

fn collect(steps: &Node, jobs: &mut Vec<Job>, depth: u32) {
    for item in steps.items() {
        if let Some(inner) = item.get("steps")
            && depth < 5
        {
            collect(inner, jobs, depth + 1);
            continue;
        }
        let Some(command) = item.get("command").or_else(|| item.get("commands")) else { continue };
        let id = ["key", "label", "name"]
            .iter()
            .find_map(|name| item.text_of(name))
            .or_else(|| command.text())
            .unwrap_or_default();
        let soft = item
            .member("soft_fail")
            .filter(|member| member.value.is_list())
            .map(|member| Written::new("exit statuses", member.line));
        let condition = written(item, "if")
            .or_else(|| unless_false(item, "skip").map(|it| Written::new(format!("skip: {}", it.text), it.line)))
            .or_else(|| written(item, "branches"));
        jobs.push(Job {
            id: id.to_owned(),
            line: item.line,
            condition,
            tolerated: soft.or_else(|| unless_false(item, "soft_fail")),
            steps: plain_steps(Some(command), Start::ERREXIT),
            variables: settings(item.get("env")),
            ..Job::default()
        });
    }
}
