//! What a branch says came of its tests: `pytest`: 12 passed.
//!
//! Only what stands under a heading or trailer for it is looked at; prose elsewhere may tell of other times and places.

use std::collections::HashSet;

use super::{Claim, Kind, Source, Statement, Written};
use crate::facts::ci::commands;
use crate::facts::shell;
use crate::record::counts::{self, Said};

/// Headings and trailers under which people say what they ran.
const NAMES: [&str; 14] = [
    "Tests Run",
    "Test Run",
    "Verification Evidence",
    "Verification",
    "Verified",
    "Tests",
    "Test Results",
    "Test Result",
    "Test Evidence",
    "Testing",
    "Tested",
    "How was this tested",
    "How Has This Been Tested",
    "Checks Run",
];
/// More results than that nobody has written down by hand.
const MOST: usize = 100;

/// One result that is claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported<'a> {
    pub source: &'a Source,
    pub line: Option<u32>,
    /// As it is written.
    pub text: String,
    /// The commands it names; none where it speaks of tests at large.
    pub commands: Vec<String>,
    /// Whether it says that they passed, or that they failed.
    pub has_passed: Option<bool>,
    pub counts: Said,
}

/// Every result that the texts claim.
pub fn reported(written: &[Written]) -> Vec<Reported<'_>> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    for text in written {
        let claims = NAMES.iter().flat_map(|name| text.claims(name));
        for claim in claims {
            for reported in of_claim(&claim) {
                // A heading inside of another one holds the same lines.
                if found.len() < MOST && seen.insert((reported.source, reported.line, reported.text.clone())) {
                    found.push(reported);
                }
            }
        }
    }
    found
}

fn of_claim<'a>(claim: &Claim<'a>) -> Vec<Reported<'a>> {
    let value = claim.value.into_iter().filter_map(|value| said(value, &[], Kind::Paragraph));
    let value = value.map(|said| said.by(claim.source, claim.line));
    let listed = claim.statements.iter().filter_map(|statement| {
        let Statement { text, code, line, kind, .. } = statement;
        Some(said(text, code, *kind)?.by(claim.source, Some(*line)))
    });
    value.chain(listed).collect()
}

/// What one statement says.
struct Told {
    text: String,
    commands: Vec<String>,
    has_passed: Option<bool>,
    counts: Said,
}

impl Told {
    fn by(self, source: &Source, line: Option<u32>) -> Reported<'_> {
        let Self { text, commands, has_passed, counts } = self;
        Reported { source, line, text, commands, has_passed, counts }
    }
}

fn said(text: &str, code: &[String], kind: Kind) -> Option<Told> {
    if kind == Kind::Task(false) || is_denied(text) {
        return None;
    }
    let commands = match kind {
        Kind::Code => text.lines().filter_map(typed).collect(),
        _ => named(text, code),
    };
    let counts = match kind {
        Kind::Code => counted(text),
        _ => counts::said(text),
    };
    // What a command is called says nothing of its result: `cargo test --no-fail-fast`.
    let prose = commands.iter().fold(text.to_owned(), |text, command| text.replace(command.as_str(), " "));
    let has_passed = verdict(&prose).or(match counts {
        Said { failed: Some(failed), .. } if failed > 0 => Some(false),
        Said { passed: Some(_), .. } | Said { failed: Some(_), .. } => Some(true),
        _ => None,
    });
    let is_claim = !commands.is_empty() || has_passed.is_some() && speaks_of_runs(text);
    is_claim.then(|| Told { text: text.to_owned(), commands, has_passed, counts })
}

/// The counts of a pasted output.
fn counted(text: &str) -> Said {
    let mut counter = counts::Counter::default();
    text.lines().for_each(|line| {
        counter.line(line);
    });
    counter.finish().map_or_else(Said::default, |(counts, _)| Said {
        passed: Some(counts.passed),
        failed: Some(counts.failed),
        skipped: Some(counts.skipped),
        total: Some(counts.total),
    })
}

/// A line of a block of code that is a command: after a prompt, or one that runs checks.
fn typed(line: &str) -> Option<String> {
    let line = line.trim();
    match line.strip_prefix("$ ").or_else(|| line.strip_prefix("> ")).or_else(|| line.strip_prefix("% ")) {
        Some(command) => Some(shell::collapse(command)).filter(|command| !command.is_empty()),
        None => is_check(line).then(|| shell::collapse(line)),
    }
}

/// The commands that a sentence names: what is marked as code, else what stands before its first colon, bracket or dash.
fn named(text: &str, code: &[String]) -> Vec<String> {
    let marked: Vec<String> =
        code.iter().map(|code| shell::collapse(code.trim_start_matches("$ "))).filter(|code| is_check(code)).collect();
    if !marked.is_empty() {
        return marked;
    }
    const ENDS: [&str; 10] = [": ", " \u{2014} ", " \u{2013} ", " - ", " -> ", " => ", " \u{2192} ", " (", " | ", ", "];
    let plain = text.trim().trim_end_matches('.');
    let end = ENDS.iter().filter_map(|end| plain.find(end)).min().unwrap_or(plain.len());
    let start = shell::collapse(&plain[..end].replace('`', ""));
    if is_check(&start) { vec![start] } else { Vec::new() }
}

