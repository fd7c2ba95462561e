//! Phases: levels and options of rules that hold from a day on.
//!
//! Nothing here asks for the time: whoever judges names the day, so that a judgement can be had again.

use serde::Serialize;
use serde_json::json;

use super::node::{Node, Value};
use super::shape::{LEVEL, ROLLOUT};
use super::{Origin, Policy, resolve};

/// One value that changes on a day.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// The first day on which it holds.
    pub from: String,
    /// For instance `rules.skipped-test.level`.
    pub key: String,
    /// What holds until then; `null` for what no layer says.
    pub until_then: serde_json::Value,
    pub then: serde_json::Value,
    pub origin: Origin,
}

impl Policy {
    /// The policy as it holds on a day: the phases that have begun lie over it, the latest one last.
    #[must_use]
    pub fn as_of(mut self, day: &str) -> Self {
        let (begun, _): (Vec<Node>, Vec<Node>) =
            self.phases().into_iter().cloned().partition(|phase| from(phase) <= day);
        for phase in begun {
            begin(&mut self.node, &phase);
        }
        self.rules = resolve::rules(&self.node, &self.layers);
        self.day = Some(day.to_owned());
        self
    }

    /// What changes after the day the policy was asked for, in the order in which it does.
    pub fn steps(&self) -> Vec<Step> {
        let mut node = self.node.clone();
        let mut steps = Vec::new();
        let day = self.day.as_deref().unwrap_or_default();
        for phase in self.phases().into_iter().filter(|phase| from(phase) > day) {
            for (rule, entries) in phase.get("rules").into_iter().flat_map(Node::entries) {
                for (key, value) in entries.entries() {
                    let now = node.get("rules").and_then(|rules| rules.get(rule)?.get(key));
                    let unsaid = if key == LEVEL { json!("off") } else { serde_json::Value::Null };
                    let (until_then, then) = (now.map_or(unsaid, Node::plain), value.plain());
                    if until_then != then {
                        let (from, key) = (from(phase).to_owned(), format!("rules.{rule}.{key}"));
                        steps.push(Step { from, key, until_then, then, origin: value.origin(&self.layers) });
                    }
                }
            }
            begin(&mut node, phase);
        }
        steps
    }

    /// By day; of one day as written.
    fn phases(&self) -> Vec<&Node> {
        let mut phases: Vec<&Node> = self.node.get(ROLLOUT).map_or(&[][..], Node::items).iter().collect();
        phases.sort_by_key(|phase| from(phase));
        phases
    }
}

fn from(phase: &Node) -> &str {
    phase.get("from").and_then(Node::text).unwrap_or_default()
}

fn begin(policy: &mut Node, phase: &Node) {
    if let Some(rules) = phase.get("rules") {
        let entries = [("rules".to_owned(), rules.clone())].into();
        policy.overlay(Node { value: Value::Table(entries), layer: phase.layer, line: phase.line });
    }
}
