//! Real hook managers, where they are installed: theirs keeps running, with the same standard input, and ours can refuse.
//!
//! What is added to a manager's file are the very words that `agentgate install` prints.

use std::io::Write as _;

use crate::program::{finished, prepare, run};
use crate::push::{Pair, push_from};
use crate::repository::{TestRepository, scrubbed};

/// Whether a program is on `PATH`. A test without it says so: silence would look like a pass.
fn is_here(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
    if !found {
        // Not by `println!`, which is kept from whoever runs a test that passes.
        let _ = writeln!(std::io::stderr(), "not run: {program} is not installed");
    }
    found
}

fn with(local: &TestRepository, program: &str, arguments: &[&str]) {
    let mut command = scrubbed(program, local.dir());
    prepare(&mut command);
    let run = finished(&command.args(arguments).output().expect("it starts"));
    assert_eq!(run.code, 0, "{run:?}");
}

/// A pair without a hook of ours.
fn pair() -> Pair {
    let pair = Pair::new();
    assert_eq!(run(pair.local.dir(), &["uninstall"]).code, 0);
    pair
}

/// What `install pre-push` says to add, where it refuses because of a manager.
fn words(local: &TestRepository, manager: &str) -> String {
    let refused = run(local.dir(), &["install", "pre-push"]);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.stderr.contains(&format!("{manager} runs this repository's hooks")), "{refused:?}");
    let lines = refused.stderr.lines().filter_map(|line| line.strip_prefix("    "));
    lines.map(|line| format!("{line}\n")).collect()
}

/// Commits the manager's file, as a person would before anyone else works with it.
fn settle(pair: &Pair) {
    pair.local.commit("hooks");
    pair.local.git(&["push", "--quiet", "--no-verify", "origin", "main"]);
    let run = run(pair.local.dir(), &["install", "pre-push"]);
    assert!(run.code == 0 && run.stdout.contains("left as it is"), "{run:?}");
}

fn seen(pair: &Pair) -> String {
    std::fs::read_to_string(pair.local.dir().join(".git/theirs")).unwrap_or_default()
}

