//! `agentgate explain` and `agentgate rules`, as typed.

use std::io::Write as _;
use std::process::Stdio;

use agentgate::report::style::Style;
use agentgate::report::{Report, explain, json};
use serde_json::Value;
use tempfile::TempDir;

use crate::program::{self, Run};
use crate::repository::TestRepository;
use crate::verdicts;

/// A folder with `report.json` in it and no repository around.
fn saved(report: &Report) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    std::fs::write(folder.path().join("report.json"), json::render(report)).expect("it can be written");
    folder
}

fn explained(report: &Report, arguments: &[&str]) -> Run {
    let folder = saved(report);
    program::run(folder.path(), &[&["explain", "--report", "report.json"], arguments].concat())
}

/// With names no rule has, so that the snapshots do not change with the pages of rules.
fn of_no_rule() -> Report {
    let mut report = verdicts::rich();
    report.findings.iter_mut().for_each(|finding| finding.rule.insert_str(0, "some-"));
    report
}

#[test]
fn the_whole_report_at_length() {
    insta::assert_snapshot!(explain::report(&of_no_rule(), Style::plain()));
}

#[test]
fn one_finding_in_depth() {
    let report = of_no_rule();
    insta::assert_snapshot!(explain::finding(&report, &report.findings[0], Style::plain()));
}

#[test]
fn the_rule_says_why_it_matters_and_what_to_do() {
    let rule = agentgate::rules::ALL[0];
    let mut report = verdicts::rich();
    report.findings.truncate(1);
    rule.name.clone_into(&mut report.findings[0].rule);
    report.findings[0].help = None;
    let (whole, one) =
        (explain::report(&report, Style::plain()), explain::finding(&report, &report.findings[0], Style::plain()));
    assert!(whole.contains(&format!("{}: {}", rule.name, rule.summary)) && whole.contains("What to do:"), "{whole}");
    assert!(one.contains("\nWhy it matters\n  ") && one.contains("\nWhat to do\n  "), "{one}");
    let why = rule.page.split("## Why it matters").nth(1).expect("pages have it").trim();
    let first_words = why.split_whitespace().take(4).collect::<Vec<_>>().join(" ");
    assert!(whole.contains(&first_words) && one.contains(&first_words), "{first_words}");
}

#[test]
fn a_finding_is_named_by_the_start_of_its_id() {
    for id in ["3f9c", "3F9C2A", "3f9c2a1b7d04"] {
        let run = explained(&verdicts::rich(), &[id]);
        assert_eq!(run.code, 0, "{run:?}");
        assert!(run.stdout.starts_with("block loosened-assertion: equality became a lower bound\n"), "{run:?}");
    }
}

