//! Swift: arguments carry labels, `throw` and `return` share a node with other jumps, `#expect` is a macro.

use tree_sitter::Node as Syntax;

use super::lower::Lowering;
use super::node::{Kind, Node, Role};

pub(super) fn reshape(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    match node.kind() {
        "value_argument" => argument(lowering, node),
        "control_transfer_statement" => jump(lowering, node),
        "macro_invocation" => macro_call(lowering, node),
        "prefix_expression" => implicit_member(lowering, node),
        "attribute" => attribute(lowering, node),
        "guard_statement" => guard(lowering, node),
        "catch_block" => Some(catch(lowering, node)),
        _ => None,
    }
}

fn argument(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let value = node.child_by_field_name("value")?;
    let value = lowering.lower_one(value)?;
    let Some(name) = node.child_by_field_name("name") else { return Some(value) };
    let mut made = Node::with(Kind::Keyword, lowering.span(node), vec![(Role::Value, value)]);
    made.text = lowering.source(name).trim_end_matches(':').into();
    Some(made)
}

fn jump(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let source = lowering.source(node).to_owned();
    let span = lowering.span(node);
    let kind = match source.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default() {
        "return" => Kind::Return,
        "throw" => Kind::Throw,
        word => return Some(Node::leaf(Kind::Jump, word, span)),
    };
    let mut cursor = node.walk();
    let value = node.named_children(&mut cursor).filter(|child| child.kind() != "throw_keyword").last();
    let value = value.and_then(|value| lowering.lower_one(value));
    Some(Node::with(kind, span, value.map(|value| (Role::Value, value)).into_iter().collect()))
}

/// `#expect(a == b)` becomes a call of `#expect`.
fn macro_call(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let span = lowering.span(node);
    let mut cursor = node.walk();
    let mut children = Vec::new();
    for child in node.named_children(&mut cursor) {
        if children.is_empty() {
            children.push((Role::Callee, Node::name(&format!("#{}", lowering.source(child)), span)));
        } else {
            lowering.lower_into(child, Role::Arguments, &mut children);
        }
    }
    for (role, _) in &mut children {
        if *role == Role::Arguments {
            *role = Role::Argument;
        }
    }
    Some(Node::with(Kind::Call, span, children))
}

/// `.disabled` is a member of a type that isn't written.
fn implicit_member(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let operation = node.child_by_field_name("operation")?;
    if lowering.source(operation) != "." {
        return None;
    }
    let target = node.child_by_field_name("target")?;
    Some(Node::name(lowering.source(target), lowering.span(node)))
}

/// `@Test("name", .disabled("why"), arguments: [1, 2])`: names and values stand in a row.
fn attribute(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let span = lowering.span(node);
    let mut cursor = node.walk();
    let mut children: Vec<(Role, Node)> = Vec::new();
    let mut label: Option<String> = None;
    for child in node.children(&mut cursor) {
        if !child.is_named() {
            continue;
        }
        if children.is_empty() {
            children.push((Role::Callee, Node::name(lowering.source(child), lowering.span(child))));
            continue;
        }
        let is_label = child.next_sibling().is_some_and(|next| next.kind() == ":");
        if is_label {
            label = Some(lowering.source(child).to_owned());
            continue;
        }
        let Some(value) = lowering.lower_one(child) else { continue };
        let value = match label.take() {
            Some(name) => {
                let mut made = Node::with(Kind::Keyword, value.span, vec![(Role::Value, value)]);
                made.text = name.into();
                made
            }
            None => value,
        };
        children.push((Role::Argument, value));
    }
    let value = match children.len() {
        1 => children.pop()?.1,
        _ => Node::with(Kind::Call, span, children),
    };
    Some(Node::with(Kind::Attribute, span, vec![(Role::Value, value)]))
}

/// `guard c else { … }`: the block runs when the condition does not hold.
fn guard(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let span = lowering.span(node);
    let mut conditions = Vec::new();
    let mut body = None;
    let mut cursor = node.walk();
    for child in node.named_children(&mut cursor) {
        match child.kind() {
            "statements" => body = lowering.lower_one(child),
            "value_binding_pattern" | "else" => {}
            _ => conditions.extend(lowering.lower_one(child)),
        }
    }
    let condition = conditions.into_iter().reduce(|all, next| Node::binary("&&", all, next))?;
    let mut children = vec![(Role::Condition, Node::unary("!", condition))];
    children.extend(body.map(|body| (Role::Then, body)));
    Some(Node::with(Kind::If, span, children))
}

fn catch(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Node {
    let mut children = Vec::new();
    let mut cursor = node.walk();
    for child in node.named_children(&mut cursor) {
        let role = if child.kind() == "statements" { Role::Body } else { Role::Type };
        lowering.lower_into(child, role, &mut children);
    }
    Node::with(Kind::Catch, lowering.span(node), children)
}