/// A branch that is blocked never arrives; one that is not does, and their hook saw what was pushed.
fn assert_both_run(pair: &Pair) {
    pair.good("agent/T-1-x").spoil();
    let before = pair.refs();
    let run = push_from(&pair.local, &["origin", "HEAD"]);
    assert!(run.code != 0 && run.all().contains("forbidden-path"), "{run:?}");
    assert_eq!(pair.refs(), before);
    pair.local.switch("main");
    pair.good("agent/T-2-y");
    let run = push_from(&pair.local, &["origin", "HEAD"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(pair.refs().contains("agent/T-2-y"));
    assert!(seen(pair).contains("refs/heads/agent/T-2-y"), "{}\n{run:?}", seen(pair));
}

#[test]
fn husky() {
    if !is_here("husky") {
        return;
    }
    let pair = pair();
    with(&pair.local, "husky", &[]);
    let ours = words(&pair.local, "Husky");
    pair.local.write(".husky/pre-push", format!("{ours}cat >> .git/theirs\n"));
    settle(&pair);
    assert_both_run(&pair);
    let again = push_from(&pair.local, &["origin", "HEAD"]);
    assert_eq!(again.code, 0, "nothing to push: {again:?}");
    // The other hook is worth a word, but the gate is in place.
    let run = run(pair.local.dir(), &["install"]);
    assert!(run.code == 0 && run.stdout.contains("add to .husky/commit-msg:"), "{run:?}");
}

#[test]
fn lefthook() {
    if !is_here("lefthook") {
        return;
    }
    let pair = pair();
    let command = |name: &str| format!("    {name}:\n      run: cat >> .git/theirs\n      use_stdin: true\n");
    let theirs = format!("pre-push:\n  commands:\n{}{}", command("a-before"), command("z-after"));
    pair.local.write("lefthook.yml", &theirs);
    with(&pair.local, "lefthook", &["install"]);
    let words = words(&pair.local, "lefthook");
    let (_, ours) = words.split_once("  commands:\n").expect("a whole section is printed");
    pair.local.write("lefthook.yml", theirs + ours);
    settle(&pair);
    assert_both_run(&pair);
    let lines = seen(&pair).matches("refs/heads/agent/T-2-y").count();
    assert_eq!(lines, 2, "before ours and after it: {}", seen(&pair));
    let run = run(pair.local.dir(), &["install"]);
    assert!(run.code == 0 && run.stdout.contains("agentgate commit-msg {1}"), "{run:?}");
}

const THEIRS: &str = "\
repos:
  - repo: local
    hooks:
      - id: theirs
        name: theirs
        entry: sh -c 'echo \"$PRE_COMMIT_REMOTE_BRANCH\" >> .git/theirs'
        language: system
        stages: [pre-push]
        always_run: true
        pass_filenames: false
";

#[test]
fn pre_commit() {
    if !is_here("pre-commit") {
        return;
    }
    let pair = pair();
    pair.local.write(".pre-commit-config.yaml", THEIRS);
    with(&pair.local, "pre-commit", &["install", "--hook-type", "pre-push"]);
    let ours = words(&pair.local, "pre-commit");
    pair.local.write(".pre-commit-config.yaml", format!("{THEIRS}{ours}"));
    settle(&pair);
    assert_both_run(&pair);
}

/// pre-commit hands over one reference of several; in front of it, all are judged.
#[test]
fn pre_commit_behind_ours() {
    if !is_here("pre-commit") {
        return;
    }
    let pair = pair();
    pair.local.write(".pre-commit-config.yaml", THEIRS).commit("hooks");
    pair.local.git(&["push", "--quiet", "--no-verify", "origin", "main"]);
    with(&pair.local, "pre-commit", &["install", "--hook-type", "pre-push"]);
    assert_eq!(run(pair.local.dir(), &["install", "--chain", "pre-push"]).code, 0);
    assert_both_run(&pair);
    pair.local.switch("main");
    pair.good("agent/T-3-z");
    let before = pair.refs();
    let run = push_from(&pair.local, &["origin", "agent/T-3-z", "agent/T-1-x"]);
    assert!(run.code != 0 && run.all().contains("forbidden-path"), "{run:?}");
    assert_eq!(pair.refs(), before);
}

#[test]
fn git_lfs() {
    if !is_here("git-lfs") {
        return;
    }
    let pair = pair();
    let url = format!("file://{}", pair.remote.dir().display());
    pair.local.git(&["remote", "set-url", "origin", &url]);
    with(&pair.local, "git-lfs", &["install", "--local"]);
    let refused = run(pair.local.dir(), &["install", "pre-push"]);
    assert!(refused.code == 2 && refused.stderr.contains("Git LFS"), "{refused:?}");
    let chained = run(pair.local.dir(), &["install", "--chain", "pre-push"]);
    assert_eq!(chained.code, 0, "{chained:?}");
    pair.local.write(".gitattributes", "*.big filter=lfs diff=lfs merge=lfs -text\n").commit("attributes");
    pair.local.git(&["push", "--quiet", "--no-verify", "origin", "main"]);

    let stored = || pair.remote.dir().join("lfs/objects").is_dir();
    pair.good("agent/T-1-x").spoil().local.write("asset.big", "large").commit("an asset");
    let before = pair.refs();
    assert_ne!(push_from(&pair.local, &["origin", "HEAD"]).code, 0);
    assert!(pair.refs() == before && !stored(), "what is blocked is not uploaded either");
    pair.local.switch("main");
    pair.good("agent/T-2-y").local.write("asset.big", "large").commit("an asset");
    let pushed = push_from(&pair.local, &["origin", "HEAD"]);
    assert_eq!(pushed.code, 0, "{pushed:?}");
    assert!(pair.refs().contains("agent/T-2-y"));
    assert!(stored(), "Git LFS reads the list of references to know what to upload");
}
