//! A proof as text for people, or as JSON.

use std::fmt::Write as _;

use super::style::{Meaning, Style};
use super::{Finding, sanitize};
use crate::Side;
use crate::prove::{Cell, Charge, Conviction, Proof, Word};

/// How a proof can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Text,
    Json,
    Markdown,
}

impl Format {
    /// The form a report's format asks for; the others are for verdicts only.
    pub fn of(format: super::Format) -> Option<Self> {
        match format {
            super::Format::Text => Some(Self::Text),
            super::Format::Json => Some(Self::Json),
            super::Format::Markdown => Some(Self::Markdown),
            _ => None,
        }
    }
}

pub fn render(proof: &Proof, format: Format, style: Style) -> String {
    match format {
        // No value of a proof can fail to become JSON: keys are names and numbers are finite.
        Format::Json => serde_json::to_string_pretty(proof).unwrap_or_default() + "\n",
        Format::Text => text(proof, style),
        Format::Markdown => {
            let text = text(proof, Style::plain());
            let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
            let fence = "`".repeat(longest.max(2) + 1);
            format!("## agentgate prove\n\n{fence}text\n{text}{fence}\n")
        }
    }
}

/// Writes what running found beside the findings that it is about.
pub fn annotate(findings: &mut [Finding], proof: &Proof) {
    for charge in &proof.charges {
        let (_, word, why) = verdict(&charge.conviction);
        for finding in findings.iter_mut().filter(|finding| finding.id == charge.finding) {
            finding.proof = Some(format!("{word}: {why}"));
        }
    }
    // A change without a test in sight may still be told apart by one.
    let proven = match proof.regression_proven {
        Some(true) => "a test of the branch passes with the branch's code and fails without it",
        Some(false) => "no test of the branch fails without the branch's code",
        None => return,
    };
    for finding in findings.iter_mut().filter(|finding| finding.rule == "missing-test") {
        finding.proof = Some(proven.into());
    }
}

/// Names of a list that are written out.
const NAMED: usize = 8;

/// Lines of output shown of a control that fails.
const LINES: usize = 12;

fn text(proof: &Proof, style: Style) -> String {
    let mut out = String::new();
    let cell = |code, tests| proof.cells.iter().find(|cell| cell.code == code && cell.tests == tests);
    let row = |code, name: &str| {
        let shown = |tests| {
            cell(code, tests).map(|cell| (paint(cell, style), outcome(cell).chars().count())).unwrap_or_default()
        };
        let (base, head) = (shown(Side::Base), shown(Side::Head));
        let gap = " ".repeat(COLUMN.saturating_sub(base.1));
        format!("  {name:<14}{}{gap}{}\n", base.0, head.0)
    };
    _ = writeln!(out, "{} {}\n", style.paint(Meaning::Strong, "proving with"), sanitize::line(&proof.command));
    _ = writeln!(out, "  {:<14}{:<COLUMN$}head's tests", "", "base's tests");
    out.push_str(&row(Side::Base, "base's code"));
    out.push_str(&row(Side::Head, "head's code"));
    out.push('\n');
    _ = writeln!(out, "{}", answer(proof.behaviour_kept, KEPT, style));
    names(&mut out, "fails on the head's code:", &proof.broken_tests);
    _ = writeln!(out, "{}", answer(proof.regression_proven, PROVEN, style));
    names(&mut out, "tells the two apart:", &proof.proving_tests);
    for charge in &proof.charges {
        out.push('\n');
        out.push_str(&charged(charge, style));
    }
    if proof.faults.tried > 0 {
        let faults = &proof.faults;
        _ = writeln!(
            out,
            "\n{} of {} faults tried: {} caught by the base's version of a suspicious test, {} of these by the head's tests too",
            faults.tried, faults.asked, faults.caught_by_base, faults.caught_by_head
        );
    }
    if !proof.flaky_tests.is_empty() {
        out.push('\n');
        names(&mut out, "flaky, and so without a say:", &proof.flaky_tests);
    }
    for note in &proof.notes {
        _ = writeln!(out, "\nnote: {}", sanitize::line(note));
    }
    for cell in proof.cells.iter().filter(|cell| cell.code == cell.tests && cell.outcome != Word::Passed) {
        _ = writeln!(out, "\nthe end of what the {}'s own tests printed:", side(cell.code));
        let lines: Vec<&str> = cell.tail.lines().collect();
        for line in &lines[lines.len().saturating_sub(LINES)..] {
            _ = writeln!(out, "    {}", style.paint(Meaning::Faint, &sanitize::code(line)));
        }
    }
    _ = writeln!(out, "\n{}", closing(proof, style));
    out
}

