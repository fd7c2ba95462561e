//! `agentgate prove` on branches that would rather not be proven, and what it keeps between runs.
#![cfg(unix)]

use std::path::Path;

use crate::program::{self, Run, finished};
use crate::prove::{is_here, json, proving, verdicts};
use crate::repository::TestRepository;

/// A base whose check demands `1`, and a branch from it.
fn checked() -> TestRepository {
    let repository = TestRepository::new();
    repository.write("value", "1\n").write("tests/check.sh", "test \"$(cat value)\" = 1\n");
    repository.commit("base");
    repository.branch("agent/T-1-x");
    repository
}

/// Runs with a policy that hands `HERE` on.
fn proving_here(repository: &TestRepository, here: &Path, options: &[&str], command: &[&str]) -> Run {
    finished(&proving(repository, &[("HERE", here)], options, command).output().expect("it runs"))
}

#[test]
fn what_steers_a_runner_goes_with_the_tests() {
    for file in ["pytest.ini", "conftest.py", "jest.config.js", ".mocharc.yml", "phpunit.xml"] {
        let repository = TestRepository::new();
        let check = format!("if grep -q all {file}; then test \"$(cat value)\" = 1; fi\n");
        repository.write("value", "1\n").write(file, "all\n").write("tests/check.sh", check);
        repository.commit("base");
        repository.branch("agent/T-1-x");
        repository.write("value", "2\n").write(file, "none\n");
        repository.commit("leave it out");
        let run = repository.agentgate(&["prove", "--format", "json", "--", "sh", "tests/check.sh"]);
        assert_eq!(json(&run)["behaviour_kept"], false, "{file}: {run:?}");
    }
}

#[test]
fn attributes_of_the_branch_run_no_filter_of_the_repository() {
    let here = tempfile::tempdir().expect("a directory");
    let repository = checked();
    let mark = here.path().join("ran");
    let smudge = format!("sh -c 'touch {}; cat'", mark.display());
    repository.git(&["config", "filter.mine.smudge", &smudge]);
    repository.write("value", "2\n").write(".gitattributes", "value filter=mine\n");
    repository.commit("a filter");
    std::fs::remove_file(&mark).ok();
    let run = repository.agentgate(&["prove", "--format", "json", "--", "sh", "tests/check.sh"]);
    assert_eq!(json(&run)["behaviour_kept"], false, "{run:?}");
    assert!(!mark.exists());
}

#[test]
fn a_flood_of_output_is_not_kept() {
    let repository = checked();
    repository.write("value", "2\n").write("tests/check.sh", "yes flood | head -c 150000000\nexit 3\n");
    repository.commit("flood");
    let run = repository.agentgate(&["prove", "--repeat", "0", "--format", "json", "--", "sh", "tests/check.sh"]);
    let proof = json(&run);
    assert_eq!(proof["cells"][3]["outcome"], "failed", "{proof}");
    assert!(run.stdout.len() < 100_000, "{}", run.stdout.len());
}

#[test]
fn a_link_in_place_of_code_is_not_written_through() {
    let outside = tempfile::tempdir().expect("a directory");
    let target = outside.path().join("mine");
    std::fs::write(&target, "x = 1 > 0\n").expect("written");
    let repository = checked();
    std::os::unix::fs::symlink(&target, repository.dir().join("code.py")).expect("a link");
    repository.remove("tests/check.sh").write("tests/other.sh", "echo changed > code.py\n");
    repository.commit("a link");
    let run =
        repository.agentgate(&["prove", "--mutants", "3", "--format", "json", "--", "sh", "-c", "test -L code.py"]);
    json(&run);
    assert_eq!(std::fs::read_to_string(&target).expect("there"), "x = 1 > 0\n");
}

/// How often the command ran: it says so in a file.
const COUNTED: [&str; 3] = ["sh", "-c", "echo >> \"$HERE/count\"; sh tests/check.sh"];

fn count(here: &Path) -> usize {
    std::fs::read_to_string(here.join("count")).unwrap_or_default().lines().count()
}

#[test]
fn results_are_kept_where_someone_asks_for_that() {
    let here = tempfile::tempdir().expect("a directory");
    let repository = checked();
    repository.write("value", "1\n\n");
    repository.commit("change");
    let proven = |options: &[&str]| {
        let run = proving_here(&repository, here.path(), options, &COUNTED);
        assert_eq!(json(&run)["behaviour_kept"], true, "{run:?}");
        run
    };
    proven(&["--format", "json"]);
    let once = count(here.path());
    assert!(repository.try_git(&["rev-parse", "refs/notes/agentgate-prove"]).status.code() != Some(0));
    proven(&["--format", "json", "--cache"]);
    assert_eq!(count(here.path()), 2 * once);
    let again = proven(&["--format", "json", "--cache"]);
    assert_eq!(count(here.path()), 2 * once, "{again:?}");
    assert!(again.stdout.contains("taken from refs/notes/agentgate-prove"), "{again:?}");
    // Another way of running is another question.
    proven(&["--format", "json", "--cache", "--timeout", "60"]);
    assert_eq!(count(here.path()), 3 * once);
}

