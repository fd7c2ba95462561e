//! C#: generic names carry the type a check asks for; arguments and attribute arguments may be named.

use tree_sitter::Node as Syntax;

use super::lower::Lowering;
use super::node::{Kind, Node, Role};

/// `async` as a name of one's own is read as the keyword, and the rest of the class with it.
pub(super) fn respell(text: &str) -> Option<String> {
    const WORD: &str = "async";
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut out = text.to_owned();
    let mut any = false;
    for (at, _) in text.match_indices(WORD) {
        let after = &text[at + WORD.len()..];
        let alone = !text[..at].ends_with(is_part) && !after.starts_with(is_part);
        let next = after.trim_start();
        let named = next.starts_with(['=', ';', ',', ')', '.', '?', '!', '&', '|', ':', ']', '}']);
        if alone && named {
            out.replace_range(at..at + WORD.len(), "a5ync");
            any = true;
        }
    }
    any.then_some(out)
}

pub(super) fn reshape(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    match node.kind() {
        "invocation_expression" => invocation(lowering, node),
        "generic_name" => {
            let name = node.named_child(0)?;
            Some(Node::name(lowering.source(name), lowering.span(name)))
        }
        "attribute_argument" | "argument" => named(lowering, node),
        _ => None,
    }
}

/// `Assert.Throws<X>(…)`: the call's types are the last name's type arguments.
fn invocation(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let function = node.child_by_field_name("function")?;
    let last = match function.kind() {
        "member_access_expression" => function.child_by_field_name("name")?,
        _ => function,
    };
    if last.kind() != "generic_name" {
        return None;
    }
    let mut types = Vec::new();
    let mut cursor = last.walk();
    for list in last.named_children(&mut cursor).filter(|child| child.kind() == "type_argument_list") {
        let mut inner = list.walk();
        for one in list.named_children(&mut inner) {
            let span = lowering.span(one);
            types.push((Role::Type, Node::name(lowering.source(one), span)));
        }
    }
    let mut children = vec![(Role::Callee, lowering.lower_one(function)?)];
    children.append(&mut types);
    if let Some(arguments) = node.child_by_field_name("arguments") {
        lowering.lower_into(arguments, Role::Arguments, &mut children);
    }
    Some(Node::with(Kind::Call, lowering.span(node), children))
}

fn named(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let Some(name) = node.child_by_field_name("name") else {
        return if node.kind() == "argument" { None } else { lowering.lower_one(node.named_child(0)?) };
    };
    let mut cursor = node.walk();
    let value = node.named_children(&mut cursor).find(|child| child.id() != name.id())?;
    let value = lowering.lower_one(value)?;
    let mut made = Node::with(Kind::Keyword, lowering.span(node), vec![(Role::Value, value)]);
    made.text = lowering.source(name).into();
    Some(made)
}
