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
        "navigation_expression" => itself(lowering, node),
        "tuple_expression" => parenthesised(lowering, node),
        kind if precedence_of_kind(kind) => Some(operators(lowering, node)),
        _ => None,
    }
}

fn argument(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let value = node.child_by_field_name("value")?;
    let any = lowering.source(value).trim_start_matches('(').starts_with("any Error");
    let value = if any { Node::name("Error", lowering.span(value)) } else { lowering.lower_one(value)? };
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
    if let [(_, callee), (_, value)] = children.as_mut_slice()
        && &*callee.text == "#require"
        && is_optional(value)
    {
        callee.text = "#require.value".into();
    }
    let throws = children.iter().any(|(_, child)| child.is(Kind::Keyword) && &*child.text == "throws");
    if let (true, Some((_, callee))) = (throws, children.first_mut()) {
        // `#expect(throws: SaveError.full) { … }` asks something else.
        callee.text = format!("{}.throws", callee.text).into();
    }
    Some(Node::with(Kind::Call, span, children))
}

/// Whether `#require(x)` asks that there is a value, as far as its text says.
fn is_optional(node: &Node) -> bool {
    let name = match node.kind {
        Kind::Name | Kind::Member => &*node.text,
        Kind::Call => node.child(Role::Callee).map_or("", |callee| &*callee.text),
        _ => return false,
    };
    let name = name.rsplit('.').next().unwrap_or_default();
    !["is", "has", "contains", "should", "can", "did", "allSatisfy"].iter().any(|verb| name.starts_with(verb))
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

/// `(x)` is `x`.
fn parenthesised(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let only = node.named_child(0).filter(|_| node.named_child_count() == 1)?;
    if lowering.source(node).contains(':') {
        return None;
    }
    lowering.lower_one(only)
}

fn precedence_of_kind(kind: &str) -> bool {
    matches!(
        kind,
        "equality_expression" | "comparison_expression" | "conjunction_expression" | "disjunction_expression"
    )
}

/// The grammar lets `a == 1 || b == 2` lean to the right; here it gets the language's own precedence.
fn operators(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Node {
    let (mut operands, mut between) = (Vec::new(), Vec::new());
    flatten(lowering, node, &mut operands, &mut between, 0);
    let mut output: Vec<Node> = Vec::new();
    let mut pending: Vec<String> = Vec::new();
    let join = |output: &mut Vec<Node>, operator: &str| {
        if let (Some(right), Some(left)) = (output.pop(), output.pop()) {
            output.push(Node::binary(operator, left, right));
        }
    };
    let mut between = between.into_iter();
    for operand in operands {
        output.push(operand);
        let Some(operator) = between.next() else { break };
        while pending.last().is_some_and(|top| precedence(top) >= precedence(&operator)) {
            join(&mut output, &pending.pop().unwrap_or_default());
        }
        pending.push(operator);
    }
    while let Some(operator) = pending.pop() {
        join(&mut output, &operator);
    }
    let mut made = output.pop().unwrap_or_default();
    made.span = lowering.span(node);
    made
}

fn precedence(operator: &str) -> u8 {
    match operator {
        "||" => 1,
        "&&" => 2,
        _ => 3,
    }
}

fn flatten(
    lowering: &mut Lowering<'_>,
    node: Syntax<'_>,
    operands: &mut Vec<Node>,
    between: &mut Vec<String>,
    depth: usize,
) {
    const LIMIT: usize = 200;
    let sides = node.child_by_field_name("lhs").zip(node.child_by_field_name("rhs"));
    let Some((left, right)) = sides.filter(|_| precedence_of_kind(node.kind()) && depth < LIMIT) else {
        operands.push(lowering.lower_one(node).unwrap_or_default());
        return;
    };
    flatten(lowering, left, operands, between, depth + 1);
    let operator = node.child_by_field_name("op").map(|operator| lowering.source(operator).trim().to_owned());
    between.push(operator.unwrap_or_default());
    flatten(lowering, right, operands, between, depth + 1);
}

/// `SaveError.self` names the type.
fn itself(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let suffix = node.child_by_field_name("suffix")?;
    if lowering.source(suffix) != ".self" {
        return None;
    }
    lowering.lower_one(node.child_by_field_name("target")?)
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
