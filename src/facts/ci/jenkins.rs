//! Jenkins, declarative pipelines; scripted ones as far as their `stage` blocks go.

use super::{Action, Job, Pipeline, Setting, Step, Written, powershell};
use crate::facts::config::blocks::{self, Block, Item};
use crate::facts::document::Node;
use crate::facts::shell::{self, Start};

pub(super) fn is_pipeline(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.starts_with("Jenkinsfile") || name.ends_with(".jenkinsfile") || name.ends_with(".Jenkinsfile")
}

pub(super) fn read(root: &Node) -> Pipeline {
    let text = root.text().unwrap_or_default();
    let mut pipeline = Pipeline { unread_line: blocks::unclosed(text), ..Pipeline::default() };
    stages(&blocks::read(text), &mut pipeline);
    pipeline
}

fn stages(block: &Block, pipeline: &mut Pipeline) {
    for item in &block.items {
        let Item::Block(inner) = item else { continue };
        if inner.header.starts_with("stage") && !inner.header.starts_with("stages") {
            let mut job = Job {
                id: quoted(&inner.header).unwrap_or_else(|| inner.header.clone()),
                line: inner.line,
                ..Job::default()
            };
            job.condition = inner.items.iter().find_map(|item| match item {
                Item::Block(when) if when.header == "when" => Some(Written::new(text(when), when.line)),
                _ => None,
            });
            steps(inner, None, &mut job.steps);
            if !job.steps.is_empty() {
                pipeline.jobs.push(job);
            }
        }
        if inner.header == "environment" {
            for item in &inner.items {
                if let Item::Statement(statement, line) = item
                    && let Some((name, value)) = statement.split_once('=')
                {
                    let value = value.trim().trim_matches(['"', '\'']).to_owned();
                    pipeline.variables.push(Setting { name: name.trim().to_owned(), value, line: *line });
                }
            }
        }
        stages(inner, pipeline);
    }
}

fn steps(block: &Block, tolerated: Option<&Written>, found: &mut Vec<Step>) {
    for item in &block.items {
        match item {
            Item::Statement(statement, line) => found.extend(step(statement, *line, tolerated)),
            Item::Block(inner)
                if inner.header.starts_with("stage") || inner.header == "when" || inner.header == "post" => {}
            Item::Block(inner) => {
                let swallows = (inner.header.starts_with("catchError") && !inner.header.contains("FAILURE"))
                    || inner.header.starts_with("warnError")
                    || (inner.header == "try" && !rethrows(block));
                let here = swallows.then(|| Written::new(inner.header.clone(), inner.line));
                steps(inner, here.as_ref().or(tolerated), found);
            }
        }
    }
}

/// Whether a `catch` beside a `try` fails the build again.
fn rethrows(block: &Block) -> bool {
    block.items.iter().any(|item| {
        matches!(item, Item::Block(inner) if inner.header.starts_with("catch") && (text(inner).contains("throw") || text(inner).contains("error")))
    })
}

fn step(statement: &str, line: u32, tolerated: Option<&Written>) -> Option<Step> {
    let name = statement.split([' ', '(', '\n']).next()?;
    if !matches!(name, "sh" | "bat" | "pwsh" | "powershell") {
        return None;
    }
    let script = quoted(statement)?;
    let ignored = statement.contains("returnStatus: true") || statement.contains("returnStatus:true");
    // Jenkins runs `sh -xe`.
    let read = if name == "sh" { shell::read(&script, Start::ERREXIT) } else { powershell::read(&script) };
    Some(Step {
        line,
        tolerated: ignored.then(|| Written::new("returnStatus: true", line)).or_else(|| tolerated.cloned()),
        action: Action::Run { script: read, line, text: script },
        ..Step::default()
    })
}

/// The first string of a text.
fn quoted(text: &str) -> Option<String> {
    for quote in ["'''", "\"\"\"", "'", "\""] {
        let Some(start) = text.find(quote) else { continue };
        let inner = &text[start + quote.len()..];
        let end = inner.rfind(quote).filter(|_| quote.len() == 3).or_else(|| inner.find(quote))?;
        return Some(inner[..end].to_owned());
    }
    None
}

fn text(block: &Block) -> String {
    let items: Vec<String> = block
        .items
        .iter()
        .map(|item| match item {
            Item::Statement(statement, _) => statement.clone(),
            Item::Block(inner) => format!("{} {{ {} }}", inner.header, text(inner)),
        })
        .collect();
    items.join("; ")
}
