//! What a file offers that is declared elsewhere: Rust's `pub use`, Python's imports and `__all__`.

use tree_sitter::Node as Syntax;

use super::signature::source;
use super::{Exports, PassedOn};

pub(super) fn read(language: &str, root: Syntax<'_>, text: &str, exports: &mut Exports) {
    match language {
        "rust" => rust(root, text, exports),
        "python" => python(root, text, exports),
        _ => {}
    }
}

fn line(node: Syntax<'_>) -> u32 {
    u32::try_from(node.start_position().row + 1).unwrap_or(u32::MAX)
}

fn rust(root: Syntax<'_>, text: &str, exports: &mut Exports) {
    let mut cursor = root.walk();
    for child in root.named_children(&mut cursor).filter(|child| child.kind() == "use_declaration") {
        let is_public = child
            .named_child(0)
            .is_some_and(|first| first.kind() == "visibility_modifier" && source(first, text) == "pub");
        if let Some(argument) = child.child_by_field_name("argument").filter(|_| is_public) {
            tree(argument, "", text, 0, exports);
        }
    }
}

/// `a::{B, c::D as E, f::*}`
fn tree(node: Syntax<'_>, prefix: &str, text: &str, depth: usize, exports: &mut Exports) {
    if depth > 20 {
        return;
    }
    let join = |rest: &str| if prefix.is_empty() { rest.to_owned() } else { format!("{prefix}::{rest}") };
    let mut add = |path: &str, alias: Option<String>| {
        let (from, name) = path.rsplit_once("::").unwrap_or(("", path));
        let (from, name) = match name {
            "*" => (from, None),
            "self" => from.rsplit_once("::").map_or(("", Some(from)), |(from, name)| (from, Some(name))),
            name => (from, Some(name)),
        };
        exports.passed_on.push(PassedOn {
            from: from.to_owned(),
            name: name.map(str::to_owned),
            alias: alias.or(name.map(str::to_owned)),
            line: line(node),
        });
    };
    match node.kind() {
        "use_wildcard" => {
            let written = source(node, text);
            add(&join(&written), None);
        }
        "use_as_clause" => {
            let path = node.child_by_field_name("path").map(|path| source(path, text)).unwrap_or_default();
            add(&join(&path), node.child_by_field_name("alias").map(|alias| source(alias, text)));
        }
        "scoped_use_list" => {
            let path = node.child_by_field_name("path").map(|path| source(path, text)).unwrap_or_default();
            let list = node.child_by_field_name("list");
            if let Some(list) = list {
                tree(list, &join(&path), text, depth + 1, exports);
            }
        }
        "use_list" => {
            let mut cursor = node.walk();
            for child in node.named_children(&mut cursor) {
                tree(child, prefix, text, depth + 1, exports);
            }
        }
        _ => add(&join(&source(node, text)), None),
    }
}

fn python(root: Syntax<'_>, text: &str, exports: &mut Exports) {
    let mut listed: Option<Vec<String>> = None;
    let mut cursor = root.walk();
    for child in root.named_children(&mut cursor) {
        match child.kind() {
            "import_from_statement" => import_from(child, text, exports),
            "expression_statement" => {
                let assignment = child.named_child(0);
                let left = assignment.and_then(|it| it.child_by_field_name("left"));
                if left.is_some_and(|left| source(left, text) == "__all__")
                    && let Some(right) = assignment.and_then(|it| it.child_by_field_name("right"))
                {
                    strings(right, text, listed.get_or_insert_default());
                }
            }
            _ => {}
        }
    }
    // What a module lists is all that it means to offer.
    if let Some(listed) = listed {
        let is_listed = |name: &str| listed.iter().any(|it| it == name.split('.').next().unwrap_or(name));
        let (kept, hidden): (Vec<_>, Vec<_>) =
            std::mem::take(&mut exports.offered).into_iter().partition(|it| is_listed(&it.name));
        exports.offered = kept;
        exports.hidden.extend(hidden.into_iter().map(|it| it.name));
        exports.passed_on.retain(|it| it.alias.as_deref().is_none_or(is_listed));
    }
}

fn import_from(node: Syntax<'_>, text: &str, exports: &mut Exports) {
    let Some(module) = node.child_by_field_name("module_name") else { return };
    let from: String = source(module, text).split_whitespace().collect();
    let mut cursor = node.walk();
    if node.named_children(&mut cursor).any(|child| child.kind() == "wildcard_import") {
        exports.passed_on.push(PassedOn { from, name: None, alias: None, line: line(node) });
        return;
    }
    let mut cursor = node.walk();
    for item in node.children_by_field_name("name", &mut cursor) {
        let name = item.child_by_field_name("name").unwrap_or(item);
        let alias = item.child_by_field_name("alias").unwrap_or(name);
        let (name, alias) = (source(name, text), source(alias, text));
        if !alias.starts_with('_') {
            exports.passed_on.push(PassedOn {
                from: from.clone(),
                name: Some(name),
                alias: Some(alias),
                line: line(item),
            });
        }
    }
}

fn strings(node: Syntax<'_>, text: &str, listed: &mut Vec<String>) {
    let mut cursor = node.walk();
    for child in node.named_children(&mut cursor).filter(|child| child.kind() == "string") {
        listed.push(source(child, text).trim_matches(['"', '\'']).to_owned());
    }
}
