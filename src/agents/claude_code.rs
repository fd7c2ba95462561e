//! Claude Code: `Stop`, `SubagentStop` and `PreToolUse` of its settings files.

use serde_json::json;

use super::Adapter;

pub static ADAPTER: Adapter = Adapter {
    name: "claude-code",
    settings: ".claude/settings.json",
    example: r#"{
  "hooks": {
    "PreToolUse": [
      { "matcher": "Edit|Write|MultiEdit|NotebookEdit", "hooks": [{ "type": "command", "command": "agentgate hook claude-code" }] }
    ],
    "Stop": [{ "hooks": [{ "type": "command", "command": "agentgate hook claude-code" }] }]
  }
}
"#,
    stops: &["Stop", "SubagentStop"],
    tools: &["PreToolUse"],
    refuse: |reason| json!({ "hookSpecificOutput": { "hookEventName": "PreToolUse", "permissionDecision": "deny", "permissionDecisionReason": reason } }),
    go_on: |reason| json!({ "decision": "block", "reason": reason }),
};
