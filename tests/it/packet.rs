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
    assert_eq!(test.agentgate(&["packet", "check", ".agentgate/packets/T-1.md"]).code, 0);
}
