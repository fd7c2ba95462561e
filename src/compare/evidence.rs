//! What a branch says about itself against what was recorded and what it changes.

use crate::RepoPath;
use crate::change::ChangeSet;
use crate::evidence::{Reported, Source, Written};
use crate::facts::shell;
use crate::record::counts::{Counts, Said};
use crate::record::{Outcome, Recorded, Records};

/// What the records say to a claim.
pub enum Answer<'a> {
    /// They bear it out, or it needs no proof.
    Borne,
    /// They say otherwise; the message says what.
    Denied { message: String, record: &'a Recorded },
    /// They say nothing of it.
    Unproven,
}

/// Holds a claim against the records of the tree that is judged.
pub fn against<'a>(claim: &Reported<'_>, records: &'a Records) -> Answer<'a> {
    let fitting = |record: &&Recorded| claim.commands.is_empty() || claim.commands.iter().any(|it| is_of(record, it));
    let all: Vec<&Recorded> = records.counting(&records.of_head).filter(fitting).collect();
    // What was claimed to fail needs no proof.
    if claim.has_passed == Some(false) && claim.counts.passed.is_none() {
        return Answer::Borne;
    }
    if claim.commands.is_empty() {
        return at_large(claim, &all);
    }
    let mut borne = true;
    for command in &claim.commands {
        // The newest run counts: what was mended and run again is mended.
        let Some(record) = all.iter().rev().find(|record| is_of(record, command)) else {
            borne = false;
            continue;
        };
        if claim.has_passed == Some(true) && record.outcome() != Outcome::Passed {
            return Answer::Denied {
                message: format!("`{command}` is said to have passed: {}", came_of(record)),
                record,
            };
        }
        // Counts belong to a command where it is the only one.
        if claim.commands.len() == 1
            && let Some(message) = other_counts(&format!("`{command}`"), claim.counts, record.run().counts)
        {
            return Answer::Denied { message, record };
        }
    }
    if borne { Answer::Borne } else { Answer::Unproven }
}

/// A claim that names no command: any run that passed bears it out, and only failed ones deny it.
fn at_large<'a>(claim: &Reported<'_>, all: &[&'a Recorded]) -> Answer<'a> {
    let passed: Vec<&&Recorded> = all.iter().filter(|record| record.outcome() == Outcome::Passed).collect();
    let what = "the run";
    match (passed.last(), all.last()) {
        (None, None) => Answer::Unproven,
        (None, Some(record)) => {
            let message = format!("`{}` is said of runs, and the record denies it: {}", claim.text, came_of(record));
            Answer::Denied { message, record }
        }
        (Some(record), _) => {
            let fits = passed.iter().any(|record| other_counts(what, claim.counts, record.run().counts).is_none());
            match other_counts(&format!("`{}`", record.run().command), claim.counts, record.run().counts) {
                Some(message) if !fits => Answer::Denied { message, record },
                _ => Answer::Borne,
            }
        }
    }
}

/// Whether a record is of a command: of it alone, or of a line in which it stands.
pub fn is_of(record: &Recorded, command: &str) -> bool {
    let recorded = shell::collapse(&record.run().command);
    if recorded == command {
        return true;
    }
    let claimed = shell::read(command, shell::Start::PLAIN).commands;
    let ran = shell::read(&recorded, shell::Start::PLAIN).commands;
    !claimed.is_empty() && claimed.iter().all(|claimed| ran.iter().any(|ran| ran.words == claimed.words))
}

fn came_of(record: &Recorded) -> String {
    let run = record.run();
    let counts = run.counts.filter(|counts| counts.failed > 0);
    let recorded = "the recorded run";
    match (run.exit_code, run.failed_pipes.first(), counts) {
        (code, _, None) if code != 0 => format!("{recorded} ended with exit code {code}"),
        (_, _, Some(counts)) => format!("{recorded} had {} failed", counts.failed),
        (_, Some(_), None) => format!("{recorded} failed before a pipe, which hid it"),
        _ => format!("{recorded} has a doubt: {}", run.doubts.join(", ")),
    }
}

/// The numbers that a claim and a record don't share.
fn other_counts(what: &str, said: Said, counted: Option<Counts>) -> Option<String> {
    let counted = counted?;
    let pairs = [
        (said.passed, counted.passed, "passed"),
        (said.failed, counted.failed, "failed"),
        (said.skipped, counted.skipped, "skipped"),
        (said.total, counted.total, "in all"),
    ];
    let (said, counted, word) = pairs.into_iter().find_map(|(said, counted, word)| match said {
        Some(said) if said != counted => Some((said, counted, word)),
        _ => None,
    })?;
    // `12/12` may leave out what was skipped.
    Some(format!("{what} is said to have {said} {word}, the recorded run had {counted}"))
}

/// A file that is said to be changed, and isn't.
#[derive(Clone, Debug)]
pub struct Untouched<'a> {
    pub source: &'a Source,
    pub line: u32,
    pub path: String,
}

/// Files under "Files Changed" that the branch leaves as they are.
pub fn untouched<'a>(change: &ChangeSet, written: &'a [Written]) -> Vec<Untouched<'a>> {
    let claims = written.iter().flat_map(|text| {
        let named = ["Files Changed", "Changed Files"].into_iter().flat_map(|name| text.claims(name));
        named.flat_map(|claim| {
            let source = claim.source;
            claim.statements.into_iter().map(move |statement| (source, statement))
        })
    });
    let found = claims.filter_map(|(source, statement)| {
        let path = path(&statement.code, &statement.text)?;
        (!is_touched(change, &path)).then_some(Untouched { source, line: statement.line, path })
    });
    found.collect()
}

/// The path that an item begins with.
fn path(code: &[String], text: &str) -> Option<String> {
    let first = text.split_whitespace().next()?.trim_end_matches([':', ',']);
    let marked = code.first().filter(|code| text.starts_with(code.as_str())).map(String::as_str);
    let path = marked.unwrap_or(first).trim_start_matches("./");
    let is_path = path.contains('/') && path.rsplit('/').next().is_some_and(|name| name.contains('.'))
        || marked.is_some()
            && path.rsplit_once('.').is_some_and(|(name, end)| {
                !name.is_empty() && (1..=5).contains(&end.len()) && end.chars().all(|c| c.is_ascii_alphanumeric())
            });
    let is_plain = !path.contains(['*', '{', '<', '(', ' ']) && !path.contains("://");
    (is_path && is_plain).then(|| path.to_owned())
}

fn is_touched(change: &ChangeSet, path: &str) -> bool {
    let ends = |touched: &RepoPath| {
        let touched = touched.to_text();
        touched == path || touched.ends_with(&format!("/{path}")) || path.ends_with(&format!("/{touched}"))
    };
    change.files.iter().any(|file| file.touched().any(|(_, path)| ends(path)))
}
