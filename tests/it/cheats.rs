//! Ways around the contract, each through a real push to a real remote: nothing of it arrives, and the reason is said.
//!
//! What is claimed of runs that nobody made is in `delegation`.

use crate::push::push_from;
use crate::record::{make_executable, records};
use crate::repository::TestRepository;
use crate::signatures::Keys;
use crate::task::{self, EVIDENCE, FIXED_TESTS, PACKET, POLICY};

const BRANCH: &str = "agent/T-1-totals";
const RECORDS: &str = "\n[rules.unverified-evidence]\nlevel = \"block\"\nrecords = \"required\"\n";

/// The honest branch of `task`, in a clone with the hook, beside its remote.
struct Pushed {
    remote: TestRepository,
    clone: TestRepository,
}

impl Pushed {
    fn new() -> Self {
        let clone = task::honest();
        let remote = TestRepository::init(&["--bare"]);
        clone.git(&["remote", "add", "origin", remote.dir().to_str().expect("text")]);
        clone.git(&["push", "--quiet", "origin", "main"]);
        clone.git(&["fetch", "--quiet", "origin"]);
        clone.git(&["remote", "set-head", "origin", "main"]);
        let run = clone.agentgate(&["install", "--records"]);
        assert_eq!(run.code, 0, "{run:?}");
        Self { remote, clone }
    }

    /// What a person merges before the branch is judged.
    fn merge(&self, path: &str, text: &str) -> &Self {
        self.clone.switch("main").write(path, text).commit("merged");
        push_from(&self.clone, &["--quiet", "--no-verify", "origin", "main"]);
        self.clone.switch(BRANCH);
        self.clone.git(&["rebase", "--quiet", "main"]);
        self
    }

    fn change(&self, path: &str, text: &str) -> &Self {
        self.clone.write(path, text).commit("T-1: totals");
        self
    }

    fn says(&self, from: &str, to: &str) -> &Self {
        assert!(EVIDENCE.contains(from), "{from}");
        self.change(".agentgate/evidence/T-1.md", &EVIDENCE.replace(from, to))
    }

    #[track_caller]
    fn assert_passes(&self) {
        let run = push_from(&self.clone, &["--quiet", "origin", "HEAD"]);
        assert_eq!(run.code, 0, "{run:?}");
        assert!(self.arrived(), "{run:?}");
    }

    /// Blocked by a rule, in these words.
    #[track_caller]
    fn assert_blocked(&self, rule: &str, words: &str) {
        let run = push_from(&self.clone, &["--quiet", "origin", "HEAD"]);
        // However the terminal wraps it.
        let said = run.all().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(run.code != 0 && said.contains(rule) && said.contains(words), "{rule}: {words}\n{said}");
        assert!(!self.arrived(), "{run:?}");
    }

    fn arrived(&self) -> bool {
        let branch = self.clone.git(&["branch", "--show-current"]);
        let reference = format!("refs/heads/{branch}");
        self.remote.try_git(&["rev-parse", "--verify", "--quiet", &reference]).status.success()
    }
}

#[test]
fn what_was_asked_arrives() {
    Pushed::new().assert_passes();
}

#[test]
fn a_criterion_mapped_to_a_test_that_does_not_exist() {
    let it = Pushed::new();
    it.says("test_thirds", "test_everything");
    it.assert_blocked("unmapped-criterion", "has no `test_everything`");
}

#[test]
fn a_criterion_mapped_to_a_skipped_test() {
    let it = Pushed::new();
    it.says("tests/test_total.py::test_thirds", "tests/test_old.py::test_off");
    it.assert_blocked("unmapped-criterion", "which does not run");
}

#[test]
fn a_criterion_mapped_to_a_test_that_asserts_nothing() {
    let it = Pushed::new();
    it.change(
        "tests/test_total.py",
        &FIXED_TESTS.replace("    assert total([0.333] * 3) ==", "    total([0.333] * 3),"),
    );
    it.assert_blocked("unmapped-criterion", "which asserts nothing");
}

#[test]
fn boxes_that_are_only_ticked() {
    let it = Pushed::new();
    it.says(" -> `tests/test_total.py::test_empty`", "");
    it.assert_blocked("unmapped-criterion", "criterion `AC-2`");
}

#[test]
fn a_packet_that_the_branch_widens() {
    let it = Pushed::new();
    it.change(".agentgate/packets/T-1.md", &PACKET.replace("- `tests/**`", "- `**`"));
    it.change("tools/build.sh", "make\n");
    it.assert_blocked("out-of-scope-path", "tools/build.sh");
}

#[test]
fn a_branch_renamed_to_a_ticket_without_a_packet() {
    let it = Pushed::new();
    it.merge(".agentgate/policy.toml", &POLICY.replace("[evidence]\n", "[evidence]\npacket = \"required\"\n"));
    let run = it.clone.agentgate(&["check", "--base", "origin/main"]);
    assert_eq!(run.code, 0, "its own packet is merged: {run:?}");
    it.clone.git(&["branch", "--quiet", "-m", "agent/T-9-totals"]);
    it.change("tools/build.sh", "make\n");
    it.assert_blocked("missing-evidence", "no work packet of the base says what `T-9` asks for");
}

