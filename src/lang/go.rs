//! Go: an `if` may begin with a statement, a `range` stands in a clause of its own.

use tree_sitter::Node as Syntax;

use super::lower::Lowering;
use super::node::{Kind, Node, Role};

pub(super) fn reshape(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    match node.kind() {
        "if_statement" => with_initializer(lowering, node),
        "for_statement" => range(lowering, node),
        _ => None,
    }
}

/// `if x := f(); x != y { … }` becomes a block of the statement and a plain `if`.
fn with_initializer(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let initializer = lowering.lower_one(node.child_by_field_name("initializer")?)?;
    let mut children = Vec::new();
    for (field, role) in [("condition", Role::Condition), ("consequence", Role::Then), ("alternative", Role::Else)] {
        if let Some(part) = node.child_by_field_name(field) {
            children.extend(lowering.lower_one(part).map(|part| (role, part)));
        }
    }
    let span = lowering.span(node);
    let plain = Node::with(Kind::If, span, children);
    Some(Node::with(Kind::Block, span, vec![(Role::Item, initializer), (Role::Item, plain)]))
}

fn range(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let mut cursor = node.walk();
    let clause = node.named_children(&mut cursor).find(|child| child.kind() == "range_clause")?;
    let mut children = Vec::new();
    if let Some(left) = clause.child_by_field_name("left") {
        lowering.lower_into(left, Role::Target, &mut children);
    }
    let iterable = lowering.lower_one(clause.child_by_field_name("right")?)?;
    children.push((Role::Iterable, iterable));
    if let Some(body) = node.child_by_field_name("body") {
        children.extend(lowering.lower_one(body).map(|body| (Role::Body, body)));
    }
    Some(Node::with(Kind::Loop, lowering.span(node), children))
}
