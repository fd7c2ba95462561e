//! GitHub Copilot: its own camel-case events, which name no event, or the pascal-case ones that others share.

use serde_json::json;

use super::Adapter;

pub static ADAPTER: Adapter = Adapter {
    name: "copilot",
    settings: ".github/hooks/agentgate.json",
    example: r#"{
  "version": 1,
  "hooks": {
    "preToolUse": [{ "type": "command", "bash": "agentgate hook copilot", "powershell": "agentgate hook copilot", "timeoutSec": 30 }],
    "agentStop": [{ "type": "command", "bash": "agentgate hook copilot", "powershell": "agentgate hook copilot", "timeoutSec": 30 }]
  }
}
"#,
    stops: &["agentStop", "subagentStop", "Stop", "SubagentStop"],
    tools: &["preToolUse", "PreToolUse"],
    refuse: |reason| json!({ "permissionDecision": "deny", "permissionDecisionReason": reason }),
    go_on: |reason| json!({ "decision": "block", "reason": reason }),
};
