//! Coding agents whose own loops can ask the gate: before an edit, and before they stop.
//!
//! One file per agent: which events it sends, where paths stand in them, and in which form it takes an answer. The protocols are
//! the agents' documented hooks: a JSON object on standard input, one on standard output. Most of them go on when a hook
//! fails or takes too long, so this is advice; pre-push and the required check decide.

mod claude_code;
mod codex;
mod copilot;
mod cursor;
mod gemini;
mod patch;

use serde_json::{Map, Value};

/// An agent's protocol.
pub struct Adapter {
    /// As `agentgate hook NAME` calls it.
    pub name: &'static str,
    /// The file of a repository that holds its hooks, from the top.
    pub settings: &'static str,
    /// What that file has to hold, as JSON.
    pub example: &'static str,
    /// The events before it ends its turn.
    stops: &'static [&'static str],
    /// The events before it uses a tool.
    tools: &'static [&'static str],
    /// The answer that refuses a tool.
    refuse: fn(&str) -> Value,
    /// The answer that makes it go on.
    go_on: fn(&str) -> Value,
}

/// What an agent is about to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// It wants to end its turn; `again` when a hook made it go on already.
    Stop { again: bool, session: String },
    /// It wants to write to these paths, as it spells them.
    Edit { paths: Vec<String> },
    /// Nothing the gate has a say in.
    Other,
}

/// Every agent, in the order of the help.
pub static ALL: &[&Adapter] =
    &[&claude_code::ADAPTER, &codex::ADAPTER, &cursor::ADAPTER, &gemini::ADAPTER, &copilot::ADAPTER];

/// The agent of that name.
pub fn find(name: &str) -> Option<&'static Adapter> {
    ALL.iter().copied().find(|adapter| adapter.name == name)
}

/// Larger events are not read.
pub const LIMIT: u64 = 16 << 20;

/// What a hook was given that it can't use.
#[derive(Debug, thiserror::Error)]
#[error("the event on standard input is not what {agent} sends: {why}")]
pub struct Misread {
    agent: &'static str,
    why: String,
}

impl Adapter {
    /// Reads an event.
    ///
    /// # Errors
    /// When it is no JSON object or names no event.
    pub fn read(&self, input: &[u8]) -> Result<Event, Misread> {
        let misread = |why: String| Misread { agent: self.name, why };
        let event: Map<String, Value> = serde_json::from_slice(input).map_err(|error| misread(error.to_string()))?;
        let text = |names: &[&str]| names.iter().find_map(|name| event.get(*name)?.as_str());
        let tool_name = text(&["tool_name", "toolName"]);
        // The camel-case form of one agent names no event; what it holds tells.
        let named = text(&["hook_event_name", "hookEventName"]);
        let is = |events: &[&str]| named.is_some_and(|name| events.contains(&name));
        if is(self.stops) || named.is_none() && event.contains_key("stopReason") {
            let loops = event.get("loop_count").and_then(Value::as_u64).unwrap_or(0);
            let again = event.get("stop_hook_active").and_then(Value::as_bool).unwrap_or(false) || loops > 0;
            let session = text(&["session_id", "sessionId", "conversation_id"]).unwrap_or_default().to_owned();
            return Ok(Event::Stop { again, session });
        }
        if is(self.tools) || named.is_none() && tool_name.is_some() {
            let input = event.get("tool_input").or_else(|| event.get("toolArgs"));
            let paths = input.map(|input| paths(tool_name.unwrap_or_default(), input)).unwrap_or_default();
            return Ok(if paths.is_empty() { Event::Other } else { Event::Edit { paths } });
        }
        match named {
            Some(_) => Ok(Event::Other),
            None => Err(misread("it names no event (`hook_event_name`)".into())),
        }
    }

    /// Refuses an edit.
    pub fn refusal(&self, reason: &str) -> String {
        (self.refuse)(reason).to_string()
    }

    /// Makes the agent mend its branch before it stops.
    pub fn continuation(&self, reason: &str) -> String {
        (self.go_on)(reason).to_string()
    }
}

/// Tools that only look.
const READERS: &[&str] = &[
    "Read",
    "read_file",
    "view",
    "Glob",
    "glob",
    "Grep",
    "grep",
    "LS",
    "list_directory",
    "search_file_content",
    "WebFetch",
    "read_many_files",
];

