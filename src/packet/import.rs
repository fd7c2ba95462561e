//! A packet from the text of an issue: what the issue says, under the headings that the gate reads.
//!
//! Nothing is made up. What the issue leaves open stays open in the packet, as a comment that says what belongs there.

use std::ops::Range;

use super::lint::{Meaning, meaning};
use super::markdown::{self, Kind, Part, Statement};
use super::read::identified;
use super::{Section, Task, phrases};

/// What becomes of each section, in order.
#[derive(Default)]
struct Draft {
    title: Option<String>,
    objective: Vec<String>,
    background: Vec<String>,
    allowed: Vec<String>,
    forbidden: Vec<String>,
    constraints: Vec<String>,
    criteria: Vec<String>,
    verification: Vec<String>,
    stops: Vec<String>,
    output: Vec<String>,
}

/// The text of a packet for an issue; `title` where the issue's text has none of its own.
pub fn import(issue: &str, task: Task, title: Option<&str>) -> String {
    let mut draft = Draft::default();
    let (mut current, mut heading): (Meaning, Option<String>) = (Meaning::Background, None);
    for part in markdown::read(issue) {
        match part {
            Part::Heading { title, line } => {
                let is_first = draft.title.is_none() && draft.is_empty();
                if is_first && level(issue, &line) == 1 {
                    draft.title = Some(title);
                    continue;
                }
                let own = meaning(&title);
                let is_inner = level(issue, &line) > 2 && own == Meaning::Background;
                current = if is_inner { current } else { own };
                heading = (is_inner || own == Meaning::Background).then_some(title);
            }
            Part::Statement(statement) => draft.take(issue, current, heading.take().as_deref(), &statement),
        }
    }
    draft.written(task, title)
}

fn level(text: &str, span: &Range<usize>) -> usize {
    let line = text[..span.start].rfind('\n').map_or(0, |at| at + 1);
    text[line..].chars().take_while(|c| *c == '#').count().max(1)
}

impl Draft {
    fn is_empty(&self) -> bool {
        [&self.objective, &self.background, &self.criteria, &self.constraints, &self.verification]
            .iter()
            .all(|it| it.is_empty())
    }

    fn take(&mut self, issue: &str, meaning: Meaning, heading: Option<&str>, statement: &Statement) {
        let source = issue.get(statement.span.clone()).unwrap_or(&statement.text).trim_end();
        let bullet = if statement.kind == Kind::Item {
            "  ".repeat(statement.depth.saturating_sub(1)) + "- "
        } else {
            String::new()
        };
        let line = match statement.kind {
            Kind::Code => format!("```\n{}\n```", statement.text.trim_end()),
            _ => format!("{bullet}{}", one_line(source)),
        };
        let is_denial = denies(&statement.text);
        let into = match meaning {
            Meaning::Scope if is_denial => return self.forbidden.push(forbidden(&statement.text)),
            Meaning::Excluded => return self.forbidden.push(forbidden(&statement.text)),
            Meaning::Scope => {
                let paths = paths(statement);
                if paths.is_empty() {
                    &mut self.constraints
                } else {
                    return self.allowed.extend(paths);
                }
            }
            Meaning::Done if statement.kind == Kind::Item && statement.depth == 1 => {
                let (id, text) = identified(statement.text.trim());
                let id = id.unwrap_or_else(|| format!("AC-{}", self.criteria.len() + 1));
                return self.criteria.push(format!("- {id}: {}", one_line(text)));
            }
            Meaning::Done if statement.kind == Kind::Paragraph && !statement.text.ends_with(':') => {
                return self.criteria.push(format!("- AC-{}: {}", self.criteria.len() + 1, one_line(source)));
            }
            Meaning::Done => &mut self.criteria,
            Meaning::Objective => &mut self.objective,
            Meaning::Constraints => &mut self.constraints,
            Meaning::Verification | Meaning::Reproduction => &mut self.verification,
            Meaning::Stop => &mut self.stops,
            Meaning::Output => &mut self.output,
            Meaning::Background => &mut self.background,
        };
        if let Some(heading) = heading {
            into.push(format!("{heading}:"));
        }
        into.push(line);
    }

    fn written(self, task: Task, title: Option<&str>) -> String {
        let title = self.title.as_deref().or(title).unwrap_or("Work packet");
        let mut text = super::TEMPLATE.replace("{title}", &one_line(title)).replace("{task}", task.name());
        let open = |section: Section| {
            super::TEMPLATE
                .split_once(&format!("## {}\n", section.title()))
                .map_or("", |(_, rest)| rest.split("\n## ").next().unwrap_or(rest))
        };
        let mut fill = |section: Section, lines: &[String]| {
            if !lines.is_empty() {
                let old = format!("## {}\n{}", section.title(), open(section));
                text = text.replacen(&old, &format!("## {}\n\n{}\n", section.title(), lines.join("\n")), 1);
            }
        };
        fill(Section::Objective, &self.objective);
        fill(Section::Background, &spaced(&self.background));
        fill(Section::Constraints, &self.constraints);
        fill(Section::AcceptanceCriteria, &self.criteria);
        fill(Section::Verification, &spaced(&self.verification));
        fill(Section::OutputExpected, &self.output);
        if !self.stops.is_empty() {
            fill(Section::StopConditions, &self.stops);
        }
        let list = |paths: &[String]| paths.iter().map(|path| format!("- {path}")).collect::<Vec<_>>().join("\n");
        if !self.allowed.is_empty() {
            text = text.replacen("<!-- - `src/module/**` -->", &list(&self.allowed), 1);
        }
        if !self.forbidden.is_empty() {
            let defaults = "- public API changes\n- database schema changes\n- new dependencies";
            text = text.replacen(defaults, &list(&self.forbidden), 1);
        }
        text
    }
}

