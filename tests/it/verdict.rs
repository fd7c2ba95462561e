//! From findings to a verdict.

use agentgate::change::{Bytes, ChangeSet, Memory, Roles};
use agentgate::policy::{Level, Origin, Policy};
use agentgate::verdict::{Confidence, Finding, Place, Subject, Verdict};
use agentgate::{RepoPath, Side};
use proptest::prelude::*;

const RULE: &str = "snapshot-churn";

fn bytes(text: &str) -> Bytes {
    text.as_bytes().into()
}

fn change(base: &[(&str, &str)], head: &[(&str, &str)]) -> ChangeSet {
    let side = |files: &[(&str, &str)]| files.iter().map(|(path, text)| (RepoPath::from(*path), bytes(text))).collect();
    let mut memory = Memory::default();
    memory.base = side(base);
    memory.head = side(head);
    memory.into_change_set(&Roles::default())
}

fn judged(policy: &str, change: &ChangeSet, findings: Vec<Finding>) -> Verdict {
    let policy = Policy::from_text(&format!("version = 1\n{policy}")).unwrap_or_else(|error| panic!("{error}"));
    Verdict::new(findings, change, &policy, Subject::default())
}

fn verdict(policy: &str, findings: Vec<Finding>) -> Verdict {
    judged(policy, &change(&[], &[]), findings)
}

fn finding(path: &str, line: u32) -> Finding {
    Finding::new(RULE, "changed").at(Place::line(&RepoPath::from(path), Side::Head, line)).before("a").after("b")
}

fn levels(verdict: &Verdict) -> Vec<Level> {
    verdict.judgements.iter().map(|judgement| judgement.level).collect()
}

#[test]
fn the_policy_gives_level_and_reason_by_path() {
    let policy = "rules.snapshot-churn = \"warn\"\n[[paths]]\nmatch = [\"billing/\"]\nrules.snapshot-churn = \"block\"";
    let verdict = verdict(policy, vec![finding("billing/a", 1), finding("docs/a", 1)]);
    assert_eq!(levels(&verdict), [Level::Block, Level::Warn]);
    assert_eq!(verdict.judgements[0].because, Origin { path: ".agentgate/policy.toml".into(), line: 5 });
    assert_eq!(verdict.judgements[1].because.line, 2);
    assert!(verdict.is_blocked());
    let counts = verdict.counts();
    assert_eq!((counts.block, counts.warn, counts.note), (1, 1, 0));
}

#[test]
fn what_is_off_or_filtered_out_is_dropped() {
    assert_eq!(levels(&verdict("rules.snapshot-churn = \"off\"", vec![finding("a", 1)])), []);
    let exclude = "rules.snapshot-churn.exclude = [\"docs/\"]";
    assert_eq!(levels(&verdict(exclude, vec![finding("docs/a", 1), finding("a", 1)])), [Level::Block]);
    let include = "rules.snapshot-churn.include = [\"docs/\"]";
    assert_eq!(levels(&verdict(include, vec![finding("docs/a", 1), finding("a", 1)])), [Level::Block]);
    let branch = Finding::new(RULE, "about the branch");
    assert_eq!(levels(&verdict(include, vec![branch])), [Level::Block], "path filters say nothing about branches");
}

#[test]
fn a_doubt_never_blocks() {
    let doubtful = finding("a", 1).confidence(Confidence::Doubtful);
    assert_eq!(levels(&verdict("", vec![doubtful.clone()])), [Level::Warn]);
    assert_eq!(levels(&verdict("rules.snapshot-churn = \"note\"", vec![doubtful])), [Level::Note]);
}

#[test]
fn a_rule_may_name_the_policy_line_itself() {
    let line = Origin { path: "policy".into(), line: 42 };
    assert_eq!(verdict("", vec![finding("a", 1).because(line.clone())]).judgements[0].because, line);
}

#[test]
fn moving_a_file_is_no_way_out_and_keeps_the_identity() {
    let policy = "[[paths]]\nmatch = [\"loose/\"]\nrules.snapshot-churn = \"off\"";
    let text = "one\ntwo\nthree\n";
    let moved = change(&[("tests/a", text)], &[("loose/a", text)]);
    let verdict = judged(policy, &moved, vec![finding("loose/a", 1)]);
    assert_eq!(levels(&verdict), [Level::Block]);
    let stayed = judged(policy, &change(&[("tests/a", text)], &[("tests/a", "x")]), vec![finding("tests/a", 7)]);
    assert_eq!(verdict.judgements[0].id, stayed.judgements[0].id);
}

#[test]
fn judgements_are_sorted_and_the_branch_comes_first() {
    let all = vec![finding("b", 2), finding("a", 9), finding("b", 1), Finding::new(RULE, "branch"), finding("a", 10)];
    let verdict = verdict("", all);
    let places: Vec<_> = verdict
        .judgements
        .iter()
        .map(|judgement| {
            judgement.finding.place.as_ref().map(|place| (place.path.to_text(), place.lines.unwrap().first))
        })
        .collect();
    let at = |path: &str, line| Some((path.to_owned(), line));
    assert_eq!(places, [None, at("a", 9), at("a", 10), at("b", 1), at("b", 2)]);
    assert!(verdict.judgements.iter().all(|judgement| judgement.id.len() == 12));
}

#[test]
fn a_verdict_says_what_changed_and_under_which_policy() {
    let change = change(&[("src/a.rs", "one\n")], &[("src/a.rs", "two\n"), ("tests/a.rs", "x\ny\n")]);
    let verdict = judged("", &change, Vec::new());
    assert!(!verdict.is_blocked());
    assert_eq!((verdict.changes.files, verdict.changes.production_files, verdict.changes.test_files), (2, 1, 1));
    assert_eq!((verdict.changes.added, verdict.changes.deleted), (3, 1));
    assert_eq!(verdict.policy.path.as_deref(), Some(".agentgate/policy.toml"));
    assert_eq!(verdict.unread, []);
}

proptest! {
    #[test]
    fn the_order_of_findings_does_not_matter(
        findings in proptest::collection::vec(("[ab]", 1u32..4, "[xy]{0,1}"), 0..10).prop_shuffle(),
        turn in 0usize..10,
    ) {
        let all: Vec<Finding> =
            findings.iter().map(|(path, line, text)| finding(path, *line).in_test(text.as_str())).collect();
        let mut turned = all.clone();
        turned.rotate_left(turn.min(all.len()));
        turned.reverse();
        prop_assert_eq!(verdict("", all).judgements, verdict("", turned).judgements);
    }
}
