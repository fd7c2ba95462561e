//! Merge request pipelines as GitLab starts them: detached, of merged results, and in a train.

use serde_json::Value;

use crate::program::{self, Run, finished};
use crate::repository::TestRepository;
use crate::server::Server;

/// The runner's checkout of one commit, with what GitLab keeps references for.
struct Pipeline {
    server: Server,
    checkout: TestRepository,
}

fn pipeline() -> Pipeline {
    let server = Server::weakened();
    let checkout = server.origin.clone_of(&[]);
    checkout.git(&["fetch", "--quiet", "origin", "+refs/merge-requests/7/*:refs/pipelines/7/*"]);
    Pipeline { server, checkout }
}

impl Pipeline {
    fn run(&self, kind: &str, more: &[(&str, &str)], arguments: &[&str]) -> Run {
        let Server { main, head, merge, .. } = &self.server;
        let commit = if kind == "detached" { head } else { merge };
        self.checkout.git(&["checkout", "--quiet", "--force", "--detach", commit]);
        let recorded = include_str!("environments/gitlab-merge_request.env");
        let mut command = program::command(self.checkout.dir());
        command.envs(self.server.variables(recorded, self.checkout.dir()));
        let reference = match kind {
            "detached" => "refs/merge-requests/7/head",
            "merged_result" => "refs/merge-requests/7/merge",
            _ => "refs/merge-requests/7/train",
        };
        command.env("CI_COMMIT_SHA", commit).env("CI_MERGE_REQUEST_EVENT_TYPE", kind);
        command.env("CI_MERGE_REQUEST_REF_PATH", reference);
        // Only where GitLab made the merge are the ends named.
        if kind != "detached" {
            command.env("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", head);
            command.env("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", main);
        }
        command.envs(more.iter().copied()).arg("ci").args(arguments);
        finished(&command.output().expect("it runs"))
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.checkout.dir().join(name)).expect("it is written")
    }
}

#[test]
fn every_kind_of_merge_request_pipeline_judges_the_same_range() {
    let pipeline = pipeline();
    for kind in ["detached", "merged_result", "merge_train"] {
        let run = pipeline.run(kind, &[], &["--format", "json"]);
        assert_eq!(run.code, 1, "{kind}: {run:?}");
        let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
        assert_eq!(report["subject"]["head"]["commit"], pipeline.server.head.as_str(), "{kind}");
        assert_eq!(report["subject"]["head"]["ref"], "agent/T-1-x", "{kind}");
        assert_eq!(report["changes"]["files"], 1, "{kind}: what main got meanwhile is not the branch's");
    }
}

#[test]
fn code_quality_and_junit_are_what_gitlab_reads() {
    let pipeline = pipeline();
    let run = pipeline.run("merged_result", &[], &["--format", "gitlab", "--output", "gl-code-quality-report.json"]);
    assert!(run.code == 1 && run.stdout.contains("loosened-assertion"), "the log has it too: {run:?}");
    let issues: Value = serde_json::from_str(&pipeline.read("gl-code-quality-report.json")).expect("JSON");
    let issues = issues.as_array().expect("a list");
    assert!(!issues.is_empty());
    for issue in issues {
        for field in ["/description", "/check_name", "/fingerprint", "/severity", "/location/path"] {
            assert!(issue.pointer(field).and_then(Value::as_str).is_some_and(|it| !it.is_empty()), "{field}: {issue}");
        }
        let severity = issue["severity"].as_str().expect("text");
        assert!(["info", "minor", "major", "critical", "blocker"].contains(&severity), "{severity}");
        assert!(issue["location"]["lines"]["begin"].as_u64().is_some(), "{issue}");
    }
    let prints: std::collections::HashSet<&str> = issues.iter().filter_map(|it| it["fingerprint"].as_str()).collect();
    assert_eq!(prints.len(), issues.len(), "GitLab drops what has the same fingerprint");

    let run = pipeline.run("merged_result", &[], &["--format", "junit", "--output", "agentgate-junit.xml"]);
    assert_eq!(run.code, 1, "{run:?}");
    let tests = agentgate::record::junit::read(&pipeline.read("agentgate-junit.xml")).expect("JUnit");
    assert!(tests.counts.failed >= 1, "{tests:?}");
}

