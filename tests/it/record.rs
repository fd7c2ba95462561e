//! Recorded runs: what is kept of a command, beside which tree, and what survives other writers, a full disk and a kill.

use std::process::{Command, Stdio};
use std::time::Duration;

use agentgate::record::{self, Envelope, Outcome, Recorded, Trust, ledger};
use serde_json::Value;

use crate::program::{Run, command};
use crate::repository::TestRepository;

const SCHEMA: &str = include_str!("../../schemas/record.v1.schema.json");
const ENVELOPE: &str = include_str!("../../schemas/dsse-envelope.v1.schema.json");

/// A repository with a program that stands for a test runner.
pub fn repository() -> TestRepository {
    let test = TestRepository::new();
    test.write("src/a.py", "a = 1\n").write("pytest", "#!/bin/sh\necho '3 passed in 0.01s'\n");
    make_executable(&test, "pytest");
    test.commit("base");
    test
}

pub fn make_executable(test: &TestRepository, path: &str) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let path = test.dir().join(path);
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("it is there");
    }
}

/// `agentgate record -- WORDS`
pub fn recorded(test: &TestRepository, words: &[&str]) -> Run {
    test.agentgate(&[&["record", "--"], words].concat())
}

/// What the notes hold beside the tree of a revision.
pub fn records(test: &TestRepository, revision: &str) -> Vec<Recorded> {
    let tree = test.id(&format!("{revision}^{{tree}}"));
    ledger::read(&test.open().note(record::REFERENCE, tree).expect("notes are readable"), None)
}

