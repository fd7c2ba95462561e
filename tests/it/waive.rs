//! Waivers: written by `waive`, read from the base side, bound to what they excuse.

use serde_json::Value;

use crate::repository::TestRepository;

const FILE: &str = ".agentgate/waivers.toml";
const POLICY: &str = ".agentgate/policy.toml";

/// A branch that edits the policy.
fn repository() -> TestRepository {
    let test = TestRepository::new();
    test.write(POLICY, "version = 1\n\n[scope]\nmax-files = 10\n").write("src/a.py", "a = 1\n").commit("base");
    test.branch("feature/limits").write(POLICY, "version = 1\n\n[scope]\nmax-files = 20\n").commit("limits");
    test
}

fn judged(test: &TestRepository, arguments: &[&str]) -> (i32, Value) {
    let run = test.agentgate(&[&["check", "--format", "json"], arguments].concat());
    (run.code, serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run:?}")))
}

fn id(report: &Value) -> String {
    report["findings"][0]["id"].as_str().expect("an id").to_owned()
}

fn waive(test: &TestRepository, id: &str, expires: &str) -> i32 {
    let run = test.agentgate(&["waive", id, "--reason", "agreed", "--owner", "ada", "--expires", expires]);
    run.code
}

/// What a person merges into the base, and the branch as it was.
fn merge_waivers(test: &TestRepository, branch: &str) {
    test.git(&["stash", "--quiet", "--include-untracked"]);
    test.switch("main").git(&["stash", "pop", "--quiet"]);
    test.commit("waiver").to_string();
    test.switch(branch);
}

#[test]
fn a_person_s_edit_of_the_policy_passes_with_a_waiver_of_the_base() {
    let test = repository();
    let (code, report) = judged(&test, &["--as", "human"]);
    assert_eq!((code, report["findings"][0]["rule"].as_str()), (1, Some("policy-tampering")), "{report}");
    let id = id(&report);
    assert_eq!(waive(&test, &id[..6], "2999-12-31"), 0);
    merge_waivers(&test, "feature/limits");
    let (code, report) = judged(&test, &["--as", "human"]);
    assert_eq!((code, report["counts"]["waived"].as_u64(), report["counts"]["block"].as_u64()), (0, Some(1), Some(0)));
    let waiver = &report["findings"][0]["waiver"];
    assert_eq!((waiver["owner"].as_str(), waiver["expires"].as_str()), (Some("ada"), Some("2999-12-31")), "{report}");
    for format in ["text", "markdown", "junit", "sarif"] {
        let run = test.agentgate(&["check", "--as", "human", "--format", format]);
        assert!(run.code == 0 && run.stdout.contains("policy-tampering"), "{format}: {run:?}");
    }
    let run = test.agentgate(&["explain", &id[..6]]);
    assert!(run.stdout.contains("by ada until 2999-12-31: agreed"), "{run:?}");
}

#[test]
fn other_content_is_not_excused() {
    let test = repository();
    let (_, report) = judged(&test, &[]);
    assert_eq!(waive(&test, &id(&report), "2999-12-31"), 0);
    merge_waivers(&test, "feature/limits");
    assert_eq!(judged(&test, &[]).0, 0);
    assert_eq!(test.agentgate(&["check"]).stderr, "", "one that is used is no news");
    test.write(POLICY, "version = 1\nextends = [\"observe\"]\n").commit("more");
    let run = test.agentgate(&["check"]);
    assert!(run.stderr.contains("waivers.toml:4 excuses nothing here"), "{run:?}");
    let (code, report) = judged(&test, &[]);
    assert_eq!(code, 1, "{report}");
    let help = report["findings"][0]["help"].as_str().unwrap_or_default();
    assert!(help.contains("is for other content"), "{report}");
}

#[test]
fn a_waiver_ends() {
    let test = repository();
    let (_, report) = judged(&test, &[]);
    assert_eq!(waive(&test, &id(&report), "2000-01-01"), 2, "not one that has ended already");
    assert_eq!(waive(&test, &id(&report), "2999-12-31"), 0);
    let written = std::fs::read_to_string(test.dir().join(FILE)).expect("it is written");
    test.write(FILE, written.replace("2999-12-31", "2000-01-01"));
    let run = test.agentgate(&["waive", "--list"]);
    assert!(run.code == 0 && run.stdout.contains("expired 2000-01-01"), "{run:?}");
    merge_waivers(&test, "feature/limits");
    let (code, report) = judged(&test, &[]);
    assert_eq!(code, 1);
    assert!(report["findings"][0]["help"].as_str().unwrap_or_default().contains("expired on 2000-01-01"), "{report}");
    let run = test.agentgate(&["check"]);
    assert!(run.stderr.contains("waivers.toml:4 expired on 2000-01-01; take it out"), "{run:?}");
}

