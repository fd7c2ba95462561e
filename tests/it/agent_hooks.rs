//! `agentgate hook AGENT`, fed with the events that agents send.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::program::{self, Run, finished};
use crate::repository::TestRepository;

const AGENTS: [&str; 5] = ["claude-code", "codex", "cursor", "gemini", "copilot"];

fn hook(repository: &TestRepository, agent: &str, event: &Value) -> Run {
    let mut command = program::command(repository.dir());
    command.args(["hook", agent]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    child.stdin.take().expect("a pipe").write_all(event.to_string().as_bytes()).expect("written");
    finished(&child.wait_with_output().expect("it ends"))
}

fn answer(run: &Run) -> Value {
    assert_eq!(run.code, 0, "{run:?}");
    serde_json::from_str(&run.stdout).unwrap_or(Value::Null)
}

fn stop(agent: &str, again: bool) -> Value {
    match agent {
        "cursor" => {
            json!({ "conversation_id": "s-1", "hook_event_name": "stop", "status": "completed", "loop_count": u8::from(again) })
        }
        "gemini" => json!({ "session_id": "s-1", "hook_event_name": "AfterAgent", "stop_hook_active": again }),
        "copilot" => json!({ "sessionId": "s-1", "timestamp": 1, "stopReason": "end_turn", "stop_hook_active": again }),
        _ => json!({ "session_id": "s-1", "hook_event_name": "Stop", "stop_hook_active": again }),
    }
}

fn edit(agent: &str, path: &str) -> Value {
    match agent {
        "codex" => json!({ "hook_event_name": "PreToolUse", "tool_name": "apply_patch",
            "tool_input": { "command": format!("*** Begin Patch\n*** Update File: {path}\n@@\n-a\n+b\n*** End Patch\n") } }),
        "cursor" => {
            json!({ "hook_event_name": "preToolUse", "tool_name": "Write", "tool_input": { "file_path": path } })
        }
        "gemini" => {
            json!({ "hook_event_name": "BeforeTool", "tool_name": "replace", "tool_input": { "file_path": path } })
        }
        "copilot" => {
            json!({ "sessionId": "s-1", "timestamp": 1, "toolName": "edit", "toolArgs": json!({ "path": path }).to_string() })
        }
        _ => json!({ "hook_event_name": "PreToolUse", "tool_name": "Edit", "tool_input": { "file_path": path } }),
    }
}

/// The reason an answer gives, wherever the agent wants it.
fn reason(answer: &Value) -> String {
    let places = [
        "/reason",
        "/followup_message",
        "/agent_message",
        "/permissionDecisionReason",
        "/hookSpecificOutput/permissionDecisionReason",
    ];
    let found = places.iter().find_map(|place| answer.pointer(place)?.as_str());
    found.unwrap_or_default().to_owned()
}

fn repository() -> TestRepository {
    let repository = TestRepository::new();
    repository.write(".agentgate/policy.toml", "version = 1\n[scope]\nforbidden = [\"infra/**\"]\n");
    repository.write("total.py", "def total():\n    return 7\n");
    repository.write("test_total.py", "from total import total\n\n\ndef test_total():\n    assert total() == 7\n");
    repository.commit("base");
    repository.branch("agent/T-1-x");
    repository
}

#[test]
fn an_edit_of_a_forbidden_path_is_refused_before_it_happens() {
    let repository = repository();
    let absolute = repository.dir().join("infra/main.tf").display().to_string();
    for agent in AGENTS {
        for path in ["infra/main.tf", "./src/../infra/main.tf", &absolute, ".agentgate/policy.toml"] {
            let answer = answer(&hook(&repository, agent, &edit(agent, path)));
            let reason = reason(&answer);
            assert!(reason.contains("agentgate refuses this edit"), "{agent} {path}: {answer}");
        }
        for path in ["total.py", "/elsewhere/infra/main.tf", "docs/infra.md"] {
            let run = hook(&repository, agent, &edit(agent, path));
            assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{agent} {path}: {run:?}");
        }
    }
}

#[test]
fn a_branch_that_would_be_blocked_is_handed_back_three_times_and_no_more() {
    for agent in AGENTS {
        let repository = repository();
        repository.write("test_total.py", "from total import total\n\n\ndef test_total():\n    assert total() > 0\n");
        for turn in 0..3 {
            let answer = answer(&hook(&repository, agent, &stop(agent, turn > 0)));
            let reason = reason(&answer);
            assert!(reason.contains("Test correction") && reason.contains("test_total.py"), "{agent} {turn}: {answer}");
            assert!(reason.contains("it was: `assert total() == 7`"), "{agent} {turn}: {answer}");
        }
        let last = hook(&repository, agent, &stop(agent, true));
        assert_eq!((last.code, last.stdout.as_str()), (0, ""), "{agent}: {last:?}");
        assert!(last.stderr.contains("a person has to look"), "{agent}: {last:?}");
        // The next turn of a person starts anew.
        assert!(!reason(&answer(&hook(&repository, agent, &stop(agent, false)))).is_empty(), "{agent}");
        repository.write("test_total.py", "from total import total\n\n\ndef test_total():\n    assert total() == 7\n");
        let mended = hook(&repository, agent, &stop(agent, true));
        assert_eq!((mended.code, mended.stdout.as_str()), (0, ""), "{agent}: {mended:?}");
    }
}

#[test]
fn what_can_not_be_judged_stops_no_agent_and_is_said() {
    let repository = TestRepository::new();
    let run = hook(&repository, "claude-code", &stop("claude-code", false));
    assert!(run.code == 0 && run.stdout.is_empty() && run.stderr.contains("nothing was judged here"), "{run:?}");
    let strange = hook(&repository, "claude-code", &json!({ "x": 1 }));
    assert!(strange.code == 2 && strange.stderr.contains("names no event"), "{strange:?}");
}

#[test]
fn the_settings_are_shown() {
    let repository = TestRepository::new();
    for agent in AGENTS {
        let run = repository.agentgate(&["hook", agent, "--show"]);
        let settings: Value =
            serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{agent}: {error}: {run:?}"));
        assert!(settings.to_string().contains(&format!("agentgate hook {agent}")), "{run:?}");
    }
    assert_eq!(repository.agentgate(&["hook", "nobody"]).code, 2);
}

#[test]
fn steering_says_what_to_mend_and_how_to_split() {
    let repository = repository();
    repository.write("test_total.py", "from total import total\n\n\ndef test_total():\n    assert total() > 0\n");
    for at in 0..3 {
        repository.write(format!("src/billing/{at}.py"), "x = 1\n").write(format!("src/users/{at}.py"), "y = 1\n");
    }
    repository.write("policy.toml", "version = 1\n[scope]\nmax-files = 2\n[rules]\ndiff-too-large = \"block\"\n");
    repository.write("README.md", "words\n").commit("everything");
    let run = repository.agentgate(&["check", "--policy", "policy.toml"]);
    assert_eq!(run.code, 1, "{run:?}");
    let steered = repository.agentgate(&["explain", "--steer"]);
    assert_eq!(steered.code, 0, "{steered:?}");
    for words in
        ["Scope correction", "Test correction", "documentation", "behaviour of `billing`", "behaviour of `users`"]
    {
        assert!(steered.stdout.contains(words), "{words}: {steered:?}");
    }
    repository.git(&["reset", "--quiet", "--hard", "main"]);
    repository.write("total.py", "def total():\n    return 3 + 4\n").commit("fine");
    repository.agentgate(&["check"]);
    let nothing = repository.agentgate(&["explain", "--steer"]);
    assert!(nothing.stdout.contains("nothing blocks this branch"), "{nothing:?}");
}