/// Whether a text is a command that runs checks.
fn is_check(text: &str) -> bool {
    // `Tests` is no command, and `make sure` no target.
    let first = text.split_whitespace().next().unwrap_or_default();
    if first.is_empty() || first.starts_with(char::is_uppercase) || text.len() > 500 {
        return false;
    }
    let script = shell::read(text, shell::Start::PLAIN);
    !script.incomplete
        && script.commands.iter().any(|command| commands::kind(&commands::shape(&command.words)).is_some())
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

fn verdict(text: &str) -> Option<bool> {
    const PASSED: [&str; 13] = [
        "passed",
        "pass",
        "passes",
        "passing",
        "green",
        "succeeded",
        "succeeds",
        "success",
        "successful",
        "successfully",
        "ok",
        "clean",
        "works",
    ];
    const FAILED: [&str; 6] = ["failed", "fails", "failing", "red", "broken", "fail"];
    let words = words(text);
    let is_negated = |at: usize| {
        let before = words[..at].iter().rev().take(2);
        before
            .into_iter()
            .any(|word| matches!(word.as_str(), "no" | "0" | "zero" | "none" | "not" | "never" | "without"))
    };
    let has =
        |list: &[&str]| words.iter().enumerate().any(|(at, word)| list.contains(&word.as_str()) && !is_negated(at));
    let has_mark = |marks: &[char]| text.contains(marks);
    match (
        has(&FAILED) || has_mark(&['\u{274c}', '\u{2717}', '\u{2718}']),
        has(&PASSED) || has_mark(&['\u{2705}', '\u{2713}', '\u{2714}']),
    ) {
        (true, _) => Some(false),
        (false, true) => Some(true),
        _ => None,
    }
}

/// Whether it says that nothing was run, or will be.
fn is_denied(text: &str) -> bool {
    let text = format!(" {} ", words(text).join(" "));
    const DENIED: [&str; 16] = [
        " not run ",
        " not been run ",
        " not executed ",
        " not tested ",
        " did not run ",
        " didn't run ",
        " could not ",
        " couldn't ",
        " can't ",
        " cannot ",
        " unable ",
        " none ",
        " will be ",
        " to be run ",
        " should ",
        " n a ",
    ];
    DENIED.iter().any(|denied| text.contains(denied))
}

/// Whether it speaks of something that a program ran, rather than of what people looked at.
fn speaks_of_runs(text: &str) -> bool {
    const RUNS: [&str; 17] = [
        "test",
        "tests",
        "suite",
        "suites",
        "spec",
        "specs",
        "checks",
        "check",
        "lint",
        "linter",
        "build",
        "unit",
        "integration",
        "e2e",
        "regression",
        "typecheck",
        "all",
    ];
    const PEOPLE: [&str; 5] = ["manual", "manually", "hand", "checklist", "review"];
    let words = words(text);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    has(&RUNS) && !has(&PEOPLE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Memory;
    use crate::evidence::{Claims, gather};
    use crate::policy::Policy;

    fn read(text: &str) -> Vec<String> {
        let claims = Claims { pull_request: Some(text.to_owned()), ..Claims::default() };
        let change = Memory::change_set([]);
        let written = gather(&claims, &change, &Policy::default(), None);
        let shown = reported(&written).into_iter().map(|it| {
            let Said { passed, failed, total, .. } = it.counts;
            let numbers: Vec<String> =
                [passed, failed, total].iter().map(|n| n.map_or("-".into(), |n| n.to_string())).collect();
            format!("{} {:?} {}", it.commands.join("+"), it.has_passed, numbers.join("/"))
        });
        shown.collect()
    }

    #[test]
    fn results_are_read_as_people_write_them() {
        for (text, expected) in [
            ("## Tests Run\n- `pytest tests/a.py`: 12 passed\n", "pytest tests/a.py Some(true) 12/-/-"),
            ("## Tests Run\n- cargo test --workspace: passed\n", "cargo test --workspace Some(true) -/-/-"),
            (
                "## Tests run\n```\n$ npm test\nTests:       1 failed, 3 passed, 4 total\n```\n",
                "npm test Some(false) 3/1/4",
            ),
            ("## Verification Evidence\n- Focused tests: passed\n", " Some(true) -/-/-"),
            ("## Tests\n| command | result |\n|---|---|\n| `go test ./...` | ok |\n", "go test ./... Some(true) -/-/-"),
            ("Fix\n\nTests-Run: cargo test, 5 passed\n", "cargo test Some(true) 5/-/-"),
            ("**Tests run:** `make check` is green\n", "make check Some(true) -/-/-"),
            ("## Testing\n- [x] unit tests pass\n", " Some(true) -/-/-"),
            ("## Tests Run\n- `pytest`\n", "pytest None -/-/-"),
            ("## Tests Run\nAll 412 tests pass, 0 failures.\n", " Some(true) 412/0/-"),
        ] {
            assert_eq!(read(text), [expected], "{text}");
        }
    }

    #[test]
    fn what_claims_no_result_is_left_alone() {
        for text in [
            "## Tests Run\n- [ ] unit tests pass\n",
            "## Tests Run\nNot run: needs a database.\n",
            "## Tests Run\n- `pytest` could not be run here\n",
            "## Verification Evidence\n- Manual review checklist: completed\n",
            "## Verification\nReviewed by hand, all good and passed on to QA.\n",
            "## Summary\nAll tests pass.\n",
            "## Tests Run\n- `test_total` covers the rounding\n",
            "## Verification\nThe total is rounded once.\n",
        ] {
            assert_eq!(read(text), [""; 0], "{text}");
        }
    }
}