fn lines(test: &TestRepository) -> Vec<String> {
    let listed = test.git(&["notes", "--ref=agentgate", "list"]);
    let notes = listed.lines().filter_map(|line| line.split(' ').next());
    notes
        .flat_map(|blob| test.git(&["cat-file", "blob", blob]).lines().map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

#[test]
fn without_a_command_it_says_how_to_name_one() {
    let test = repository();
    for arguments in [&["record"][..], &["record", "--"], &["record", "--no-sign", "--junit", "a.xml"]] {
        let run = test.agentgate(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run:?}");
        assert!(run.stderr.contains("there is no command to run"), "{run:?}");
        assert!(run.stderr.contains("agentgate record -- pytest -q"), "{run:?}");
    }
    assert_eq!(records(&test, "HEAD").len(), 0);
}

#[test]
fn output_passes_through_and_the_exit_code_is_the_command_s() {
    let test = repository();
    let run = recorded(&test, &["sh", "-c", "printf 'a\\r\\033[1mb\\n\\377'; echo err >&2; exit 7"]);
    assert_eq!((run.code, run.stdout.as_str()), (7, "a\r\u{1b}[1mb\n\u{fffd}"), "{run:?}");
    assert!(run.stderr.starts_with("err\n"), "{run:?}");
    let records = records(&test, "HEAD");
    assert_eq!(records.len(), 1);
    let run = records[0].run();
    assert_eq!((run.exit_code, records[0].outcome()), (7, Outcome::Failed));
    assert_eq!(run.output.stdout.bytes, 9);
    assert_eq!(recorded(&test, &["no-such-program"]).code, 2);
}

#[test]
fn a_record_says_what_ran_on_which_tree_and_fits_the_schemas() {
    let test = repository();
    assert_eq!(recorded(&test, &["./pytest"]).code, 0);
    let head = test.id("HEAD").to_string();
    let tree = test.id("HEAD^{tree}").to_string();
    let line = lines(&test).remove(0);
    let payload = Envelope::from_line(&line).expect("an envelope").payload().expect("base 64");
    let statement: Value = serde_json::from_slice(&payload).expect("JSON");
    for (schema, value) in [(SCHEMA, &statement), (ENVELOPE, &serde_json::from_str(&line).expect("JSON"))] {
        let schema = serde_json::from_str(schema).expect("a schema is JSON");
        let validator = jsonschema::validator_for(&schema).expect("a schema");
        let errors: Vec<String> = validator.iter_errors(value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}\n{value}");
    }
    assert_eq!(statement["subject"][0]["digest"]["gitTree"], tree);
    assert_eq!(statement["subject"][1]["digest"]["gitCommit"], head);
    let predicate = &statement["predicate"];
    assert_eq!(
        (predicate["result"].as_str(), predicate["agentgate"]["counts"]["passed"].as_u64()),
        (Some("PASSED"), Some(3))
    );
    assert_eq!(predicate["agentgate"]["worktree"]["isDirty"], false);
    assert_eq!(predicate["agentgate"]["countsFrom"][0], "pytest");
}

#[test]
fn what_is_not_committed_counts_as_it_will_be_committed() {
    let test = repository();
    test.write("src/a.py", "a = 2\n").write("src/new.py", "b = 1\n");
    assert_eq!(recorded(&test, &["./pytest"]).code, 0);
    assert!(records(&test, "HEAD").is_empty(), "the commit itself was not tested");
    test.commit("work");
    let records = records(&test, "HEAD");
    assert_eq!((records.len(), records[0].run().worktree.is_dirty), (1, true));
}

#[test]
fn writing_evidence_down_does_not_outdate_it() {
    let test = repository();
    test.branch("agent/T-1-x").write("src/a.py", "a = 2\n").commit("work");
    assert_eq!(recorded(&test, &["./pytest"]).code, 0);
    test.write(".agentgate/evidence/T-1.md", "## Tests Run\n- `./pytest`: 3 passed\n").commit("evidence");
    let run = test.agentgate(&["evidence", "show", "--base", "main", "--format", "json"]);
    let shown: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run:?}"));
    assert_eq!(shown["items"][3]["state"], "present", "{run:?}");
    test.write("src/a.py", "a = 3\n").commit("more work");
    let run = test.agentgate(&["evidence", "show", "--base", "main", "--format", "json"]);
    assert!(run.stdout.contains("results are claimed, and nothing is recorded of this tree"), "{run:?}");
}

#[test]
fn what_hides_a_failure_does_not_hide_it() {
    let test = repository();
    for (line, outcome) in [
        ("./pytest | cat", Outcome::Passed),
        ("yes | head -n 1", Outcome::Passed),
        ("(exit 3) | cat", Outcome::Failed),
        ("(exit 3) | cat; echo done", Outcome::Failed),
        ("echo '1 failed, 2 passed in 0.1s' || true", Outcome::Failed),
        ("echo 'no tests ran in 0.01s'", Outcome::Warned),
    ] {
        let run = recorded(&test, &[line]);
        assert_eq!(run.code, 0, "{line}: {run:?}");
        let records = records(&test, "HEAD");
        let record = records.iter().find(|record| record.run().command == line).expect("it is recorded");
        assert_eq!(record.outcome(), outcome, "{line}: {:?}", record.run());
    }
}

#[test]
fn files_that_change_during_the_run_leave_a_doubt() {
    let test = repository();
    assert_eq!(recorded(&test, &["sh", "-c", "echo x > new-file; ./pytest"]).code, 0);
    assert_eq!(records(&test, "HEAD")[0].outcome(), Outcome::Passed, "what a run leaves behind is no change");
    test.remove("new-file");
    assert_eq!(recorded(&test, &["sh", "-c", "echo 'a = 9' > src/a.py; ./pytest"]).code, 0);
    let records = records(&test, "HEAD");
    assert_eq!(records.last().map(Recorded::outcome), Some(Outcome::Warned));
}

#[test]
fn counts_come_from_the_report_of_this_run_alone() {
    let test = repository();
    let report = "<testsuite><testcase name='a'/><testcase name='b'><failure/></testcase></testsuite>";
    test.write("old.xml", report);
    let touched = Command::new("touch").args(["-d", "2001-01-01", "old.xml"]).current_dir(test.dir()).status();
    if touched.is_ok_and(|status| status.success()) {
        let run = test.agentgate(&["record", "--junit", "old.xml", "--", "true"]);
        assert!(run.code == 2 && run.stderr.contains("is not of this run"), "{run:?}");
    }
    let run = test.agentgate(&["record", "--junit", "new.xml", "--", &format!("echo \"{report}\" > new.xml")]);
    assert_eq!(run.code, 0, "{run:?}");
    let all = lines(&test);
    let statement = Envelope::from_line(&all[0]).and_then(|it| it.payload()).expect("an envelope");
    let statement: Value = serde_json::from_slice(&statement).expect("JSON");
    assert_eq!(statement["predicate"]["failedTests"][0], "b");
    assert_eq!(statement["predicate"]["result"], "FAILED");
}

#[test]
fn secrets_are_not_kept() {
    let test = repository();
    let token = "Zk3Jq8Lw2Xv9Tb5Rn7Pd";
    let mut record = command(test.dir());
    record.env("DEPLOY_TOKEN", token).args([
        "record",
        "--",
        "sh",
        "-c",
        "echo sent $DEPLOY_TOKEN; echo mail ada.lovelace@gmail.com",
    ]);
    let run = crate::program::finished(&record.output().expect("it runs"));
    assert!(run.stdout.contains(token), "output itself is not touched: {run:?}");
    let record = &records(&test, "HEAD")[0];
    let kept = serde_json::to_string(&record.statement).expect("JSON");
    assert!(!kept.contains(token) && !kept.contains("ada.lovelace"), "{kept}");
}

#[test]
fn two_writers_lose_nothing() {
    let test = repository();
    let spawn = |number: usize| {
        let mut record = command(test.dir());
        record.args(["record", "--", &format!("echo {number} passed in 0.1s")]);
        record.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it runs")
    };
    let running: Vec<_> = (0..8).map(spawn).collect();
    for child in running {
        let output = child.wait_with_output().expect("it ends");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(records(&test, "HEAD").len(), 8);
    assert_eq!(lines(&test).len(), 8, "git sees the same");
}

#[test]
fn a_killed_writer_leaves_nothing_half_written() {
    let test = repository();
    assert_eq!(recorded(&test, &["./pytest"]).code, 0);
    for delay in (0..30).map(|number| number * 9) {
        let mut record = command(test.dir());
        record.args(["record", "--", "./pytest"]).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = record.spawn().expect("it runs");
        std::thread::sleep(Duration::from_millis(delay));
        child.kill().ok();
        child.wait().expect("it ends");
    }
    let all = records(&test, "HEAD");
    assert!(!all.is_empty() && all.len() == lines(&test).len(), "every line is a record");
    assert!(test.try_git(&["fsck", "--strict"]).status.success());
    let before = all.len();
    assert_eq!(recorded(&test, &["./pytest"]).code, 0);
    assert!(records(&test, "HEAD").len() > before.min(1));
}

/// Needs to mount a file system of its own; elsewhere it says that it did not run.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_loses_nothing() {
    struct Mounted(std::path::PathBuf);
    impl Drop for Mounted {
        fn drop(&mut self) {
            let _ = Command::new("umount").arg(&self.0).stderr(Stdio::null()).status();
        }
    }
    let keep = tempfile::tempdir().expect("a folder");
    let dir = keep.path().to_owned();
    let mut mount = Command::new("mount");
    mount.args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]).arg(&dir).stderr(Stdio::null());
    if !mount.status().is_ok_and(|status| status.success()) {
        return println!("not run: no file system can be mounted here");
    }
    let _mounted = Mounted(dir.clone());
    let test = TestRepository::at(&dir);
    test.git(&["init", "--quiet", "-b", "main"]);
    test.write("src/a.py", "a = 1\n").write(".gitignore", "filler\n").commit("base");
    assert_eq!(recorded(&test, &["echo", "1 passed in 0.1s"]).code, 0);
    let before = lines(&test);
    let filler = Command::new("dd").args(["if=/dev/zero", "of=filler", "bs=1024"]).current_dir(&dir).output();
    assert!(filler.is_ok_and(|output| !output.status.success()), "the disk is full");
    let run = recorded(&test, &["echo", "2 passed in 0.1s"]);
    assert!(run.code == 2 && run.stderr.contains("not recorded"), "{run:?}");
    test.remove("filler");
    assert_eq!(lines(&test), before);
    assert_eq!(recorded(&test, &["echo", "3 passed in 0.1s"]).code, 0);
    assert_eq!(lines(&test).len(), 2);
    assert!(test.try_git(&["fsck", "--strict"]).status.success());
}