/// The paths that a tool's input names, where the tool writes.
fn paths(tool: &str, input: &Value) -> Vec<String> {
    if READERS.contains(&tool) {
        return Vec::new();
    }
    // One agent sends its arguments as JSON inside a string.
    let parsed = input.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
    let input = parsed.as_ref().unwrap_or(input);
    let mut found = Vec::new();
    for name in ["file_path", "path", "notebook_path", "absolute_path", "filePath", "target_file"] {
        found.extend(input.get(name).and_then(Value::as_str).map(ToOwned::to_owned));
    }
    for name in ["input", "patch", "command"] {
        match input.get(name) {
            Some(Value::String(text)) => found.extend(patch::paths(text)),
            Some(Value::Array(words)) => found.extend(words.iter().filter_map(Value::as_str).flat_map(patch::paths)),
            _ => {}
        }
    }
    if let Some(text) = input.as_str() {
        found.extend(patch::paths(text));
    }
    found.sort();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_agent_reads_its_stop_and_its_edit() {
        for (agent, stop, edit) in [
            (
                "claude-code",
                r#"{"session_id":"s","hook_event_name":"Stop","stop_hook_active":true,"cwd":"/x"}"#,
                r#"{"hook_event_name":"PreToolUse","tool_name":"Edit","tool_input":{"file_path":"/x/a.py","old_string":"a"}}"#,
            ),
            (
                "codex",
                r#"{"session_id":"s","turn_id":"t","hook_event_name":"Stop","stop_hook_active":true}"#,
                r#"{"hook_event_name":"PreToolUse","tool_name":"apply_patch","tool_input":{"command":"*** Begin Patch\n*** Update File: /x/a.py\n@@\n-a\n+b\n*** End Patch"}}"#,
            ),
            (
                "cursor",
                r#"{"conversation_id":"s","hook_event_name":"stop","status":"completed","loop_count":1}"#,
                r#"{"hook_event_name":"preToolUse","tool_name":"Write","tool_input":{"file_path":"/x/a.py"}}"#,
            ),
            (
                "gemini",
                r#"{"session_id":"s","hook_event_name":"AfterAgent","stop_hook_active":true}"#,
                r#"{"hook_event_name":"BeforeTool","tool_name":"write_file","tool_input":{"file_path":"/x/a.py","content":""}}"#,
            ),
            (
                "copilot",
                r#"{"sessionId":"s","timestamp":1,"cwd":"/x","stopReason":"end_turn","stop_hook_active":true}"#,
                r#"{"sessionId":"s","timestamp":1,"cwd":"/x","toolName":"edit","toolArgs":"{\"path\":\"/x/a.py\"}"}"#,
            ),
        ] {
            let adapter = find(agent).unwrap();
            assert_eq!(
                adapter.read(stop.as_bytes()).unwrap(),
                Event::Stop { again: true, session: "s".into() },
                "{agent}"
            );
            assert_eq!(
                adapter.read(edit.as_bytes()).unwrap(),
                Event::Edit { paths: vec!["/x/a.py".into()] },
                "{agent}"
            );
            assert!(serde_json::from_str::<Value>(adapter.example).is_ok(), "{agent}");
            assert!(adapter.example.contains(&format!("agentgate hook {agent}")), "{agent}");
        }
    }

    #[test]
    fn what_only_looks_is_no_edit() {
        let event = br#"{"hook_event_name":"PreToolUse","tool_name":"Read","tool_input":{"file_path":"/x/a.py"}}"#;
        assert_eq!(find("claude-code").unwrap().read(event).unwrap(), Event::Other);
        assert_eq!(find("claude-code").unwrap().read(br#"{"hook_event_name":"SessionStart"}"#).unwrap(), Event::Other);
    }

    #[test]
    fn what_is_no_event_is_refused() {
        for input in ["", "[]", "{}", "{\"tool\":1}"] {
            assert!(find("codex").unwrap().read(input.as_bytes()).is_err(), "{input}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(input: Vec<u8>) {
            for adapter in ALL {
                let _ = adapter.read(&input);
            }
        }
    }
}
