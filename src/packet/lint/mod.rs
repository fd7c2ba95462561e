//! What keeps a packet or an issue from being delegated: no end, no bounds, no way to see that it is done.
//!
//! Each remark has its line and a better wording. Issues have other headings than packets; they are read by what they mean.

mod bounds;
mod done;
mod objective;
mod verification;

use std::ops::Range;

use regex::Regex;

use super::markdown::{self, Kind, Part, Statement};
use crate::policy::Text;

/// One thing to write better.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Remark {
    pub kind: Fault,
    /// One-based.
    pub line: u32,
    /// A phrase without a final full stop.
    pub message: String,
    /// What to write instead.
    pub wording: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    NoObjective,
    UnboundedVerb,
    SeveralObjectives,
    NoDoneCondition,
    VagueCriterion,
    NoScope,
    NoVerification,
    Unfilled,
}

impl Fault {
    pub fn name(self) -> &'static str {
        match self {
            Self::NoObjective => "no objective",
            Self::UnboundedVerb => "unbounded verb",
            Self::SeveralObjectives => "several objectives",
            Self::NoDoneCondition => "no done condition",
            Self::VagueCriterion => "vague criterion",
            Self::NoScope => "no scope",
            Self::NoVerification => "no verification",
            Self::Unfilled => "left unfilled",
        }
    }
}

/// What a section is about, in packets and in issues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Objective,
    Done,
    Scope,
    Excluded,
    Constraints,
    Verification,
    Stop,
    Output,
    /// Steps that show a fault: the way to see whether it is gone.
    Reproduction,
    Background,
}

/// What a heading of a packet or an issue says that it holds.
pub(super) fn meaning(title: &str) -> Meaning {
    let title = title.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| title.contains(word));
    match () {
        () if has(&["out of scope", "not in scope", "non-goal", "non goal", "scope out", "won't do"]) => {
            Meaning::Excluded
        }
        () if has(&[
            "accept",
            "criteria",
            "definition of done",
            "dod",
            "done when",
            "success",
            "requirement",
            "exit condition",
        ]) =>
        {
            Meaning::Done
        }
        () if has(&["stop condition", "stop and report", "stop if"]) => Meaning::Stop,
        () if has(&["reproduc", "repro steps", "to reproduce"]) => Meaning::Reproduction,
        () if has(&["verif", "validat", "test plan", "how to test", "testing", "tests"]) => Meaning::Verification,
        () if has(&["scope", "files", "modules", "boundar", "affected", "where", "location"]) => Meaning::Scope,
        () if has(&["constraint", "rules", "error contract", "compatib", "invariant"]) => Meaning::Constraints,
        () if has(&["output", "deliverable", "final response"]) => Meaning::Output,
        () if has(&[
            "objective",
            "goal",
            "expected",
            "desired",
            "outcome",
            "solution",
            "proposal",
            "proposed",
            "task",
            "what to build",
            "feature",
        ]) =>
        {
            Meaning::Objective
        }
        () => Meaning::Background,
    }
}

/// A text by its sections.
struct Reading<'a> {
    text: &'a Text,
    title: Option<(String, Range<usize>)>,
    statements: Vec<(Meaning, Option<Range<usize>>, Statement)>,
}

/// What kind of text it is: a packet's scope is read by the gate, an issue's by people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Packet,
    Issue,
}

/// Everything that could be written better.
pub fn lint(name: &str, text: &str, form: Form) -> Vec<Remark> {
    let source = Text::new(name, text.to_owned());
    let reading = Reading::of(&source);
    let mut remarks = Vec::new();
    if form == Form::Packet {
        objective::unsaid(&source, &mut remarks);
    }
    objective::objectives(&reading, &mut remarks);
    done::done(&reading, &mut remarks);
    bounds::bounds(&reading, form, &mut remarks);
    verification::verification(&reading, &mut remarks);
    unfilled(&reading, &mut remarks);
    remarks.sort_by_key(|remark| (remark.line, remark.kind));
    remarks
}

