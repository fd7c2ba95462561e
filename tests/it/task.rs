//! From a packet to a merge on a real repository, and the cheats on the way.

use crate::program::Run;
use crate::repository::TestRepository;

pub const PACKET: &str = "\
# Round totals once

- Task type: bug-fix
- Permission level: L3
- Risk: low

## Objective
A total is rounded once, at the end.

## Scope
Allowed:
- `src/**`
- `tests/**`

Forbidden:
- `src/vendor/**`
- new dependencies

Limits:
- max production files: 1

## Acceptance Criteria
- AC-1: three items of 0.333 give 1.00
- AC-2: an empty cart gives 0

## Verification
- `pytest tests`
";

pub const POLICY: &str = "\
version = 1
extends = [\"default\"]

[evidence]
sections = []
footers = []
file = \".agentgate/evidence/{ticket}.md\"

[branches]
name = '^agent/(?<ticket>T-\\d+)-[a-z-]+$'

[risk]
security = [\"src/auth/**\"]
rollback-note = \"medium\"

[rules]
unmapped-criterion = \"block\"
understated-risk = \"block\"
missing-evidence = \"block\"
";

const TOTAL: &str = "def total(items):\n    return sum(round(item, 2) for item in items)\n";
const FIXED: &str = "def total(items):\n    return round(sum(items), 2)\n";
const TESTS: &str = "from src.total import total\n\n\ndef test_empty():\n    assert total([]) == 0\n";
pub const FIXED_TESTS: &str = "from src.total import total\n\n\ndef test_empty():\n    assert total([]) == 0\n\n\ndef test_thirds():\n    assert total([0.333] * 3) == 1.00\n";
pub const EVIDENCE: &str = "\
## Acceptance Criteria Mapping
- [x] AC-1 -> `tests/test_total.py::test_thirds`
- [x] AC-2 -> `tests/test_total.py::test_empty`

## Risk Classification
Low: one function.
";

/// A base with policy and packet, and an agent's branch that does what was asked.
pub fn honest() -> TestRepository {
    let test = TestRepository::new();
    test.write(".agentgate/policy.toml", POLICY).write(".agentgate/packets/T-1.md", PACKET);
    test.write("src/total.py", TOTAL).write("tests/test_total.py", TESTS).write("src/auth/login.py", "AGE = 1\n");
    test.write("requirements.txt", "requests==2.0\n")
        .write("tests/test_old.py", "import pytest\n\n\n@pytest.mark.skip\ndef test_off():\n    assert 1 == 2\n");
    test.commit("base");
    test.branch("agent/T-1-totals");
    test.write("src/total.py", FIXED)
        .write("tests/test_total.py", FIXED_TESTS)
        .write(".agentgate/evidence/T-1.md", EVIDENCE);
    test.commit("T-1: round totals once");
    test
}

fn blocks(run: &Run, rule: &str, text: &str) {
    // However it is wrapped.
    let said = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(run.code == 1 && said.contains(rule) && said.contains(text), "{rule} {text}:\n{said}\n{}", run.stderr);
}

#[test]
fn what_was_asked_passes_on_every_way() {
    let test = honest();
    for arguments in [
        &["check"][..],
        &["check", "--event", "push"],
        &["check", "--event", "pull-request"],
        &["check", "--today", "2030-01-01"],
    ] {
        let run = test.agentgate(arguments);
        assert_eq!(run.code, 0, "{arguments:?} {run:?}");
    }
}

#[test]
fn the_push_is_blocked_until_the_mapping_is_there() {
    let test = honest();
    let remote = TestRepository::init(&["--bare"]);
    test.git(&["remote", "add", "origin", &remote.dir().display().to_string()]);
    test.git(&["push", "--quiet", "origin", "main"]);
    test.git(&["fetch", "--quiet", "origin"]);
    test.git(&["remote", "set-head", "origin", "main"]);
    let pushed = |test: &TestRepository| {
        let line = format!(
            "refs/heads/agent/T-1-totals {} refs/heads/agent/T-1-totals {}\n",
            test.git(&["rev-parse", "HEAD"]),
            "0".repeat(40)
        );
        test.agentgate_reading(&["pre-push", "origin", "x"], &line)
    };
    let full = pushed(&test);
    assert_eq!(full.code, 0, "{full:?}");
    test.write(".agentgate/evidence/T-1.md", "## Risk Classification\nLow.\n").commit("T-1: less said");
    let blocked = pushed(&test);
    assert!(blocked.code == 1, "{blocked:?}");
    let said = format!("{}{}", blocked.stdout, blocked.stderr);
    assert!(
        said.contains("unmapped-criterion") && said.contains("criteria `AC-1`, `AC-2` are mapped to nothing"),
        "{said}"
    );
    test.write(".agentgate/evidence/T-1.md", EVIDENCE).commit("T-1: said again");
    assert_eq!(pushed(&test).code, 0);
}

#[test]
fn criteria_mapped_to_what_shows_nothing() {
    let cases: &[(&str, &str)] = &[
        ("tests/test_total.py::test_everything", "has no `test_everything`"),
        ("tests/test_rounding.py::test_thirds", "does not exist"),
        ("tests/test_old.py::test_off", "does not run"),
        ("src/auth/login.py", "which the branch does not change"),
        ("done", "no test and no code"),
    ];
    for (target, expected) in cases {
        let test = honest();
        test.write(".agentgate/evidence/T-1.md", EVIDENCE.replace("tests/test_total.py::test_thirds", target))
            .commit("T-1: evidence");
        blocks(&test.agentgate(&["check"]), "unmapped-criterion", expected);
    }
    // Ticked boxes alone.
    let test = honest();
    let ticked = "## Acceptance Criteria Mapping\n- [x] AC-1\n- [x] AC-2\n\n## Risk Classification\nLow.\n";
    test.write(".agentgate/evidence/T-1.md", ticked).commit("T-1: evidence");
    blocks(&test.agentgate(&["check"]), "unmapped-criterion", "criterion `AC-2`");
    // The template as it was.
    let template = "## Acceptance Criteria Mapping\n- [ ] Criterion 1 -> test / code path\n- [ ] Criterion 2 -> test / code path\n\n## Risk Classification\nLow.\n";
    test.write(".agentgate/evidence/T-1.md", template).commit("T-1: evidence");
    blocks(&test.agentgate(&["check"]), "unmapped-criterion", "mapped to");
    // A test that asserts nothing.
    let test = honest();
    test.write(
        "tests/test_total.py",
        FIXED_TESTS.replace("    assert total([0.333] * 3) == 1.00", "    total([0.333] * 3)"),
    )
    .commit("T-1: tests");
    blocks(&test.agentgate(&["check"]), "unmapped-criterion", "which asserts nothing");
}

#[test]
fn packet_policy_and_waivers_are_not_the_branchs_to_write() {
    let test = honest();
    test.write(
        ".agentgate/packets/T-1.md",
        PACKET.replace("- `src/vendor/**`\n", "").replace("- `tests/**`", "- `**`"),
    );
    test.write("tools/build.sh", "make\n").commit("T-1: more room");
    let run = test.agentgate(&["check"]);
    blocks(&run, "out-of-scope-path", "tools/build.sh");
    blocks(&run, "policy-tampering", "packets/T-1.md");

    let test = honest();
    test.write("src/vendor/x.py", "A = 1\n").commit("T-1: vendored");
    let run = test.agentgate(&["check", "--format", "json"]);
    blocks(&run, "forbidden-path", "src/vendor/x.py");
    let id =
        run.stdout.split("\"id\": \"").nth(1).and_then(|rest| rest.get(..12)).expect("a finding has an id").to_owned();
    let waiver = format!(
        "version = 1\n\n[[waiver]]\nfinding = \"{id}\"\nrule = \"forbidden-path\"\npath = \"src/vendor/x.py\"\nreason = \"r\"\nowner = \"o\"\nexpires = 2999-01-01\n"
    );
    test.write(".agentgate/waivers.toml", waiver).commit("T-1: excused");
    let run = test.agentgate(&["check"]);
    blocks(&run, "forbidden-path", "src/vendor/x.py");
    blocks(&run, "policy-tampering", "the branch writes a waiver");

    let test = honest();
    test.write(
        ".agentgate/policy.toml",
        POLICY.replace("understated-risk = \"block\"\n", "understated-risk = \"off\"\n"),
    );
    test.write("src/auth/login.py", "AGE = 2\n").commit("T-1: quieter");
    let run = test.agentgate(&["check"]);
    blocks(&run, "policy-tampering", "policy.toml");
    blocks(&run, "understated-risk", "it is high");
}

#[test]
fn limits_dependencies_and_risk_are_held() {
    let test = honest();
    test.write("src/auth/login.py", "AGE = 2\n").commit("T-1: sessions");
    let run = test.agentgate(&["check"]);
    blocks(&run, "diff-too-large", "2 production files changed, the limit is 1");
    blocks(&run, "understated-risk", "the branch calls the risk low, it is high");
    blocks(&run, "missing-evidence", "nothing says how the change is taken back");

    let test = honest();
    test.write("requirements.txt", "requests==2.0\nleft-pad==1.0\n").commit("T-1: a helper");
    let run = test.agentgate(&["check"]);
    blocks(&run, "new-dependency", "which the work packet forbids");

    // A repair without a test, under the playbook for repairs.
    let test = honest();
    test.write("tests/test_total.py", TESTS).commit("T-1: no test");
    blocks(&test.agentgate(&["check"]), "missing-test", "no test changed");
}

#[test]
fn levels_hold_by_event() {
    let test = honest();
    blocks(&test.agentgate(&["check", "--event", "automation"]), "permission-exceeded", "gives L3");
    for (level, arguments) in
        [("L1", &["check"][..]), ("L0", &["check", "--event", "push"]), ("L2", &["check", "--event", "pull-request"])]
    {
        test.git(&["switch", "--quiet", "main"]);
        test.write(".agentgate/packets/T-1.md", PACKET.replace("level: L3", &format!("level: {level}")))
            .commit("packet");
        test.git(&["switch", "--quiet", "agent/T-1-totals"]);
        blocks(&test.agentgate(arguments), "permission-exceeded", &format!("gives {level}"));
    }
    assert!(!test.agentgate(&["check"]).stdout.contains("permission-exceeded"), "editing is within L2");
    // Given automation, on a path that is not for automation.
    test.git(&["switch", "--quiet", "main"]);
    test.write(".agentgate/packets/T-1.md", PACKET.replace("level: L3", "level: L4")).commit("packet");
    test.git(&["switch", "--quiet", "agent/T-1-totals"]);
    assert!(!test.agentgate(&["check"]).stdout.contains("permission-exceeded"), "low risk may run by itself");
    test.write("src/auth/login.py", "AGE = 2\n").commit("T-1: sessions");
    blocks(&test.agentgate(&["check"]), "permission-exceeded", "high risk");
}

#[test]
fn a_task_of_another_kind_is_held_to_its_playbook() {
    for (task, rule, text) in [
        ("docs-update", "out-of-scope-change", "production code changes, and the task is limited to documentation"),
        ("test-gap", "out-of-scope-change", "limited to documentation, tests"),
        ("ci-repair", "missing-evidence", "`Failure Classification`"),
        ("mechanical-refactor", "out-of-scope-change", "`total` does something else"),
        ("analysis", "permission-exceeded", "a task of type analysis gets L0"),
    ] {
        let test = honest();
        test.git(&["switch", "--quiet", "main"]);
        test.write(".agentgate/packets/T-1.md", PACKET.replace("bug-fix", task)).commit("packet");
        test.git(&["switch", "--quiet", "agent/T-1-totals"]);
        blocks(&test.agentgate(&["check"]), rule, text);
    }
}

#[test]
fn phases_begin_by_the_clock_that_was_given() {
    let test = TestRepository::new();
    test.write(".agentgate/policy.toml", "version = 1\nrules.leftover-marker = \"warn\"\n\n[[rollout]]\nfrom = 2026-06-01\nrules = { leftover-marker = \"block\" }\n");
    test.write("src/a.py", "a = 1\n").commit("base");
    test.branch("agent/T-1-x").write("src/a.py", "a = 1\n# TODO: later\n").commit("work");
    assert_eq!(test.agentgate(&["check", "--today", "2026-05-31"]).code, 0);
    assert_eq!(test.agentgate(&["check", "--today", "2026-06-01"]).code, 1);
    assert_eq!(test.agentgate(&["check", "--today", "tomorrow"]).code, 2);
    let shown = test.agentgate(&["policy", "show", "--today", "2026-05-31"]);
    assert!(
        shown.stdout.contains("from 2026-06-01 on: rules.leftover-marker.level = \"block\", until then \"warn\""),
        "{shown:?}"
    );
    let json = test.agentgate(&["policy", "show", "--today", "2026-05-31", "--format", "json"]);
    assert!(json.stdout.contains("\"until_then\": \"warn\""), "{json:?}");
}
