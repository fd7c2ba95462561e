//! What a file's tests demand: cases, whether they run, and their checks.

use std::collections::BTreeSet;

use hashbrown::HashSet;

use super::mocks::Mock;
use crate::lang::{Node, Span};
use crate::{LineRange, RepoPath};

/// The tests of one file on one side.
pub struct TestFile {
    pub path: RepoPath,
    /// Its name is one that runners look for.
    pub is_collected: bool,
    pub cases: Vec<Case>,
    /// Settings that no single case owns.
    pub settings: Vec<Setting>,
    /// Stand-ins that no single case owns.
    pub mocks: Vec<Mock>,
    /// Names of its functions.
    pub functions: BTreeSet<String>,
    /// Names that the cases use that were not read.
    pub kept_names: HashSet<Box<str>>,
    /// Regions that the grammar did not understand.
    pub unread: Vec<Span>,
}

/// One test.
pub struct Case {
    pub path: RepoPath,
    /// Classes, `describe` blocks, modules.
    pub suites: Vec<String>,
    pub name: String,
    pub lines: LineRange,
    /// Why it may not run, its suites' reasons included.
    pub marks: Vec<Mark>,
    pub settings: Vec<Setting>,
    pub checks: Vec<Check>,
    /// Parametrised rows, as far as they can be counted.
    pub rows: Vec<Row>,
    /// What is replaced by a stand-in.
    pub mocks: Vec<Mock>,
    /// The words of the body, for similarity.
    pub words: Vec<Box<str>>,
    /// Names the body uses.
    pub names: BTreeSet<Box<str>>,
    pub part: Part,
    /// Nothing need be checked in it: a benchmark.
    pub unchecked: bool,
    /// It calls helpers that aren't here and may check something.
    pub unresolved: bool,
    /// Calls of what no file that was read defines.
    pub missing: Vec<Missing>,
    /// Only a run that ends in an exception passes, says its declaration.
    pub must_throw: bool,
    /// It has a mark of its own that makes it a test, or stands in a class that has.
    pub is_declared: bool,
    /// The branch left it alone, and it was not read: only what is said around it is known, and `body`.
    pub is_kept: bool,
    /// Equal where bodies have the same words.
    pub body: u64,
}

/// A call of a function that no file that was read defines, and a test's helper may be.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Missing {
    /// The file that the call is written in.
    pub path: RepoPath,
    /// As it is written, with dots: `helpers.assert_total`.
    pub callee: String,
    /// The function's own name, whatever an import calls it.
    pub name: String,
    /// What it is called on.
    pub on: Receiver,
    /// The words of the whole call.
    pub text: String,
}

/// What a missing function is called on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Receiver {
    /// Nothing, or the test's own object.
    Own,
    /// A module or class by name, or a value that is made of one.
    Named(String),
    /// Something unknown.
    Unknown,
}

impl Case {
    /// `suite › name`, as people see it.
    pub fn title(&self) -> String {
        let mut parts: Vec<&str> = self.suites.iter().map(String::as_str).collect();
        parts.push(&self.name);
        parts.join(" › ")
    }

    /// Nothing keeps it from running on every machine.
    pub fn runs(&self) -> bool {
        !self.marks.iter().any(|mark| mark.keeps_from_running())
    }
}

/// What a function with checks is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The runner calls it.
    Test,
    /// The runner calls it around tests.
    Hook,
    /// The runner asks it about every test of a run.
    Run,
    /// Called by tests of other files, or by nobody.
    Helper,
}

/// A reason why a case does not run, or runs alone, or may fail.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    pub kind: MarkKind,
    /// Under what condition, if under one.
    pub condition: Option<Node>,
    pub gate: Gate,
    pub text: String,
    pub lines: LineRange,
}

impl Mark {
    fn keeps_from_running(&self) -> bool {
        matches!(self.kind, MarkKind::Skip | MarkKind::Todo | MarkKind::ExpectedFailure) && self.gate == Gate::Always
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MarkKind {
    Skip,
    Todo,
    ExpectedFailure,
    Focus,
}

/// What is known of a mark's condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gate {
    Never,
    Sometimes,
    Always,
}

/// A number that decides how long or how often: a timeout, a sleep, a retry count.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    pub kind: SettingKind,
    pub limits: Limits,
    /// The helper function it is in; empty for the file and for cases.
    pub owner: String,
    /// What it is a setting of: the call's name, normalised.
    pub what: String,
    /// In seconds, tries, or whatever the unit is; infinite for "none".
    pub value: Option<f64>,
    pub text: String,
    pub lines: LineRange,
}

