//! The nine items of evidence for a branch and a merge, and the verdict as a signed summary.

use std::process::Command;

use agentgate::record::{AllowedSigners, Envelope, Trust, ledger};
use serde_json::Value;

use crate::program::{Run, command, finished};
use crate::record::{recorded, repository};
use crate::repository::TestRepository;

const SCHEMA: &str = include_str!("../../schemas/evidence.v1.schema.json");
const SUMMARY: &str = include_str!("../../schemas/verification-summary.v1.schema.json");
const PACKET: &str = "# Round once\n\n- Risk: low\n\n## Objective\nTotals are rounded once.\n";
const TEXT: &str = "\
## Summary
Totals are rounded once, at the end.

## Tests Run
- `./pytest`: 3 passed

## Risk Classification
Low: one pure function.

## Rollback Note
Revert the commit.

## AI Assistance Disclosure
Drafted with a coding agent.
";

/// A branch with a packet on the base, tested and described.
fn branch() -> TestRepository {
    let test = repository();
    test.write(".agentgate/packets/T-1.md", PACKET).commit("packet");
    test.branch("agent/T-1-round").write("src/a.py", "a = 2\n").commit("Round once");
    assert_eq!(recorded(&test, &["./pytest"]).code, 0);
    test.write(".agentgate/evidence/T-1.md", TEXT).commit("Evidence\n\nReviewed-by: Grace <grace@example.org>");
    test
}

fn shown(run: &Run) -> Value {
    let shown: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run:?}"));
    assert_fits(SCHEMA, &shown);
    shown
}

#[track_caller]
fn assert_fits(schema: &str, value: &Value) {
    let schema = serde_json::from_str(schema).expect("a schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let errors: Vec<String> = validator.iter_errors(value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}\n{value}");
}

fn states(shown: &Value) -> Vec<&str> {
    shown["items"].as_array().expect("items").iter().filter_map(|item| item["state"].as_str()).collect()
}

#[test]
fn a_branch_has_all_but_the_link_and_a_merge_has_that_too() {
    let test = branch();
    let run = test.agentgate(&["evidence", "show", "--base", "main", "--format", "json"]);
    assert_eq!(run.code, 0, "{run:?}");
    let expected = ["present", "present", "present", "present", "present", "present", "present", "missing", "present"];
    assert_eq!(states(&shown(&run)), expected, "{run:?}");
    assert_eq!(test.agentgate(&["evidence", "verify", "--base", "main"]).code, 1);
    test.switch("main").git(&[
        "merge",
        "--quiet",
        "--no-ff",
        "-m",
        "Merge pull request #7 from o/agent/T-1-round",
        "agent/T-1-round",
    ]);
    let run = test.agentgate(&["evidence", "verify", "--merge", "HEAD", "--format", "json"]);
    assert_eq!(run.code, 0, "{run:?}");
    let shown = shown(&run);
    assert!(shown["is_complete"] == true && run.stdout.contains("#7"), "{run:?}");
    let run = test.agentgate(&["evidence", "show", "--merge", "HEAD"]);
    assert!(run.stdout.contains("1  Work packet") && run.stdout.ends_with("\ncomplete\n"), "{run:?}");
}

#[test]
fn what_is_wrong_is_named() {
    let test = branch();
    let text =
        TEXT.replace("3 passed", "30 passed").replace("## Risk", "## Files Changed\n- `src/b.py`: new\n\n## Risk");
    test.write(".agentgate/evidence/T-1.md", text).commit("Evidence\n\nReviewed-by: Ada Author <ada@example.org>");
    test.git(&["reset", "--quiet", "--soft", "main"]);
    test.git(&["commit", "--quiet", "-m", "Round once\n\nReviewed-by: Ada Author <ada@example.org>"]);
    let run = test.agentgate(&["evidence", "verify", "--base", "main", "--format", "json"]);
    assert_eq!(run.code, 1, "{run:?}");
    let shown = shown(&run);
    for (item, said) in [(2, "src/b.py"), (3, "said to have 30 passed"), (4, "wrote the branch")] {
        assert_eq!(shown["items"][item]["state"], "contradicted", "{run:?}");
        assert!(shown["items"][item]["what"].to_string().contains(said), "{run:?}");
    }
}

#[test]
fn nothing_is_made_up_for_a_bare_branch() {
    let test = repository();
    test.branch("fix").write("src/a.py", "a = 2\n").commit("Fix");
    let run = test.agentgate(&["evidence", "show", "--base", "main", "--format", "json"]);
    let expected = ["missing", "missing", "present", "missing", "missing", "missing", "present", "missing", "missing"];
    assert_eq!(states(&shown(&run)), expected, "{run:?}");
    assert_eq!(test.agentgate(&["evidence", "show", "--base", "HEAD"]).code, 2, "there is nothing to show");
}

