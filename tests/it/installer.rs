//! `install.sh`: what it puts where, and that it takes exactly that away again. Nothing is built here.
#![cfg(unix)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::install::make_executable;
use crate::program::{self, Run};

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("install.sh")
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new("sh");
    command.arg(script()).args(arguments).env("NO_COLOR", "1");
    command
}

/// With the program that the tests were built with, and without the demonstration, which has tests of its own.
fn install(prefix: &Path, more: &[&str]) -> Run {
    let mut command = command(&["--no-demo", "--program"]);
    command.arg(program::path()).arg("--prefix").arg(prefix).args(more);
    program::finished(&command.output().expect("sh runs"))
}

fn files(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(next) = pending.pop() {
        for entry in fs::read_dir(&next).expect("it is there") {
            let path = entry.expect("readable").path();
            found.insert(path.strip_prefix(folder).expect("inside").display().to_string());
            if path.is_dir() && !path.is_symlink() {
                pending.push(path);
            }
        }
    }
    found
}

#[test]
fn in_twice_and_out_without_a_trace() {
    let folder = tempfile::tempdir().expect("a folder");
    let prefix = folder.path().join("a prefix with spaces");
    fs::create_dir_all(prefix.join("share/man")).expect("folders");
    fs::write(prefix.join("share/man/mine"), "x").expect("a file");
    let before = files(&prefix);

    let run = install(&prefix, &[]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    assert!(run.stdout.contains("installed agentgate ") && run.stdout.contains("not on PATH"), "{run:?}");
    let installed = files(&prefix);
    for path in [
        "bin/agentgate",
        "bin/agentgate-pre-push",
        "bin/agentgate-ci",
        "share/man/man1/agentgate.1",
        "share/man/man1/agentgate-check.1",
        "share/bash-completion/completions/agentgate",
        "share/zsh/site-functions/_agentgate",
        "share/fish/vendor_completions.d/agentgate.fish",
    ] {
        assert!(installed.contains(path), "{path} in {installed:?}");
    }
    let mut linked = Command::new(prefix.join("bin/agentgate-ci"));
    let run = program::finished(&linked.arg("--help").output().expect("it runs"));
    assert!(run.code == 0 && run.stdout.contains("agentgate ci"), "{run:?}");

    assert_eq!(install(&prefix, &[]).code, 0);
    assert_eq!(files(&prefix), installed);

    let run = install(&prefix, &["--uninstall"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    assert_eq!(files(&prefix), before, "{run:?}");
    let run = install(&prefix, &["--uninstall"]);
    assert!(run.code == 0 && run.stdout.contains("nothing of agentgate is installed"), "{run:?}");
}

#[test]
fn what_somebody_else_put_there_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir_all(folder.path().join("bin")).expect("a folder");
    fs::write(folder.path().join("bin/agentgate"), "another").expect("a file");
    let run = install(folder.path(), &[]);
    assert!(run.code == 2 && run.stderr.contains("was not installed by this script"), "{run:?}");
    assert_eq!(files(folder.path()), BTreeSet::from(["bin".to_owned(), "bin/agentgate".to_owned()]));
    fs::remove_file(folder.path().join("bin/agentgate")).expect("it is ours");

    assert_eq!(install(folder.path(), &[]).code, 0);
    fs::write(folder.path().join("share/agentgate/notes"), "mine").expect("a file");
    assert_eq!(install(folder.path(), &["--uninstall"]).code, 0);
    assert!(folder.path().join("share/agentgate/notes").exists() && !folder.path().join("share/man").exists());
}

#[test]
fn it_ends_with_the_verdict_of_the_demonstration() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = command(&["--program"]);
    command.arg(program::path()).arg("--prefix").arg(folder.path().join("prefix")).env("TMPDIR", folder.path());
    let run = program::finished(&command.output().expect("sh runs"));
    assert!(run.code == 0 && run.stdout.contains("block loosened-assertion"), "{run:?}");
    assert_eq!(files(folder.path()).iter().filter(|path| !path.starts_with("prefix")).count(), 0, "no litter");
}

#[test]
fn what_is_missing_is_said_before_anything_happens() {
    let folder = tempfile::tempdir().expect("a folder");
    let tools = folder.path().join("tools");
    fs::create_dir(&tools).expect("a folder");
    let tool = |name: &str, text: &str| {
        fs::write(tools.join(name), format!("#!/bin/sh\n{text}\n")).expect("a file");
        make_executable(&tools.join(name));
    };
    for name in ["sh", "dirname", "sed", "sort", "cat", "printf"] {
        let found = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
            .map(|folder| folder.join(name))
            .find(|path| path.exists());
        if let Some(path) = found {
            std::os::unix::fs::symlink(path, tools.join(name)).expect("a link");
        }
    }
    let prefix = folder.path().join("prefix");
    let run = || {
        let mut command = command(&["--prefix"]);
        program::finished(&command.arg(&prefix).env("PATH", &tools).env_remove("CC").output().expect("sh runs"))
    };
    let expect = |words: &[&str]| {
        let run = run();
        assert_eq!(run.code, 2, "{run:?}");
        words.iter().for_each(|word| assert!(run.stderr.contains(word), "{word}: {run:?}"));
        assert!(!prefix.exists());
    };
    expect(&["git is needed"]);
    tool("git", "exit 0");
    expect(&["Rust is needed", "https://rustup.rs", "--program FILE"]);
    tool("cargo", "exit 1");
    tool("rustc", "echo 'rustc 1.9.0 (abc 2016-01-01)'");
    expect(&["Rust 1.9.0 is too old", "rustup update"]);
    tool("rustc", "echo 'rustc 9.90.0-nightly (abc 2030-01-01)'");
    expect(&["a C compiler is needed", "build-essential"]);
    tool("cc", "exit 0");
    expect(&["the build failed; nothing was installed"]);
}

#[test]
fn mistakes_are_named() {
    let said = |arguments: &[&str]| program::finished(&command(arguments).output().expect("sh runs"));
    let run = said(&["--perfix", "x"]);
    assert!(run.code == 2 && run.stderr.contains("unknown option: --perfix"), "{run:?}");
    let run = said(&["--prefix"]);
    assert!(run.code == 2 && run.stderr.contains("--prefix needs a value"), "{run:?}");
    let run = said(&["--program", "/nowhere/agentgate"]);
    assert!(run.code == 2 && run.stderr.contains("/nowhere/agentgate is not a program"), "{run:?}");
    assert!(said(&["--help"]).stdout.contains("--uninstall"));
}