impl Setting {
    pub fn new(
        kind: SettingKind,
        limits: Limits,
        what: &str,
        value: Option<f64>,
        text: String,
        lines: LineRange,
    ) -> Self {
        // Runners read a limit of zero as none.
        let none = kind == SettingKind::Timeout && matches!(limits, Limits::Test { .. }) && value == Some(0.0);
        let value = if none { Some(f64::INFINITY) } else { value };
        Self { kind, limits, owner: String::new(), what: what.to_owned(), value, text, lines }
    }
}

/// What a setting bounds.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub enum Limits {
    /// A whole test, a suite, a run; without it the runner has a limit of its own, or none.
    Test { default: Option<f64> },
    /// What one command runs, which may go with its limit.
    Command,
    /// One call or wait inside of a test.
    Wait,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SettingKind {
    Timeout,
    Sleep,
    Retry,
}

/// One row of a parametrised case.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub value: Node,
    pub text: String,
    pub lines: LineRange,
}

/// What one executed assertion demands.
#[derive(Clone, Debug)]
pub struct Check {
    pub kind: CheckKind,
    /// False for "not".
    pub positive: bool,
    pub subject: Node,
    pub expected: Vec<Node>,
    /// Subject and expectation with locals replaced by what they stand for.
    pub resolved_subject: Node,
    pub resolved_expected: Vec<Node>,
    pub tolerance: Option<Tolerance>,
    /// Options under which more values are equal.
    pub leaves_out: Vec<String>,
    /// Another machine gets another demand on the same subject.
    pub by_machine: bool,
    /// What stands between the start of the case and this check, outermost first.
    pub hurdles: Vec<Hurdle>,
    pub path: RepoPath,
    pub lines: LineRange,
    /// The source text, on one line.
    pub text: String,
    /// The helper it runs through.
    pub via: Option<String>,
    /// The helper it runs through first whose file the change leaves alone; path, lines and text are those of its call.
    pub outside: Option<Box<str>>,
    /// Which row of a table it was unrolled from.
    pub row: Option<u32>,
}

/// How far a number may be off.
#[derive(Clone, Debug, PartialEq)]
pub struct Tolerance {
    /// The allowed difference; from decimal places where those are given.
    pub value: Option<f64>,
    pub text: String,
}

impl Tolerance {
    /// Whether it is one, and no message or comparer that stands in its place.
    pub fn is_number(&self) -> bool {
        let text = self.text.to_ascii_lowercase();
        self.value.is_some()
            || ["delta", "eps", "toler", "precision", "within", "accuracy"].iter().any(|w| text.contains(w))
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Hurdle {
    pub kind: HurdleKind,
    pub what: Option<Node>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HurdleKind {
    /// Runs only under a condition.
    Condition,
    /// Runs once for each element of something that may be empty.
    Loop,
    /// Runs only when something was caught.
    Catch,
    /// A failure is caught and dropped.
    Swallowed,
    /// Nobody waits for its outcome.
    NotAwaited,
    /// Tried again until it holds.
    Retried,
    /// Behind an unconditional exit or in code nobody calls.
    Unreachable,
}

/// What kind of demand a check is; the order of strength is in `compare::strength`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckKind {
    Identical,
    Equal,
    /// Equal after conversion.
    Loose,
    /// Equal up to order, case, whitespace.
    Normalised,
    Approximate,
    /// Everything that is listed must be there.
    Partial,
    FullMatch,
    Prefix,
    Suffix,
    Contains,
    Matches,
    OneOf,
    Between,
    Greater,
    AtLeast,
    Less,
    AtMost,
    Length,
    ExactType,
    Type,
    HasKey,
    Present,
    Truth,
    /// Throws; expected: type, then message or pattern.
    Throws,
    /// Does not throw.
    Completes,
    Called,
    CalledTimes,
    CalledWith,
    CalledOnceWith,
    /// A stand-in's expected calls; expected: how often and with what, as named parts.
    Expects,
    Snapshot,
    /// Any of several demands; expected holds them.
    AnyOf,
    /// Fails whenever it is reached.
    Fail,
    /// A helper or matcher we can't see into.
    Opaque,
    /// A declared number of checks (`expect.assertions(3)`, `t.plan(3)`).
    Count,
}

impl CheckKind {
    pub fn is_bound(self) -> bool {
        matches!(self, Self::Greater | Self::AtLeast | Self::Less | Self::AtMost)
    }

    pub fn is_call(self) -> bool {
        matches!(self, Self::Called | Self::CalledTimes | Self::CalledWith | Self::CalledOnceWith)
    }
}
