//! The canonical form of each kind: the same construct looks the same whatever fields its grammar uses.

use super::node::{Kind, Node, Role};

pub(super) fn finish(node: &mut Node) {
    match node.kind {
        Kind::Call => call(node),
        Kind::Assert => {
            rename(node, Role::Item, Role::Argument);
            node.children.insert(0, (Role::Callee, Node::name("assert", node.span)));
            node.kind = Kind::Call;
        }
        Kind::Member => member(node),
        Kind::Index => {
            first_item_becomes(node, Role::Receiver);
            rename(node, Role::Item, Role::Argument);
        }
        Kind::Comparison => comparison(node),
        Kind::Binary => sides(node, Role::Left, Role::Right),
        Kind::Unary | Kind::Await | Kind::Return | Kind::Throw | Kind::Spread => {
            rename(node, Role::Item, Role::Value);
            if node.is(Kind::Unary) && node.children.len() == 1 && &*node.text == "+" {
                node.kind = Kind::Inline;
            }
        }
        Kind::Choice => choice(node),
        Kind::Assign => {
            if node.text.starts_with('=') || matches!(&*node.text, ":=" | "const" | "let" | "var" | "val" | ":" | "as")
            {
                node.text = "".into();
            }
            sides(node, Role::Target, Role::Value);
        }
        Kind::Keyword => {
            take_name(node);
            rename(node, Role::Item, Role::Value);
        }
        Kind::Pair => pair(node),
        Kind::Shorthand => shorthand(node),
        Kind::Concat => concat(node),
        Kind::Function => {
            for (role, child) in &mut node.children {
                if *role == Role::Item && child.is(Kind::Parameter) {
                    *role = Role::Parameter;
                }
            }
            take_name(node);
            last_block_becomes_body(node);
            annotations(node);
        }
        Kind::Lambda => {
            take_name(node);
            last_block_becomes_body(node);
            last_expression_becomes_body(node);
        }
        Kind::Class => {
            take_name(node);
            annotations(node);
            for (role, child) in &mut node.children {
                if *role == Role::Item && matches!(child.kind, Kind::Name | Kind::Member) {
                    *role = Role::Base;
                }
            }
            if node.text.is_empty()
                && let Some(named) = node.child(Role::Type)
            {
                node.text = named.words().join(".").into();
            }
        }
        Kind::Try => try_statement(node),
        Kind::Catch | Kind::Finally => {
            last_block_becomes_body(node);
            rename(node, Role::Item, Role::Type);
        }
        Kind::If => if_statement(node),
        Kind::Loop => {
            several_targets(node);
            if node.child(Role::Iterable).is_none() {
                node.text = "while".into();
            }
            last_block_becomes_body(node);
        }
        Kind::With => last_block_becomes_body(node),
        Kind::Arm => {
            last_block_becomes_body(node);
            rename(node, Role::Item, Role::Target);
            rename(node, Role::Left, Role::Target);
        }
        Kind::Attribute => attribute(node),
        Kind::Decorated => decorated(node),
        Kind::Parameter => {
            if let Some((_, child)) =
                node.children.iter().find(|(r, _)| matches!(r, Role::Name | Role::Left | Role::Item))
            {
                node.text = child.text.clone();
            }
        }
        _ => {}
    }
}

/// `for (value, expected) in …` where the grammar names each.
fn several_targets(node: &mut Node) {
    if node.children_in(Role::Target).count() < 2 {
        return;
    }
    let (targets, mut rest): (Vec<_>, Vec<_>) =
        std::mem::take(&mut node.children).into_iter().partition(|(role, _)| *role == Role::Target);
    let span = targets[0].1.span;
    let items = targets.into_iter().map(|(_, target)| (Role::Item, target)).collect();
    rest.insert(0, (Role::Target, Node::with(Kind::List, span, items)));
    node.children = rest;
}

fn rename(node: &mut Node, from: Role, to: Role) {
    for (role, _) in &mut node.children {
        if *role == from {
            *role = to;
        }
    }
}

fn first_item_becomes(node: &mut Node, to: Role) {
    if node.child(to).is_none()
        && let Some((role, _)) = node.children.iter_mut().find(|(role, _)| *role == Role::Item)
    {
        *role = to;
    }
}

fn sides(node: &mut Node, left: Role, right: Role) {
    first_item_becomes(node, left);
    first_item_becomes(node, right);
}

/// Among modifiers, without a field of their own.
fn annotations(node: &mut Node) {
    for (role, child) in &mut node.children {
        if child.is(Kind::Attribute) {
            *role = Role::Attribute;
        }
    }
}

fn take(node: &mut Node, role: Role) -> Option<Node> {
    let at = node.children.iter().position(|(r, _)| *r == role)?;
    Some(node.children.remove(at).1)
}

fn take_name(node: &mut Node) {
    if let Some(name) = take(node, Role::Name) {
        node.text = name.text;
    }
}

