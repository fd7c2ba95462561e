//! Gemini CLI: `BeforeTool` and `AfterAgent`; times are in milliseconds.

use serde_json::json;

use super::Adapter;

pub static ADAPTER: Adapter = Adapter {
    name: "gemini",
    settings: ".gemini/settings.json",
    example: r#"{
  "hooks": {
    "BeforeTool": [
      { "matcher": "write_file|replace", "hooks": [{ "type": "command", "command": "agentgate hook gemini", "timeout": 60000 }] }
    ],
    "AfterAgent": [{ "hooks": [{ "type": "command", "command": "agentgate hook gemini", "timeout": 60000 }] }]
  }
}
"#,
    stops: &["AfterAgent"],
    tools: &["BeforeTool"],
    refuse: |reason| json!({ "decision": "deny", "reason": reason }),
    go_on: |reason| json!({ "decision": "deny", "reason": reason }),
};