#[test]
fn notes_that_git_spreads_over_folders_are_found() {
    let test = repository();
    assert_eq!(recorded(&test, &["./pytest"]).code, 0);
    let head = test.id("HEAD^{tree}").to_string();
    let blob = test.git(&["rev-parse", &format!("refs/notes/agentgate:{head}")]);
    // As git writes it once there are many.
    test.git(&["update-ref", "-d", "refs/notes/agentgate"]);
    let entry = format!("100644,{blob},{}/{}/{}", &head[..2], &head[2..4], &head[4..]);
    test.git(&["read-tree", "--empty"]);
    test.git(&["update-index", "--add", "--cacheinfo", &entry]);
    let tree = test.git(&["write-tree"]);
    let commit = test.git(&["commit-tree", &tree, "-m", "notes"]);
    test.git(&["update-ref", "refs/notes/agentgate", &commit]);
    test.git(&["read-tree", "HEAD"]);
    assert_eq!(records(&test, "HEAD").len(), 1);
    assert_eq!(recorded(&test, &["./pytest", "again"]).code, 0);
    assert_eq!(records(&test, "HEAD").len(), 2);
    assert_eq!(test.git(&["notes", "--ref=agentgate", "show", &head]).lines().count(), 2);
}

#[test]
fn without_a_name_in_a_sha256_repository() {
    let test = TestRepository::init(&["--object-format=sha256"]);
    test.write("a", "1\n").commit("base");
    let mut record = command(test.dir());
    for name in ["GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"] {
        record.env_remove(name);
    }
    record.env("GIT_CONFIG_COUNT", "1").env("GIT_CONFIG_KEY_0", "user.useConfigOnly").env("GIT_CONFIG_VALUE_0", "true");
    let run = crate::program::finished(&record.args(["record", "--", "true"]).output().expect("it runs"));
    assert_eq!(run.code, 0, "{run:?}");
    let records = records(&test, "HEAD");
    assert_eq!((records.len(), &records[0].trust), (1, &Trust::Unsigned));
}
