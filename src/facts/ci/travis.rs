//! Travis CI.

use super::{Axis, Job, Pipeline, Trigger, Written, gitlab::branch_filters, plain_steps, texts, written};
use crate::facts::document::Node;
use crate::facts::shell::Start;

pub(super) fn is_pipeline(path: &str) -> bool {
    matches!(path, ".travis.yml" | ".travis.yaml")
}

const PHASES: &[&str] = &["before_install", "install", "before_script", "script"];

pub(super) fn read(root: &Node) -> Pipeline {
    let shared: Vec<_> = PHASES.iter().flat_map(|phase| plain_steps(root.get(phase), Start::PLAIN)).collect();
    let matrix = root.get("jobs").or_else(|| root.get("matrix"));
    let allowed: Vec<&Node> =
        matrix.and_then(|matrix| matrix.get("allow_failures")).into_iter().flat_map(Node::items).collect();
    let included = matrix.and_then(|matrix| matrix.get("include")).into_iter().flat_map(Node::items);
    let mut jobs: Vec<Job> = included
        .enumerate()
        .map(|(at, item)| {
            let own: Vec<_> = PHASES.iter().flat_map(|phase| plain_steps(item.get(phase), Start::PLAIN)).collect();
            Job {
                id: item
                    .text_of("name")
                    .or_else(|| item.text_of("stage"))
                    .map_or_else(|| format!("include {at}"), str::to_owned),
                line: item.line,
                condition: written(item, "if"),
                tolerated: allowed
                    .iter()
                    .find(|it| {
                        it.members().len() > 0 && it.members().all(|own| item.text_of(&own.name) == own.value.text())
                    })
                    .map(|it| Written::new("allow_failures", it.line)),
                steps: own,
                ..Job::default()
            }
        })
        .collect();
    let axes = ["python", "node_js", "rvm", "go", "jdk", "php", "os", "rust", "env", "scala", "elixir"];
    let axes = axes.iter().filter_map(|name| root.member(name)).filter(|member| member.value.is_list());
    let tolerated = matrix.and_then(|matrix| matrix.get("allow_failures"));
    jobs.push(Job {
        id: "default".into(),
        line: root.line,
        steps: shared,
        axes: axes.map(|axis| Axis { name: axis.name.clone(), line: axis.line, values: texts(&axis.value) }).collect(),
        // What may fail is no longer required: the same as taken out of the matrix.
        excluded: tolerated
            .into_iter()
            .flat_map(Node::items)
            .map(|item| Written::new(describe(item), item.line))
            .collect(),
        ..Job::default()
    });
    let branches = root.member("branches");
    let push = Trigger {
        event: "push".into(),
        line: branches.map_or(root.line, |member| member.line),
        filters: branches.map(|member| branch_filters(&member.value, "only", "except")).unwrap_or_default(),
    };
    Pipeline { triggers: vec![push], jobs, ..Pipeline::default() }
}

fn describe(node: &Node) -> String {
    let members: Vec<String> =
        node.members().map(|it| format!("{}: {}", it.name, it.value.text().unwrap_or("…"))).collect();
    members.join(", ")
}
