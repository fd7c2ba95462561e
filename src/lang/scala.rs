//! Scala: blocks as arguments, curried calls, and specs written as infix sentences.

use tree_sitter::Node as Syntax;

use super::lower::Lowering;
use super::node::{Kind, Node, Role};

/// Words that declare a test or suite when a block follows.
const DECLARING: &[&str] = &["in", "ignore", "is", "should", "must", "can", "when", "which", "that", "-", ">>"];

pub(super) fn reshape(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    match node.kind() {
        "call_expression" => call(lowering, node),
        "generic_function" => generic(lowering, node),
        "infix_expression" => sentence(lowering, node),
        "for_expression" => comprehension(lowering, node),
        _ => None,
    }
}

fn is_block(node: Syntax<'_>) -> bool {
    matches!(node.kind(), "block" | "case_block" | "colon_argument" | "indented_block" | "indented_cases")
}

fn block_as_lambda(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let body = lowering.lower_one(node)?;
    if body.is(Kind::Lambda) {
        return Some(body);
    }
    Some(Node::with(Kind::Lambda, lowering.span(node), vec![(Role::Body, body)]))
}

/// `test("x") { … }` is one call; a block in place of arguments is a function.
fn call(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let function = node.child_by_field_name("function")?;
    let arguments = node.child_by_field_name("arguments")?;
    let callee = lowering.lower_one(function)?;
    let span = lowering.span(node);
    let continues = matches!(function.kind(), "call_expression" | "generic_function") && callee.is(Kind::Call);
    let mut made = match continues && (is_block(arguments) || function.kind() == "generic_function") {
        true => Node { span, ..callee },
        false => Node::with(Kind::Call, span, vec![(Role::Callee, callee)]),
    };
    if is_block(arguments) {
        made.children.extend(block_as_lambda(lowering, arguments).map(|block| (Role::Argument, block)));
    } else {
        let mut given = Vec::new();
        lowering.lower_into(arguments, Role::Argument, &mut given);
        for (_, mut argument) in given {
            if argument.is(Kind::Assign) && argument.child(Role::Target).is_some_and(|target| target.is(Kind::Name)) {
                let name = argument.child(Role::Target).map(|target| target.text.clone()).unwrap_or_default();
                argument.children.retain(|(role, _)| *role == Role::Value);
                argument = Node { kind: Kind::Keyword, text: name, ..argument };
            }
            made.children.push((Role::Argument, argument));
        }
    }
    Some(made)
}

/// `intercept[X]`
fn generic(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let callee = lowering.lower_one(node.child_by_field_name("function")?)?;
    let mut children = vec![(Role::Callee, callee)];
    if let Some(types) = node.child_by_field_name("type_arguments") {
        let mut cursor = types.walk();
        for one in types.named_children(&mut cursor) {
            children.push((Role::Type, Node::name(lowering.source(one), lowering.span(one))));
        }
    }
    Some(Node::with(Kind::Call, lowering.span(node), children))
}

/// `"a stack" should "pop" in { … }` becomes a call of `in` with the sentence and a function.
fn sentence(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let operator = lowering.source(node.child_by_field_name("operator")?).to_owned();
    let (left, right) = (node.child_by_field_name("left")?, node.child_by_field_name("right")?);
    let span = lowering.span(node);
    if DECLARING.contains(&operator.as_str()) && is_block(right) && says_words(lowering, left) {
        let words = lowering.lower_one(left)?.words().join(" ");
        let body = block_as_lambda(lowering, right)?;
        let title = Node::leaf(Kind::Text, &words, lowering.span(left));
        let children =
            vec![(Role::Callee, Node::name(&operator, span)), (Role::Argument, title), (Role::Argument, body)];
        return Some(Node::with(Kind::Call, span, children));
    }
    let left = lowering.lower_one(left)?;
    let right = if is_block(right) { block_as_lambda(lowering, right)? } else { lowering.lower_one(right)? };
    let mut made = Node::binary(&operator, left, right);
    made.span = span;
    Some(made)
}

/// Whether the leftmost part is a string, or `it`, `they`, `behavior`.
fn says_words(lowering: &Lowering<'_>, node: Syntax<'_>) -> bool {
    match node.kind() {
        "infix_expression" => node.child_by_field_name("left").is_some_and(|left| says_words(lowering, left)),
        "string" | "interpolated_string_expression" => true,
        "identifier" => matches!(lowering.source(node), "it" | "they" | "ignore" | "behavior"),
        "field_expression" => node.child_by_field_name("value").is_some_and(|value| says_words(lowering, value)),
        _ => false,
    }
}

fn comprehension(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let enumerators = node.child_by_field_name("enumerators")?;
    let mut children = Vec::new();
    let first = enumerators.named_child(0)?;
    children.extend(first.named_child(0).and_then(|target| lowering.lower_one(target)).map(|n| (Role::Target, n)));
    children.extend(first.named_child(1).and_then(|values| lowering.lower_one(values)).map(|n| (Role::Iterable, n)));
    if let Some(body) = node.child_by_field_name("body") {
        children.extend(lowering.lower_one(body).map(|body| (Role::Body, body)));
    }
    Some(Node::with(Kind::Loop, lowering.span(node), children))
}
