//! Elixir: definitions are calls of macros, and a function is its name and how many arguments it takes.

use std::collections::BTreeSet;

use tree_sitter::Node as Syntax;

use super::signature::source;
use super::{Export, Exports};

const DEPTH: usize = 20;

pub(super) fn exports(root: Syntax<'_>, text: &str) -> Exports {
    let mut exports = Exports::default();
    block(root, "", true, text, 0, &mut exports);
    // Clauses of one function say it once.
    let mut seen = BTreeSet::new();
    exports.offered.retain(|offered| seen.insert(offered.name.clone()));
    exports
}

fn block(node: Syntax<'_>, prefix: &str, is_visible: bool, text: &str, depth: usize, exports: &mut Exports) {
    if depth > DEPTH {
        return;
    }
    let mut cursor = node.walk();
    let mut is_undocumented = false;
    let children: Vec<Syntax<'_>> = node.named_children(&mut cursor).collect();
    let is_private = children.iter().any(|child| &*source(*child, text) == "@moduledoc false");
    let is_visible = is_visible && !is_private;
    for child in children {
        let written = source(child, text);
        if written.starts_with("@doc ") {
            is_undocumented = written == "@doc false";
            continue;
        }
        let Some(target) = child.child_by_field_name("target") else {
            callback(&written, prefix, is_visible, child, exports);
            continue;
        };
        let Some(arguments) = argument_list(child) else { continue };
        let Some(first) = arguments.named_child(0) else { continue };
        match &*source(target, text) {
            "defmodule" => {
                let name = format!("{prefix}{}", source(first, text));
                let Some(body) = do_block(child) else { continue };
                let is_hidden =
                    source(body, text).split(" def").next().is_some_and(|head| head.contains("@moduledoc false"));
                offer(exports, child, &name, None, is_visible && !is_hidden);
                block(body, &format!("{name}."), is_visible, text, depth + 1, exports);
            }
            "def" | "defmacro" | "defdelegate" | "defguard" => {
                function(first, prefix, text, is_visible && !is_undocumented, exports);
                is_undocumented = false;
            }
            "defp" | "defmacrop" | "defguardp" => {
                function(first, prefix, text, false, exports);
                is_undocumented = false;
            }
            _ => {}
        }
    }
}

/// `f(a, b \\ 1) when is_integer(a)` is `f/1` and `f/2`.
fn function(head: Syntax<'_>, prefix: &str, text: &str, is_visible: bool, exports: &mut Exports) {
    let head = match head.kind() {
        "binary_operator" => head.child_by_field_name("left").unwrap_or(head),
        _ => head,
    };
    let (name, arguments) = match head.child_by_field_name("target") {
        Some(name) => (source(name, text), argument_list(head)),
        None => (source(head, text), None),
    };
    let mut cursor = head.walk();
    let arguments: Vec<Syntax<'_>> = arguments.map(|it| it.named_children(&mut cursor).collect()).unwrap_or_default();
    let defaults = arguments.iter().filter(|argument| source(**argument, text).contains("\\\\")).count();
    for count in arguments.len().saturating_sub(defaults)..=arguments.len() {
        offer(exports, head, &format!("{prefix}{name}/{count}"), Some(prefix.trim_end_matches('.')), is_visible);
    }
}

/// `@callback f(integer) :: integer`: whoever implements the behaviour writes it.
fn callback(written: &str, prefix: &str, is_visible: bool, node: Syntax<'_>, exports: &mut Exports) {
    let Some(rest) = written.strip_prefix("@callback ") else { return };
    let name = rest.split('(').next().unwrap_or(rest).trim();
    let line = u32::try_from(node.start_position().row + 1).unwrap_or(u32::MAX);
    if is_visible {
        let parent = Some(prefix.trim_end_matches('.').to_owned());
        let name = format!("{prefix}callback {name}");
        exports.offered.push(Export { name, line, parent, is_demanded: true, ..Export::default() });
    }
}

fn offer(exports: &mut Exports, node: Syntax<'_>, name: &str, parent: Option<&str>, is_visible: bool) {
    if !is_visible {
        exports.hidden.insert(name.to_owned());
        return;
    }
    let line = u32::try_from(node.start_position().row + 1).unwrap_or(u32::MAX);
    let parent = parent.filter(|parent| !parent.is_empty()).map(str::to_owned);
    exports.offered.push(Export { name: name.to_owned(), line, parent, ..Export::default() });
}

fn argument_list<'t>(call: Syntax<'t>) -> Option<Syntax<'t>> {
    let mut cursor = call.walk();
    call.named_children(&mut cursor).find(|child| child.kind() == "arguments")
}

fn do_block<'t>(call: Syntax<'t>) -> Option<Syntax<'t>> {
    let mut cursor = call.walk();
    call.named_children(&mut cursor).find(|child| child.kind() == "do_block")
}
