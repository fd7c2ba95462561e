//! C and C++: test macros look like functions without a type, or like a call with a block behind it.

use tree_sitter::Node as Syntax;

use super::lower::Lowering;
use super::node::{Kind, Node, Role};

pub(super) fn reshape(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    match node.kind() {
        "function_definition" => macro_definition(lowering, node).or_else(|| function(lowering, node)),
        "expression_statement" => macro_with_block(lowering, node),
        "compound_statement" if node.prev_named_sibling().is_some_and(|before| opens_block(lowering, before)) => {
            Some(Node::with(Kind::Block, lowering.span(node), Vec::new()))
        }
        "binary_expression" => streamed(lowering, node),
        _ => None,
    }
}

fn is_macro_name(name: &str) -> bool {
    name.len() > 2 && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// The macro's name, with what its arguments say of whether the test runs.
///
/// `DISABLED_` before a name (googletest) and hidden tags (Catch2) are part of the macro's name afterwards, so that a
/// test keeps its identity when it is disabled.
fn declaration(lowering: &Lowering<'_>, name: &str, arguments: Vec<Node>, body: Node, node: Syntax<'_>) -> Node {
    let span = lowering.span(node);
    let mut state = "";
    let mut title: Vec<String> = Vec::new();
    let mut rest = Vec::new();
    for argument in arguments {
        let text = match argument.kind {
            Kind::Text | Kind::Name => argument.text.to_string(),
            _ if argument.children.is_empty() => argument.text.to_string(),
            _ => {
                rest.push((Role::Argument, argument));
                continue;
            }
        };
        if argument.is(Kind::Text) && text.starts_with('[') {
            if text.contains("[.") || text.contains("[!hide") {
                state = "HIDDEN_";
            } else if text.contains("[!mayfail]") || text.contains("[!shouldfail]") {
                state = "FAILING_";
            }
            rest.push((Role::Argument, argument));
            continue;
        }
        let plain = text.strip_prefix("DISABLED_").unwrap_or(&text);
        if plain.len() < text.len() {
            state = "DISABLED_";
        }
        title.push(plain.to_owned());
    }
    let title = Node::leaf(Kind::Text, &title.join("."), span);
    let mut children = vec![(Role::Callee, Node::name(&format!("{state}{name}"), span)), (Role::Argument, title)];
    children.append(&mut rest);
    children.push((Role::Argument, Node::with(Kind::Lambda, body.span, vec![(Role::Body, body)])));
    Node::with(Kind::Call, span, children)
}

/// `TEST(Suite, Name) { … }`
fn macro_definition(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    if node.child_by_field_name("type").is_some() {
        return None;
    }
    let declarator = node.child_by_field_name("declarator")?;
    let name = declarator.child_by_field_name("declarator")?;
    let name = lowering.source(name).to_owned();
    if !is_macro_name(&name) {
        return None;
    }
    let parameters = declarator.child_by_field_name("parameters")?;
    let mut arguments = Vec::new();
    let mut cursor = parameters.walk();
    for parameter in parameters.named_children(&mut cursor) {
        let span = lowering.span(parameter);
        arguments.push(Node::name(lowering.source(parameter), span));
    }
    let body = lowering.lower_one(node.child_by_field_name("body")?)?;
    Some(declaration(lowering, &name, arguments, body, node))
}

fn function(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let mut declarator = node.child_by_field_name("declarator")?;
    while declarator.kind() != "function_declarator" {
        declarator = declarator.child_by_field_name("declarator").or_else(|| declarator.named_child(0))?;
    }
    let mut made = Node::with(Kind::Function, lowering.span(node), Vec::new());
    made.text = lowering.source(declarator.child_by_field_name("declarator")?).replace("::", ".").into();
    if let Some(parameters) = declarator.child_by_field_name("parameters") {
        lowering.lower_into(parameters, Role::Parameters, &mut made.children);
    }
    let body = node.child_by_field_name("body")?;
    made.children.extend(lowering.lower_one(body).map(|body| (Role::Body, body)));
    Some(made)
}

/// The call of a statement that stands before a block and has no semicolon of its own: `TEST_CASE("x") { … }`.
fn call_before_block<'t>(lowering: &Lowering<'_>, node: Syntax<'t>) -> Option<Syntax<'t>> {
    if node.kind() != "expression_statement" {
        return None;
    }
    let call = node.named_child(0).filter(|child| child.kind() == "call_expression")?;
    let name = call.child_by_field_name("function")?;
    let closed = lowering.source(node).trim_end().ends_with(';');
    (!closed && is_macro_name(lowering.source(name))).then_some(call)
}

fn opens_block(lowering: &Lowering<'_>, node: Syntax<'_>) -> bool {
    call_before_block(lowering, node).is_some()
}

fn macro_with_block(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let call = call_before_block(lowering, node)?;
    let block = node.next_named_sibling().filter(|next| next.kind() == "compound_statement")?;
    let name = lowering.source(call.child_by_field_name("function")?).to_owned();
    let mut arguments = Vec::new();
    if let Some(list) = call.child_by_field_name("arguments") {
        lowering.lower_into(list, Role::Argument, &mut arguments);
    }
    // The block itself is reached through its statement, so its children are lowered here.
    let mut items = Vec::new();
    let mut cursor = block.walk();
    for child in block.named_children(&mut cursor) {
        lowering.lower_into(child, Role::Item, &mut items);
    }
    let body = Node::with(Kind::Block, lowering.span(block), items);
    Some(declaration(lowering, &name, arguments.into_iter().map(|(_, one)| one).collect(), body, node))
}

/// `EXPECT_EQ(a, b) << "message"` is the check alone.
fn streamed(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let mut first = node;
    while first.kind() == "binary_expression" {
        if lowering.source(first.child_by_field_name("operator")?) != "<<" {
            return None;
        }
        first = first.child_by_field_name("left")?;
    }
    let is_check = first.kind() == "call_expression"
        && first.child_by_field_name("function").is_some_and(|name| is_macro_name(lowering.source(name)));
    if is_check { lowering.lower_one(first) } else { None }
}
