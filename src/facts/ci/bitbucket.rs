//! Bitbucket Pipelines.

use super::{Job, Pipeline, Trigger, Written, plain_steps};
use crate::facts::document::Node;
use crate::facts::shell::Start;

pub(super) fn is_pipeline(path: &str) -> bool {
    path == "bitbucket-pipelines.yml"
}

pub(super) fn read(root: &Node) -> Pipeline {
    let mut pipeline = Pipeline::default();
    for section in root.get("pipelines").into_iter().flat_map(Node::members) {
        pipeline.triggers.push(Trigger { event: section.name.clone(), line: section.line, filters: Vec::new() });
        if section.value.is_list() {
            collect(&section.name, &section.value, &mut pipeline.jobs, 0);
        }
        for branch in section.value.members() {
            collect(&format!("{} {}", section.name, branch.name), &branch.value, &mut pipeline.jobs, 0);
        }
    }
    pipeline
}

fn collect(prefix: &str, list: &Node, jobs: &mut Vec<Job>, depth: u32) {
    for item in list.items() {
        let inner = ["parallel", "stage"].iter().find_map(|name| item.get(name));
        if let Some(inner) = inner
            && depth < 5
        {
            collect(prefix, inner.get("steps").unwrap_or(inner), jobs, depth + 1);
            continue;
        }
        let Some(step) = item.get("step") else { continue };
        let condition = ["condition", "trigger"].iter().find_map(|name| step.member(name));
        let ignored = step.member("on-fail").filter(|member| member.value.text_of("strategy") == Some("ignore"));
        jobs.push(Job {
            id: format!("{prefix} {}", step.text_of("name").unwrap_or_default()),
            line: step.line,
            condition: condition.map(|member| {
                Written::new(format!("{}: {}", member.name, member.value.text().unwrap_or("…")), member.line)
            }),
            tolerated: ignored.map(|member| Written::new("on-fail: ignore", member.line)),
            steps: plain_steps(step.get("script"), Start::ERREXIT),
            ..Job::default()
        });
    }
}
