//! Elixir: everything is a call; `if`, `for`, `case` and `try` get their usual meaning back.

use tree_sitter::Node as Syntax;

use super::lower::{Lowering, attach_attributes};
use super::node::{Kind, Node, Role};

pub(super) fn reshape(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    match node.kind() {
        "call" => call(lowering, node),
        "unary_operator" => module_attribute(lowering, node),
        "pair" => pair(lowering, node),
        "binary_operator" => matching(lowering, node),
        "anonymous_function" => anonymous(lowering, node),
        "sigil" => sigil(lowering, node),
        "alias" => Some(Node::name(lowering.source(node), lowering.span(node))),
        "else_block" => {
            let mut parts = Vec::new();
            let mut cursor = node.walk();
            for child in node.named_children(&mut cursor) {
                lowering.lower_into(child, Role::Item, &mut parts);
            }
            Some(Node::with(Kind::Block, lowering.span(node), parts))
        }
        _ => None,
    }
}

/// `~c"abc"` is a charlist, `~s(abc)` a string; what interpolates is left to the grammar.
fn sigil(lowering: &Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let name = lowering.source(child_of_kind(node, "sigil_name")?);
    let content = child_of_kind(node, "quoted_content").map_or("", |content| lowering.source(content));
    let is_plain = matches!(name, "c" | "C" | "s" | "S") && child_of_kind(node, "interpolation").is_none();
    is_plain.then(|| Node::leaf(Kind::Text, content, lowering.span(node)))
}

fn target<'t>(node: Syntax<'t>, lowering: &Lowering<'_>) -> Option<String> {
    let target = node.child_by_field_name("target")?;
    (target.kind() == "identifier").then(|| lowering.source(target).to_owned())
}

fn child_of_kind<'t>(node: Syntax<'t>, kind: &str) -> Option<Syntax<'t>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).find(|child| child.kind() == kind)
}

fn call(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let span = lowering.span(node);
    let name = target(node, lowering).unwrap_or_default();
    let mut arguments = Vec::new();
    if let Some(list) = child_of_kind(node, "arguments") {
        lowering.lower_into(list, Role::Argument, &mut arguments);
    }
    let mut body = None;
    let mut handlers = Vec::new();
    let mut otherwise = None;
    let mut above = Vec::new();
    if let Some(block) = child_of_kind(node, "do_block") {
        let mut items = Vec::new();
        let mut cursor = block.walk();
        for child in block.named_children(&mut cursor) {
            match child.kind() {
                "else_block" => otherwise = lowering.lower_one(child),
                "rescue_block" | "catch_block" => {
                    let handler = lowering.lower_one(child)?;
                    handlers
                        .push((Role::Item, Node::with(Kind::Catch, lowering.span(child), vec![(Role::Body, handler)])));
                }
                "after_block" => {
                    let last = lowering.lower_one(child)?;
                    handlers
                        .push((Role::Item, Node::with(Kind::Finally, lowering.span(child), vec![(Role::Body, last)])));
                }
                _ => lowering.lower_into(child, Role::Item, &mut items),
            }
        }
        above = take_module_tags(&mut items);
        attach_attributes(&mut items);
        body = Some(Node::with(Kind::Block, lowering.span(block), items));
    } else {
        // `if x, do: y, else: z`
        body = take_keyword(&mut arguments, "do").or(body);
        otherwise = take_keyword(&mut arguments, "else");
    }
    let first = |arguments: &mut Vec<(Role, Node)>| (!arguments.is_empty()).then(|| arguments.remove(0).1);
    match (name.as_str(), body) {
        ("if" | "unless", Some(body)) => {
            let mut condition = first(&mut arguments)?;
            if name == "unless" {
                condition = Node::unary("!", condition);
            }
            let mut children = vec![(Role::Condition, condition), (Role::Then, body)];
            children.extend(otherwise.map(|otherwise| (Role::Else, otherwise)));
            Some(Node::with(Kind::If, span, children))
        }
        // Inside of a quote, what is inserted stands for itself.
        ("unquote", None) if arguments.len() == 1 => first(&mut arguments),
        ("for", Some(body)) => {
            let mut children = Vec::new();
            if let Some(generator) = first(&mut arguments) {
                let mut sides = generator.children.into_iter().map(|(_, side)| side);
                children.extend(sides.next().map(|side| (Role::Target, side)));
                children.extend(sides.next().map(|side| (Role::Iterable, side)));
            }
            children.push((Role::Body, body));
            Some(Node::with(Kind::Loop, span, children))
        }
        ("case" | "cond" | "receive", Some(body)) => {
            let mut children: Vec<_> = first(&mut arguments).map(|value| (Role::Value, value)).into_iter().collect();
            children.extend(body.children);
            Some(Node::with(Kind::Match, span, children))
        }
        ("try", Some(body)) => {
            let mut children = vec![(Role::Body, body)];
            children.append(&mut handlers);
            Some(Node::with(Kind::Try, span, children))
        }
        ("def" | "defp", Some(body)) => {
            let head = first(&mut arguments)?;
            let head = if head.is(Kind::Binary) { head.children.into_iter().next()?.1 } else { head };
            let mut made = Node::with(Kind::Function, span, Vec::new());
            match head.kind {
                Kind::Call => {
                    made.text = head.child(Role::Callee)?.text.clone();
                    for (role, part) in head.children {
                        if role == Role::Argument {
                            let text = part.text.clone();
                            let mut parameter = Node::with(Kind::Parameter, part.span, vec![(Role::Name, part)]);
                            parameter.text = text;
                            made.children.push((Role::Parameter, parameter));
                        }
                    }
                }
                _ => made.text = head.text,
            }
            made.children.push((Role::Body, body));
            Some(made)
        }
        ("defmodule", Some(body)) => {
            above.push((Role::Body, body));
            let mut made = Node::with(Kind::Class, span, above);
            made.text = first(&mut arguments)?.text;
            Some(made)
        }
        ("doctest", None) => {
            // The examples of a module are a test of their own.
            let subject = first(&mut arguments)?;
            let title = Node::leaf(Kind::Text, &format!("doctest {}", subject.words().join(".")), span);
            let run = vec![(Role::Callee, Node::name("doctest.run", span)), (Role::Argument, subject)];
            let run = Node::with(Kind::Block, span, vec![(Role::Item, Node::with(Kind::Call, span, run))]);
            let lambda = Node::with(Kind::Lambda, span, vec![(Role::Body, run)]);
            let children =
                vec![(Role::Callee, Node::name("test", span)), (Role::Argument, title), (Role::Argument, lambda)];
            Some(Node::with(Kind::Call, span, children))
        }
        (_, body) => {
            let callee = lowering.lower_one(node.child_by_field_name("target")?)?;
            let mut children = above;
            children.push((Role::Callee, callee));
            children.extend(arguments.into_iter().map(|(_, argument)| (Role::Argument, argument)));
            if let Some(body) = body {
                children.push((Role::Argument, Node::with(Kind::Lambda, body.span, vec![(Role::Body, body)])));
            }
            Some(Node::with(Kind::Call, span, children))
        }
    }
}