/// Paragraphs and blocks of code apart, items together.
fn spaced(lines: &[String]) -> Vec<String> {
    let is_item = |line: &String| line.trim_start().starts_with("- ");
    let mut spaced: Vec<String> = Vec::new();
    for line in lines {
        if spaced.last().is_some_and(|last| !(is_item(last) && is_item(line))) {
            spaced.push(String::new());
        }
        spaced.push(line.clone());
    }
    spaced
}

fn denies(text: &str) -> bool {
    let text = text.trim_start().to_lowercase();
    ["do not ", "don't ", "no ", "never ", "must not ", "not "].iter().any(|start| text.starts_with(start))
}

/// What is left out, as an item of the list that the gate reads: paths alone, changes in words.
fn forbidden(text: &str) -> String {
    let words = one_line(text);
    let is_change = !phrases::prohibitions(&words).is_empty();
    // A path among words is no pattern: only what is nothing but a path is one.
    if is_change || words.contains(char::is_whitespace) {
        words.replace('`', "")
    } else {
        format!("`{}`", words.replace('`', ""))
    }
}

/// Paths that a line of a scope names.
fn paths(statement: &Statement) -> Vec<String> {
    let plain = |text: &str| text.trim_matches(['`', ',', '.', ';', '(', ')']).to_owned();
    let is_path = |text: &String| {
        let is_pattern = crate::policy::check_pattern(text, crate::policy::Flavor::Path).is_ok();
        is_pattern
            && !text.contains(char::is_whitespace)
            && !text.contains("://")
            && (text.contains('/')
                || text
                    .rsplit_once('.')
                    .is_some_and(|(stem, ending)| !stem.is_empty() && (1..=5).contains(&ending.len())))
    };
    let code: Vec<String> = statement.code.iter().map(|(code, _)| plain(code)).filter(is_path).collect();
    let found =
        if code.is_empty() { statement.text.split_whitespace().map(plain).filter(is_path).collect() } else { code };
    found.into_iter().map(|path: String| format!("`{path}`")).collect()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::super::{Packet, Prohibition};
    use super::*;

    const ISSUE: &str = "## Problem\nCases with open issues can be submitted.\n\n### Example\nCase 7.\n\n## Expected behavior\n\
        Submission is rejected.\n\n## Error contract\nUse code X.\n\n## Scope\nFiles: `src/cases/` and `tests/cases/`.\n\
        Do not change DB schema or public API envelope.\n\n## Acceptance criteria\n- [ ] unresolved rejects\n- [x] AC-9: resolved allows\n\n\
        ## Out of scope\n- `infra/`\n- the mobile client\n\n## Verification\nRun:\n\n```sh\npytest tests/cases\n```\n";

    #[test]
    fn an_issue_becomes_a_packet() {
        let text = import(ISSUE, Task::BugFix, Some("Reject open cases"));
        let packet = Packet::parse("p.md", text.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(packet.title.as_deref(), Some("Reject open cases"));
        assert_eq!(packet.sections.len(), 8, "{text}");
        assert_eq!(packet.scope.allowed.iter().collect::<Vec<_>>(), ["src/cases/", "tests/cases/"], "{text}");
        assert_eq!(packet.scope.forbidden.iter().collect::<Vec<_>>(), ["infra/"], "{text}");
        assert!(packet.prohibits(Prohibition::Schema).is_some() && packet.prohibits(Prohibition::Contract).is_some());
        let ids: Vec<&str> = packet.criteria.iter().map(|criterion| &*criterion.id).collect();
        assert_eq!(ids, ["AC-1", "AC-9"]);
        assert_eq!(packet.commands.iter().map(|command| &*command.value).collect::<Vec<_>>(), ["pytest tests/cases"]);
        assert_eq!(packet.objective.iter().map(|goal| &*goal.value).collect::<Vec<_>>(), ["Submission is rejected."]);
        assert!(text.contains("Example:") && text.contains("Case 7.") && text.contains("Use code X."), "{text}");
    }

    #[test]
    fn a_bare_issue_leaves_everything_open() {
        let text = import("Fix evidence submission bug.\n", Task::BugFix, None);
        let packet = Packet::parse("p.md", text.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert!(packet.criteria.is_empty() && packet.scope.allowed.is_empty() && packet.commands.is_empty());
        assert!(text.contains("## Background\n\nFix evidence submission bug."), "{text}");
    }

    #[test]
    fn hostile_issues_give_packets_that_can_be_followed() {
        for issue in [
            "## Scope\n- `!x` and `a\\`\n",
            "## Acceptance criteria\n- AC-1: a\n- AC-1: b\n",
            "# T\n# T\n## Scope\n## Scope\n",
            "\u{0}\n- \n## \n",
            "## Scope\n- [x](a/b) `../..` /\n",
        ] {
            let text = import(issue, Task::Feature, None);
            // Two criteria of one id are for the writer to tell apart; everything else is followed.
            if let Err(error) = Packet::parse("p.md", text.as_bytes()) {
                assert!(error.to_string().contains("a second criterion"), "{error}\n{text}");
            }
        }
    }
}
