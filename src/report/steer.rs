//! The follow-up prompt for the agent: what to mend, by category, and nothing else.
//!
//! A follow-up is surgical: it names files, lines and what has to be true again, so that the repair is no second feature.

use std::fmt::Write as _;

use super::model::{Finding, Report};
use super::{sanitize, text};
use crate::policy::Level;
use crate::rules::{self, Group};

/// What a category asks for, in the order in which it is worth mending.
struct Category {
    title: &'static str,
    groups: &'static [Group],
    prompt: &'static str,
}

static CATEGORIES: &[Category] = &[
    Category {
        title: "Scope correction",
        groups: &[Group::Scope],
        prompt: "Revert these changes. Keep only what the task needs.",
    },
    Category {
        title: "Branch correction",
        groups: &[Group::Branch],
        prompt: "Mend the branch itself; its content is not the point here.",
    },
    Category {
        title: "Test correction",
        groups: &[Group::Tests],
        prompt: "Restore what the tests demanded. If a test fails then, mend the code; if the demand is truly obsolete, say why instead \
                 of changing it.",
    },
    Category {
        title: "Snapshot correction",
        groups: &[Group::Snapshots],
        prompt: "Restore the recorded output, or say for each file which intended change of behaviour it records.",
    },
    Category {
        title: "Signal correction",
        groups: &[Group::Signal],
        prompt: "Take back what silences checks. Mend what they complain of.",
    },
    Category {
        title: "Dependency correction",
        groups: &[Group::SupplyChain],
        prompt: "Remove the new dependency and use what the repository has; restore sources and lockfiles.",
    },
    Category {
        title: "Contract correction",
        groups: &[Group::Contracts],
        prompt: "Do not change public contracts or schemas. Restore them and work within.",
    },
    Category {
        title: "Data correction",
        groups: &[Group::Data],
        prompt: "Remove these values from the branch's history as well; tell a person, since a pushed secret has to be revoked.",
    },
    Category { title: "Hygiene correction", groups: &[Group::Hygiene], prompt: "Clean this up." },
    Category {
        title: "Evidence correction",
        groups: &[Group::Evidence],
        prompt: "State what is missing, from what was really done and run. Do not claim what did not happen.",
    },
];

/// Findings told of each category; an agent mends the first and asks again.
const TOLD: usize = 12;

/// Agents cut longer reasons off.
pub const LIMIT: usize = 9_000;

/// The prompt; says that nothing is to be done where nothing blocks.
pub fn render(report: &Report) -> String {
    let blocking: Vec<&Finding> =
        report.findings.iter().filter(|finding| finding.level == Level::Block && finding.waiver.is_none()).collect();
    if blocking.is_empty() {
        return "agentgate: nothing blocks this branch. There is nothing to mend.\n".into();
    }
    let mut out = format!(
        "The branch is blocked by agentgate ({}). Make exactly the corrections below and nothing else. Do not weaken tests, \
         snapshots, lints or CI to make it pass, and do not edit the gate or its policy. If a correction seems wrong, stop editing and \
         explain why.\n",
        text::subject(report)
    );
    for category in CATEGORIES {
        let found: Vec<&&Finding> =
            blocking.iter().filter(|finding| category.groups.contains(&group(finding))).collect();
        if found.is_empty() {
            continue;
        }
        let mut section = format!("\n{}: {}\n", category.title, category.prompt);
        for finding in found.iter().take(TOLD) {
            section.push_str(&told(finding));
        }
        if found.len() > TOLD {
            _ = writeln!(section, "- and {} more of this kind: `agentgate explain` lists them", found.len() - TOLD);
        }
        if out.len() + section.len() > LIMIT {
            out.push_str("\nThere is more: mend this first, then run `agentgate check` again.\n");
            break;
        }
        out.push_str(&section);
    }
    out.push_str("\nThen run `agentgate check` and report what it says.\n");
    sanitize::commands(&out)
}

fn group(finding: &Finding) -> Group {
    rules::find(&finding.rule).map_or(Group::Hygiene, |rule| rule.group)
}

/// One finding in one or two lines. What is quoted was written by the branch: it is shown as code and on one line.
fn told(finding: &Finding) -> String {
    let place = text::place(finding).map(|place| format!("{} ", sanitize::line(&place))).unwrap_or_default();
    let test = finding.test.as_deref().map(|test| format!(" in `{}`", short(test))).unwrap_or_default();
    let mut line = format!("- {place}{}{test}: {}", sanitize::line(&finding.rule), sanitize::line(&finding.message));
    if let Some(witness) = &finding.witness {
        _ = write!(line, "; now accepts `{}`", short(witness));
    }
    line.push('\n');
    let first = |text: &str| text.lines().map(str::trim).find(|line| !line.is_empty()).map(short);
    if let Some(before) = finding.before.as_deref().and_then(first) {
        _ = writeln!(line, "  it was: `{before}`");
    }
    if let Some(help) = &finding.help {
        _ = writeln!(line, "  {}", sanitize::line(help));
    }
    line
}

fn short(text: &str) -> String {
    const LONGEST: usize = 160;
    let line = sanitize::line(text).replace('`', "'");
    if line.chars().count() <= LONGEST { line } else { line.chars().take(LONGEST).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_has_one_category() {
        for rule in rules::ALL {
            let homes = CATEGORIES.iter().filter(|category| category.groups.contains(&rule.group)).count();
            assert_eq!(homes, 1, "{}", rule.name);
        }
    }
}
