//! Rust: the grammar leaves arguments of macros and attributes as flat tokens; they are read again as expressions.

use tree_sitter::Node as Syntax;

use super::lower::Lowering;
use super::node::{Kind, Node, Role};

pub(super) fn reshape(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    match node.kind() {
        "macro_invocation" => invocation(lowering, node),
        "attribute" => attribute(lowering, node),
        _ => None,
    }
}

fn invocation(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let name = node.child_by_field_name("macro")?;
    let mut path = lowering.source(name).replace("::", ".");
    path.push('!');
    let mut cursor = node.walk();
    let tokens = node.children(&mut cursor).find(|child| child.kind() == "token_tree")?;
    let mut children = vec![(Role::Callee, Node::name(&path, lowering.span(name)))];
    children.extend(arguments(lowering, tokens));
    Some(Node::with(Kind::Call, lowering.span(node), children))
}

fn attribute(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let mut cursor = node.walk();
    let path = node.named_child(0)?;
    let callee = Node::name(&lowering.source(path).replace("::", "."), lowering.span(path));
    let tokens = node.children(&mut cursor).find(|child| child.kind() == "token_tree");
    let value = node.child_by_field_name("value").and_then(|value| lowering.lower_one(value));
    if tokens.is_none() && value.is_none() {
        return Some(callee);
    }
    let mut children = vec![(Role::Callee, callee)];
    children.extend(value.map(|value| (Role::Argument, value)));
    if let Some(tokens) = tokens {
        children.extend(arguments(lowering, tokens));
    }
    Some(Node::with(Kind::Call, lowering.span(node), children))
}

/// The arguments of a token tree: read as call arguments, or as statements, or kept as text.
fn arguments(lowering: &mut Lowering<'_>, tokens: Syntax<'_>) -> Vec<(Role, Node)> {
    const CALL: &str = "fn f(){f";
    const BLOCK: &str = "fn f()";
    let text = without_markers(lowering.source(tokens));
    let Some(inner) = text.get(1..text.len().saturating_sub(1)) else { return Vec::new() };
    let start = tokens.start_byte() as i64 + lowering.offset;
    let line = tokens.start_position().row as i64 + lowering.line_offset;
    let is_block = text.starts_with('{');
    let read = |lowering: &mut Lowering<'_>, fragment: String, prefix: usize| {
        let root = lowering.reread(&fragment, start - prefix as i64, line)?;
        let function = if root.is(Kind::Function) { &root } else { root.nodes().find(|n| n.is(Kind::Function))? };
        function.child(Role::Body).cloned()
    };
    let as_call = |lowering: &mut Lowering<'_>| {
        let body = read(lowering, format!("{CALL}({inner});}}"), CALL.len())?;
        let call = body.nodes().find(|n| n.is(Kind::Call))?.clone();
        Some(call.children.into_iter().filter(|(role, _)| *role == Role::Argument).collect::<Vec<_>>())
    };
    let as_block = |lowering: &mut Lowering<'_>| {
        let body = read(lowering, format!("{BLOCK}{{{inner}}}"), BLOCK.len())?;
        Some(vec![(Role::Argument, body)])
    };
    let (first, second) = if is_block { (as_block(lowering), None) } else { (as_call(lowering), None) };
    let found = first.or(second).or_else(|| if is_block { as_call(lowering) } else { as_block(lowering) });
    found.unwrap_or_else(|| vec![(Role::Argument, Node::leaf(Kind::Other, inner.trim(), lowering.span(tokens)))])
}

/// insta marks a recording with `@`, which no expression has: `assert_snapshot!(x, @"…")`.
fn without_markers(text: &str) -> String {
    let mut made = text.to_owned();
    for (marked, plain) in [(", @\"", ",  \""), (", @r\"", ",  r\""), (", @r#", ",  r#"), ("\n@", "\n ")] {
        made = made.replace(marked, plain);
    }
    // On a line of its own.
    let lines = made.split_inclusive('\n').map(|line| {
        let start = line.trim_start();
        let marker = ["@\"", "@r\"", "@r#", "@r##"].iter().any(|marker| start.starts_with(marker));
        if marker { line.replacen('@', " ", 1) } else { line.to_owned() }
    });
    lines.collect()
}
