//! What was proven, in words a program can read. The JSON form is described by `schemas/proof.schema.json`.

use serde::Serialize;

use super::outcome::Status;
use super::run::Ended;
use crate::Side;

/// Everything one `agentgate prove` found out.
#[derive(Debug, Serialize)]
pub struct Proof {
    pub version: u32,
    pub base: String,
    pub head: String,
    /// The command as it was given.
    pub command: String,
    /// Four cells: base's code with both tests, then head's.
    pub cells: Vec<Cell>,
    /// Whether the head's code still does what the base's tests demanded. `None` where that can't be told.
    pub behaviour_kept: Option<bool>,
    /// Whether the head's tests fail without the head's code, as a fix's must. `None` where that can't be told.
    pub regression_proven: Option<bool>,
    /// Tests that tell the head's code from the base's: they pass with it and fail without.
    pub proving_tests: Vec<String>,
    /// Tests of the base that fail on the head's code and passed on the base's.
    pub broken_tests: Vec<String>,
    /// Tests whose outcome changed from one run to the next.
    pub flaky_tests: Vec<String>,
    /// What was suspicious, and what running said of it.
    pub charges: Vec<Charge>,
    pub faults: Tried,
    pub notes: Vec<String>,
}

impl Proof {
    /// Whether any of the questions has an answer.
    pub fn says_anything(&self) -> bool {
        let is_settled = |charge: &Charge| !matches!(charge.conviction, Conviction::Open { .. });
        self.behaviour_kept.is_some() || self.regression_proven.is_some() || self.charges.iter().any(is_settled)
    }
}

/// The command's outcome on one combination.
#[derive(Debug, Serialize)]
pub struct Cell {
    pub code: Side,
    pub tests: Side,
    pub outcome: Word,
    pub passed: usize,
    pub failed: usize,
    pub skipped: usize,
    pub seconds: f64,
    /// Names of tests that failed; not all of them where they are many.
    pub failing: Vec<String>,
    /// What was printed last, of a run that failed.
    pub tail: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    Passed,
    Failed,
    TimedOut,
    Killed,
}

impl From<Ended> for Word {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Exit(0) => Self::Passed,
            Ended::Exit(_) => Self::Failed,
            Ended::Killed => Self::Killed,
            Ended::TimedOut => Self::TimedOut,
        }
    }
}

/// A finding about a test, and what running said of it.
#[derive(Clone, Debug, Serialize)]
pub struct Charge {
    pub finding: String,
    pub rule: String,
    pub path: String,
    pub line: Option<u32>,
    pub test: Option<String>,
    pub message: String,
    pub conviction: Conviction,
}

/// How a charge ended.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
pub enum Conviction {
    /// The base's version of the test fails on the head's code.
    ConvictedByRun { detail: String },
    /// A fault that the base's version catches passes the head's tests.
    ConvictedByFault { counterexample: Counterexample },
    /// What the base's version catches, other tests of the head catch as well.
    Redundant { caught: usize },
    /// Faults were tried, the base's version catches some, and none of these slips through.
    Cleared { tried: usize, caught: usize },
    /// Running said nothing either way, and why.
    Open { why: String },
}

impl Conviction {
    pub fn convicts(&self) -> bool {
        matches!(self, Self::ConvictedByRun { .. } | Self::ConvictedByFault { .. })
    }
}

/// A fault that slips through.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Counterexample {
    pub path: String,
    pub line: u32,
    pub before: String,
    pub after: String,
}

/// How many faults were tried, and what became of them.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Tried {
    pub asked: usize,
    pub tried: usize,
    /// Caught by the base's version of a suspicious test.
    pub caught_by_base: usize,
    /// Caught by the head's tests too.
    pub caught_by_head: usize,
}

/// How one test fared, for a sentence.
pub(super) fn word(status: Option<Status>) -> &'static str {
    match status {
        Some(Status::Passed) => "passes",
        Some(Status::Failed) => "fails",
        Some(Status::Skipped) => "is skipped",
        None => "is not named by the runner",
    }
}
