//! GitHub Actions, and Forgejo's and Gitea's, which are written alike: workflows and composite actions.

use super::{
    Action, Axis, Filter, FilterKind, Job, Pipeline, Setting, Step, Trigger, Written, settings, texts, unless_false,
    written,
};
use crate::facts::document::Node;
use crate::facts::shell::Start;

pub(super) fn is_pipeline(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let yaml = name.ends_with(".yml") || name.ends_with(".yaml");
    let workflows = [".github/workflows", ".gitea/workflows", ".forgejo/workflows"];
    yaml && (workflows.contains(&folder) || matches!(name, "action.yml" | "action.yaml"))
}

pub(super) fn read(root: &Node) -> Pipeline {
    let shell = default_shell(root);
    let mut jobs: Vec<Job> = root
        .get("jobs")
        .into_iter()
        .flat_map(Node::members)
        .map(|it| job(&it.name, it.line, &it.value, shell))
        .collect();
    if let Some(runs) = root.get("runs") {
        jobs.push(Job { id: "runs".into(), line: runs.line, steps: steps(runs, None, shell), ..Job::default() });
    }
    Pipeline { triggers: triggers(root), jobs, variables: settings(root.get("env")), ..Pipeline::default() }
}

fn triggers(root: &Node) -> Vec<Trigger> {
    let Some(member) = root.member("on") else { return Vec::new() };
    let plain = texts(&member.value);
    if !plain.is_empty() {
        return plain
            .into_iter()
            .map(|event| Trigger { event: event.text, line: event.line, filters: Vec::new() })
            .collect();
    }
    let kinds = [
        ("branches", FilterKind::Branches),
        ("branches-ignore", FilterKind::BranchesIgnore),
        ("paths", FilterKind::Paths),
        ("paths-ignore", FilterKind::PathsIgnore),
        ("types", FilterKind::Types),
    ];
    let filters = |node: &Node| -> Vec<Filter> {
        let given = kinds.iter().filter_map(|(name, what)| Some((node.member(name)?, *what)));
        given.map(|(member, what)| Filter { what, patterns: texts(&member.value), line: member.line }).collect()
    };
    member
        .value
        .members()
        // A workflow that others call runs when they do.
        .map(|event| Trigger { event: event.name.clone(), line: event.line, filters: filters(&event.value) })
        .collect()
}

fn default_shell(node: &Node) -> Option<&str> {
    node.path(&["defaults", "run", "shell"])?.text()
}

fn job(id: &str, line: u32, node: &Node, outer_shell: Option<&str>) -> Job {
    let shell = default_shell(node).or(outer_shell);
    let mut steps = steps(node, node.path(&["defaults", "run", "working-directory"]).and_then(Node::text), shell);
    if let Some(uses) = node.get("uses") {
        steps.push(Step { line: uses.line, action: uses_action(node, uses), ..Step::default() });
    }
    let matrix = node.path(&["strategy", "matrix"]);
    let axes = matrix
        .into_iter()
        .flat_map(Node::members)
        .filter(|member| !matches!(member.name.as_str(), "include" | "exclude"));
    Job {
        id: id.to_owned(),
        line,
        condition: written(node, "if"),
        tolerated: unless_false(node, "continue-on-error"),
        steps,
        axes: axes
            .filter(|member| member.value.is_list())
            .map(|member| Axis { name: member.name.clone(), line: member.line, values: values(&member.value) })
            .collect(),
        excluded: matrix.and_then(|matrix| matrix.get("exclude")).map(values).unwrap_or_default(),
        variables: settings(node.get("env")),
    }
}

/// Items of a matrix axis; maps as their members.
fn values(node: &Node) -> Vec<Written> {
    node.items()
        .map(|item| match item.text() {
            Some(text) => Written::new(text, item.line),
            None => {
                let members: Vec<String> =
                    item.members().map(|it| format!("{}: {}", it.name, it.value.text().unwrap_or("…"))).collect();
                Written::new(members.join(", "), item.line)
            }
        })
        .collect()
}

fn steps(node: &Node, directory: Option<&str>, shell: Option<&str>) -> Vec<Step> {
    let items = node.get("steps").into_iter().flat_map(Node::items);
    items.filter_map(|item| step(item, directory, shell)).collect()
}

fn step(node: &Node, directory: Option<&str>, outer_shell: Option<&str>) -> Option<Step> {
    let shell = node.text_of("shell").or(outer_shell);
    let action = match (node.get("run"), node.get("uses")) {
        (Some(run), _) if is_bourne(shell) => Action::run(run, start(shell))?,
        (Some(run), _) => {
            Action::Run { script: super::powershell::read(run.text()?), line: run.line, text: run.text()?.to_owned() }
        }
        (None, Some(uses)) => uses_action(node, uses),
        (None, None) => return None,
    };
    Some(Step {
        name: node.text_of("name").map(str::to_owned),
        line: node.line,
        condition: written(node, "if"),
        tolerated: unless_false(node, "continue-on-error"),
        action,
        variables: settings(node.get("env")),
        directory: node.text_of("working-directory").or(directory).map(str::to_owned),
    })
}

fn uses_action(node: &Node, uses: &Node) -> Action {
    let name = uses.text().unwrap_or_default().to_owned();
    let inputs: Vec<Setting> = settings(node.get("with"));
    Action::Uses { name, inputs }
}

fn is_bourne(shell: Option<&str>) -> bool {
    !shell.is_some_and(|shell| {
        ["pwsh", "powershell", "cmd", "python", "node", "ruby", "perl"].iter().any(|it| shell.starts_with(it))
    })
}

/// Without `shell:` it is `bash -e`; `shell: bash` adds pipefail; a template of one's own has what it says.
fn start(shell: Option<&str>) -> Start {
    match shell.map(str::trim) {
        None => Start::ERREXIT,
        Some("bash") => Start::STRICT,
        Some("sh") => Start::ERREXIT,
        Some(template) => {
            let flags: Vec<&str> = template.split_whitespace().collect();
            let has = |letter: char| {
                flags.iter().any(|flag| flag.starts_with('-') && !flag.starts_with("--") && flag.contains(letter))
            };
            Start { errexit: has('e') || flags.contains(&"errexit"), pipefail: flags.contains(&"pipefail") }
        }
    }
}
