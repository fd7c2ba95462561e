//! `agentgate ci` with the environments that services give a job of a pull request: same branch, same verdict.

use crate::program::{self, finished};
use crate::repository::TestRepository;

/// What each service sets, with `HEAD` for the branch's newest commit. Only what the program reads, and what could mislead it.
const SERVICES: &[(&str, &[(&str, &str)])] = &[
    (
        "GitLab CI",
        &[
            ("GITLAB_CI", "true"),
            ("CI_PIPELINE_SOURCE", "merge_request_event"),
            ("CI_MERGE_REQUEST_IID", "7"),
            ("CI_COMMIT_SHA", "HEAD"),
            ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
            ("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "agent/T-1-x"),
        ],
    ),
    (
        "Buildkite",
        &[
            ("BUILDKITE", "true"),
            ("BUILDKITE_COMMIT", "HEAD"),
            ("BUILDKITE_BRANCH", "agent/T-1-x"),
            ("BUILDKITE_PULL_REQUEST", "7"),
            ("BUILDKITE_PULL_REQUEST_BASE_BRANCH", "main"),
        ],
    ),
    (
        "Azure Pipelines",
        &[
            ("TF_BUILD", "True"),
            ("BUILD_SOURCEVERSION", "0123456789012345678901234567890123456789"),
            ("SYSTEM_PULLREQUEST_PULLREQUESTID", "7"),
            ("SYSTEM_PULLREQUEST_SOURCECOMMITID", "HEAD"),
            ("SYSTEM_PULLREQUEST_SOURCEBRANCH", "refs/heads/agent/T-1-x"),
            ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main"),
        ],
    ),
    (
        "Bitbucket Pipelines",
        &[
            ("BITBUCKET_BUILD_NUMBER", "3"),
            ("BITBUCKET_COMMIT", "HEAD"),
            ("BITBUCKET_BRANCH", "agent/T-1-x"),
            ("BITBUCKET_PR_ID", "7"),
            ("BITBUCKET_PR_DESTINATION_BRANCH", "main"),
        ],
    ),
    (
        "Jenkins",
        &[
            ("JENKINS_URL", "https://ci.example.org/"),
            ("GIT_COMMIT", "HEAD"),
            ("BRANCH_NAME", "PR-7"),
            ("CHANGE_ID", "7"),
            ("CHANGE_BRANCH", "agent/T-1-x"),
            ("CHANGE_TARGET", "main"),
        ],
    ),
    ("CircleCI", &[("CIRCLECI", "true"), ("CIRCLE_SHA1", "HEAD"), ("CIRCLE_BRANCH", "agent/T-1-x")]),
    ("plain", &[("AGENTGATE_BASE", "origin/main"), ("AGENTGATE_BRANCH", "agent/T-1-x")]),
];

/// A job's clone: detached, with the base branch only as the remote has it.
fn clone() -> TestRepository {
    let origin = TestRepository::new();
    origin.write("total.py", "def total():\n    return 7\n");
    origin.write("test_total.py", "from total import total\n\n\ndef test_total():\n    assert total() == 7\n");
    origin.commit("base");
    origin.branch("agent/T-1-x");
    origin.write("test_total.py", "from total import total\n\n\ndef test_total():\n    assert total() > 0\n");
    origin.commit("looser");
    let clone = origin.clone_of(&[]);
    clone.git(&["checkout", "--quiet", "--detach"]);
    clone.git(&["branch", "--quiet", "-D", "agent/T-1-x"]);
    origin.switch("main");
    clone.git(&["remote", "set-head", "origin", "main"]);
    clone
}

#[test]
fn every_service_gets_the_same_verdict() {
    let clone = clone();
    let head = clone.id("HEAD").to_string();
    for (service, variables) in SERVICES {
        let mut command = program::command(clone.dir());
        for (name, value) in *variables {
            command.env(name, if *value == "HEAD" { &head } else { *value });
        }
        let run = finished(&command.args(["ci", "--format", "json"]).output().expect("it runs"));
        assert_eq!(run.code, 1, "{service}: {run:?}");
        let report: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
        let rules: Vec<&str> =
            report["findings"].as_array().expect("a list").iter().filter_map(|f| f["rule"].as_str()).collect();
        assert!(rules.contains(&"loosened-assertion"), "{service}: {rules:?}");
        assert_eq!(report["subject"]["head"]["commit"], head.as_str(), "{service}");
        assert_eq!(report["subject"]["agent"]["is_agent"], true, "{service}");
    }
}

#[test]
fn a_shallow_clone_hears_what_its_own_service_has_to_set() {
    let full = clone();
    let shallow = full.clone_of(&["--depth=1"]);
    let head = shallow.id("HEAD").to_string();
    for (service, variables) in SERVICES.iter().filter(|(service, _)| *service != "plain") {
        let mut command = program::command(shallow.dir());
        for (name, value) in *variables {
            command.env(name, if *value == "HEAD" { &head } else { *value });
        }
        let run = finished(&command.arg("ci").output().expect("it runs"));
        assert_eq!(run.code, 2, "{service}: {run:?}");
        assert!(run.stderr.contains(&format!("on {service} set:")), "{service}: {run:?}");
    }
}
