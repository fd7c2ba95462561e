//! `check --staged` and `check --worktree`: what is not committed yet, judged without touching it.

use serde_json::Value;

use crate::program::{self, Run};
use crate::repository::TestRepository;

const TEST: &str = "def test_total():\n    assert total() == 105.3\n";
const LOOSER: &str = "def test_total():\n    assert total() > 0\n";

/// An agent's branch with one innocent commit, and an index and a work tree that hold what `main` has.
fn repository() -> TestRepository {
    let test = TestRepository::new();
    test.write(".gitignore", "*.log\n").write("tests/test_total.py", TEST).write("src/total.py", "a = 1\n");
    test.commit("base");
    test.branch("agent/T-1-x").write("src/total.py", "a = 2\n").commit("work");
    test
}

fn judged(test: &TestRepository, arguments: &[&str]) -> (i32, Value) {
    let run = test.agentgate(&[&["check", "--format", "json"], arguments].concat());
    (run.code, serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run:?}")))
}

fn rules(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().expect("a list");
    findings.iter().filter(|found| found["level"] == "block").filter_map(|found| found["rule"].as_str()).collect()
}

/// Everything in the git directory except our own report.
fn state(test: &TestRepository) -> Vec<(String, Vec<u8>)> {
    let mut folders = vec![test.dir().join(".git")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("it is there") {
            let path = entry.expect("readable").path();
            match path.is_dir() {
                true if path.ends_with(".git/agentgate") => {}
                true => folders.push(path),
                false => found.push((path.display().to_string(), std::fs::read(&path).expect("readable"))),
            }
        }
    }
    found.sort();
    found
}

#[test]
fn what_is_not_committed_is_not_judged_unless_asked_for() {
    let test = repository();
    test.write("tests/test_total.py", LOOSER).git(&["add", "--all"]);
    let (code, report) = judged(&test, &[]);
    assert_eq!((code, rules(&report)), (0, vec![]), "{report}");
}

#[test]
fn staged_is_the_index_and_worktree_is_all_of_it() {
    let test = repository();
    test.write("notes.log", "ignored\n")
        .write("tests/test_new.py", "import pytest\n\n\n@pytest.mark.skip\ndef test_new():\n    assert False\n");
    let (code, report) = judged(&test, &["--staged"]);
    assert_eq!((code, rules(&report)), (0, vec![]), "nothing of it is staged: {report}");
    assert_eq!(report["changes"]["files"], 1, "but the branch's commits count");

    test.write("tests/test_total.py", LOOSER).git(&["add", "tests/test_total.py"]);
    test.write("tests/test_total.py", TEST);
    let before = state(&test);
    let (code, report) = judged(&test, &["--staged"]);
    assert_eq!((code, rules(&report)), (1, vec!["loosened-assertion"]), "{report}");
    assert_eq!(
        (&report["subject"]["head"]["ref"], &report["subject"]["head"]["commit"]),
        (&"index".into(), &Value::Null)
    );
    assert!(report["subject"]["head"]["tree"].is_string());

    let (code, report) = judged(&test, &["--worktree"]);
    assert_eq!((code, rules(&report)), (1, vec!["skipped-test"]), "{report}");
    assert_eq!(report["changes"]["files"], 2, "the ignored file is none: {report}");
    assert_eq!(report["subject"]["head"]["ref"], "worktree");
    assert_eq!(state(&test), before, "the repository is left as it was");
}

#[test]
fn explain_tells_of_it_afterwards() {
    let test = repository();
    test.write("tests/test_total.py", LOOSER);
    let run = test.agentgate(&["check", "--worktree"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.contains("worktree → main"), "{run:?}");
    let run = test.agentgate(&["explain"]);
    assert!(run.code == 0 && run.stdout.contains("loosened-assertion"), "{run:?}");
    let (_, report) = judged(&test, &["--worktree"]);
    let id = report["findings"][0]["id"].as_str().expect("an id").to_owned();
    let run = test.agentgate(&["explain", &id[..6]]);
    assert!(run.code == 0 && run.stdout.contains("assert total() > 0"), "{run:?}");
}

/// The same findings keep their names when the work is committed, so that what was said before still holds.
#[test]
fn committing_changes_nothing_about_the_findings() {
    let test = repository();
    test.write("tests/test_total.py", LOOSER).git(&["add", "--all"]);
    let (_, staged) = judged(&test, &["--staged"]);
    test.commit("looser");
    let (_, committed) = judged(&test, &[]);
    assert_eq!(staged["findings"], committed["findings"]);
    assert_eq!(staged["subject"]["head"]["tree"], committed["subject"]["head"]["tree"]);
}

#[test]
fn on_the_base_branch_itself_too() {
    let test = repository();
    test.switch("main").write("tests/test_total.py", LOOSER).git(&["add", "--all"]);
    let (code, report) = judged(&test, &["--staged"]);
    assert_eq!((code, rules(&report)), (1, vec!["loosened-assertion"]), "{report}");
}

#[test]
fn the_policy_is_the_base_s_even_where_another_lies_in_the_work_tree() {
    let test = repository();
    test.write(".agentgate/policy.toml", "version = 1\nextends = [\"observe\"]\n");
    test.write("tests/test_total.py", LOOSER);
    let (code, report) = judged(&test, &["--worktree"]);
    assert_eq!(code, 1, "{report}");
    assert_eq!(report["policy"]["source"], "preset");
}

#[test]
fn from_a_folder_below_and_from_a_linked_work_tree() {
    let test = repository();
    test.write("tests/test_total.py", LOOSER);
    let run = program::run(&test.dir().join("src"), &["check", "--worktree"]);
    assert!(run.code == 1 && run.stdout.contains("tests/test_total.py:2"), "{run:?}");

    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("linked");
    test.git(&["worktree", "add", "--quiet", "-b", "agent/T-2-y", path.to_str().expect("UTF-8"), "main"]);
    let linked = TestRepository::at(&path);
    assert_eq!(linked.agentgate(&["check", "--worktree"]).code, 2, "nothing was changed there");
    linked.write("tests/test_total.py", LOOSER);
    let run = program::run(folder.path(), &["check", "--worktree", "--repo", "linked"]);
    assert!(run.code == 1 && run.stdout.contains("tests/test_total.py:2"), "{run:?}");
}

#[test]
fn where_there_is_nothing_to_judge_it_says_what_to_do() {
    fn refused(run: Run, words: &[&str]) {
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run:?}");
        words.iter().for_each(|word| assert!(run.stderr.contains(word), "{word}: {run:?}"));
    }
    let test = repository();
    test.switch("main");
    refused(test.agentgate(&["check", "--staged"]), &["nothing is staged on top of `main`", "--worktree"]);
    refused(test.agentgate(&["check", "--worktree"]), &["the work tree is as `main` has it", "git status"]);
    refused(test.agentgate(&["check", "--staged", "--head", "main"]), &["cannot be used with", "--head"]);
    refused(test.agentgate(&["check", "--staged", "--worktree"]), &["cannot be used with"]);
    let bare = test.clone_of(&["--bare"]);
    refused(bare.agentgate(&["check", "--base", "agent/T-1-x", "--staged"]), &["is bare", "--head"]);
    refused(TestRepository::new().agentgate(&["check", "--worktree"]), &["no commit yet"]);

    test.write("a", "0\n").commit("a");
    test.branch("other").write("a", "1\n").commit("other");
    test.switch("main").write("a", "2\n").commit("main");
    test.try_git(&["merge", "other"]);
    refused(test.agentgate(&["check", "--base", "main~1", "--staged"]), &["unresolved merge conflicts (a)", "git add"]);
}
