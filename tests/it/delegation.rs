//! From the packet to the merge, on a clone and its remote: an honest branch gets through, and none that cheats.

use agentgate::record::{self, ledger};
use serde_json::Value;

use crate::program::Run;
use crate::push::{Pair, push_from};
use crate::record::{make_executable, recorded, records};
use crate::repository::TestRepository;

const BRANCH: &str = "agent/T-1-round";
const EVIDENCE: &str = ".agentgate/evidence/agent/T-1-round.md";
const POLICY: &str = "\
version = 1
[branches]
base = \"main\"
[evidence]
sections = [\"Summary\", \"Tests Run\"]
footers = []
file = \".agentgate/evidence/{branch}.md\"
[rules]
missing-evidence = \"block\"
unverified-evidence = { level = \"block\", records = \"required\" }
";
const PACKET: &str = "\
# Round once

## Objective
Totals are rounded once.

## Scope
Allowed files/modules:
- `src/**`

## Acceptance Criteria
- C1: a total is rounded once

## Verification
Run `./pytest`.
";
const HONEST: &str = "## Summary\nTotals are rounded once, at the end.\n\n## Tests Run\n- `./pytest`: 3 passed\n";

/// A clone with hooks and records, on a remote whose base has policy and packet.
struct Delegated {
    remote: TestRepository,
    clone: TestRepository,
}

impl Delegated {
    fn new() -> Self {
        Self::with(&[])
    }

    /// With more files on the base.
    fn with(more: &[(&str, &str)]) -> Self {
        let remote = TestRepository::init(&["--bare"]);
        let seed = TestRepository::new();
        seed.write(".agentgate/policy.toml", POLICY).write(".agentgate/packets/T-1.md", PACKET);
        seed.write("src/total.py", "def total(): return 1\n").write("pytest", "#!/bin/sh\necho '3 passed in 0.01s'\n");
        for (path, text) in more {
            seed.write(path, text);
        }
        make_executable(&seed, "pytest");
        seed.commit("base");
        seed.git(&["push", "--quiet", remote.dir().to_str().expect("text"), "main"]);
        let clone = remote.clone_of(&[]);
        let run = clone.agentgate(&["install", "--records"]);
        assert_eq!(run.code, 0, "{run:?}");
        clone.branch(BRANCH);
        Self { remote, clone }
    }

    /// The task, done.
    fn work(&self) -> &Self {
        self.clone.write("src/total.py", "def total(): return round(1)\n").commit("Round totals once");
        self
    }

    fn says(&self, text: &str) -> &Self {
        self.clone.write(EVIDENCE, text).commit("Evidence");
        self
    }

    fn runs(&self, words: &[&str]) -> &Self {
        recorded(&self.clone, words);
        self
    }

    fn push(&self) -> Run {
        push_from(&self.clone, &["--quiet", "origin", "HEAD"])
    }

    fn is_published(&self, reference: &str) -> bool {
        self.remote.try_git(&["rev-parse", "--verify", "--quiet", reference]).status.success()
    }

    #[track_caller]
    fn assert_blocked(&self, why: &str) {
        let run = self.push();
        // Lines are wrapped as the terminal would have them.
        let said = run.all().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(run.code != 0 && said.contains(why), "{why}: {run:?}");
        assert!(!self.is_published(&format!("refs/heads/{BRANCH}")), "{run:?}");
    }

    #[track_caller]
    fn assert_passes(&self) {
        let run = self.push();
        assert_eq!(run.code, 0, "{run:?}");
        assert!(self.is_published(&format!("refs/heads/{BRANCH}")), "{run:?}");
    }
}

#[test]
fn packet_branch_blocked_push_record_evidence_pass() {
    let it = Delegated::new();
    it.work().says(HONEST).assert_blocked("unverified-evidence");
    it.runs(&["./pytest"]).assert_passes();
    assert!(it.is_published(record::REFERENCE), "records travel along");
    // Another machine, as CI is one: it has the records when it asks for them.
    let ci = it.remote.clone_of(&["--branch", BRANCH]);
    let judged = ["ci", "--base", "origin/main", "--branch", BRANCH];
    assert_eq!(ci.agentgate(&judged).code, 1, "without the records it can't know");
    let run = ci.agentgate(&[&judged[..], &["--records-from", "origin"]].concat());
    assert_eq!(run.code, 0, "{run:?}");
    let run = ci.agentgate(&["evidence", "show", "--base", "origin/main", "--branch", BRANCH, "--format", "json"]);
    let shown: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run:?}"));
    let states: Vec<&str> =
        shown["items"].as_array().expect("items").iter().filter_map(|it| it["state"].as_str()).collect();
    assert_eq!(
        states,
        ["present", "present", "present", "present", "missing", "missing", "present", "missing", "missing"],
        "{run:?}"
    );
}

#[test]
fn a_claim_of_numbers_that_nobody_counted() {
    let it = Delegated::new();
    it.work().runs(&["./pytest"]).says(&HONEST.replace("3 passed", "412 passed"));
    it.assert_blocked("is said to have 412 passed, the recorded run had 3");
}

#[test]
fn evidence_of_another_head() {
    let it = Delegated::new();
    it.work().runs(&["./pytest"]).says(HONEST);
    it.clone.write("src/total.py", "def total(): return 0\n").commit("One more thing");
    it.assert_blocked("was recorded of another state");
}

#[test]
fn a_command_that_was_never_run() {
    let it = Delegated::new();
    it.work().runs(&["./pytest"]).says(&HONEST.replace("3 passed", "3 passed\n- `cargo test`: passed"));
    it.assert_blocked("`cargo test`: claimed");
}

#[test]
fn a_failing_run_that_is_called_passed() {
    let it = Delegated::new();
    it.work()
        .runs(&["sh", "-c", "./pytest; exit 1"])
        .says(&HONEST.replace("`./pytest`: 3 passed", "All tests: passed"));
    it.assert_blocked("the record denies it");
}

#[test]
fn a_failure_that_a_pipe_hides() {
    let it = Delegated::new();
    it.work().runs(&["(./pytest; exit 1) | cat"]).says(&HONEST.replace("`./pytest`: 3 passed", "All tests: passed"));
    it.assert_blocked("the record denies it");
}

#[test]
fn a_runner_that_runs_nothing() {
    let it = Delegated::new();
    it.work()
        .runs(&["echo 'no tests ran in 0.01s'"])
        .says(&HONEST.replace("`./pytest`: 3 passed", "All tests: passed"));
    it.assert_blocked("no test ran");
}

#[test]
fn sections_from_the_template() {
    let it = Delegated::new();
    it.work().says("## Summary\nTODO\n\n## Tests Run\nN/A\n");
    it.assert_blocked("missing-evidence");
}

#[test]
fn files_that_are_not_changed() {
    let it = Delegated::new();
    it.work().runs(&["./pytest"]).says(&format!("{HONEST}\n## Files Changed\n- `tests/test_total.py`: covers it\n"));
    it.assert_blocked("is said to be changed");
}

#[test]
fn a_forged_review() {
    let it = Delegated::new();
    it.work().runs(&["./pytest"]).says(HONEST);
    it.clone.git(&["commit", "--quiet", "--amend", "-m", "Evidence\n\nReviewed-by: Ada Author <ada@example.org>"]);
    it.assert_blocked("is named as reviewer, and wrote the branch");
}

#[test]
fn a_waiver_of_one_s_own() {
    let it = Delegated::new();
    it.work().says(HONEST).assert_blocked("unverified-evidence");
    let run = it.clone.agentgate(&["check", "--base", "origin/main", "--format", "json"]);
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run:?}"));
    let id = report["findings"][0]["id"].as_str().expect("a finding");
    let run = it.clone.agentgate(&["waive", id, "--reason", "fine", "--owner", "me", "--expires", "2999-12-31"]);
    assert_eq!(run.code, 0, "{run:?}");
    it.clone.commit("Waive");
    it.assert_blocked("the branch writes a waiver");
}

