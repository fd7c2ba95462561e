//! C and C++: test macros look like functions without a type, or like a call with a block behind it.

use tree_sitter::Node as Syntax;

use super::lower::Lowering;
use super::node::{Kind, Node, Role};

pub(super) fn reshape(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    match node.kind() {
        "function_definition" => macro_definition(lowering, node).or_else(|| function(lowering, node)),
        "expression_statement" => macro_with_block(lowering, node).or_else(|| instantiation(lowering, node)),
        "compound_statement" if node.prev_named_sibling().is_some_and(|before| opens_block(lowering, before)) => {
            Some(Node::with(Kind::Block, lowering.span(node), Vec::new()))
        }
        "binary_expression" => streamed(lowering, node),
        "user_defined_literal" => duration(lowering, node),
        "static_assert_declaration" => static_assertion(lowering, node),
        "preproc_if" | "preproc_ifdef" | "preproc_elif" => conditional(lowering, node),
        _ => None,
    }
}

fn is_macro_name(name: &str) -> bool {
    name.len() > 2 && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// Criterion's `Test(suite, name)` is no constructor.
fn declares_test(name: &str, node: Syntax<'_>) -> bool {
    is_macro_name(name)
        || matches!(name, "Test" | "ParameterizedTest" | "Theory")
            && node.parent().is_some_and(|parent| parent.kind() != "field_declaration_list")
}

/// `500ms` is `milliseconds(500)`.
fn duration(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let text = lowering.source(node).to_owned();
    let digits = text.find(|c: char| c.is_alphabetic())?;
    let unit = match &text[digits..] {
        "h" => "hours",
        "min" => "minutes",
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "ns" => "nanoseconds",
        _ => return None,
    };
    let span = lowering.span(node);
    let number = Node::leaf(Kind::Number, &text[..digits], span);
    Some(Node::with(Kind::Call, span, vec![(Role::Callee, Node::name(unit, span)), (Role::Argument, number)]))
}

/// `static_assert(c, "why")` checks, if early.
fn static_assertion(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let span = lowering.span(node);
    let condition = lowering.lower_one(node.child_by_field_name("condition")?)?;
    let children = vec![(Role::Callee, Node::name("static_assert", span)), (Role::Argument, condition)];
    Some(Node::with(Kind::Call, span, children))
}

/// `#if c … #else … #endif` decides what is compiled.
fn conditional(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let span = lowering.span(node);
    let (condition, skipped) = if node.kind() == "preproc_ifdef" {
        let name = node.child_by_field_name("name")?;
        let call = vec![
            (Role::Callee, Node::name("defined", span)),
            (Role::Argument, Node::name(lowering.source(name), lowering.span(name))),
        ];
        let call = Node::with(Kind::Call, lowering.span(name), call);
        let negative = lowering.source(node).trim_start().starts_with("#ifndef");
        (if negative { Node::unary("!", call) } else { call }, name)
    } else {
        let condition = node.child_by_field_name("condition")?;
        (lowering.lower_one(condition)?, condition)
    };
    // An include guard decides nothing.
    if is_guard(node) {
        return None;
    }
    let alternative = node.child_by_field_name("alternative");
    let mut children = vec![(Role::Condition, condition)];
    let mut then = Vec::new();
    let mut cursor = node.walk();
    for child in node.named_children(&mut cursor) {
        if child != skipped && Some(child) != alternative && !child.is_extra() {
            lowering.lower_into(child, Role::Item, &mut then);
        }
    }
    children.push((Role::Then, Node::with(Kind::Block, span, then)));
    if let Some(alternative) = alternative {
        let mut parts = Vec::new();
        lowering.lower_into(alternative, Role::Item, &mut parts);
        children.push((Role::Else, Node::with(Kind::Block, lowering.span(alternative), parts)));
    }
    Some(Node::with(Kind::If, span, children))
}

/// Around a whole file, with a definition of its own name first.
fn is_guard(node: Syntax<'_>) -> bool {
    node.kind() == "preproc_ifdef"
        && node.parent().is_some_and(|parent| parent.kind() == "translation_unit")
        && node.named_child(1).is_some_and(|first| first.kind() == "preproc_def")
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
        if let Some(decorated) = decorators(&argument, &mut state) {
            if !decorated.is_empty() {
                title.push(decorated);
            }
            continue;
        }
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

/// `"adds" * doctest::skip()`, `*boost::unit_test::disabled()`: the title before it, and what it does to the state.
fn decorators(argument: &Node, state: &mut &'static str) -> Option<String> {
    let mut found = false;
    let mut words = argument.words();
    words.retain(|word| {
        let last = word.rsplit('.').next().unwrap_or(word);
        match last {
            "skip" | "disabled" => *state = "HIDDEN_",
            "may_fail" | "should_fail" | "expected_failures" => *state = "FAILING_",
            "description" | "label" | "timeout" | "tolerance" | "depends_on" | "precondition" | "test_suite" => {}
            _ => return true,
        }
        found = true;
        false
    });
    if !found || argument.is(Kind::Text) || argument.is(Kind::Name) && argument.text.chars().all(char::is_alphanumeric)
    {
        return None;
    }
    let mut left = argument;
    while left.is(Kind::Binary) {
        left = left.child(Role::Left)?;
    }
    Some(if left.is(Kind::Text) { left.text.to_string() } else { String::new() })
}

/// `TEST(Suite, Name) { … }`
fn macro_definition(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let declarator = node.child_by_field_name("declarator")?;
    if let Some(kind) = node.child_by_field_name("type") {
        // C's grammar takes the macro for a type: `START_TEST(test_push) { … }`.
        let name = lowering.source(kind).to_owned();
        let title = declarator.named_child(0).filter(|_| declarator.kind() == "parenthesized_declarator")?;
        if !is_macro_name(&name) {
            return None;
        }
        let title = Node::name(lowering.source(title), lowering.span(title));
        let body = lowering.lower_one(node.child_by_field_name("body")?)?;
        return Some(declaration(lowering, &name, vec![title], body, node));
    }
    let name = declarator.child_by_field_name("declarator")?;
    let name = lowering.source(name).to_owned();
    if !declares_test(&name, node) {
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
    let bare = declarator.child_by_field_name("parameters").is_none_or(|list| {
        let text = lowering.source(list).replace(char::is_whitespace, "");
        matches!(&*text, "()" | "(void)" | "(void**state)" | "(void**)")
    });
    if bare
        && made.text.starts_with("test")
        && node.parent().is_some_and(|above| above.kind() != "field_declaration_list")
    {
        // What runners of C collect by name, or a main function calls.
        let mark = Node::with(Kind::Attribute, made.span, vec![(Role::Value, Node::name("test.function", made.span))]);
        made.children.push((Role::Attribute, mark));
    }
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
    (!closed && declares_test(lowering.source(name), node)).then_some(call)
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

/// `INSTANTIATE_TEST_SUITE_P(All, SumTest, Values(1, 2))` makes tests of patterns: without it none of them runs.
fn instantiation(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let call = node.named_child(0).filter(|child| child.kind() == "call_expression")?;
    let name = call.child_by_field_name("function")?;
    if !lowering.source(name).starts_with("INSTANTIATE_") {
        return None;
    }
    let span = lowering.span(node);
    let mut arguments = Vec::new();
    lowering.lower_into(call.child_by_field_name("arguments")?, Role::Argument, &mut arguments);
    let title: Vec<String> = arguments.iter().take(2).map(|(_, one)| one.words().join(".")).collect();
    let title = Node::leaf(Kind::Text, &title.join("/"), span);
    let mut run = vec![(Role::Callee, Node::name("instantiated", span))];
    run.append(&mut arguments);
    let body = Node::with(Kind::Block, span, vec![(Role::Item, Node::with(Kind::Call, span, run))]);
    let lambda = Node::with(Kind::Lambda, span, vec![(Role::Body, body)]);
    let children = vec![(Role::Callee, Node::name("TEST", span)), (Role::Argument, title), (Role::Argument, lambda)];
    Some(Node::with(Kind::Call, span, children))
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