#[test]
fn a_start_that_several_ids_share_lists_them() {
    let mut report = verdicts::rich();
    report.findings[1].id = "3f9c00000000".into();
    let run = explained(&report, &["3f9c"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    insta::assert_snapshot!(run.stderr, @r"
    agentgate: `3f9c` is the start of 2 findings
      help: 3f9c2a1b7d04 loosened-assertion tests/test_billing.py:14
      help: 3f9c00000000 deleted-test tests/legacy/test_rounding.py:8
    ");
}

#[test]
fn what_is_neither_rule_nor_finding_gets_the_nearest_names() {
    let rule = agentgate::rules::ALL.last().expect("there are rules").name;
    let misspelt = rule.replace('-', "_") + "s";
    let run = explained(&verdicts::rich(), &[&misspelt]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains(&format!("did you mean `{rule}`")), "{run:?}");
    let run = explained(&verdicts::rich(), &["3f9"]);
    assert!(run.stderr.contains("at least 4 of its digits"), "{run:?}");
    let run = explained(&verdicts::rich(), &["ffff"]);
    assert!(run.stderr.contains("no finding of that report starts with `ffff`"), "{run:?}");
}

#[test]
fn every_rule_has_a_page_that_fits_a_terminal() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    for rule in agentgate::rules::ALL {
        let page = agentgate::report::catalogue::page_text(rule, Style::plain());
        assert!(page.starts_with(&format!("{}: ", rule.name)), "{page}");
        for line in page.lines() {
            assert!(unicode_width::UnicodeWidthStr::width(line) <= 80, "{}: {line}", rule.name);
        }
    }
    let rule = agentgate::rules::ALL[0];
    let run = program::run(folder.path(), &["explain", rule.name]);
    assert_eq!((run.code, run.stdout), (0, agentgate::report::catalogue::page_text(rule, Style::plain())));
    let run = program::run(folder.path(), &["explain", rule.name, "--format", "markdown"]);
    assert!(run.stdout.contains(rule.page.trim()), "{run:?}");
}

#[test]
fn other_formats_are_for_programs_and_comments() {
    let report = verdicts::rich();
    let value = |run: &Run| serde_json::from_str::<Value>(&run.stdout).expect("JSON");
    let whole = explained(&report, &["--format", "json"]);
    assert_eq!(whole.stdout, json::render(&report));
    assert_eq!(value(&explained(&report, &["3f9c", "--format", "json"]))["finding"]["id"], "3f9c2a1b7d04");
    let rule = agentgate::rules::ALL[0].name;
    assert_eq!(value(&explained(&report, &[rule, "--format", "json"]))["name"], rule);
    assert!(explained(&report, &["--format", "markdown"]).stdout.starts_with("## agentgate: blocked\n"));
    assert!(
        explained(&report, &["3f9c", "--format", "markdown"]).stdout.starts_with("## block `loosened-assertion`: ")
    );
}

#[test]
fn a_report_can_come_from_standard_input() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let mut command = program::command(folder.path());
    command.args(["explain", "--report", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin.write_all(json::render(&verdicts::rich()).as_bytes()).expect("it reads");
    drop(stdin);
    let run = program::finished(&child.wait_with_output().expect("it ends"));
    assert_eq!((run.code, run.stdout), (0, explain::report(&verdicts::rich(), Style::plain())));
}

#[test]
fn before_the_first_check_it_says_what_to_do() {
    let test = TestRepository::new();
    let run = test.agentgate(&["explain"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("run `agentgate check` first"), "{run:?}");
}

/// Agents work in linked work trees; what one is told must not be about another's branch.
#[test]
fn each_work_tree_explains_its_own_last_check() {
    let test = TestRepository::new();
    test.write("src/a.py", "a = 1\n").commit("base");
    test.branch("agent/T-1-x").write("src/a.py", "a = 2\n").commit("work");
    test.git(&["worktree", "add", "-q", "-b", "agent/T-2-y", "linked", "main"]);
    let linked = TestRepository::at(test.dir().join("linked"));
    test.agentgate(&["check", "--base", "main"]);
    let run = test.agentgate(&["explain"]);
    assert!(run.code == 0 && run.stdout.contains("agent/T-1-x → main"), "{run:?}");
    assert_eq!(linked.agentgate(&["explain"]).code, 2, "nothing was checked there");
    linked.write("src/b.py", "b = 1\n").commit("work");
    linked.agentgate(&["check", "--base", "main"]);
    assert!(linked.agentgate(&["explain"]).stdout.contains("agent/T-2-y → main"));
    assert!(test.agentgate(&["explain"]).stdout.contains("agent/T-1-x → main"));
}

#[test]
fn rules_are_listed_in_three_formats() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let listed = |format: &str| program::run(folder.path(), &["rules", "--format", format]).stdout;
    let (text, markdown) = (listed("text"), listed("markdown"));
    let json: Value = serde_json::from_str(&listed("json")).expect("JSON");
    assert_eq!(json.as_array().expect("a list").len(), agentgate::rules::ALL.len());
    for rule in agentgate::rules::ALL {
        assert!(text.contains(rule.name) && markdown.contains(&format!("| `{}` |", rule.name)), "{}", rule.name);
    }
}
