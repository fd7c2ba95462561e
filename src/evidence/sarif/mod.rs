//! Reports of other scanners, in SARIF 2.1.0: what they found, where, and how grave they hold it.
//!
//! Whoever runs the gate hands them over, but what they quote comes from the branch: sizes are bounded, places are paths of the
//! repository or nothing, texts are one line without control characters. A file that is no SARIF is an error, never an empty
//! report.

mod format;
mod place;

use std::collections::BTreeMap;

use format::{Log, Message, Run};

/// A report of one run of one tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    /// As it calls itself.
    pub tool: String,
    pub results: Vec<Outside>,
    /// What in it can't be held against the branch, in words.
    pub unread: Vec<String>,
}

/// One thing that another scanner found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outside {
    pub rule: String,
    pub gravity: Gravity,
    /// One line.
    pub message: String,
    /// In the repository, with `/`.
    pub path: String,
    /// One-based, first and last; absent where the whole file is meant.
    pub lines: Option<(u32, u32)>,
}

/// SARIF's levels, as an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gravity {
    None,
    Note,
    Warning,
    Error,
}

impl Gravity {
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "none" => Self::None,
            "note" => Self::Note,
            "warning" => Self::Warning,
            "error" => Self::Error,
            _ => return None,
        })
    }
}

/// Larger reports are of whole code bases and not of a branch.
pub const LARGEST: u64 = 64 << 20;
const MOST_RUNS: usize = 100;
const MOST_RESULTS: usize = 100_000;
const LONGEST_MESSAGE: usize = 400;
/// Scores from which GitHub calls a security finding high.
const HIGH: f64 = 7.0;

/// Why a file could not be read as a report.
#[derive(Debug, thiserror::Error)]
pub enum NotSarif {
    #[error("not JSON as SARIF is written: {0}")]
    Json(#[from] serde_json::Error),
    #[error("SARIF version {0:?}; version 2.1.0 is read")]
    Version(String),
    #[error("no `runs`, which every SARIF file has")]
    NoRuns,
}

/// Every run of a file. `roots` are folders that stand for the repository's top in absolute paths.
///
/// # Errors
/// When it is no SARIF 2.1.0.
pub fn read(bytes: &[u8], roots: &[String]) -> Result<Vec<Scan>, NotSarif> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let log: Log = serde_json::from_slice(bytes)?;
    // Some tools leave the patch level away, or write a draft's suffix.
    if !log.version.starts_with("2.1") {
        return Err(NotSarif::Version(log.version));
    }
    let runs = log.runs.ok_or(NotSarif::NoRuns)?;
    let left = runs.len().saturating_sub(MOST_RUNS);
    let mut scans: Vec<Scan> = runs.into_iter().take(MOST_RUNS).map(|run| scan(&run, roots)).collect();
    if let Some(last) = scans.last_mut().filter(|_| left > 0) {
        last.unread.push(format!("{left} more runs, beyond {MOST_RUNS}"));
    }
    Ok(scans)
}

fn scan(run: &Run, roots: &[String]) -> Scan {
    let tool = one_line(run.tool.driver.name.as_deref().unwrap_or("a scanner"), 60);
    let mut scan = Scan { tool, results: Vec::new(), unread: Vec::new() };
    let failed = run.invocations.iter().any(|it| it.execution_successful == Some(false));
    if failed {
        scan.unread.push("it says itself that it did not finish".to_owned());
    }
    let places = place::Places::of(run, roots);
    let mut dropped: BTreeMap<&str, usize> = BTreeMap::new();
    for result in run.results.iter().flatten() {
        if scan.results.len() == MOST_RESULTS {
            scan.unread.push(format!("results beyond the first {MOST_RESULTS}"));
            break;
        }
        if !result.counts() {
            continue;
        }
        let (id, described) = run.rule_of(result);
        let Some(place) = result.locations.iter().find_map(|it| places.of_location(it)) else {
            *dropped
                .entry(if result.locations.is_empty() {
                    "results without a place"
                } else {
                    "results outside of the repository"
                })
                .or_default() += 1;
            continue;
        };
        let text = result.message.text(described).unwrap_or_default();
        scan.results.push(Outside {
            rule: one_line(&id, 120),
            gravity: run.gravity_of(result, described),
            message: one_line(&text, LONGEST_MESSAGE),
            path: place.path,
            lines: place.lines,
        });
    }
    scan.unread.extend(dropped.into_iter().map(|(what, count)| format!("{count} {what}")));
    scan
}

impl Message {
    /// The text with its arguments in their places; where only an id is given, the rule's own text of that id.
    fn text(&self, rule: Option<&format::Descriptor>) -> Option<String> {
        let of_rule = || {
            let rule = rule?;
            let named = self.id.as_ref().and_then(|id| rule.message_strings.as_ref()?.get(id)?.text.clone());
            named.or_else(|| rule.short_description.as_ref()?.text.clone())
        };
        let mut text =
            self.text.clone().or_else(|| self.markdown.clone()).filter(|it| !it.is_empty()).or_else(of_rule)?;
        for (at, argument) in self.arguments.iter().take(20).enumerate() {
            text = text.replace(&format!("{{{at}}}"), argument);
            text.truncate(text.char_indices().nth(4 * LONGEST_MESSAGE).map_or(text.len(), |(end, _)| end));
        }
        Some(text)
    }
}

/// One line of plain text, cut where it gets long.
fn one_line(text: &str, longest: usize) -> String {
    let plain = text.chars().take(4 * longest).map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
    let mut line = plain.split_whitespace().collect::<Vec<_>>().join(" ").replace('`', "'");
    if let Some((end, _)) = line.char_indices().nth(longest) {
        line.truncate(end);
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests;