#[test]
fn a_policy_packet_or_list_of_signers_of_one_s_own() {
    for (path, text) in [
        (".agentgate/policy.toml", "version = 1\nextends = [\"observe\"]\n"),
        (".agentgate/packets/T-1.md", "# Anything\n\n## Objective\nAnything.\n"),
        (
            ".agentgate/allowed_signers",
            "*@example.org ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti\n",
        ),
    ] {
        let it = Delegated::new();
        it.work().runs(&["./pytest"]);
        it.clone.write(path, text);
        it.says(HONEST).runs(&["./pytest"]).assert_blocked("policy-tampering");
    }
}

/// Where the base names signers, what anyone can write by hand is no evidence.
#[test]
fn a_record_that_nobody_trusted_has_signed() {
    let signer = "ci@example.org namespaces=\"agentgate\" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti\n";
    let it = Delegated::with(&[(".agentgate/allowed_signers", signer)]);
    it.work().runs(&["./pytest"]).says(HONEST);
    it.assert_blocked("nobody has signed it");
}

/// A record says itself which tree it is of; putting it beside another makes it none of that.
#[test]
fn a_record_moved_beside_another_tree() {
    let it = Delegated::new();
    it.work().runs(&["./pytest"]);
    let line = records(&it.clone, "HEAD").remove(0).line;
    it.clone.write("src/total.py", "def total(): return 0\n").commit("One more thing");
    it.says(HONEST);
    let repository = it.clone.open();
    let code = agentgate::evidence::code_tree(repository.objects(), it.clone.id("HEAD^{tree}"), None).expect("a tree");
    repository.add_note(record::REFERENCE, code, line.as_bytes(), &ledger::union).expect("it is written");
    it.assert_blocked("unverified-evidence");
}

