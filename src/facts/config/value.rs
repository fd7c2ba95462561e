//! What a node says as a setting: one text, a list of items, a name by which it is known.

use super::reading::Item;
use crate::facts::document::{Member, Node, Value};

/// Members that tell items of a list apart.
const IDENTITIES: &[&str] = &["@Id", "@id", "@name", "module", "id", "files", "match", "include"];

pub(super) fn identity(node: &Node) -> Option<String> {
    let named = IDENTITIES.iter().find_map(|name| node.get(name))?;
    Some(
        named.text().map_or_else(
            || items(named).into_iter().map(|item| item.text).collect::<Vec<_>>().join(","),
            str::to_owned,
        ),
    )
}

/// A scalar, or what a list or map leads with: `["error", {…}]`, `{ level = "deny" }`.
pub(super) fn scalar(node: &Node) -> Option<String> {
    let levels = ["level", "severity", "#text"];
    node.text()
        .map(str::to_owned)
        .or_else(|| {
            let texts: Vec<&str> = node.items().filter_map(Node::text).collect();
            (!texts.is_empty()).then(|| texts.join(" "))
        })
        .or_else(|| levels.iter().find_map(|name| node.text_of(name)).map(str::to_owned))
}

pub(super) fn items(node: &Node) -> Vec<Item> {
    let item = |text: &str, line| Item { text: text.trim().to_owned(), line };
    let split = |text: &str, line: u32| -> Vec<Item> {
        let parts = text.split([',', ';', '\n']).map(str::trim);
        parts.filter(|part| !part.is_empty() && !part.starts_with("$(")).map(|part| item(part, line)).collect()
    };
    match &node.value {
        Value::List(list) => list
            .iter()
            .flat_map(|entry| match entry.text() {
                Some(text) if !text.contains(['(', '[', '{']) => split(text, entry.line),
                Some(text) => vec![item(text, entry.line)],
                None => vec![item(&spelled(entry), entry.line)],
            })
            .collect(),
        Value::Map(members) if node.get("#text").is_none() => {
            let is_element = |members: &[Member]| members.iter().any(|member| member.name.starts_with('@'));
            let holds_elements =
                members.iter().any(|member| matches!(&member.value.value, Value::Map(inner) if is_element(inner)));
            if is_element(members) || holds_elements {
                return vec![item(&spelled(node), node.line)];
            }
            let keys = members.iter().filter(|member| member.value.text() != Some("false"));
            keys.map(|member| item(&member.name, member.line)).collect()
        }
        Value::Null => Vec::new(),
        _ => node.text().map(|text| split(text, node.line)).unwrap_or_default(),
    }
}

/// A map on one line.
fn spelled(node: &Node) -> String {
    match node.text() {
        Some(text) => text.to_owned(),
        None => {
            let members = node.members().map(|member| format!("{}: {}", member.name, spelled(&member.value)));
            members.chain(node.items().map(spelled)).collect::<Vec<_>>().join(", ")
        }
    }
}
