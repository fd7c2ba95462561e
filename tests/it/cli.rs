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

/// A person's branch is held to less, so its pass must not read like an agent's.
#[test]
fn a_pass_says_when_it_was_judged_as_a_person_s_branch() {
    let test = branch();
    let run = test.agentgate(&["check", "--as", "human"]);
    assert!(run.code == 0 && run.stdout.contains("as a person's"), "{run:?}");
    let run = test.agentgate(&["check"]);
    assert!(run.code == 0 && !run.stdout.contains("person"), "{run:?}");
}

/// Without the branch's name an agent's branch would pass as a person's.
#[test]
fn ci_knows_the_branch_or_says_that_it_does_not() {
    let test = branch();
    test.write("tests/test_a.py", "import pytest\n\n\n@pytest.mark.skip\ndef test_a():\n    assert 1 == 1\n")
        .commit("more");
    let blocked = |arguments: &[&str]| {
        let run = test.agentgate(&[&["ci"], arguments].concat());
        assert!(run.code == 1 && run.stdout.contains("skipped-test"), "{arguments:?}: {run:?}");
    };
    blocked(&[]);
    blocked(&["--base", "main", "--head", "agent/T-1-x"]);
    test.git(&["checkout", "--quiet", "--detach"]);
    blocked(&["--branch", "agent/T-1-x"]);
    blocked(&["--as", "agent"]);
    let run = test.agentgate(&["ci"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run:?}");
    assert!(run.stderr.contains("--branch NAME") && run.stderr.contains("--as agent"), "{run:?}");
}

#[test]
fn a_branch_that_left_its_base_long_ago_is_told_so() {
    let test = TestRepository::new();
    test.write(".agentgate/policy.toml", "version = 1\nextends = [\"default\"]\n[branches]\nmax-behind = 1\n");
    test.write("src/a.py", "a = 1\n").commit("base");
    test.branch("agent/T-1-x").write("src/a.py", "a = 2\n").commit("work");
    test.switch("main").commit("one");
    test.switch("agent/T-1-x");
    let run = test.agentgate(&["check", "--base", "main"]);
    assert!(run.code == 0 && !run.stdout.contains("stale-base"), "{run:?}");
    test.switch("main").commit("two");
    test.switch("agent/T-1-x");
    let run = test.agentgate(&["check", "--base", "main"]);
    assert!(run.stdout.contains("stale-base: 2 commits behind its base, the limit is 1"), "{run:?}");
    assert!(run.stdout.contains(".agentgate/policy.toml:4"), "the line that sets the limit: {run:?}");
    test.switch("main");
    for _ in 0..110 {
        test.git(&["commit", "--quiet", "--allow-empty", "--message", "more"]);
    }
    test.switch("agent/T-1-x");
    let run = test.agentgate(&["check", "--base", "main"]);
    assert!(run.stdout.contains("stale-base: at least 101 commits behind its base, the limit is 1"), "{run:?}");
}

#[test]
fn every_error_says_what_to_do_next() {
    let test = branch();
    let next = [
        (&["check", "--policy", "nofile"][..], "leave it away"),
        (&["check", "--pr-body", "nofile"], "standard input"),
        (&["check", "--base", "mian"], "did you mean `main`?"),
        (&["check", "--output", "no/such/folder/x"], "--output"),
        (&["explain", "--report", "nofile"], "--format json"),
        (&["explain", "--repo", "/"], "--repo"),
        (&["install", "--repo", "/"], "--repo"),
        (&["init", "--repo", "/"], "--repo"),
        (&["policy", "check", "nofile"], "agentgate init"),
        (&["demo", "src"], "agentgate demo DIR"),
        (&["chek"], "'check'"),
    ];
    for (arguments, words) in next {
        let run = test.agentgate(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{arguments:?}: {run:?}");
        assert!(run.stderr.contains(words), "{arguments:?}: {run:?}");
    }
}

/// Nobody needs an exception from what does not block.
#[test]
fn a_warning_is_explained_without_an_exception() {
    let test = branch();
    test.write("src/a.py", "def a():\n    return 2  # TODO: three\n").commit("doubt");
    assert_eq!(test.agentgate(&["check"]).code, 0);
    let run = test.agentgate(&["explain"]);
    assert!(run.stdout.contains("leftover-marker") && !run.stdout.contains("exception"), "{run:?}");
}