#[test]
fn a_branch_can_not_excuse_itself() {
    let test = repository();
    let (_, report) = judged(&test, &[]);
    assert_eq!(waive(&test, &id(&report), "2999-12-31"), 0);
    test.commit("a waiver of my own");
    for whose in ["agent", "human"] {
        let (code, report) = judged(&test, &["--as", whose]);
        assert_eq!(code, 1, "{report}");
        assert!(report.to_string().contains("the branch writes a waiver"), "{report}");
    }
}

#[test]
fn a_person_may_propose_a_waiver_and_nothing_else() {
    let test = repository();
    let (_, report) = judged(&test, &[]);
    assert_eq!(waive(&test, &id(&report), "2999-12-31"), 0);
    test.git(&["stash", "--quiet", "--include-untracked"]);
    test.switch("main").branch("feature/waiver").git(&["stash", "pop", "--quiet"]);
    test.commit("waiver");
    assert_eq!(judged(&test, &["--as", "human"]).0, 0);
    assert_eq!(judged(&test, &["--as", "agent"]).0, 1);
}

#[test]
fn waivers_that_can_not_be_followed_judge_nothing() {
    let test = repository();
    test.switch("main").write(FILE, "version = 1\n[[waiver]]\nfinding = \"x\"\n").commit("broken");
    test.switch("feature/limits");
    let run = test.agentgate(&["check"]);
    assert!(run.code == 2 && run.stderr.contains("waivers.toml:2"), "{run:?}");
}

/// On the CI service: a review of this very commit or a label, by an account that the base's policy names and that did not
/// open the pull request.
#[test]
fn who_may_excuses_a_finding_on_the_ci_service() {
    let test = TestRepository::new();
    test.write(
        POLICY,
        "version = 1\n\n[scope]\nforbidden = [\"infra/**\"]\n\n[people]\nwaive = [\"grace\", \"ada\"]\n",
    );
    test.write("src/a.py", "a = 1\n").commit("base");
    test.branch("agent/T-1-infra").write("infra/a.tf", "a = 1\n").commit("infra");
    let (_, report) = judged(&test, &[]);
    let finding = report["findings"].as_array().and_then(|all| all.iter().find(|it| it["rule"] == "forbidden-path"));
    let id = finding.and_then(|it| it["id"].as_str()).expect("a finding").to_owned();
    let (head, base) = (test.id("HEAD").to_string(), test.id("main").to_string());
    let path = test.dir().join(".git/event.json");
    let asked = |event: &str, more: &str| {
        let payload = format!(
            r#"{{"action": "labeled", "pull_request": {{"html_url": "https://example.org/pull/7", "user": {{"login": "ada"}},
                "base": {{"sha": "{base}", "ref": "main"}}, "head": {{"sha": "{head}", "ref": "agent/T-1-infra"}}}}, {more}}}"#
        );
        std::fs::write(&path, payload).expect("it is written");
        let mut ci = crate::program::command(test.dir());
        ci.args(["ci"]).env("GITHUB_ACTIONS", "true").env("GITHUB_EVENT_NAME", event).env("GITHUB_EVENT_PATH", &path);
        crate::program::finished(&ci.output().expect("it runs"))
    };
    let review = |login: &str, kind: &str, commit: &str, text: &str| {
        format!(
            r#""review": {{"user": {{"login": "{login}", "type": "{kind}"}}, "state": "commented", "commit_id": "{commit}", "body": "{text}"}}"#
        )
    };
    let said = format!("Agreed.\\nagentgate waive {id}: the cluster moves with this task");
    for (login, kind, commit, text, expected) in [
        ("grace", "User", &head, said.as_str(), 0),
        ("eve", "User", &head, &said, 1),
        ("ada", "User", &head, &said, 1),
        ("grace", "Bot", &head, &said, 1),
        ("grace", "User", &base, &said, 1),
        ("grace", "User", &head, &format!("agentgate waive {id}"), 1),
        ("grace", "User", &head, "agentgate waive 000000000000: another one", 1),
    ] {
        let run = asked("pull_request_review", &review(login, kind, commit, text));
        assert_eq!(run.code, expected, "{login} {kind} {text}: {run:?}");
    }
    for (login, expected) in [("grace", 0), ("eve", 1), ("ada", 1)] {
        let more = format!(r#""label": {{"name": "agentgate waive {id}"}}, "sender": {{"login": "{login}"}}"#);
        assert_eq!(asked("pull_request", &more).code, expected, "{login}");
    }
}