/// What the service says of reviews: by another person, on this very commit.
#[test]
fn a_review_is_taken_from_the_event() {
    let test = branch();
    test.git(&["commit", "--quiet", "--amend", "-m", "Evidence"]);
    let head = test.id("HEAD").to_string();
    let base = test.id("main").to_string();
    for (login, commit, expected) in [
        ("grace", head.as_str(), "present"),
        ("ada", head.as_str(), "contradicted"),
        ("grace", base.as_str(), "contradicted"),
    ] {
        let event = format!(
            r#"{{"pull_request": {{"html_url": "https://example.org/pull/7", "user": {{"login": "ada"}}, "base": {{"sha": "{base}", "ref": "main"}},
                "head": {{"sha": "{head}", "ref": "agent/T-1-round"}}}},
                "review": {{"user": {{"login": "{login}", "type": "User"}}, "state": "approved", "commit_id": "{commit}"}}}}"#
        );
        let path = test.dir().join(".git/event.json");
        std::fs::write(&path, event).expect("it is written");
        let mut show = command(test.dir());
        show.env("GITHUB_ACTIONS", "true")
            .env("GITHUB_EVENT_NAME", "pull_request_review")
            .env("GITHUB_EVENT_PATH", &path);
        let run =
            finished(&show.args(["evidence", "show", "--base", "main", "--format", "json"]).output().expect("it runs"));
        let shown = shown(&run);
        assert_eq!(shown["items"][4]["state"], expected, "{login} {commit}: {run:?}");
        assert_eq!(shown["items"][7]["what"][0], "https://example.org/pull/7", "{run:?}");
    }
}

#[test]
fn a_summary_names_its_repository_by_a_uri() {
    let test = branch();
    let summary = test.dir().join(".git/summary.json");
    let path = summary.display().to_string();
    test.git(&["remote", "add", "origin", "x"]);
    for (remote, expected) in [
        ("git@example.org:o/r.git", "git+ssh://example.org/o/r.git"),
        ("/srv/a b/r.git", "git+file:///srv/a%20b/r.git"),
        ("../r.git", "git:local"),
    ] {
        test.git(&["config", "remote.origin.url", remote]);
        test.agentgate(&["evidence", "verify", "--base", "main", "--summary", &path]);
        let line = std::fs::read_to_string(&summary).expect("a summary");
        let payload = Envelope::from_line(&line).expect("an envelope").payload().expect("base 64");
        let statement: Value = serde_json::from_slice(&payload).expect("JSON");
        assert_fits(SUMMARY, &statement);
        let predicate = &statement["predicate"];
        assert_eq!(predicate["resourceUri"], format!("{expected}@agent/T-1-round"), "{statement}");
        assert_eq!(predicate["policy"]["uri"], format!("{expected}#preset:default"), "{statement}");
    }
}

#[test]
fn a_verdict_becomes_a_signed_summary() {
    let test = branch();
    test.git(&["remote", "add", "origin", "https://token:secret@example.org/o/r.git"]);
    let summary = test.dir().join(".git/summary.json");
    let path = summary.display().to_string();
    let arguments = ["evidence", "verify", "--base", "main", "--summary", &path];
    let key = test.dir().join(".git/key");
    let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-C", "", "-f"]).arg(&key).status();
    let has_key = made.is_ok_and(|status| status.success());
    if has_key {
        test.git(&["config", "gpg.format", "ssh"]);
        test.git(&["config", "user.signingKey", &key.display().to_string()]);
    }
    assert_eq!(test.agentgate(&arguments).code, 1, "the link is missing");
    let envelope = Envelope::from_line(&std::fs::read_to_string(&summary).expect("a summary")).expect("an envelope");
    let statement: Value = serde_json::from_slice(&envelope.payload().expect("base 64")).expect("JSON");
    assert_fits(SUMMARY, &statement);
    let predicate = &statement["predicate"];
    assert_eq!(predicate["verificationResult"], "PASSED", "{statement}");
    assert_eq!(predicate["inputAttestations"].as_array().map(Vec::len), Some(1), "{statement}");
    assert!(
        predicate["resourceUri"].as_str().is_some_and(|uri| uri.starts_with("git+https://example.org/o/r.git")),
        "{statement}"
    );
    assert!(!statement.to_string().contains("secret"), "{statement}");
    if has_key {
        let public = std::fs::read_to_string(key.with_extension("pub")).expect("a public key");
        let signers = AllowedSigners::parse(format!("ci@example.org {public}").as_bytes()).expect("a list");
        let trust = ledger::trust(&envelope, Some(&signers), 1_767_225_600);
        assert_eq!(trust, Some(Trust::Signed("ci@example.org".into())));
    }
}
