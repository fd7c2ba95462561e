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
