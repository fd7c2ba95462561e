//! The report: what every format is rendered from and what `--report FILE` reads back.
//!
//! These types are the JSON form, version 1, field by field (`schemas/report.v1.schema.json`). They repeat parts of the
//! verdict's types on purpose: those may change with the program, these are an interface.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::change::{ChangeSet, Hunk, Summary};
use crate::policy::{Identity, Level, Origin};
use crate::verdict::{self, Verdict};
use crate::{RepoPath, Side};

/// The version of the JSON form.
pub const VERSION: u32 = 1;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub version: u32,
    pub tool: Tool,
    pub verdict: Outcome,
    pub subject: Subject,
    pub policy: PolicySource,
    /// Sorted by path, line, rule, id; waived ones included.
    pub findings: Vec<Finding>,
    pub counts: Counts,
    pub changes: Changes,
    /// Files that could not be read and therefore were not judged.
    pub unread: Vec<Unread>,
    /// The one value that differs between two runs on the same input.
    pub elapsed_ms: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tool {
    pub name: String,
    pub version: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Pass,
    Block,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Subject {
    pub base: Base,
    pub merge_base: Option<String>,
    pub head: Head,
    pub agent: Agent,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Base {
    #[serde(rename = "ref")]
    pub name: Option<String>,
    pub commit: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Head {
    #[serde(rename = "ref")]
    pub name: Option<String>,
    pub commit: Option<String>,
    pub tree: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Agent {
    pub is_agent: bool,
    pub why: String,
}

/// Which policy judged.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PolicySource {
    /// `base`, `administrator` or `preset`: where it was read from.
    pub source: String,
    pub path: Option<String>,
    /// `sha256:` and the digest of the effective policy.
    pub digest: String,
    pub layers: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    pub id: String,
    pub rule: String,
    pub level: Level,
    /// Absent for findings about the branch as a whole.
    pub path: Option<String>,
    /// The side `path` and `line` are of: `base` for what was removed.
    pub side: Option<Side>,
    pub line: Option<u32>,
    pub end_line: Option<u32>,
    /// The path in the base, where it is another one.
    pub base_path: Option<String>,
    pub base_line: Option<u32>,
    /// For a finding on the base's side: the nearest place in the head, for tools that can only show that.
    pub head_path: Option<String>,
    pub head_line: Option<u32>,
    pub test: Option<String>,
    pub message: String,
    pub before: Option<String>,
    pub after: Option<String>,
    pub witness: Option<String>,
    /// What to do next, where the rule's page is too general.
    pub help: Option<String>,
    pub because: Because,
    /// What a waiver must name besides the id, where the id alone doesn't hold what the finding is about.
    pub content: Option<String>,
    pub waiver: Option<Waiver>,
    /// What `agentgate prove` found by running, where it did.
    #[serde(default)]
    pub proof: Option<String>,
}

/// The policy line that decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Because {
    pub path: String,
    pub line: u32,
}

/// Who excused a finding, why and until when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Waiver {
    pub owner: String,
    pub reason: String,
    /// A date, `2026-12-31`.
    pub expires: Option<String>,
    pub path: String,
    pub line: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub block: usize,
    pub warn: usize,
    pub note: usize,
    pub waived: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    pub files: usize,
    pub production_files: usize,
    pub test_files: usize,
    pub added: usize,
    pub deleted: usize,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unread {
    pub path: String,
    pub why: String,
}

impl Report {
    /// Puts a verdict into the words of the interface.
    pub fn from_verdict(verdict: &Verdict, change: &ChangeSet, elapsed: Duration) -> Self {
        let mut findings = Vec::with_capacity(verdict.judgements.len());
        let mut counts = Counts::default();
        for judgement in &verdict.judgements {
            let finding = Finding::from_judgement(judgement, change);
            counts.add(&finding);
            findings.push(finding);
        }
        Self {
            version: VERSION,
            tool: Tool { name: env!("CARGO_PKG_NAME").into(), version: env!("CARGO_PKG_VERSION").into() },
            verdict: if verdict.is_blocked() { Outcome::Block } else { Outcome::Pass },
            subject: Subject::from(&verdict.subject),
            policy: PolicySource::from(&verdict.policy),
            findings,
            counts,
            changes: Changes::from(verdict.changes),
            unread: verdict.unread.iter().map(Unread::from).collect(),
            elapsed_ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        }
    }

    /// Files that were not read and of which no finding says the same.
    pub fn unread_untold(&self) -> Vec<&Unread> {
        let tells = |unread: &Unread| {
            let same = |finding: &Finding| finding.path.as_ref() == Some(&unread.path) && finding.message == unread.why;
            self.findings.iter().any(|finding| finding.waiver.is_none() && same(finding))
        };
        self.unread.iter().filter(|unread| !tells(unread)).collect()
    }

    /// What counts, gravest first: blocking, warnings, notes; each in the report's order. Waived findings are not here.
    pub fn standing(&self) -> Vec<&Finding> {
        let mut standing: Vec<_> = self.findings.iter().filter(|finding| finding.waiver.is_none()).collect();
        standing.sort_by_key(|finding| std::cmp::Reverse(finding.level));
        standing
    }

    pub fn waived(&self) -> impl Iterator<Item = (&Finding, &Waiver)> {
        self.findings.iter().filter_map(|finding| Some((finding, finding.waiver.as_ref()?)))
    }
}

impl Finding {
    fn from_judgement(judgement: &verdict::Judgement, change: &ChangeSet) -> Self {
        let finding = &judgement.finding;
        let place = finding.place.as_ref();
        let path = place.map(|place| place.path.to_text());
        let base = finding.base_place.as_ref();
        let head = place.filter(|place| place.side == Side::Base).and_then(|place| {
            let line = place.lines.map(|lines| lines.first);
            nearest_in_head(change, &place.path, line)
        });
        Self {
            id: judgement.id.clone(),
            rule: finding.rule.to_owned(),
            level: judgement.level,
            side: place.map(|place| place.side),
            line: place.and_then(|place| place.lines).map(|lines| lines.first),
            end_line: place.and_then(|place| place.lines).map(|lines| lines.last),
            base_path: base.map(|base| base.path.to_text()).filter(|base| Some(base) != path.as_ref()),
            base_line: base.and_then(|base| base.lines).map(|lines| lines.first),
            head_path: head.as_ref().map(|(path, _)| path.to_text()),
            head_line: head.and_then(|(_, line)| line),
            path,
            test: finding.test.clone(),
            message: finding.message.clone(),
            before: finding.before.clone(),
            after: finding.after.clone(),
            witness: finding.witness.clone(),
            help: finding.help.clone(),
            because: Because::from(&judgement.because),
            content: judgement.content.clone(),
            waiver: judgement.waiver.as_ref().map(Waiver::from),
            proof: None,
        }
    }
}

/// Where in the head a reader should look for a line of the base: the same line where it survives, else the line before
/// the gap. Nothing where the file is gone or can't be read.
fn nearest_in_head<'a>(
    change: &'a ChangeSet,
    path: &RepoPath,
    line: Option<u32>,
) -> Option<(&'a RepoPath, Option<u32>)> {
    let file = change.files.iter().find(|file| file.base.as_ref().is_some_and(|base| base.path == *path))?;
    let head = &file.head.as_ref()?.path;
    let line = line.and_then(|line| Some(line_in_head(change.hunks(file).ok()?, line)));
    Some((head, line))
}

fn line_in_head(hunks: &[Hunk], line: u32) -> u32 {
    let mut shift = 0i64;
    for hunk in hunks {
        // A hunk that deletes nothing names the line before it.
        let start = if hunk.base_count == 0 { hunk.base_start + 1 } else { hunk.base_start };
        if line < start {
            break;
        }
        if line < start + hunk.base_count {
            let within = (line - start).min(hunk.head_count.saturating_sub(1));
            return (hunk.head_start + within).max(1);
        }
        shift += i64::from(hunk.head_count) - i64::from(hunk.base_count);
    }
    u32::try_from(i64::from(line) + shift).unwrap_or(line).max(1)
}

impl Counts {
    fn add(&mut self, finding: &Finding) {
        match (&finding.waiver, finding.level) {
            (Some(_), _) => self.waived += 1,
            (None, Level::Block) => self.block += 1,
            (None, Level::Warn) => self.warn += 1,
            (None, Level::Note) => self.note += 1,
            (None, Level::Off) => {}
        }
    }
}

impl From<&verdict::Subject> for Subject {
    fn from(subject: &verdict::Subject) -> Self {
        Self {
            base: Base { name: subject.base.name.clone(), commit: subject.base.commit.clone() },
            merge_base: subject.merge_base.clone(),
            head: Head {
                name: subject.head.name.clone(),
                commit: subject.head.commit.clone(),
                tree: subject.head.tree.clone(),
            },
            agent: Agent { is_agent: subject.agent.is_agent, why: subject.agent.why.clone() },
        }
    }
}

impl From<&Identity> for PolicySource {
    fn from(policy: &Identity) -> Self {
        let Identity { source, path, digest, layers } = policy.clone();
        Self { source: source.name().to_owned(), path, digest, layers }
    }
}

impl From<Summary> for Changes {
    fn from(summary: Summary) -> Self {
        let size = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        Self {
            files: size(summary.files),
            production_files: size(summary.production_files),
            test_files: size(summary.test_files),
            added: size(summary.added),
            deleted: size(summary.deleted),
        }
    }
}

impl From<&verdict::Unread> for Unread {
    fn from(unread: &verdict::Unread) -> Self {
        Self { path: unread.path.to_text(), why: unread.why.clone() }
    }
}

impl From<&verdict::Waiver> for Waiver {
    fn from(waiver: &verdict::Waiver) -> Self {
        Self {
            owner: waiver.owner.clone(),
            reason: waiver.reason.clone(),
            expires: Some(waiver.expires.clone()),
            path: waiver.origin.path.clone(),
            line: waiver.origin.line,
        }
    }
}

impl From<&Origin> for Because {
    fn from(origin: &Origin) -> Self {
        Self { path: origin.path.clone(), line: origin.line }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_base_is_found_again_in_the_head() {
        let hunk =
            |base_start, base_count, head_start, head_count| Hunk { base_start, base_count, head_start, head_count };
        let hunks = [hunk(3, 2, 2, 0), hunk(10, 0, 9, 3), hunk(20, 2, 21, 4)];
        let expected = [(1, 1), (2, 2), (3, 2), (4, 2), (5, 3), (10, 8), (11, 12), (20, 21), (21, 22), (22, 25)];
        for (base, head) in expected {
            assert_eq!(line_in_head(&hunks, base), head, "line {base}");
        }
    }

    #[test]
    fn a_file_emptied_from_its_first_line_is_shown_at_line_one() {
        assert_eq!(line_in_head(&[Hunk { base_start: 1, base_count: 5, head_start: 0, head_count: 0 }], 3), 1);
    }
}
