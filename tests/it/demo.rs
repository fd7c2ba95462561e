//! `agentgate demo`: a real repository, always the same, and what is said of it.

use std::fs;

use crate::program;
use crate::repository::TestRepository;

/// What its agent does wrong.
const BROKEN: &[&str] = &[
    "block loosened-assertion",
    "block skipped-test",
    "block deleted-test",
    "block forbidden-path",
    "block weakened-ci",
    "warn leftover-marker",
];

#[test]
fn it_is_judged_and_explained_and_can_be_tried_further() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = program::run(folder.path(), &["demo", "first"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    for broken in BROKEN {
        assert!(run.stdout.contains(broken), "{broken}: {}", run.stdout);
    }
    assert!(
        !run.stdout.contains("unit/test_dates.py"),
        "the honest move is not mentioned as a finding: {}",
        run.stdout
    );
    assert!(run.stdout.contains("$ agentgate explain") && run.stdout.contains("Why it matters"), "{}", run.stdout);
    assert!(run.stdout.contains("\n  cd first\n"), "{}", run.stdout);
    for line in run.stdout.lines() {
        assert!(unicode_width::UnicodeWidthStr::width(line) <= 88, "{line}");
    }

    // The same commits and the same words, wherever and whenever.
    let again = program::run(folder.path(), &["demo", "again"]);
    assert_eq!(again.stdout.replace("again.", "first.").replace("cd again", "cd first"), run.stdout);
    let (first, again) =
        (TestRepository::at(folder.path().join("first")), TestRepository::at(folder.path().join("again")));
    assert_eq!(first.id("HEAD"), again.id("HEAD"));
    assert_eq!(first.git(&["status", "--porcelain"]), "");

    // What it suggests works.
    let run = first.agentgate(&["explain"]);
    assert!(run.code == 0 && run.stdout.contains("loosened-assertion"), "{run:?}");
    assert_eq!(first.agentgate(&["install"]).code, 0);
    let mut push = crate::repository::scrubbed("git", first.dir());
    program::prepare(&mut push);
    let run = program::finished(&push.args(["push", "origin", "HEAD"]).output().expect("git runs"));
    assert!(run.code != 0 && run.stderr.contains("nothing was pushed"), "{run:?}");
}

#[test]
fn it_overwrites_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("mine"), "x").expect("a file");
    let run = program::run(folder.path(), &["demo", "."]);
    assert!(run.code == 2 && run.stderr.contains("not empty"), "{run:?}");
    assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 1);
}

#[test]
fn it_can_be_shown_and_thrown_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = program::finished(
        &program::command(folder.path())
            .args(["demo", "--discard"])
            .env("TMPDIR", folder.path())
            .output()
            .expect("runs"),
    );
    assert!(run.code == 0 && run.stdout.contains("block loosened-assertion"), "{run:?}");
    assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 0, "nothing is left behind");
    // Without a folder's name it stays among the temporary ones, under a name of its own each time.
    for name in ["agentgate-demo", "agentgate-demo-2"] {
        let output = program::command(folder.path()).arg("demo").env("TMPDIR", folder.path()).output();
        assert!(program::finished(&output.expect("it runs")).stdout.contains(name));
        assert!(folder.path().join(name).join(".git").is_dir());
    }
}
