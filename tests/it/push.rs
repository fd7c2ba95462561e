//! Real pushes with the installed hook to a real remote. What is blocked never arrives.

use std::process::Command;

use crate::program::{Run, finished, prepare};
use crate::repository::{TestRepository, scrubbed};

/// A work tree with the hook installed, beside the bare repository it pushes to.
pub struct Pair {
    pub remote: TestRepository,
    pub local: TestRepository,
}

/// Blocks what touches `secret/`, warns of nothing.
pub const POLICY: &str = "\
version = 1
extends = [\"observe\"]
[scope]
forbidden = [\"secret/**\"]
[rules]
forbidden-path = \"block\"
[people]
rules = [\"forbidden-path\"]
";

impl Pair {
    pub fn new() -> Self {
        Self::with(&[])
    }

    /// A pair whose repositories were made with these arguments to `git init`.
    pub fn with(arguments: &[&str]) -> Self {
        let remote = TestRepository::init(&[&["--bare"], arguments].concat());
        let local = TestRepository::init(arguments);
        local.git(&["remote", "add", "origin", remote.dir().to_str().expect("text")]);
        local.write(".agentgate/policy.toml", POLICY).write("src/a.py", "a = 1\n").commit("base");
        local.git(&["push", "--quiet", "origin", "main"]);
        let pair = Self { remote, local };
        let run = pair.local.agentgate(&["install", "pre-push"]);
        assert_eq!(run.code, 0, "{run:?}");
        pair
    }

    pub fn push(&self, arguments: &[&str]) -> Run {
        push_from(&self.local, arguments)
    }

    /// The remote's references and their ids.
    pub fn refs(&self) -> String {
        self.remote.git(&["for-each-ref", "--format=%(refname) %(objectname)"])
    }

    /// Switches to a new branch with one commit that nobody minds.
    pub fn good(&self, branch: &str) -> &Self {
        self.local.branch(branch).write("src/b.py", branch).commit("good work");
        self
    }

    /// Adds a commit that the policy blocks.
    pub fn spoil(&self) -> &Self {
        self.local.write("secret/key", "k").commit("more work");
        self
    }

    /// A push that must be blocked, and leave the remote as it was.
    fn assert_blocked(&self, arguments: &[&str]) -> Run {
        let before = self.refs();
        let run = self.push(arguments);
        assert_ne!(run.code, 0, "{run:?}");
        assert!(run.all().contains("forbidden-path"), "{run:?}");
        assert!(run.stderr.contains("agentgate explain"), "{run:?}");
        assert_eq!(self.refs(), before, "{run:?}");
        run
    }

    fn assert_pushed(&self, arguments: &[&str], reference: &str) -> Run {
        let run = self.push(arguments);
        assert_eq!(run.code, 0, "{run:?}");
        assert!(self.refs().contains(&format!("{reference} ")), "{run:?}");
        run
    }
}

pub fn push_from(local: &TestRepository, arguments: &[&str]) -> Run {
    let mut command = scrubbed("git", local.dir());
    prepare(&mut command);
    finished(&command.args([&["push"], arguments].concat()).output().expect("git runs"))
}

impl Run {
    pub fn all(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

#[test]
fn a_new_branch() {
    let pair = Pair::new();
    pair.good("agent/T-1-x").assert_pushed(&["origin", "HEAD"], "refs/heads/agent/T-1-x");
    pair.good("agent/T-2-y").spoil().assert_blocked(&["origin", "HEAD"]);
}

#[test]
fn an_update() {
    let pair = Pair::new();
    pair.good("agent/T-1-x").assert_pushed(&["-u", "origin", "HEAD"], "refs/heads/agent/T-1-x");
    pair.local.write("src/c.py", "c").commit("more");
    let run = pair.push(&[]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(pair.remote.id("agent/T-1-x"), pair.local.id("HEAD"));
    pair.spoil().assert_blocked(&[]);
}

#[test]
fn an_agents_branch_is_judged_as_a_whole_and_others_from_what_is_published() {
    let pair = Pair::new();
    for (branch, is_blocked) in [("agent/T-1-x", true), ("release/1", false)] {
        pair.local.switch("main");
        pair.good(branch).spoil();
        assert_eq!(pair.push(&["--no-verify", "origin", "HEAD"]).code, 0);
        pair.local.write("src/c.py", branch).commit("later work");
        let run = pair.push(&["origin", "HEAD"]);
        assert_eq!(run.code != 0, is_blocked, "{branch}: {run:?}");
    }
}

#[test]
fn a_forced_push_is_judged_from_the_base_and_not_from_what_it_replaces() {
    let pair = Pair::new();
    pair.good("agent/T-1-x").assert_pushed(&["origin", "HEAD"], "refs/heads/agent/T-1-x");
    pair.local.git(&["reset", "--quiet", "--hard", "main"]);
    pair.local.write("src/d.py", "d").commit("another way");
    pair.assert_pushed(&["--force", "origin", "HEAD"], "refs/heads/agent/T-1-x");
    pair.local.git(&["reset", "--quiet", "--hard", "main"]);
    pair.spoil().assert_blocked(&["--force", "origin", "HEAD"]);
}

#[test]
fn a_deletion_has_nothing_to_judge() {
    let pair = Pair::new();
    pair.good("agent/T-1-x").assert_pushed(&["origin", "HEAD"], "refs/heads/agent/T-1-x");
    let run = pair.push(&["origin", "--delete", "agent/T-1-x"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stderr.contains("a deletion"), "{run:?}");
    assert!(!pair.refs().contains("agent/T-1-x"));
}

#[test]
fn a_tag_is_judged_by_the_commits_it_publishes() {
    let pair = Pair::new();
    pair.local.git(&["tag", "v1", "main"]);
    pair.assert_pushed(&["origin", "v1"], "refs/tags/v1");
    pair.good("agent/T-1-x").spoil();
    pair.local.git(&["tag", "-a", "v2", "-m", "two"]);
    pair.assert_blocked(&["origin", "v2"]);
    pair.local.git(&["tag", "words", &pair.local.git(&["hash-object", "-w", "src/a.py"])]);
    let run = pair.assert_pushed(&["origin", "words"], "refs/tags/words");
    assert!(run.stderr.contains("a blob, not a commit"), "{run:?}");
}

/// What would be blocked as the agent's branch is blocked as a tag on it.
#[test]
fn a_tag_on_an_agent_s_branch_is_an_agent_s() {
    let pair = Pair::new();
    let policy = POLICY.replace("[people]\nrules = [\"forbidden-path\"]\n", "[people]\nrules = []\n");
    pair.local.write(".agentgate/policy.toml", policy).commit("policy");
    assert_eq!(pair.push(&["--no-verify", "origin", "main"]).code, 0);
    pair.good("agent/T-1-x").spoil();
    pair.local.git(&["tag", "v1"]);
    pair.local.git(&["tag", "-a", "v2", "-m", "two"]);
    pair.assert_blocked(&["origin", "v1"]);
    pair.assert_blocked(&["origin", "v2"]);
    pair.local.switch("main");
    pair.good("feature").spoil();
    pair.local.git(&["tag", "v3"]);
    pair.assert_pushed(&["origin", "v3"], "refs/tags/v3");
}

#[test]
fn several_references_are_several_judgements_and_one_refusal_holds_all_back() {
    let pair = Pair::new();
    pair.good("agent/T-1-x");
    pair.local.switch("main");
    pair.good("agent/T-2-y").spoil();
    let run = pair.assert_blocked(&["origin", "agent/T-1-x", "agent/T-2-y", ":refs/heads/none"]);
    assert!(run.all().contains("agent/T-1-x") && run.all().contains("agent/T-2-y"), "{run:?}");
    pair.local.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    pair.assert_pushed(&["origin", "agent/T-1-x", "agent/T-2-y"], "refs/heads/agent/T-2-y");
}

#[test]
fn nothing_to_push() {
    let pair = Pair::new();
    let run = pair.push(&["origin", "main"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stderr.contains("named no references") && run.stderr.contains("up-to-date"), "{run:?}");
}

#[test]
fn a_remote_id_that_is_not_here_is_no_error() {
    let pair = Pair::new();
    pair.good("agent/T-1-x").assert_pushed(&["origin", "HEAD"], "refs/heads/agent/T-1-x");
    let other = pair.remote.clone_of(&["--branch=agent/T-1-x"]);
    other.write("src/theirs.py", "t").commit("someone else");
    assert_eq!(push_from(&other, &["--quiet", "origin", "HEAD"]).code, 0);
    pair.local.write("src/mine.py", "m").commit("mine");
    pair.assert_pushed(&["--force", "origin", "HEAD"], "refs/heads/agent/T-1-x");
    assert_eq!(pair.remote.id("agent/T-1-x"), pair.local.id("HEAD"));
    other.write("src/theirs.py", "u").commit("someone else again");
    assert_eq!(push_from(&other, &["--quiet", "--force", "origin", "HEAD"]).code, 0);
    pair.spoil().assert_blocked(&["--force", "origin", "HEAD"]);
}

#[test]
fn the_first_push_of_the_base_branch_has_nothing_to_compare_with() {
    let remote = TestRepository::init(&["--bare"]);
    let local = TestRepository::new();
    local.write("a", "1").commit("base");
    local.agentgate(&["install", "pre-push"]);
    local.git(&["remote", "add", "origin", remote.dir().to_str().unwrap()]);
    let run = push_from(&local, &["origin", "main"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stderr.contains("first push of the base branch"), "{run:?}");
}

#[test]
fn commits_on_the_base_branch_are_judged_from_what_the_remote_has() {
    let pair = Pair::new();
    pair.spoil();
    pair.local.git(&[
        "-c",
        "user.name=Claude",
        "-c",
        "user.email=noreply@anthropic.com",
        "commit",
        "--amend",
        "--reset-author",
        "--no-edit",
        "--quiet",
    ]);
    // By the remote's name and by its address, for which there are no remote-tracking branches.
    let address = pair.remote.dir().to_str().unwrap().to_owned();
    for remote in ["origin", &address] {
        let run = pair.assert_blocked(&[remote, "main"]);
        assert!(run.all().contains("main"), "{run:?}");
    }
}

#[test]
fn from_a_linked_worktree() {
    let pair = Pair::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tree");
    pair.local.git(&["worktree", "add", "--quiet", "-b", "agent/T-1-x", path.to_str().unwrap()]);
    let tree = TestRepository::at(&path);
    tree.write("src/b.py", "b").commit("good");
    let run = push_from(&tree, &["origin", "HEAD"]);
    assert_eq!(run.code, 0, "{run:?}");
    tree.write("secret/key", "k").commit("bad");
    let before = pair.refs();
    let run = push_from(&tree, &["origin", "HEAD"]);
    assert_ne!(run.code, 0, "{run:?}");
    assert_eq!(pair.refs(), before);
    let explained = tree.agentgate(&["explain"]);
    assert!(explained.stdout.contains("forbidden-path"), "{explained:?}");
}

#[test]
fn in_a_sha256_repository() {
    let pair = Pair::with(&["--object-format=sha256"]);
    pair.good("agent/T-1-x").assert_pushed(&["origin", "HEAD"], "refs/heads/agent/T-1-x");
    pair.spoil().assert_blocked(&["origin", "HEAD"]);
    let run = pair.push(&["origin", "--delete", "agent/T-1-x"]);
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn in_a_repository_with_reftables() {
    let pair = Pair::with(&["--ref-format=reftable"]);
    pair.good("agent/T-1-x").assert_pushed(&["origin", "HEAD"], "refs/heads/agent/T-1-x");
    pair.spoil().assert_blocked(&["origin", "HEAD"]);
}

#[test]
fn from_a_shallow_clone() {
    let pair = Pair::new();
    pair.local.write("src/e.py", "e").commit("more of main");
    assert_eq!(pair.push(&["--no-verify", "origin", "main"]).code, 0);
    let shallow = pair.remote.clone_of(&["--depth=1"]);
    shallow.agentgate(&["install", "pre-push"]);
    shallow.branch("agent/T-1-x").write("src/b.py", "b").commit("good");
    let run = push_from(&shallow, &["origin", "HEAD"]);
    assert_eq!(run.code, 0, "{run:?}");
    shallow.write("secret/key", "k").commit("bad");
    let before = pair.refs();
    assert_ne!(push_from(&shallow, &["origin", "HEAD"]).code, 0);
    assert_eq!(pair.refs(), before);
}

#[test]
fn a_shallow_clone_that_cannot_tell_where_the_branch_started_says_how_to_mend_it() {
    let pair = Pair::new();
    pair.good("agent/T-1-x").assert_pushed(&["origin", "HEAD"], "refs/heads/agent/T-1-x");
    pair.local.switch("main").write("src/e.py", "e").commit("more of main");
    assert_eq!(pair.push(&["--no-verify", "origin", "main"]).code, 0);
    let shallow = pair.remote.clone_of(&["--depth=1", "--no-single-branch"]);
    shallow.agentgate(&["install", "pre-push"]);
    shallow.switch("agent/T-1-x").write("src/c.py", "c").commit("more");
    let before = pair.refs();
    let run = push_from(&shallow, &["origin", "HEAD"]);
    assert_ne!(run.code, 0, "{run:?}");
    assert!(run.stderr.contains("git fetch --unshallow"), "{run:?}");
    assert_eq!(pair.refs(), before);
}

#[test]
fn a_chained_hook_gets_the_same_input_and_can_refuse_too() {
    let pair = Pair::new();
    let hooks = pair.local.dir().join(".git/hooks");
    pair.local.agentgate(&["uninstall"]);
    pair.local.write(
        ".git/hooks/pre-push",
        "#!/bin/sh\necho \"$@\" > .git/seen-args\ncat > .git/seen\ntest ! -e .git/refuse\n",
    );
    crate::install::make_executable(&hooks.join("pre-push"));
    assert_eq!(pair.local.agentgate(&["install", "--chain", "pre-push"]).code, 0);
    pair.good("agent/T-1-x").assert_pushed(&["origin", "HEAD"], "refs/heads/agent/T-1-x");
    let seen = std::fs::read_to_string(pair.local.dir().join(".git/seen")).unwrap();
    let head = pair.local.id("HEAD");
    let expected = format!("HEAD {head} refs/heads/agent/T-1-x {}\n", "0".repeat(40));
    assert_eq!(seen, expected);
    let arguments = std::fs::read_to_string(pair.local.dir().join(".git/seen-args")).unwrap();
    assert_eq!(arguments, format!("origin {}\n", pair.remote.dir().display()));

    pair.local.write(".git/refuse", "").write("src/c.py", "c").commit("more");
    let before = pair.refs();
    let run = pair.push(&["origin", "HEAD"]);
    assert_ne!(run.code, 0, "{run:?}");
    assert!(run.stderr.contains("refused"), "{run:?}");
    assert_eq!(pair.refs(), before);
}

#[test]
fn a_program_that_is_gone_fails_closed() {
    let pair = Pair::new();
    let hook = pair.local.dir().join(".git/hooks/pre-push");
    let text = std::fs::read_to_string(&hook).unwrap();
    let own = crate::program::path().to_str().unwrap();
    std::fs::write(&hook, text.replace(own, "/nowhere/agentgate")).unwrap();
    pair.good("agent/T-1-x");
    let before = pair.refs();
    // Without any folder on PATH that holds the program: whoever runs the tests may have it installed.
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    let others = std::env::split_paths(&inherited).filter(|folder| !folder.join("agentgate").exists());
    let others = std::env::join_paths(others).expect("they came from PATH");
    let output =
        scrubbed("git", pair.local.dir()).env("PATH", others).args(["push", "origin", "HEAD"]).output().unwrap();
    let run = finished(&output);
    assert_ne!(run.code, 0, "{run:?}");
    assert!(run.stderr.contains("neither on PATH nor at '/nowhere/agentgate'"), "{run:?}");
    assert_eq!(pair.refs(), before);
}

#[test]
fn input_that_is_not_from_git_is_no_empty_push() {
    let pair = Pair::new();
    pair.good("agent/T-1-x");
    let run = pair.local.agentgate(&["pre-push", "origin", "x"]);
    assert_eq!(run.code, 2, "standard input is a device: {run:?}");
    assert!(run.stderr.contains("use_stdin"), "{run:?}");
    for (input, word) in [("refs/heads/a 123 refs/heads/a 456\n", "line 1"), ("x\n", "line 1")] {
        let mut command = crate::program::command(pair.local.dir());
        let run = with_input(command.args(["pre-push", "origin", "x"]), input);
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.stderr.contains(word), "{run:?}");
    }
}

pub fn with_input(command: &mut Command, input: &str) -> Run {
    use std::io::Write;
    let mut child = command
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("it starts");
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("it reads");
    finished(&child.wait_with_output().expect("it ends"))
}

#[test]
fn a_receipt_is_left_for_ci() {
    let pair = Pair::new();
    pair.good("agent/T-1-x").assert_pushed(&["origin", "HEAD"], "refs/heads/agent/T-1-x");
    let head = pair.local.id("HEAD");
    let path = pair.local.dir().join(format!(".git/agentgate/receipts/{head}.json"));
    let receipt: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    assert_eq!(receipt["head"], head.to_string());
    assert_eq!(receipt["verdict"], "pass");
    assert_eq!(receipt["reference"], "refs/heads/agent/T-1-x");
    assert!(!pair.refs().contains("refs/agentgate/"), "receipts stay here unless asked for");

    pair.local.git(&["config", "agentgate.publishReceipts", "true"]);
    pair.local.write("src/c.py", "c").commit("more");
    let reference = format!("refs/agentgate/receipts/{}", pair.local.id("HEAD"));
    pair.assert_pushed(&["origin", "HEAD"], &reference);
}

/// The name on the remote is the pusher's to choose; whose branch it is, is not.
#[test]
fn an_agent_s_branch_stays_one_under_another_name() {
    let pair = Pair::new();
    let policy = format!("{POLICY}[branches]\nprotected = [\"main\"]\n")
        .replace("[rules]\n", "[rules]\nprotected-branch = \"block\"\nskipped-test = \"block\"\n");
    pair.local.write(".agentgate/policy.toml", policy).commit("policy");
    assert_eq!(pair.push(&["origin", "main"]).code, 0, "a person may");
    pair.good("agent/T-1-x");
    for target in ["agent/T-1-x:main", "HEAD:main"] {
        let run = pair.push(&["origin", target]);
        assert!(run.code != 0 && run.all().contains("protected-branch"), "{target}: {run:?}");
    }
    assert_eq!(pair.push(&["origin", "HEAD:feature"]).code, 0, "nothing is wrong with that");
    pair.local.switch("main").git(&["merge", "--quiet", "--ff-only", "agent/T-1-x"]);
    assert_eq!(pair.push(&["origin", "main"]).code, 0, "a person merged it");

    pair.local.branch("agent/T-2-y");
    pair.local.write("tests/test_a.py", "import pytest\n\n\n@pytest.mark.skip\ndef test_a():\n    assert 1 == 1\n");
    pair.local.commit("skips");
    let run = pair.push(&["origin", "agent/T-2-y:feature-2"]);
    assert!(run.code != 0 && run.all().contains("skipped-test"), "{run:?}");
}