const COLUMN: usize = 24;

const KEPT: [&str; 3] = [
    "the head's code does what the base's tests demanded",
    "the head's code does not do what the base's tests demanded",
    "whether the head's code keeps what the base's tests demanded can't be told",
];
const PROVEN: [&str; 3] = [
    "the head's tests fail without the head's code",
    "the head's tests pass without the head's code: they prove no fix",
    "whether the head's tests need the head's code can't be told",
];

fn answer(told: Option<bool>, words: [&str; 3], style: Style) -> String {
    let (meaning, mark, text) = match told {
        Some(true) => (Meaning::Passed, "yes", words[0]),
        Some(false) => (Meaning::Warned, "no ", words[1]),
        None => (Meaning::Faint, "?  ", words[2]),
    };
    format!("{} {text}", style.paint(meaning, mark))
}

fn names(out: &mut String, title: &str, names: &[String]) {
    if names.is_empty() {
        return;
    }
    _ = writeln!(out, "    {title}");
    for name in names.iter().take(NAMED) {
        _ = writeln!(out, "      {}", sanitize::line(name));
    }
    if names.len() > NAMED {
        _ = writeln!(out, "      and {} more", names.len() - NAMED);
    }
}

/// A conviction's colour, its word and its reason.
fn verdict(conviction: &Conviction) -> (Meaning, &'static str, String) {
    match conviction {
        Conviction::ConvictedByRun { detail } => (Meaning::Blocked, "convicted", detail.clone()),
        Conviction::ConvictedByFault { counterexample: fault } => (Meaning::Blocked, "convicted", {
            let place = format!("in {}:{} the old tests fail, the new ones pass", fault.path, fault.line);
            match fault.after.trim_matches([';', ' ']) {
                "" | "pass" => format!("without `{}` {place}", fault.before),
                _ => format!("with `{}` for `{}` {place}", fault.after, fault.before),
            }
        }),
        Conviction::Redundant { caught } => {
            (Meaning::Passed, "redundant", format!("other tests of the head catch the {caught} faults that it caught"))
        }
        Conviction::Cleared { tried, caught } => (
            Meaning::Passed,
            "cleared",
            format!("of {tried} faults the base's version caught {caught}, and the head's tests caught these too"),
        ),
        Conviction::Open { why } => (Meaning::Warned, "open", why.clone()),
    }
}

fn charged(charge: &Charge, style: Style) -> String {
    let (meaning, word, why) = verdict(&charge.conviction);
    let line = charge.line.map(|line| format!(":{line}")).unwrap_or_default();
    let test = charge.test.as_deref().map(|test| format!(" {}", sanitize::line(test))).unwrap_or_default();
    format!(
        "{} {} {}{line}{test}\n    {}\n    {}\n",
        style.paint(meaning, word),
        style.paint(Meaning::Strong, &sanitize::line(&charge.rule)),
        sanitize::line(&charge.path),
        sanitize::line(&charge.message),
        sanitize::line(&why)
    )
}

fn closing(proof: &Proof, style: Style) -> String {
    let convicted = proof.charges.iter().filter(|charge| charge.conviction.convicts()).count();
    let open = proof.charges.iter().filter(|charge| matches!(charge.conviction, Conviction::Open { .. })).count();
    match (convicted, open) {
        (0, 0) if proof.charges.is_empty() => "no test looks weakened".into(),
        (0, 0) => style.paint(Meaning::Passed, "nothing is convicted"),
        (0, open) => {
            let hint = if proof.faults.asked == 0 { "; --mutants 20 tries faults" } else { "" };
            format!("nothing is convicted, {open} open{hint}")
        }
        (convicted, _) => style.paint(Meaning::Blocked, &format!("{convicted} convicted")),
    }
}

fn paint(cell: &Cell, style: Style) -> String {
    let meaning = if cell.outcome == Word::Passed { Meaning::Passed } else { Meaning::Warned };
    style.paint(meaning, &outcome(cell))
}

fn outcome(cell: &Cell) -> String {
    let word = match cell.outcome {
        Word::Passed => "passed",
        Word::Failed => "failed",
        Word::TimedOut => "out of time",
        Word::Killed => "killed",
    };
    let total = cell.passed + cell.failed;
    if total == 0 {
        word.into()
    } else {
        format!("{word} ({} of {total})", if cell.failed > 0 { cell.failed } else { cell.passed })
    }
}

fn side(side: Side) -> &'static str {
    match side {
        Side::Base => "base",
        Side::Head => "head",
    }
}