fn call(node: &mut Node) {
    let receiver = take(node, Role::Receiver);
    let name = take(node, Role::Name);
    if node.child(Role::Callee).is_none() {
        let callee = match (receiver, name) {
            (Some(receiver), Some(name)) => {
                let span = super::Span { end: name.span.end, end_line: name.span.end_line, ..receiver.span };
                let mut member = Node::with(Kind::Member, span, vec![(Role::Receiver, receiver)]);
                member.text = name.text;
                Some(member)
            }
            (None, Some(only)) | (Some(only), None) => Some(only),
            (None, None) => None,
        };
        match callee {
            Some(callee) => node.children.insert(0, (Role::Callee, callee)),
            None => first_item_becomes(node, Role::Callee),
        }
    } else {
        node.children.extend(receiver.into_iter().chain(name).map(|n| (Role::Argument, n)));
    }
    rename(node, Role::Item, Role::Argument);
    rename(node, Role::Body, Role::Argument);
}

fn member(node: &mut Node) {
    first_item_becomes(node, Role::Receiver);
    if node.child(Role::Name).is_none()
        && let Some((role, _)) = node.children.iter_mut().rfind(|(role, _)| *role == Role::Item)
    {
        *role = Role::Name;
    }
    take_name(node);
    if node.child(Role::Receiver).is_none() {
        node.kind = Kind::Name;
        node.children.clear();
    }
}

/// `a < b < c` asks both; one operator is an ordinary binary.
fn comparison(node: &mut Node) {
    let operators: Vec<String> = node.text.split('\n').map(str::to_owned).collect();
    let operands: Vec<Node> = node.children.drain(..).map(|(_, operand)| operand).collect();
    let mut pairs = operators.iter().zip(operands.windows(2)).filter_map(|(operator, pair)| match pair {
        [left, right] => Some(Node::binary(operator, left.clone(), right.clone())),
        _ => None,
    });
    let Some(first) = pairs.next() else {
        node.kind = Kind::Other;
        node.children = operands.into_iter().map(|operand| (Role::Item, operand)).collect();
        return;
    };
    let span = node.span;
    *node = pairs.fold(first, |all, next| Node::binary("&&", all, next));
    node.span = span;
}

/// Python's `a if c else b` comes in that order; others say which is which.
fn choice(node: &mut Node) {
    if node.child(Role::Condition).is_none() && node.children.len() == 3 {
        for ((role, _), to) in node.children.iter_mut().zip([Role::Then, Role::Condition, Role::Else]) {
            *role = to;
        }
    }
}

fn pair(node: &mut Node) {
    rename(node, Role::Name, Role::Left);
    sides(node, Role::Left, Role::Value);
    for (role, key) in &mut node.children {
        if *role == Role::Left && key.is(Kind::Name) {
            key.kind = Kind::Text;
        }
    }
}

fn shorthand(node: &mut Node) {
    let name = node.children.first().map_or_else(|| node.text.clone(), |(_, child)| child.text.clone());
    node.kind = Kind::Pair;
    node.text = "".into();
    node.children =
        vec![(Role::Left, Node::leaf(Kind::Text, &name, node.span)), (Role::Value, Node::name(&name, node.span))];
}

fn concat(node: &mut Node) {
    if node.nodes().all(|part| part.is(Kind::Text)) {
        node.text = node.nodes().map(|part| &*part.text).collect::<String>().into();
        node.kind = Kind::Text;
        node.children.clear();
    } else {
        node.kind = Kind::Template;
    }
}

fn last_block_becomes_body(node: &mut Node) {
    if node.child(Role::Body).is_none()
        && let Some((role, _)) =
            node.children.iter_mut().rfind(|(role, child)| *role == Role::Item && child.is(Kind::Block))
    {
        *role = Role::Body;
    }
}

/// `x => f(x)`
fn last_expression_becomes_body(node: &mut Node) {
    if node.child(Role::Body).is_none()
        && let Some((role, _)) =
            node.children.last_mut().filter(|(role, child)| *role == Role::Item && !child.is(Kind::Parameter))
    {
        *role = Role::Body;
    }
}

fn try_statement(node: &mut Node) {
    if node.child(Role::Body).is_none()
        && let Some((role, _)) =
            node.children.iter_mut().find(|(role, child)| *role == Role::Item && child.is(Kind::Block))
    {
        *role = Role::Body;
    }
}

/// Grammars without fields give condition, then-block, else-block in that order.
fn if_statement(node: &mut Node) {
    for role in [Role::Condition, Role::Then, Role::Else] {
        first_item_becomes(node, role);
    }
    rename(node, Role::Item, Role::Else);
}

fn attribute(node: &mut Node) {
    let value = take(node, Role::Value);
    let has_arguments = node.child(Role::Argument).is_some();
    if value.is_none() && !has_arguments && node.children.len() == 1 {
        if let Some((role, _)) = node.children.first_mut() {
            *role = Role::Value;
        }
        return;
    }
    let mut made = Node::with(Kind::Call, node.span, std::mem::take(&mut node.children));
    made.children.extend(value.map(|value| (Role::Argument, value)));
    call(&mut made);
    let bare = made.children.len() == 1;
    let made = if bare { made.children.remove(0).1 } else { made };
    node.children = vec![(Role::Value, made)];
}

/// The definition, with its decorators as children.
fn decorated(node: &mut Node) {
    let mut attributes = Vec::new();
    let mut definition = None;
    for (_, child) in node.children.drain(..) {
        if child.is(Kind::Attribute) {
            attributes.push((Role::Attribute, child));
        } else {
            definition = Some(child);
        }
    }
    if let Some(definition) = definition {
        let span = node.span;
        *node = definition;
        node.span = span;
        attributes.append(&mut node.children);
        node.children = attributes;
    }
}
