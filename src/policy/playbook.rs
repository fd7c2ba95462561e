//! Playbooks: what holds for a type of task, laid over the policy where a work packet names that type.
//!
//! A playbook is a preset. Extended by a policy it is a layer like any other; called for by a packet it only narrows, for
//! the packet may be the branch's own.

use super::Policy;
use super::file::{self, UnknownRules};
use super::presets;
use super::resolve::{self, View};
use crate::packet::Task;

impl Policy {
    /// The policy with the playbook of a task; of a rule's two levels the stricter one holds.
    #[must_use]
    pub(super) fn with_playbook(mut self, task: Task) -> Self {
        let preset = format!("playbook/{}", task.name());
        let name = presets::path(&preset);
        // A policy that extends it has said what it thinks of it.
        let Some(text) = presets::find(&preset).filter(|_| !self.layers.contains(&name)) else { return self };
        let node = file::read(&name, text.as_bytes(), UnknownRules::Skip).node;
        let names = [name];
        for (rule, setting) in resolve::rules(&node, &names) {
            match self.rules.get_mut(rule) {
                Some(known) => {
                    known.options.overlay(&setting.options);
                    if setting.level > known.level {
                        (known.level, known.origin) = (setting.level, setting.origin);
                    }
                }
                None => drop(self.rules.insert(rule, setting)),
            }
        }
        let view = View { names: &names, node: Some(&node) };
        self.playbooks.push(resolve::scope(&view.at("scope")));
        for required in resolve::evidence(&view.at("evidence")).sections {
            if !self.evidence.sections.iter().any(|known| known.name == required.name) {
                self.evidence.sections.push(required);
            }
        }
        self
    }
}