/// `@moduletag` and `@describetag` speak of the block they stand in.
fn take_module_tags(items: &mut Vec<(Role, Node)>) -> Vec<(Role, Node)> {
    let speaks_of_block = |node: &Node| {
        let callee = node.child(Role::Value).and_then(|call| call.child(Role::Callee));
        node.is(Kind::Attribute) && callee.is_some_and(|name| matches!(&*name.text, "moduletag" | "describetag"))
    };
    let taken = items.extract_if(.., |(_, node)| speaks_of_block(node));
    taken.map(|(_, node)| (Role::Attribute, node)).collect()
}

fn take_keyword(arguments: &mut Vec<(Role, Node)>, name: &str) -> Option<Node> {
    let at = arguments.iter().position(|(_, argument)| argument.is(Kind::Keyword) && &*argument.text == name)?;
    arguments.remove(at).1.children.pop().map(|(_, value)| value)
}

/// `@tag :skip` stands before what it annotates.
fn module_attribute(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let operand = node.child_by_field_name("operand")?;
    if !lowering.source(node).starts_with('@') || operand.kind() != "call" {
        return None;
    }
    let value = lowering.lower_one(operand)?;
    Some(Node::with(Kind::Attribute, lowering.span(node), vec![(Role::Value, value)]))
}

fn pair(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let key = node.child_by_field_name("key")?;
    let value = lowering.lower_one(node.child_by_field_name("value")?)?;
    let span = lowering.span(node);
    let name = lowering.source(key).trim().trim_end_matches(':').trim_matches('"').to_owned();
    let in_call = node.parent().and_then(|list| list.parent()).is_some_and(|above| above.kind() == "arguments");
    if in_call {
        let mut made = Node::with(Kind::Keyword, span, vec![(Role::Value, value)]);
        made.text = name.into();
        return Some(made);
    }
    let key = Node::leaf(Kind::Text, &name, lowering.span(key));
    Some(Node::with(Kind::Pair, span, vec![(Role::Left, key), (Role::Value, value)]))
}

/// `assert {:ok, x} = f()` asks for a shape; elsewhere `=` binds.
fn matching(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let operator = lowering.source(node.child_by_field_name("operator")?).to_owned();
    if operator != "=" {
        return None;
    }
    let left = lowering.lower_one(node.child_by_field_name("left")?)?;
    let right = lowering.lower_one(node.child_by_field_name("right")?)?;
    let span = lowering.span(node);
    let asserted = node.parent().filter(|above| above.kind() == "arguments").and_then(|list| list.parent());
    let asserted =
        asserted.and_then(|call| target(call, lowering)).is_some_and(|name| name == "assert" || name == "refute");
    if asserted {
        let children =
            vec![(Role::Callee, Node::name("match?", span)), (Role::Argument, left), (Role::Argument, right)];
        return Some(Node::with(Kind::Call, span, children));
    }
    Some(Node::with(Kind::Assign, span, vec![(Role::Target, left), (Role::Value, right)]))
}

/// `fn x -> y end` with one clause is a plain function.
fn anonymous(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    if node.named_child_count() != 1 {
        return None;
    }
    let clause = node.named_child(0)?;
    let mut children = Vec::new();
    if let Some(left) = clause.child_by_field_name("left") {
        lowering.lower_into(left, Role::Parameter, &mut children);
    }
    if let Some(right) = clause.child_by_field_name("right") {
        children.extend(lowering.lower_one(right).map(|body| (Role::Body, body)));
    }
    Some(Node::with(Kind::Lambda, lowering.span(node), children))
}