/// Two clones record and push at the same time; the remote ends up with both, and so does each.
#[test]
fn records_of_two_pushers_are_both_kept() {
    let it = Delegated::new();
    let other = it.remote.clone_of(&[]);
    assert_eq!(other.agentgate(&["install", "--records"]).code, 0);
    it.work().runs(&["./pytest"]).says(HONEST);
    other.branch("agent/T-1-other").write("src/other.py", "x = 1\n").commit("Other");
    recorded(&other, &["./pytest", "other"]);
    other
        .write(".agentgate/evidence/agent/T-1-other.md", HONEST.replace("./pytest", "./pytest other"))
        .commit("Evidence");
    it.assert_passes();
    let run = push_from(&other, &["--quiet", "origin", "HEAD"]);
    assert_eq!(run.code, 0, "{run:?}");
    let listed = it.remote.git(&["notes", "--ref=agentgate", "list"]);
    assert_eq!(listed.lines().count(), 2, "{listed}");
    it.clone.git(&["fetch", "--quiet"]);
    let fetched = it.clone.git(&["notes", "--ref=refs/notes/origin/agentgate", "list"]);
    assert_eq!(fetched.lines().count(), 2, "{fetched}");
}

#[test]
fn records_stay_where_nobody_asked_for_them_to_travel() {
    let pair = Pair::new();
    pair.good("agent/T-1-x");
    recorded(&pair.local, &["true"]);
    assert_eq!(pair.push(&["origin", "HEAD"]).code, 0);
    assert!(!pair.refs().contains("refs/notes"), "{}", pair.refs());
    let run = pair.local.agentgate(&["install"]);
    assert!(run.stderr.contains("install --records"), "{run:?}");
    assert_eq!(pair.local.agentgate(&["install", "--records"]).code, 0);
    pair.good("agent/T-1-y");
    assert_eq!(pair.push(&["origin", "HEAD"]).code, 0);
    assert!(pair.refs().contains("refs/notes/agentgate"), "{}", pair.refs());
    assert_eq!(pair.local.agentgate(&["uninstall"]).code, 0);
    assert_eq!(pair.local.git(&["config", "--get-all", "remote.origin.fetch"]).lines().count(), 1);
    assert!(!pair.local.try_git(&["config", "agentgate.publishRecords"]).status.success());
}
