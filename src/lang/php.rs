//! PHP: entries of arrays are one node whether they have a key or not.

use tree_sitter::Node as Syntax;

use super::lower::Lowering;
use super::node::{Kind, Node, Role};

pub(super) fn reshape(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    match node.kind() {
        "array_element_initializer" => element(lowering, node),
        "argument" => named_argument(lowering, node),
        "variable_name" => Some(Node::name(lowering.source(node).trim_start_matches('$'), lowering.span(node))),
        "qualified_name" => {
            Some(Node::name(&lowering.source(node).trim_start_matches('\\').replace('\\', "."), lowering.span(node)))
        }
        "foreach_statement" => foreach(lowering, node),
        _ => None,
    }
}

fn element(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let first = lowering.lower_one(node.named_child(0)?)?;
    let Some(second) = node.named_child(1) else { return Some(first) };
    let second = lowering.lower_one(second)?;
    Some(Node::with(Kind::Pair, lowering.span(node), vec![(Role::Left, first), (Role::Value, second)]))
}

fn named_argument(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let name = node.child_by_field_name("name")?;
    let mut cursor = node.walk();
    let value = node.named_children(&mut cursor).find(|child| child.id() != name.id())?;
    let value = lowering.lower_one(value)?;
    let mut made = Node::with(Kind::Keyword, lowering.span(node), vec![(Role::Value, value)]);
    made.text = lowering.source(name).into();
    Some(made)
}

/// `foreach ($values as $key => $value)`: the first child is walked over, the second is the target.
fn foreach(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let iterable = lowering.lower_one(node.named_child(0)?)?;
    let target = lowering.lower_one(node.named_child(1)?)?;
    let mut children = vec![(Role::Iterable, iterable), (Role::Target, target)];
    if let Some(body) = node.child_by_field_name("body") {
        children.extend(lowering.lower_one(body).map(|body| (Role::Body, body)));
    }
    Some(Node::with(Kind::Loop, lowering.span(node), children))
}