impl<'a> Reading<'a> {
    fn of(text: &'a Text) -> Self {
        let mut reading = Self { text, title: None, statements: Vec::new() };
        let (mut current, mut heading) = (Meaning::Background, None);
        for part in markdown::read(&text.text) {
            match part {
                Part::Heading { title, line } => {
                    if reading.title.is_none() && reading.statements.is_empty() && heading.is_none() {
                        reading.title = Some((title.clone(), line.clone()));
                    }
                    current = meaning(&title);
                    heading = Some(line);
                }
                Part::Statement(statement) => {
                    // `Acceptance criteria:` on a line of its own, or before what it is about.
                    let label = statement.text.split_once(':').map(|(label, rest)| (label.trim(), rest.trim()));
                    if let Some((label, rest)) =
                        label.filter(|(label, _)| label.split(' ').count() <= 4 && statement.kind != Kind::Code)
                    {
                        let named = meaning(label);
                        if named != Meaning::Background && rest.is_empty() {
                            (current, heading) = (named, Some(statement.span.clone()));
                            continue;
                        }
                        if named != Meaning::Background {
                            reading.statements.push((named, heading.clone(), statement));
                            continue;
                        }
                    }
                    reading.statements.push((current, heading.clone(), statement));
                }
            }
        }
        if reading.title.is_none() {
            let first = reading.statements.first().map(|(_, _, statement)| statement);
            reading.title = first.map(|first| (first.text.clone(), first.span.clone()));
        }
        reading
    }

    fn of_meaning(&self, wanted: &[Meaning]) -> impl Iterator<Item = &Statement> {
        let wanted = wanted.to_vec();
        self.statements.iter().filter(move |(meaning, ..)| wanted.contains(meaning)).map(|(_, _, statement)| statement)
    }

    fn line(&self, span: &Range<usize>) -> u32 {
        self.text.line(span.start)
    }

    /// Where something that is missing would be said: the heading for it, else the end.
    fn place_of(&self, wanted: Meaning) -> u32 {
        let heading = self.statements.iter().find(|(meaning, heading, _)| *meaning == wanted && heading.is_some());
        let end = self.text.text.trim_end().len();
        heading
            .and_then(|(_, heading, _)| heading.as_ref())
            .map_or_else(|| self.text.line(end.saturating_sub(1)), |span| self.line(span))
    }

    /// The title, and what is said of the goal.
    fn goals(&self) -> Vec<(String, u32)> {
        let title = self.title.iter().map(|(text, span)| (text.clone(), self.line(span)));
        let goals = self.of_meaning(&[Meaning::Objective]).filter(|statement| statement.kind != Kind::Code);
        title.chain(goals.map(|statement| (statement.text.clone(), self.line(&statement.span)))).collect()
    }
}

fn unfilled(reading: &Reading<'_>, remarks: &mut Vec<Remark>) {
    for (_, _, statement) in &reading.statements {
        if is_blank(&statement.text) && statement.kind != Kind::Code {
            let message = format!("`{}` is left as the form has it", shortened(&statement.text));
            let wording = "fill it in, or take the heading out".to_owned();
            remarks.push(Remark { kind: Fault::Unfilled, line: reading.line(&statement.span), message, wording });
        }
    }
}

/// What a form asks for and nobody wrote.
fn is_blank(text: &str) -> bool {
    let plain: String = text.to_lowercase().chars().filter(|c| c.is_alphanumeric() || *c == ' ').collect();
    let is_hole = text.starts_with('<') && text.ends_with('>') && !text.contains("://") || text.starts_with("...");
    is_hole || matches!(plain.trim(), "" | "no response" | "na" | "n a" | "tbd" | "todo" | "none yet")
}

fn shortened(text: &str) -> String {
    const LONGEST: usize = 50;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}\u{2026}", &text[..end]),
        None => text,
    }
}

