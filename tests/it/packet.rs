//! Work packets: what is read in them, what can't be followed, and a branch held to its own.

use agentgate::packet::{Packet, Permission, Prohibition, Risk, Task};

use crate::repository::TestRepository;

const PACKET: &str = "\
# Reject unresolved issues

- Task type: bug-fix
- Permission level: L3 (branch and pull request)
- Risk: medium

## Objective
Submission is rejected while an issue blocks.

## Scope
Allowed files/modules:
- `src/enforcement/**`, `tests/enforcement/**`
- src/**/b/**

Forbidden files/modules:
- `infra/`
- public API changes

Limits:
- max files: 10

## Acceptance criteria
- AC-1: unresolved BLOCKING issue rejects
  - explained further
- [C2] resolved issue allows
- [ ] a third one

## Verification
Run `cargo test -p enforcement` and:

```sh
# the service
make check
```

## Stop Conditions
Stop if:
- the task requires touching more than 5 production files
- a dependency must be added, i.e. a new dependency
- tests need credentials
";

fn problems(text: &str) -> String {
    Packet::parse("p.md", text.as_bytes()).expect_err("problems").render(false)
}

#[test]
fn a_packet_is_read_with_its_lines() {
    let packet = Packet::parse("p.md", PACKET.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(packet.title.as_deref(), Some("Reject unresolved issues"));
    assert_eq!(packet.task.as_ref().map(|task| (task.value, task.origin.line)), Some((Task::BugFix, 3)));
    assert_eq!(packet.permission.as_ref().map(|level| level.value), Some(Permission::L3));
    assert_eq!(packet.risk.as_ref().map(|risk| risk.value), Some(Risk::Medium));
    let allowed: Vec<_> = packet.scope.allowed.written().collect();
    assert_eq!(allowed, [("src/enforcement/**", 12), ("tests/enforcement/**", 12), ("src/**/b/**", 13)]);
    assert_eq!(packet.scope.forbidden.iter().collect::<Vec<_>>(), ["infra/"]);
    let criteria: Vec<_> = packet.criteria.iter().map(|c| (c.id.as_str(), c.text.as_str(), c.origin.line)).collect();
    assert_eq!(
        criteria,
        [
            ("AC-1", "unresolved BLOCKING issue rejects", 23),
            ("C2", "resolved issue allows", 25),
            ("3", "a third one", 26)
        ]
    );
    let commands: Vec<_> = packet.commands.iter().map(|command| command.value.as_str()).collect();
    assert_eq!(commands, ["cargo test -p enforcement", "make check"]);
    assert_eq!(packet.scope.max_files.as_ref().map(|limit| limit.value), Some(10));
    assert_eq!(packet.scope.max_production_files.as_ref().map(|limit| (limit.value, limit.origin.line)), Some((5, 38)));
    let kinds: Vec<_> = packet.prohibited.iter().map(|written| (written.value, written.origin.line)).collect();
    assert_eq!(kinds, [(Prohibition::Contract, 17), (Prohibition::Dependency, 39)]);
    assert_eq!(packet.stops.len(), 3);
}

#[test]
fn what_can_not_be_followed_is_said_with_its_line() {
    let found = problems(
        "# T\n- Task type: bugfix\n- Permission level: L7\n- Risk: huge\n\n## Scoep\n\n## Scope\nAllowed:\n- the billing module\n- `!src/a`\n\nLimits:\n- small\n\n## Acceptance Criteria\n- AC-1: a\n- AC-1: b\n",
    );
    for (line, text) in [
        (2, "did you mean `bug-fix`"),
        (3, "no permission level is called `L7`"),
        (4, "low, medium, high"),
        (6, "did you mean `Scope`"),
        (10, "no path is named"),
        (11, "can't negate"),
        (14, "no limit can be read"),
        (18, "a second criterion `AC-1`"),
    ] {
        assert!(found.contains(text) && found.contains(&format!("p.md:{line}:")), "{line} {text}:\n{found}");
    }
    assert!(problems("just words\n").contains("this is no work packet"));
    assert!(Packet::parse("p.md", b"\xff").is_err());
}

#[test]
fn the_template_can_be_followed() {
    let text = agentgate::packet::TEMPLATE.replace("{task}", "feature");
    let packet = Packet::parse("p.md", text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(packet.sections.len(), 8);
    assert_eq!(packet.prohibited.len(), 3, "{:?}", packet.prohibited);
    assert!(packet.criteria.is_empty() && packet.scope.allowed.is_empty(), "comments say nothing");
}

fn repository() -> TestRepository {
    let test = TestRepository::new();
    test.write("src/a.py", "a = 1\n").write("lib/b.py", "b = 1\n");
    test.write(".agentgate/packets/T-1.md", "## Scope\n\nAllowed: src/\n").commit("base");
    test
}

#[test]
fn a_branch_is_held_to_the_packet_of_its_ticket() {
    let test = repository();
    test.branch("agent/T-1-x").write("lib/b.py", "b = 2\n").commit("work");
    let run = test.agentgate(&["check"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.contains(".agentgate/packets/T-1.md:3"), "{run:?}");
    let shown = test.agentgate(&["packet", "show"]);
    assert!(shown.code == 0 && shown.stdout.contains("src/"), "{shown:?}");
    test.git(&["switch", "--quiet", "-c", "agent/T-2-x"]);
    assert_eq!(test.agentgate(&["check"]).code, 0, "another ticket, another packet");
    assert_eq!(test.agentgate(&["packet", "show"]).code, 2);
}

#[test]
fn a_branch_can_not_widen_its_packet() {
    let test = repository();
    test.branch("agent/T-1-x").write(".agentgate/packets/T-1.md", "## Scope\n\nAllowed: `**`\n");
    test.write("lib/b.py", "b = 2\n").commit("work");
    let run = test.agentgate(&["check"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.contains("out-of-scope-path") && run.stdout.contains("policy-tampering"), "{run:?}");
}

#[test]
fn a_branch_may_bring_a_packet_that_narrows() {
    let test = repository();
    test.branch("agent/T-3-x").write(".agentgate/packets/T-3.md", "## Scope\n\nAllowed: src/\n");
    test.write("src/a.py", "a = 2\n").commit("work");
    let run = test.agentgate(&["check"]);
    assert!(run.code == 0 && run.stdout.contains("its own work packet"), "{run:?}");
    test.write("lib/b.py", "b = 2\n").commit("more");
    let run = test.agentgate(&["check"]);
    assert!(run.code == 1 && run.stdout.contains("out-of-scope-path"), "{run:?}");
    // A broken one narrows nothing and stops nothing.
    test.write(".agentgate/packets/T-3.md", "## Scope\n\nAllowed: the billing module\n").commit("broken");
    assert_eq!(test.agentgate(&["check"]).code, 0);
}

#[test]
fn a_packet_that_can_not_be_followed_judges_nothing() {
    let test = repository();
    test.write(".agentgate/packets/T-4.md", "## Scope\n\nAllowed: the billing module\n").commit("packet");
    test.branch("agent/T-4-x").write("src/a.py", "a = 2\n").commit("work");
    let run = test.agentgate(&["check"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains(".agentgate/packets/T-4.md:3") && run.stderr.contains("in backticks"), "{run:?}");
    test.write("p.md", "## Scope\n\nAllowed: lib/\n");
    assert_eq!(test.agentgate(&["check", "--packet", "p.md"]).code, 1, "the caller's own");
}

#[test]
fn a_new_packet_is_written_once_and_checked() {
    let test = repository();
    let run = test.agentgate(&["packet", "new", "T-9", "--type", "bug-fix"]);
    assert_eq!(run.code, 0, "{run:?}");
    let written = std::fs::read_to_string(test.dir().join(".agentgate/packets/T-9.md")).expect("it is written");
    assert!(written.contains("Task type: bug-fix"));
    assert_eq!(test.agentgate(&["packet", "new", "T-9"]).code, 2, "nothing is overwritten");
    assert_eq!(test.agentgate(&["packet", "new", "../x"]).code, 2);
    // What can be followed may still not be fit to be delegated.
    let unfilled = test.agentgate(&["packet", "check", ".agentgate/packets/T-9.md"]);
    assert!(unfilled.code == 1 && unfilled.stdout.contains("T-9.md:7: no objective"), "{unfilled:?}");
    let bare = test.agentgate(&["packet", "check", ".agentgate/packets/T-1.md"]);
    assert_eq!(bare.code, 1, "{bare:?}");
    assert!(
        bare.stdout.contains("T-1.md:3: no done condition") && bare.stdout.contains("write: ## Acceptance"),
        "{bare:?}"
    );
    let good = test.write("good.md", GOOD).agentgate(&["packet", "check", "good.md"]);
    assert!(good.code == 0 && good.stdout.contains("no problems; 4 of 8 sections"), "{good:?}");
}

const GOOD: &str = "\
# Totals

- Task type: bug-fix
- Permission level: L3

## Objective
A total is rounded once.

## Scope
Allowed:
- `src/**`
- `tests/**`

## Acceptance Criteria
- AC-1: three items of 0.333 give 1.00

## Verification
- `pytest tests`
";

#[test]
fn an_issue_is_checked_and_taken_over() {
    let test = repository();
    test.write("issue.md", "## Problem\nTotals are off.\n\n## Expected behavior\nRounded once.\n\n## Scope\nFiles: `src/a.py`.\n\n## Acceptance criteria\n- 0.333 three times gives 1.00\n\n## Verification\n`pytest`\n");
    let checked = test.agentgate(&["packet", "check", "--issue", "issue.md"]);
    assert_eq!(checked.code, 0, "{checked:?}");
    test.write("bad.md", "Make the app faster\n");
    let bad = test.agentgate(&["packet", "check", "--issue", "bad.md", "--format", "json"]);
    assert!(
        bad.code == 1 && bad.stdout.contains("\"unbounded-verb\"") && bad.stdout.contains("\"no-scope\""),
        "{bad:?}"
    );
    let taken =
        test.agentgate(&["packet", "new", "T-7", "--type", "bug-fix", "--title", "Totals", "--from", "issue.md"]);
    assert_eq!(taken.code, 0, "{taken:?}");
    let text = std::fs::read_to_string(test.dir().join(".agentgate/packets/T-7.md")).expect("it is written");
    let packet = Packet::parse("p.md", text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(packet.scope.allowed.iter().collect::<Vec<_>>(), ["src/a.py"]);
    assert_eq!(packet.criteria.len(), 1);
    let from_stdin = test.agentgate_reading(&["packet", "new", "T-8", "--print", "--from", "-"], "Fix it\n");
    assert!(from_stdin.code == 0 && from_stdin.stdout.contains("Fix it"), "{from_stdin:?}");
}

#[test]
fn a_task_is_scored() {
    let test = repository();
    test.write("tests/test_a.py", "def test_a():\n    assert 1 == 1\n")
        .write("src/auth/login.py", "a = 1\n")
        .commit("more");
    test.write("good.md", GOOD.replace("`src/**`", "`src/a.py`"));
    let scored = test.agentgate(&["packet", "score", "good.md"]);
    assert!(scored.code == 0 && scored.stdout.contains("a good candidate"), "{scored:?}");
    test.write("wide.md", GOOD);
    let scored = test.agentgate(&["packet", "score", "wide.md"]);
    assert!(
        scored.stdout.contains("to analyse") && scored.stdout.contains("`src/auth/login.py` may change"),
        "{scored:?}"
    );
    let json = test.agentgate(&["packet", "score", "wide.md", "--format", "json"]);
    assert!(json.stdout.contains("\"answer\": \"analysis-only\""), "{json:?}");
}

#[test]
fn a_pinned_packet_holds_and_no_branch_moves_it() {
    let test = repository();
    test.write("p.md", "## Scope\n\nAllowed: src/\n");
    let pinned = test.agentgate(&["packet", "pin", "T-5", "--file", "p.md"]);
    assert_eq!(pinned.code, 0, "{pinned:?}");
    assert_eq!(
        test.git(&["show", "refs/agentgate/packets/T-5:.agentgate/packets/T-5.md"]),
        "## Scope\n\nAllowed: src/"
    );
    test.remove("p.md").branch("agent/T-5-x").write(".agentgate/packets/T-5.md", "## Scope\n\nAllowed: `**`\n");
    test.write("lib/b.py", "b = 2\n").commit("work");
    let run = test.agentgate(&["check"]);
    assert!(run.code == 1 && run.stdout.contains("refs/agentgate/packets/T-5:3"), "{run:?}");
    let shown = test.agentgate(&["packet", "show"]);
    assert!(shown.code == 0 && shown.stdout.contains("refs/agentgate/packets/T-5"), "{shown:?}");
    // Pinning anew is said out loud, and leaves the old one behind it.
    assert_eq!(test.agentgate(&["packet", "pin", "T-5"]).code, 2);
    assert_eq!(test.agentgate(&["packet", "pin", "T-5", "--replace"]).code, 0);
    assert_eq!(test.git(&["rev-list", "--count", "refs/agentgate/packets/T-5"]), "2");
    // One on the base holds beside it.
    let both = repository();
    both.write("p.md", "## Scope\n\nAllowed: `**`\n");
    assert_eq!(both.agentgate(&["packet", "pin", "T-1", "--file", "p.md"]).code, 0);
    both.remove("p.md").branch("agent/T-1-x").write("lib/b.py", "b = 2\n").commit("work");
    assert_eq!(both.agentgate(&["check"]).code, 1, "the base side's scope still holds");
    assert_eq!(both.agentgate(&["packet", "pin", "T-6", "--file", "missing.md"]).code, 2);
}