#[test]
fn a_description_that_was_cut_is_said() {
    let run = pipeline().run("detached", &[("CI_MERGE_REQUEST_DESCRIPTION_IS_TRUNCATED", "true")], &[]);
    assert!(run.code == 1 && run.stderr.contains("2,700 characters"), "{run:?}");
}

/// The template's own lines, with a stand-in for what is fetched and built.
#[cfg(unix)]
#[test]
fn the_template_installs_outside_of_the_checkout_and_verifies() {
    use std::os::unix::fs::PermissionsExt as _;
    let text = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/templates/agentgate.yml")).expect("it is there");
    let template = agentgate::facts::document::read_all(agentgate::facts::document::Format::Yaml, &text).expect("YAML");
    let job = template[0].get("agentgate").expect("a job");
    let lines = |key: &str| -> String {
        let items = job.get(key).expect("a list").items();
        items.filter_map(|item| item.text()).collect::<Vec<_>>().join("\n")
    };
    let (install, judge) = (lines("before_script"), lines("script"));
    assert!(
        !install.contains("$CI_MERGE_REQUEST") && !judge.contains("$CI_MERGE_REQUEST"),
        "nothing of the branch's words"
    );

    let pipeline = pipeline();
    pipeline.checkout.git(&["checkout", "--quiet", "--force", "--detach", &pipeline.server.merge]);
    let tools = tempfile::tempdir().expect("a folder");
    let tool = |name: &str, script: &str| {
        let path = tools.path().join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("made executable");
    };
    let real_git =
        String::from_utf8(std::process::Command::new("sh").args(["-c", "command -v git"]).output().expect("sh").stdout);
    let real_git = real_git.expect("a path").trim().to_owned();
    // The clone of the gate gives its own repository; the build gives the program under test.
    tool(
        "git",
        &format!(
            "if [ \"$1\" = clone ]; then for last; do :; done; {real_git} init -q \"$last\" && exec {real_git} -C \"$last\" -c user.name=a -c user.email=a@b commit -q --allow-empty -m gate; fi\nexec {real_git} \"$@\""
        ),
    );
    tool(
        "cargo",
        &format!(
            "case \"$(pwd)\" in {0}|{0}/*) echo 'built in the checkout' >&2; exit 9;; esac\nwhile [ \"$1\" != --root ]; do shift; done; mkdir -p \"$2/bin\" && ln -s {1} \"$2/bin/agentgate\"",
            pipeline.checkout.dir().display(),
            program::path().display()
        ),
    );
    let run = |version: &str, commit: &str| {
        let mut command = crate::repository::scrubbed("bash", pipeline.checkout.dir());
        program::prepare(&mut command);
        let path = format!("{}:{}", tools.path().display(), std::env::var("PATH").expect("a path"));
        command.env("PATH", path).env("AGENTGATE_REPOSITORY", "x").env("AGENTGATE_VERSION", version);
        command.env("AGENTGATE_COMMIT", commit).env("CI_PROJECT_DIR", pipeline.checkout.dir());
        for (name, value) in [
            ("GITLAB_CI", "true"),
            ("CI_PIPELINE_SOURCE", "merge_request_event"),
            ("CI_MERGE_REQUEST_IID", "7"),
            ("CI_COMMIT_SHA", &pipeline.server.merge),
            ("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", &pipeline.server.head),
            ("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", &pipeline.server.main),
            ("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "agent/T-1-x"),
            ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
        ] {
            command.env(name, value);
        }
        finished(&command.args(["-eo", "pipefail", "-c", &format!("{install}\n{judge}")]).output().expect("bash runs"))
    };
    let own = env!("CARGO_PKG_VERSION");
    let good = run(own, "");
    assert_eq!(good.code, 1, "{good:?}");
    assert!(pipeline.read("gl-code-quality-report.json").contains("loosened-assertion"));
    assert!(pipeline.read("agentgate-junit.xml").contains("loosened-assertion"));
    let other = run("9.9.9", "");
    assert!(other.code == 2 && other.stderr.contains("wanted is 'agentgate 9.9.9'"), "{other:?}");
    let moved = run(own, &"1".repeat(40));
    assert!(moved.code == 2 && moved.stderr.contains("wanted is 1111111"), "{moved:?}");
}
