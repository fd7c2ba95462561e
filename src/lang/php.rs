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
            // What a name is imported as does not change what it means.
            let text = lowering.source(node);
            Some(Node::name(text.rsplit('\\').next().unwrap_or(text), lowering.span(node)))
        }
        "foreach_statement" => foreach(lowering, node),
        "class_constant_access_expression" => class_name(lowering, node),
        "yield_expression" => yielded(lowering, node),
        "comment" => documentation(lowering, node),
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

/// `Name::class` is the name.
fn class_name(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let mut cursor = node.walk();
    let parts: Vec<Syntax<'_>> = node.named_children(&mut cursor).collect();
    match parts.as_slice() {
        [class, word] if lowering.source(*word) == "class" => lowering.lower_one(*class),
        _ => None,
    }
}

fn yielded(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let span = lowering.span(node);
    let mut children = vec![(Role::Callee, Node::name("yield", span))];
    let mut cursor = node.walk();
    for child in node.named_children(&mut cursor) {
        children.extend(lowering.lower_one(child).map(|value| (Role::Argument, value)));
    }
    Some(Node::with(Kind::Call, span, children))
}

/// Tags of a documentation comment that decide about the test below it, as attributes: `@dataProvider rows`.
fn documentation(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    const TAGS: [&str; 16] = [
        "@test",
        "@dataProvider",
        "@dataProviderExternal",
        "@testWith",
        "@expectedException",
        "@expectedExceptionMessage",
        "@expectedExceptionMessageRegExp",
        "@expectedExceptionCode",
        "@requires",
        "@group",
        "@depends",
        "@before",
        "@after",
        "@beforeClass",
        "@afterClass",
        "@doesNotPerformAssertions",
    ];
    let text = lowering.source(node);
    // A remark may stand between; of two documentations the nearer one counts.
    let mut sibling = node.next_named_sibling()?;
    while sibling.kind() == "comment" && !lowering.source(sibling).starts_with("/**") {
        sibling = sibling.next_named_sibling()?;
    }
    let below = sibling.kind();
    if !text.starts_with("/**") || !matches!(below, "method_declaration" | "function_definition" | "class_declaration")
    {
        return None;
    }
    let span = lowering.span(node);
    let mut children = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim().trim_start_matches("/**").trim_start_matches('*').trim_end_matches("*/").trim();
        let (tag, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        if !TAGS.contains(&tag) {
            continue;
        }
        let line = span.line + u32::try_from(at).unwrap_or(0);
        let here = super::node::Span { line, end_line: line, ..span };
        let rest = rest.trim();
        let argument = match tag {
            "@expectedException" => Node::name(rest.rsplit('\\').next().unwrap_or(rest), here),
            _ => Node::leaf(Kind::Text, rest, here),
        };
        let mut parts = vec![(Role::Callee, Node::name(tag, here))];
        if !rest.is_empty() {
            parts.push((Role::Argument, argument));
        }
        children.push((Role::Item, Node::with(Kind::Call, here, parts)));
    }
    (!children.is_empty()).then(|| Node::with(Kind::Attribute, span, children))
}