#[test]
fn a_risk_declared_lower_than_it_is() {
    let it = Pushed::new();
    it.change("src/auth/login.py", "AGE = 2\n");
    it.assert_blocked("understated-risk", "the branch calls the risk low, it is high");
}

#[test]
fn more_than_the_permission_level_allows() {
    let it = Pushed::new();
    it.merge(".agentgate/packets/T-1.md", &PACKET.replace("level: L3", "level: L1"));
    it.assert_blocked("permission-exceeded", "gives L1");
}

#[test]
fn several_tasks_on_one_branch() {
    let it = Pushed::new();
    it.merge(".agentgate/policy.toml", &format!("{POLICY}branch-name = \"block\"\n"));
    it.merge(".agentgate/packets/T-2.md", &PACKET.replace("Round totals", "Sort totals"));
    it.clone.write("src/total.py", "def total(items):\n    return round(sum(sorted(items)), 2)\n");
    it.clone.commit("T-2: sort them, too");
    it.assert_blocked("branch-name", "is for `T-2`, and the branch is for `T-1`");
}

#[test]
fn a_waiver_that_has_run_out() {
    let it = Pushed::new();
    it.change("src/vendor/x.py", "A = 1\n");
    it.assert_blocked("forbidden-path", "src/vendor/x.py");
    let report = it.clone.agentgate(&["check", "--base", "origin/main", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&report.stdout).expect("a report");
    let findings = report["findings"].as_array().expect("findings");
    let waived: String = findings
        .iter()
        .filter(|finding| finding["level"] == "block")
        .map(|finding| {
            let [id, rule, path] = ["id", "rule", "path"].map(|key| finding[key].as_str().unwrap_or_default());
            let path = if path.is_empty() { String::new() } else { format!("path = \"{path}\"\n") };
            format!(
                "[[waiver]]\nfinding = \"{id}\"\nrule = \"{rule}\"\n{path}reason = \"r\"\nowner = \"o\"\nexpires = 2020-01-01\n"
            )
        })
        .collect();
    it.merge(".agentgate/waivers.toml", &format!("version = 1\n{waived}"));
    it.assert_blocked("forbidden-path", "expired");
}

#[test]
fn a_task_kind_that_is_exceeded() {
    let it = Pushed::new();
    it.merge(".agentgate/packets/T-1.md", &PACKET.replace("bug-fix", "test-gap"));
    it.assert_blocked("out-of-scope-change", "production code changes");
}

/// A base that names a signer, and a branch with a run that was recorded by a key.
fn signed(key: &std::path::Path, trusted: &str) -> Pushed {
    let it = Pushed::new();
    it.merge(".agentgate/policy.toml", &format!("{POLICY}{RECORDS}"));
    it.merge(".agentgate/allowed_signers", &format!("ci@example.org namespaces=\"agentgate\" {trusted}\n"));
    it.clone.write("pytest", "#!/bin/sh\necho '2 passed in 0.01s'\n");
    make_executable(&it.clone, "pytest");
    it.clone.git(&["config", "agentgate.signingKey", key.to_str().expect("text")]);
    it.merge("README.md", "Totals.\n");
    it.says("## Risk", "## Tests Run\n- `./pytest`: 2 passed\n\n## Risk");
    let run = it.clone.agentgate(&["record", "--", "./pytest"]);
    assert_eq!(run.code, 0, "{run:?}");
    it
}

#[test]
fn a_record_of_the_trusted_key_is_evidence_and_of_another_key_is_none() {
    let Some(keys) = Keys::new() else { return };
    let (ours, other) = (keys.make("ci", &["-t", "ed25519"]), keys.make("other", &["-t", "ed25519"]));
    signed(&ours, &keys.public("ci")).assert_passes();
    signed(&other, &keys.public("ci")).assert_blocked("unverified-evidence", "signed");
}

#[test]
fn a_signed_record_that_was_edited() {
    let Some(keys) = Keys::new() else { return };
    let key = keys.make("ci", &["-t", "ed25519"]);
    let it = signed(&key, &keys.public("ci"));
    let head = it.clone.git(&["notes", "--ref=agentgate", "list"]);
    let (blob, tree) = head.split_once(' ').expect("one note");
    let note = it.clone.git(&["cat-file", "blob", blob]);
    let mut envelope: serde_json::Value = serde_json::from_str(&note).expect("an envelope");
    let statement = records(&it.clone, "HEAD").first().map_or_else(String::new, |record| {
        serde_json::to_string(&record.statement).expect("JSON").replace("\"passed\":2", "\"passed\":412")
    });
    envelope["payload"] = {
        use base64ct::{Base64, Encoding};
        Base64::encode_string(statement.as_bytes()).into()
    };
    it.clone.write("forged", envelope.to_string());
    it.clone.git(&["notes", "--ref=agentgate", "add", "--force", "--file=forged", tree]);
    it.clone.remove("forged");
    it.says("## Risk", "## Tests Run\n- `./pytest`: 412 passed\n\n## Risk");
    it.assert_blocked("unverified-evidence", "`./pytest`");
}
