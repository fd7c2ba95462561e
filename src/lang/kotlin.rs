//! Kotlin: a grammar almost without fields, so that what a child is follows from what it is made of.

use tree_sitter::Node as Syntax;

use super::lower::Lowering;
use super::node::{Kind, Node, Role};

pub(super) fn reshape(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    match node.kind() {
        "navigation_expression" => navigation(lowering, node),
        "infix_expression" => infix(lowering, node),
        "call_expression" => call(lowering, node),
        "value_argument" => named_argument(lowering, node),
        "function_declaration" => Some(parts(lowering, node, Kind::Function, function_part)),
        "class_declaration" | "object_declaration" => Some(class(lowering, node)),
        "additive_expression" => container(lowering, node),
        "for_statement" => for_statement(lowering, node),
        "when_entry" => Some(parts(lowering, node, Kind::Arm, arm_part)),
        "catch_block" => Some(parts(lowering, node, Kind::Catch, catch_part)),
        "jump_expression" => jump(lowering, node),
        _ => None,
    }
}

fn navigation(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let receiver = lowering.lower_one(node.named_child(0)?)?;
    let suffix = node.named_child(u32::try_from(node.named_child_count().checked_sub(1)?).ok()?)?;
    let mut cursor = suffix.walk();
    let name = suffix.named_children(&mut cursor).last()?;
    let mut made = Node::with(Kind::Member, lowering.span(node), vec![(Role::Receiver, receiver)]);
    made.text = lowering.source(name).trim_matches('`').into();
    Some(made)
}

