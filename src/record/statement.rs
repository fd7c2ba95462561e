//! A recorded run as an in-toto statement with the predicate "test result".
//!
//! <https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md>. What that predicate has no field for
//! stands in the extension field `agentgate`, as its rules allow. Schema: `schemas/record.v1.schema.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::counts::Counts;

pub const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";
pub const TEST_RESULT: &str = "https://in-toto.io/attestation/test-result/v0.1";
/// The version of the extension field.
const VERSION: u32 = 1;

/// `subject` says what was tested, `predicate` what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Statement<P> {
    #[serde(rename = "_type")]
    pub kind: String,
    pub subject: Vec<Subject>,
    #[serde(rename = "predicateType")]
    pub predicate_type: String,
    pub predicate: P,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `gitTree`, `gitCommit`.
    pub digest: BTreeMap<String, String>,
}

impl Subject {
    pub fn git(name: &str, algorithm: &str, id: &str) -> Self {
        Self { name: Some(name.to_owned()), digest: BTreeMap::from([(algorithm.to_owned(), id.to_owned())]) }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TestResult {
    pub result: Outcome,
    pub configuration: Vec<Descriptor>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(rename = "failedTests", default, skip_serializing_if = "Vec::is_empty")]
    pub failed_tests: Vec<String>,
    pub agentgate: Run,
}

/// What a run says about the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Outcome {
    Passed,
    /// It ended well, and there is a reason not to rely on it.
    Warned,
    Failed,
}

/// Something the run depended on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Descriptor {
    pub name: String,
    pub digest: BTreeMap<String, String>,
}

/// All that was seen of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    pub version: u32,
    /// As typed, with what looks like a secret masked.
    pub command: String,
    pub exit_code: i32,
    /// Pipes of a shell line of which a stage failed, each with the exit codes of its stages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed_pipes: Vec<Vec<i32>>,
    /// The stages of the last pipe.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<i32>,
    /// RFC 3339, UTC.
    pub started_on: String,
    pub duration_ms: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<Counts>,
    /// What the counts were read from: `junit`, or the names of the runners.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counts_from: Vec<String>,
    /// Why it is no plain pass although it ended well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<String>,
    pub worktree: Worktree,
    pub output: Output,
    pub environment: Environment,
}

/// What was tested.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Worktree {
    /// The commit that was checked out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The work tree as `git add --all && git commit` would have recorded it before the run.
    pub tree: String,
    /// The same without what the branch says about itself, so that writing evidence down doesn't outdate it.
    pub code_tree: String,
    /// Whether that is another tree than the commit's.
    pub is_dirty: bool,
    /// Whether files that were there changed during the run.
    pub changed_during_run: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    pub stdout: Stream,
    pub stderr: Stream,
    /// The last lines of both as they came, with what looks like a secret masked.
    pub tail: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stream {
    pub bytes: u64,
    pub sha256: String,
}

/// Where it ran; nothing of it is secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    pub os: String,
    pub arch: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distribution: Option<String>,
    /// `agentgate` and the tools that ran, by the versions they name themselves.
    pub tools: BTreeMap<String, String>,
    /// The CI service, where one ran it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ci: Option<String>,
}

impl Statement<TestResult> {
    /// A run's statement.
    pub fn of_run(run: Run, failed_tests: Vec<String>, url: Option<String>) -> Self {
        use sha2::{Digest, Sha256};
        let mut subject = vec![Subject::git("tree", "gitTree", &run.worktree.tree)];
        if let Some(head) = run.worktree.head.as_deref().filter(|_| !run.worktree.is_dirty) {
            subject.push(Subject::git("head", "gitCommit", head));
        }
        let digest = super::hex(&Sha256::digest(run.command.as_bytes()));
        let configuration =
            vec![Descriptor { name: "command".to_owned(), digest: BTreeMap::from([("sha256".to_owned(), digest)]) }];
        let predicate = TestResult { result: run.outcome(), configuration, url, failed_tests, agentgate: run };
        Self { kind: STATEMENT_TYPE.to_owned(), subject, predicate_type: TEST_RESULT.to_owned(), predicate }
    }

    /// A statement from a payload; `None` where it is another one, or says other things about what was tested in its two
    /// places.
    pub fn from_payload(bytes: &[u8]) -> Option<Self> {
        let statement: Self = serde_json::from_slice(bytes).ok()?;
        let tree = &statement.predicate.agentgate.worktree.tree;
        let is_ours = statement.kind == STATEMENT_TYPE
            && statement.predicate_type == TEST_RESULT
            && statement.predicate.agentgate.version == VERSION
            && statement.subject.iter().any(|subject| subject.digest.get("gitTree") == Some(tree));
        is_ours.then_some(statement)
    }
}

impl Run {
    pub const VERSION: u32 = VERSION;

    /// What the run says: it passed when everything in it that can fail did not.
    pub fn outcome(&self) -> Outcome {
        let failed = self.counts.is_some_and(|counts| counts.failed > 0);
        match () {
            () if self.exit_code != 0 || !self.failed_pipes.is_empty() || failed => Outcome::Failed,
            () if self.worktree.changed_during_run || !self.doubts.is_empty() => Outcome::Warned,
            () => Outcome::Passed,
        }
    }

    /// When it began, in seconds since 1970; `None` where that can't be read.
    pub fn started(&self) -> Option<i64> {
        Some(self.started_on.parse::<jiff::Timestamp>().ok()?.as_second())
    }
}
