//! The command line: exit codes, streams, what people read when nothing can be judged.

use crate::repository::TestRepository;

/// A base on `main` and one commit on an agent's branch.
fn branch() -> TestRepository {
    let test = TestRepository::new();
    test.write("src/a.py", "def a():\n    return 1\n").commit("base");
    test.branch("agent/T-1-x").write("src/a.py", "def a():\n    return 2\n").commit("work");
    test
}

#[test]
fn a_bare_repository_is_judged_and_left_as_it_is() {
    let bare = branch().clone_of(&["--bare"]);
    let before = std::fs::read_dir(bare.dir()).unwrap().count();
    let run = bare.agentgate(&["check", "--base", "main", "--head", "agent/T-1-x", "--format", "json"]);
    assert!(matches!(run.code, 0 | 1), "{run:?}");
    assert!(run.stdout.starts_with('{'), "{run:?}");
    assert_eq!(std::fs::read_dir(bare.dir()).unwrap().count(), before, "nothing is written");
}

/// The examples people copy out of the help must be commands.
#[test]
fn the_help_offers_only_what_there_is() {
    let test = TestRepository::new();
    let help = test.agentgate(&["--help"]).stdout;
    let examples = help.split("Examples:").nth(1).and_then(|rest| rest.split("Exit codes").next()).expect("examples");
    let mut tried = 0;
    for line in examples.lines().filter_map(|line| line.trim().strip_prefix("agentgate ")) {
        let words: Vec<&str> = line.split("  ").next().unwrap_or_default().split(' ').collect();
        let run = test.agentgate(&[&words[..], &["--help"]].concat());
        assert_eq!(run.code, 0, "{line}: {run:?}");
        tried += 1;
    }
    assert!(tried >= 3, "{help}");
}