fn compiled(pattern: &str) -> Regex {
    Regex::new(pattern).expect("tested")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<(Fault, u32)> {
        lint("issue", text, Form::Issue).into_iter().map(|remark| (remark.kind, remark.line)).collect()
    }

    const GOOD: &str = "## Problem\nCases with unresolved BLOCKING evidence issues can be submitted.\n\n## Expected behavior\n\
        Submission must be rejected if any linked issue has severity BLOCKING.\n\n## Error contract\nUse the existing envelope.\n\n\
        ## Scope\nModule: enforcement-action-service.\nDo not change DB schema or public API envelope.\n\n## Acceptance criteria\n\
        - unresolved BLOCKING issue rejects\n- resolved BLOCKING issue allows\n- validator tests cover all cases\n\n\
        ## Verification\nRun focused validator tests and service check command.\n";

    #[test]
    fn a_good_issue_gets_no_remark() {
        assert_eq!(faults(GOOD), []);
    }

    #[test]
    fn what_is_missing_is_said() {
        use Fault::{NoDoneCondition, NoScope, NoVerification};
        assert_eq!(faults("Fix evidence submission bug.\n"), [(NoDoneCondition, 1), (NoScope, 1), (NoVerification, 1)]);
        let without = |from: &str, to: &str| {
            faults(&format!("{}{}", &GOOD[..GOOD.find(from).unwrap()], &GOOD[GOOD.find(to).unwrap()..]))
        };
        assert_eq!(without("## Scope", "## Acceptance"), [(NoScope, 16)]);
        assert_eq!(faults(&GOOD[..GOOD.find("- validator").unwrap()]).first().map(|it| it.0), Some(NoVerification));
    }

    #[test]
    fn verbs_without_an_end() {
        for text in [
            "Improve architecture",
            "Make system faster",
            "Clean up the whole repo",
            "Resolve all TODOs",
            "Rewrite auth module",
            "Refactor codebase",
            "Better documentation",
            "Fix UI bugs",
        ] {
            assert!(faults(text).iter().any(|(kind, _)| *kind == Fault::UnboundedVerb), "{text}");
        }
        for text in [
            "Improve p95 of search from 900 ms to 200 ms",
            "Rename `total` to `sum`",
            "Reject unresolved issues",
            "Clean up src/billing/total.py",
            "Add a validator for paths",
        ] {
            assert!(faults(text).iter().all(|(kind, _)| *kind != Fault::UnboundedVerb), "{text}");
        }
    }

    #[test]
    fn two_objectives() {
        for (text, expected) in [
            ("Fix the parser and add an exporter", true),
            ("Remove old flags, rename the command and migrate users", true),
            ("Add a parser and its tests", false),
            ("Add search and replace", false),
            ("Support read and write", false),
        ] {
            assert_eq!(objective::two(text).is_some(), expected, "{text}");
        }
    }

    #[test]
    fn an_objective_that_says_nothing() {
        let packet = |objective: &str| -> Vec<(Fault, u32)> {
            let text = format!("# T-1\n\n{objective}\n{}", &GOOD[GOOD.find("## Error contract").unwrap()..]);
            lint("p.md", &text, Form::Packet).into_iter().map(|remark| (remark.kind, remark.line)).collect()
        };
        for said in [
            "",
            "## Objective\nA total is rounded once.\n",
            "## Objective\n```text\n1.00\n```\n",
            "Objective: a total is rounded once\n",
        ] {
            assert_eq!(packet(said), [], "{said}");
        }
        for unsaid in [
            "## Objective\n",
            "## Objective\n\n<!-- One sentence:\nwhat should be true? -->\n",
            "## Goal\n<!-- one --> <!-- two -->\n",
        ] {
            assert_eq!(packet(unsaid), [(Fault::NoObjective, 3)], "{unsaid}");
        }
        assert_eq!(packet("## Objective\nTBD\n"), [(Fault::Unfilled, 4)], "said once");
        let issue = format!("## Expected behavior\n\n{GOOD}");
        assert_eq!(faults(&issue), [], "an issue's form is filled in elsewhere");
    }

    #[test]
    fn boundaries_in_words_are_for_issues() {
        let text = "# Hide done tasks\n\n## Description\nThe group shows tasks that are done.\n\n## Acceptance Criteria\n\
            - the group excludes done tasks\n- other groups keep their behavior\n- tests cover both\n";
        assert_eq!(faults(text), []);
        let packet: Vec<Fault> = lint("p.md", text, Form::Packet).into_iter().map(|remark| remark.kind).collect();
        assert_eq!(packet, [Fault::NoScope]);
    }

    #[test]
    fn criteria_that_can_not_be_observed() {
        let text = format!(
            "{GOOD}\n## Acceptance Criteria\n- works correctly\n- returns 409 correctly for unresolved issues of the case\n- Tests pass\n"
        );
        assert_eq!(faults(&text), [(Fault::VagueCriterion, 23), (Fault::VagueCriterion, 25)]);
    }
}
