//! JavaScript and TypeScript: what is exported is said apart from what is declared, or before it.

use std::collections::{BTreeMap, BTreeSet};

use tree_sitter::Node as Syntax;

use super::signature::source;
use super::visibility::Scope;
use super::walk::Walk;
use super::{Export, PassedOn};

pub(super) fn read(walk: &mut Walk<'_>, root: Syntax<'_>) {
    // Everything declared at the top, then the names that are exported.
    let mut exported: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut lines = BTreeMap::new();
    let mut cursor = root.walk();
    for child in root.named_children(&mut cursor) {
        let line = u32::try_from(child.start_position().row + 1).unwrap_or(u32::MAX);
        let mut name = |local: &str, public: &str| {
            lines.entry(public.to_owned()).or_insert(line);
            exported.entry(local.to_owned()).or_default().insert(public.to_owned());
        };
        match child.kind() {
            "export_statement" => export(walk, child, line, &mut name),
            "expression_statement" => common(walk, child, &mut name),
            "declare" | "ambient_declaration" => {}
            _ => walk.declaration(child, &Scope::top(), 0),
        }
    }
    let declared = std::mem::take(&mut walk.exports.offered);
    for (local, publics) in &exported {
        let members = format!("{local}.");
        for public in publics {
            let rename = |name: &str| format!("{public}{}", &name[local.len()..]);
            let own = declared.iter().filter(|it| it.name == *local || it.name.starts_with(&members));
            let found: Vec<Export> = own
                .map(|it| Export {
                    name: rename(&it.name),
                    parent: it
                        .parent
                        .as_ref()
                        .filter(|parent| parent.len() >= local.len())
                        .map(|parent| rename(parent)),
                    ..it.clone()
                })
                .collect();
            if found.is_empty() {
                let line = lines.get(public).copied().unwrap_or(1);
                walk.exports.offered.push(Export { name: public.clone(), line, ..Export::default() });
            }
            walk.exports.offered.extend(found);
        }
    }
    let hidden = declared.iter().filter(|it| !exported.contains_key(it.name.split('.').next().unwrap_or_default()));
    walk.exports.hidden.extend(hidden.map(|it| it.name.clone()));
}

fn export(walk: &mut Walk<'_>, node: Syntax<'_>, line: u32, name: &mut dyn FnMut(&str, &str)) {
    let text = walk.text;
    let mut cursor = node.walk();
    let children: Vec<Syntax<'_>> = node.children(&mut cursor).collect();
    let is_default = children.iter().any(|child| child.kind() == "default");
    let from = node.child_by_field_name("source").map(|from| source(from, text).trim_matches(['"', '\'']).to_owned());
    let clause = children.iter().find(|child| child.kind() == "export_clause");
    if let Some(clause) = clause {
        let mut cursor = clause.walk();
        for specifier in clause.named_children(&mut cursor) {
            let Some(local) = specifier.child_by_field_name("name") else { continue };
            let local = source(local, text);
            let public = specifier.child_by_field_name("alias").map_or_else(|| local.clone(), |it| source(it, text));
            match &from {
                None => name(&local, &public),
                Some(from) => walk.exports.passed_on.push(PassedOn {
                    from: from.clone(),
                    name: Some(local),
                    alias: Some(public),
                    line,
                }),
            }
        }
        return;
    }
    if let Some(from) = from {
        let namespace = children.iter().find(|child| child.kind() == "namespace_export");
        match namespace.and_then(|it| it.named_child(0)) {
            // A namespace: its name is offered, what is in it belongs to the other file.
            Some(alias) => name(&source(alias, text), &source(alias, text)),
            None => walk.exports.passed_on.push(PassedOn { from, name: None, alias: None, line }),
        }
        return;
    }
    let declaration = node.child_by_field_name("declaration");
    let value = node.child_by_field_name("value");
    if let Some(declaration) = declaration {
        let before = walk.exports.offered.len();
        let declaration = match declaration.kind() {
            "ambient_declaration" => declaration.named_child(0).unwrap_or(declaration),
            _ => declaration,
        };
        walk.declaration(declaration, &Scope::top(), 0);
        let mut own: Vec<String> =
            walk.exports.offered[before..].iter().filter(|it| it.parent.is_none()).map(|it| it.name.clone()).collect();
        own.dedup();
        for local in &own {
            name(local, if is_default { "default" } else { local });
        }
        if own.is_empty() && is_default {
            name("default", "default");
        }
    } else if let Some(value) = value {
        let local = source(value, text);
        name(if value.kind() == "identifier" { &local } else { "default" }, "default");
    }
}

/// `module.exports = { a, b: c }`, `exports.a = …`
fn common(walk: &mut Walk<'_>, statement: Syntax<'_>, name: &mut dyn FnMut(&str, &str)) {
    let text = walk.text;
    let Some(assignment) = statement.named_child(0).filter(|it| it.kind() == "assignment_expression") else { return };
    let (Some(left), Some(right)) = (assignment.child_by_field_name("left"), assignment.child_by_field_name("right"))
    else {
        return;
    };
    let target = source(left, text);
    let right_text = source(right, text);
    if let Some(member) = target.strip_prefix("module.exports.").or_else(|| target.strip_prefix("exports.")) {
        let local = if right.kind() == "identifier" { right_text } else { member.to_owned() };
        name(&local, member);
    } else if target == "module.exports" && right.kind() == "object" {
        let mut cursor = right.walk();
        for entry in right.named_children(&mut cursor) {
            match entry.kind() {
                "shorthand_property_identifier" => name(&source(entry, text), &source(entry, text)),
                "pair" => {
                    let key = entry.child_by_field_name("key").map(|key| source(key, text)).unwrap_or_default();
                    let key = key.trim_matches(['"', '\'']).to_owned();
                    let value = entry.child_by_field_name("value").filter(|value| value.kind() == "identifier");
                    name(&value.map_or_else(|| key.clone(), |value| source(value, text)), &key);
                }
                "method_definition" => {
                    let key = entry.child_by_field_name("name").map(|key| source(key, text)).unwrap_or_default();
                    name(&key, &key);
                }
                _ => {}
            }
        }
    } else if target == "module.exports" {
        let is_name = right.kind() == "identifier";
        name(if is_name { &right_text } else { "default" }, "default");
    }
}