#[test]
fn a_damaged_result_is_left_aside_and_said() {
    let here = tempfile::tempdir().expect("a directory");
    let repository = checked();
    repository.write("value", "1\n\n");
    repository.commit("change");
    let tree = repository.git(&["rev-parse", "HEAD^{tree}"]);
    let damaged = ["notes", "--ref", "agentgate-prove", "add", "-m", "{\"version\":1,\"key\":", tree.trim()];
    repository.git(&damaged);
    let run = proving_here(&repository, here.path(), &["--format", "json", "--cache"], &COUNTED);
    assert_eq!(json(&run)["behaviour_kept"], true, "{run:?}");
    assert!(run.stdout.contains("is damaged and was left aside"), "{run:?}");
    assert!(count(here.path()) > 0);
}

#[test]
fn a_policy_can_require_a_regression_test() {
    let repository = checked();
    repository.write("value", "1\n\n");
    repository.commit("change");
    for (playbook, code) in [("default", 0), ("playbook/bug-fix", 1)] {
        repository.write("policy.toml", format!("version = 1\nextends = [\"{playbook}\"]\n"));
        let run = repository.agentgate(&["prove", "--policy", "policy.toml", "--", "sh", "tests/check.sh"]);
        assert_eq!(run.code, code, "{playbook}: {run:?}");
    }
}

#[test]
fn explain_shows_what_running_said() {
    if !is_here("python3") {
        return;
    }
    let repository = TestRepository::new();
    repository
        .write("value", "1\n")
        .write("tests/test_value.py", "def test_value():\n    assert open('value').read() == '1\\n'\n");
    repository.commit("base");
    repository.branch("agent/T-1-x");
    repository
        .write("value", "2\n")
        .write("tests/test_value.py", "def test_value():\n    assert open('value').read() != ''\n");
    repository.commit("looser");
    // No runner that names tests: the whole run of the base's tests fails on the head's code.
    let command = "python3 -c 'import sys; sys.path.insert(0, \"tests\"); import test_value; test_value.test_value()'";
    let run = repository.agentgate(&["prove", "--format", "markdown", "--", "sh", "-c", command]);
    assert!(run.code == 1 && run.stdout.starts_with("## agentgate prove\n\n```text\n"), "{run:?}");
    let explained = repository.agentgate(&["explain"]);
    assert!(explained.stdout.contains("convicted: the base's tests pass on the base's code"), "{explained:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn proving_needs_no_network_and_hands_none_over() {
    let alone = ["-r", "-n"];
    let can_be_alone =
        std::process::Command::new("unshare").args(alone).arg("true").status().is_ok_and(|it| it.success());
    if !can_be_alone || !is_here("python3") {
        return;
    }
    let repository = TestRepository::new();
    let test = |check: &str| {
        format!(
            "import os, unittest\nfrom code_of import half\n\n\nclass T(unittest.TestCase):\n    def test_half(self):\n        {check}\n        self.assertFalse([name for name in os.environ if 'proxy' in name.lower()])\n"
        )
    };
    repository.write("code_of.py", "def half(x):\n    return x / 2\n");
    repository.write("test_half.py", test("self.assertEqual(half(4), 2)"));
    repository.commit("base");
    repository.branch("agent/T-1-x");
    repository.write("test_half.py", test("self.assertTrue(half(4))"));
    repository.commit("looser");
    let mut command = program::command(repository.dir());
    let agentgate = command.get_program().to_owned();
    let environment: Vec<_> =
        command.get_envs().map(|(name, value)| (name.to_owned(), value.map(ToOwned::to_owned))).collect();
    command = std::process::Command::new("unshare");
    command.current_dir(repository.dir()).args(alone).arg(agentgate);
    for (name, value) in environment {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.env("HTTPS_PROXY", "http://127.0.0.1:9").env("http_proxy", "http://127.0.0.1:9");
    command.args(["prove", "--mutants", "4", "--format", "json", "--", "python3", "-m", "unittest"]);
    let run = finished(&command.output().expect("it runs"));
    assert_eq!((run.code, verdicts(&json(&run))), (1, vec!["convicted-by-fault"]), "{run:?}");
}

#[test]
fn what_others_build_in_a_cache_meanwhile_is_not_taken_for_ours() {
    // Builds by time, as make and cargo do; and somebody else builds something else right behind it.
    let check = "if [ ! -e cache/built ] || [ value -nt cache/built ]; then cp value cache/built; fi\nbuilt=$(cat cache/built)\necho stale > cache/built\ntest \"$built\" != stale\n";
    let repository = TestRepository::new();
    repository.write(".gitignore", "cache\n").write("value", "1\n").write("tests/check.sh", check);
    repository.commit("base");
    repository.branch("agent/T-1-x");
    repository.write("value", "2\n").write("tests/check.sh", format!("{check}# checked\n"));
    repository.commit("change");
    repository.write("cache/kept", "");
    repository.write("policy.toml", "version = 1\n[prove]\ncaches = [\"cache\"]\n");
    let run =
        repository.agentgate(&["prove", "--policy", "policy.toml", "--format", "json", "--", "sh", "tests/check.sh"]);
    let proof = json(&run);
    let cells = proof["cells"].as_array().expect("a list");
    assert!(cells.iter().all(|cell| cell["outcome"] == "passed"), "{run:?}");
}
