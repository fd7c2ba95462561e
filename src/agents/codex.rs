//! Codex: the same events; it edits through `apply_patch`.

use serde_json::json;

use super::Adapter;

pub static ADAPTER: Adapter = Adapter {
    name: "codex",
    settings: ".codex/hooks.json",
    example: r#"{
  "hooks": {
    "PreToolUse": [
      { "matcher": "apply_patch", "hooks": [{ "type": "command", "command": "agentgate hook codex" }] }
    ],
    "Stop": [{ "hooks": [{ "type": "command", "command": "agentgate hook codex" }] }]
  }
}
"#,
    stops: &["Stop", "SubagentStop"],
    tools: &["PreToolUse"],
    refuse: |reason| json!({ "hookSpecificOutput": { "hookEventName": "PreToolUse", "permissionDecision": "deny", "permissionDecisionReason": reason } }),
    go_on: |reason| json!({ "decision": "block", "reason": reason }),
};
