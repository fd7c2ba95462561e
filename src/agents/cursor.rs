//! Cursor: a stop is answered with the next message; edits are refused before the tool runs.

use serde_json::json;

use super::Adapter;

pub static ADAPTER: Adapter = Adapter {
    name: "cursor",
    settings: ".cursor/hooks.json",
    example: r#"{
  "version": 1,
  "hooks": {
    "preToolUse": [{ "command": "agentgate hook cursor", "matcher": "Write|Delete" }],
    "stop": [{ "command": "agentgate hook cursor", "loop_limit": 3 }]
  }
}
"#,
    stops: &["stop"],
    tools: &["preToolUse"],
    refuse: |reason| json!({ "permission": "deny", "user_message": reason, "agent_message": reason }),
    go_on: |reason| json!({ "followup_message": reason }),
};
