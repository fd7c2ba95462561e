//! Installing beside what is there: nothing of the user's is overwritten, and what goes in comes out again.

use std::fs;
use std::path::PathBuf;

use crate::program::{finished, prepare};
use crate::repository::{TestRepository, scrubbed};

impl TestRepository {
    fn hook(&self, name: &str) -> PathBuf {
        self.dir().join(".git/hooks").join(name)
    }

    fn own_hook(&self, name: &str, text: &str) {
        fs::create_dir_all(self.dir().join(".git/hooks")).expect("a folder");
        fs::write(self.hook(name), text).expect("a file");
        make_executable(&self.hook(name));
    }
}

pub fn make_executable(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it is ours");
}

fn mode(path: &std::path::Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).expect("it is there").permissions().mode() & 0o777
}

#[test]
fn in_twice_and_out_twice() {
    let test = TestRepository::new();
    let run = test.agentgate(&["install"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("pre-push    installed in .git/hooks/pre-push"), "{run:?}");
    let text = fs::read_to_string(test.hook("pre-push")).unwrap();
    assert_eq!(mode(&test.hook("pre-push")), 0o755);
    let run = test.agentgate(&["install"]);
    assert_eq!((run.code, run.stdout.matches("already").count()), (0, 2), "{run:?}");
    assert_eq!(fs::read_to_string(test.hook("pre-push")).unwrap(), text);
    assert_eq!(test.agentgate(&["uninstall"]).code, 0);
    assert!(!test.hook("pre-push").exists() && !test.hook("commit-msg").exists());
    let run = test.agentgate(&["uninstall"]);
    assert_eq!((run.code, run.stdout.matches("no hook of ours").count()), (0, 2), "{run:?}");
}

#[test]
fn the_hook_of_another_is_kept_unless_asked_to_chain() {
    let test = TestRepository::new();
    let own = "#!/bin/sh\necho mine\n";
    test.own_hook("pre-push", own);
    let run = test.agentgate(&["install"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("agentgate install --chain pre-push"), "{run:?}");
    assert_eq!(fs::read_to_string(test.hook("pre-push")).unwrap(), own);
    assert!(!test.hook("commit-msg").exists(), "all or nothing");

    let run = test.agentgate(&["install", "--chain"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(fs::read_to_string(test.hook("pre-push.agentgate-chained")).unwrap(), own);
    assert!(fs::read_to_string(test.hook("pre-push")).unwrap().contains("--chained"));
    assert_eq!(test.agentgate(&["install"]).code, 0, "again, without the flag");
    assert!(fs::read_to_string(test.hook("pre-push")).unwrap().contains("--chained"));

    let run = test.agentgate(&["uninstall"]);
    assert!(run.stdout.contains("again the hook that was there before"), "{run:?}");
    assert_eq!(fs::read_to_string(test.hook("pre-push")).unwrap(), own);
    assert_eq!(mode(&test.hook("pre-push")), 0o755);
    assert!(!test.hook("pre-push.agentgate-chained").exists());
}

#[test]
fn an_edited_hook_of_ours_is_neither_replaced_nor_removed() {
    let test = TestRepository::new();
    test.agentgate(&["install", "pre-push"]);
    let edited = fs::read_to_string(test.hook("pre-push")).unwrap() + "echo mine\n";
    fs::write(test.hook("pre-push"), &edited).unwrap();
    for command in ["install", "uninstall"] {
        let run = test.agentgate(&[command, "pre-push"]);
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.stderr.contains("changed since"), "{run:?}");
    }
    assert_eq!(fs::read_to_string(test.hook("pre-push")).unwrap(), edited);
}

#[test]
fn one_hook_serves_all_worktrees() {
    let test = TestRepository::new();
    test.write("a", "1").commit("base");
    let other = tempfile::tempdir().unwrap();
    let tree = other.path().join("tree");
    test.git(&["worktree", "add", "--quiet", tree.to_str().unwrap(), "-b", "agent/x"]);
    let tree = TestRepository::at(&tree);
    let run = tree.agentgate(&["install", "pre-push"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(test.hook("pre-push").exists(), "the common folder's");
    assert_eq!(test.agentgate(&["uninstall", "pre-push"]).code, 0);
    assert!(!test.hook("pre-push").exists());
}

#[test]
fn a_configured_folder_outside_is_used() {
    let test = TestRepository::new();
    let folder = tempfile::tempdir().unwrap();
    let hooks = folder.path().join("not-there-yet");
    test.git(&["config", "core.hooksPath", hooks.to_str().unwrap()]);
    assert_eq!(test.agentgate(&["install", "pre-push"]).code, 0);
    assert!(hooks.join("pre-push").exists() && !test.hook("pre-push").exists());
}

#[test]
fn a_configured_folder_that_commits_carry_is_left_to_its_owner() {
    let test = TestRepository::new();
    test.write(".githooks/commit-msg", "#!/bin/sh\nagentgate commit-msg \"$@\"\n");
    test.git(&["config", "core.hooksPath", ".githooks"]);
    let run = test.agentgate(&["install", "pre-push"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(
        run.stderr.contains("Let .githooks/pre-push") && run.stderr.contains("agentgate pre-push \"$@\""),
        "{run:?}"
    );
    assert!(!test.dir().join(".githooks/pre-push").exists());
    let run = test.agentgate(&["install", "commit-msg"]);
    assert_eq!(run.code, 0, "it calls us already: {run:?}");
}

#[test]
fn hooks_that_are_turned_off_are_said_to_be() {
    let test = TestRepository::new();
    test.git(&["config", "core.hooksPath", "/dev/null"]);
    let run = test.agentgate(&["install"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("git config --local --unset core.hooksPath"), "{run:?}");
}

#[test]
fn managers_are_told_what_to_add_and_then_recognised() {
    // Manager, its file, a generated hook, where our line goes, and the line.
    let husky = ("husky", ".husky/commit-msg", None, ".husky/pre-push", "agentgate pre-push \"$@\"");
    let lefthook = ("lefthook", "lefthook.yml", None, "lefthook.yml", "run: agentgate pre-push {1} {2}");
    let generated = Some("#!/usr/bin/env bash\n# File generated by pre-commit: https://pre-commit.com\n");
    let file = ".pre-commit-config.yaml";
    let pre_commit = ("pre-commit", file, generated, file, "entry: agentgate pre-push");
    for (manager, file, generated, target, line) in [husky, lefthook, pre_commit] {
        let test = TestRepository::new();
        test.write(file, "x\n");
        if let Some(text) = generated {
            test.own_hook("pre-push", text);
        }
        let run = test.agentgate(&["install", "pre-push"]);
        assert_eq!(run.code, 2, "{manager}: {run:?}");
        assert!(run.stderr.to_lowercase().contains(manager) && run.stderr.contains(line), "{run:?}");
        assert!(run.stderr.contains(target), "{run:?}");
        assert_eq!(generated.is_some(), test.hook("pre-push").exists());

        test.write(target, format!("x\n{line}\n"));
        let run = test.agentgate(&["install", "pre-push"]);
        assert_eq!(run.code, 0, "{manager}: {run:?}");
        assert!(run.stdout.contains("left as it is"), "{run:?}");
    }
}

#[test]
fn outside_a_repository() {
    let folder = tempfile::tempdir().unwrap();
    let run = crate::program::run(folder.path(), &["install"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("is not in a git repository"), "{run:?}");
}

/// The hooks that `install` puts in must be ones the program answers to: git calls them on everybody's next commit.
#[test]
fn commits_go_through_after_installing() {
    let test = TestRepository::new();
    assert_eq!(test.agentgate(&["install"]).code, 0);
    for (message, warns) in [("an ordinary message", false), ("turned \u{202e}around", true)] {
        test.write("a.txt", message);
        test.git(&["add", "."]);
        let mut command = scrubbed("git", test.dir());
        prepare(&mut command);
        let run = finished(&command.args(["commit", "-qm", message]).output().expect("git runs"));
        assert_eq!(run.code, 0, "{run:?}");
        assert_eq!(run.stderr.contains("U+202E in line 1"), warns, "{run:?}");
    }
}

#[test]
fn every_hook_is_a_command() {
    let test = TestRepository::new();
    for hook in ["pre-push", "commit-msg"] {
        let run = test.agentgate(&[hook, "--help"]);
        assert_eq!(run.code, 0, "{hook}: {run:?}");
    }
}