/// A spec's tests stand in a function given to its base class: `class A : FunSpec({ … })`.
fn class(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Node {
    let mut made = parts(lowering, node, Kind::Class, class_part);
    for (role, child) in &mut made.children {
        if *role == Role::Base
            && child.is(Kind::Lambda)
            && let Some(at) = child.children.iter().position(|(role, _)| *role == Role::Body)
        {
            *child = child.children.swap_remove(at).1;
            *role = Role::Body;
        }
    }
    made
}

/// `"outer" - { … }`, `"a queue" should { … }`: a suite.
fn container(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let (first, last) = (node.named_child(0)?, node.named_child(u32::try_from(node.named_child_count()).ok()? - 1)?);
    if first.kind() != "string_literal" || !matches!(last.kind(), "lambda_literal" | "annotated_lambda") {
        return None;
    }
    let title = lowering.lower_one(first)?;
    let body = lowering.lower_one(last)?;
    let span = lowering.span(node);
    let children = vec![(Role::Callee, Node::name("describe", span)), (Role::Argument, title), (Role::Argument, body)];
    Some(Node::with(Kind::Call, span, children))
}

/// `a shouldBe b`
fn infix(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    if let Some(container) = container(lowering, node) {
        return Some(container);
    }
    let left = lowering.lower_one(node.named_child(0)?)?;
    let name = lowering.source(node.named_child(1)?).trim_matches('`').to_owned();
    let right = lowering.lower_one(node.named_child(2)?)?;
    let mut made = Node::binary(&name, left, right);
    made.span = lowering.span(node);
    Some(made)
}

/// `f<T>(a) { … }`: types and arguments are in a suffix.
fn call(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let callee = lowering.lower_one(node.named_child(0)?)?;
    let mut children = vec![(Role::Callee, callee)];
    let mut cursor = node.walk();
    for suffix in node.named_children(&mut cursor).skip(1) {
        let mut inner = suffix.walk();
        for part in suffix.named_children(&mut inner) {
            if part.kind() == "type_arguments" {
                let mut types = part.walk();
                for one in part.named_children(&mut types) {
                    children.push((Role::Type, Node::name(lowering.source(one), lowering.span(one))));
                }
            } else {
                lowering.lower_into(part, Role::Arguments, &mut children);
            }
        }
    }
    for (role, _) in &mut children {
        if *role == Role::Arguments {
            *role = Role::Argument;
        }
    }
    let mut made = Node::with(Kind::Call, lowering.span(node), children);
    titled(&mut made);
    Some(made)
}

/// `"title" { … }` declares a test; `test("title").config(…) { … }` and `"title".config(…) { … }` are one call each.
fn titled(call: &mut Node) {
    let Some((_, callee)) = call.children.first_mut() else { return };
    if callee.is(Kind::Text) || callee.is(Kind::Template) {
        let title = std::mem::replace(callee, Node::name("test", call.span));
        call.children.insert(1, (Role::Argument, title));
        return;
    }
    if !callee.is(Kind::Member) || &*callee.text != "config" {
        return;
    }
    let Some((_, declared)) = callee.children.first_mut() else { return };
    let declared = std::mem::take(declared);
    let mut children = match declared.kind {
        Kind::Text | Kind::Template => {
            vec![(Role::Callee, Node::name("test", declared.span)), (Role::Argument, declared)]
        }
        Kind::Call => declared.children,
        _ => {
            if let Some((_, place)) = callee.children.first_mut() {
                *place = declared;
            }
            return;
        }
    };
    for (role, argument) in call.children.drain(..).skip(1) {
        // `config(TestConfig(retries = 5))`
        let is_config = argument.is(Kind::Call)
            && argument.child(Role::Callee).is_some_and(|callee| callee.text.ends_with("Config"));
        if is_config {
            children.extend(argument.children.into_iter().filter(|(_, inner)| inner.is(Kind::Keyword)));
        } else {
            children.push((role, argument));
        }
    }
    call.children = children;
}

fn named_argument(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let mut cursor = node.walk();
    if !node.children(&mut cursor).any(|child| child.kind() == "=") {
        return None;
    }
    let name = node.named_child(0)?;
    let value = lowering.lower_one(node.named_child(1)?)?;
    let mut made = Node::with(Kind::Keyword, lowering.span(node), vec![(Role::Value, value)]);
    made.text = lowering.source(name).into();
    Some(made)
}

type PartRole = fn(&str) -> Option<Role>;

/// Gives every child its role by its kind; `Role::Name` becomes the node's text.
fn parts(lowering: &mut Lowering<'_>, node: Syntax<'_>, kind: Kind, role_of: PartRole) -> Node {
    let mut made = Node::with(kind, lowering.span(node), Vec::new());
    let mut cursor = node.walk();
    for child in node.named_children(&mut cursor) {
        match role_of(child.kind()) {
            Some(Role::Name) if made.text.is_empty() => made.text = lowering.source(child).trim_matches('`').into(),
            Some(Role::Drop) => {}
            Some(Role::Body) => {
                let mut body = Vec::new();
                lowering.lower_into(child, Role::Item, &mut body);
                match body.len() {
                    1 => made.children.extend(body.pop().map(|(_, one)| (Role::Body, one))),
                    _ => made.children.push((Role::Body, Node::with(Kind::Block, lowering.span(child), body))),
                }
            }
            role => lowering.lower_into(child, role.unwrap_or_default(), &mut made.children),
        }
    }
    for (role, child) in &mut made.children {
        if child.is(Kind::Attribute) {
            *role = Role::Attribute;
        }
    }
    made
}

fn function_part(kind: &str) -> Option<Role> {
    match kind {
        "simple_identifier" => Some(Role::Name),
        "function_value_parameters" => Some(Role::Parameters),
        "function_body" => Some(Role::Body),
        "user_type" | "nullable_type" | "receiver_type" | "type_parameters" | "function_type" => Some(Role::Drop),
        _ => None,
    }
}

fn class_part(kind: &str) -> Option<Role> {
    match kind {
        "type_identifier" | "simple_identifier" => Some(Role::Name),
        "delegation_specifier" => Some(Role::Base),
        "class_body" | "enum_class_body" => Some(Role::Body),
        _ => None,
    }
}

fn arm_part(kind: &str) -> Option<Role> {
    match kind {
        "control_structure_body" => Some(Role::Body),
        _ => Some(Role::Target),
    }
}

fn catch_part(kind: &str) -> Option<Role> {
    match kind {
        "statements" => Some(Role::Body),
        "simple_identifier" => Some(Role::Alias),
        _ => Some(Role::Type),
    }
}

fn for_statement(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let mut cursor = node.walk();
    let (mut targets, mut iterable, mut body) = (Vec::new(), None, None);
    for child in node.named_children(&mut cursor) {
        match child.kind() {
            "variable_declaration" | "multi_variable_declaration" => {
                lowering.lower_into(child, Role::Target, &mut targets)
            }
            "control_structure_body" => body = lowering.lower_one(child),
            "annotation" => {}
            _ => iterable = lowering.lower_one(child),
        }
    }
    targets.push((Role::Iterable, iterable?));
    targets.extend(body.map(|body| (Role::Body, body)));
    Some(Node::with(Kind::Loop, lowering.span(node), targets))
}

fn jump(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let source = lowering.source(node);
    let kind = match source.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default() {
        "return" => Kind::Return,
        "throw" => Kind::Throw,
        _ => {
            let mut made = Node::leaf(Kind::Jump, source, lowering.span(node));
            made.text = source.split('@').next().unwrap_or_default().into();
            return Some(made);
        }
    };
    let mut cursor = node.walk();
    let value = node.named_children(&mut cursor).filter(|child| child.kind() != "label").last();
    let value = value.and_then(|value| lowering.lower_one(value));
    Some(Node::with(kind, lowering.span(node), value.map(|value| (Role::Value, value)).into_iter().collect()))
}
