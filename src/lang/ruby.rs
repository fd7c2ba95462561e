//! Ruby: `unless` and `until` are negations, `rescue` hangs on blocks that aren't called `try`, `be > 3` is a matcher.

use tree_sitter::Node as Syntax;

use super::lower::Lowering;
use super::node::{Kind, Node, Role};

/// The grammar's scanner keeps a heredoc's identifier in 255 bytes and aborts the process beyond
/// (tree-sitter-ruby pull request 287, unreleased in 0.23.1).
const HEREDOC_LIMIT: usize = 200;

pub(super) fn refuses(text: &str) -> Option<&'static str> {
    let too_long = text.split("<<").skip(1).any(|after| {
        let word = after.trim_start_matches(['~', '-']).trim_start_matches(['"', '\'', '`']);
        let end = word.find(['\n', '"', '\'', '`']).unwrap_or(word.len());
        end > HEREDOC_LIMIT && !word[..end].starts_with(char::is_whitespace)
    });
    too_long.then_some("a heredoc with an identifier longer than the grammar can hold")
}

pub(super) fn reshape(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    match node.kind() {
        "unless" | "unless_modifier" => negated(lowering, node, Kind::If),
        "until" | "until_modifier" => negated(lowering, node, Kind::Loop),
        "begin" | "body_statement" | "block_body" if has_rescue(node) => Some(rescued(lowering, node)),
        "rescue_modifier" => rescue_modifier(lowering, node),
        "binary" => comparison_matcher(lowering, node),
        _ => None,
    }
}

fn negated(lowering: &mut Lowering<'_>, node: Syntax<'_>, kind: Kind) -> Option<Node> {
    let condition = lowering.lower_one(node.child_by_field_name("condition")?)?;
    let mut children = vec![(Role::Condition, Node::unary("!", condition))];
    let body_role = if kind == Kind::If { Role::Then } else { Role::Body };
    for (field, role) in [("body", body_role), ("consequence", body_role), ("alternative", Role::Else)] {
        if let Some(part) = node.child_by_field_name(field) {
            let mut parts = Vec::new();
            lowering.lower_into(part, role, &mut parts);
            let span = lowering.span(part);
            match parts.len() {
                0 => {}
                1 => children.extend(parts.pop().map(|(_, one)| (role, one))),
                _ => {
                    let items = parts.into_iter().map(|(_, one)| (Role::Item, one)).collect();
                    children.push((role, Node::with(Kind::Block, span, items)));
                }
            }
        }
    }
    let mut made = Node::with(kind, lowering.span(node), children);
    if kind == Kind::Loop {
        made.text = "while".into();
    }
    Some(made)
}

fn has_rescue(node: Syntax<'_>) -> bool {
    let mut cursor = node.walk();
    node.children(&mut cursor).any(|child| matches!(child.kind(), "rescue" | "ensure"))
}

fn rescued(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Node {
    let (mut body, mut handlers) = (Vec::new(), Vec::new());
    let mut cursor = node.walk();
    for child in node.named_children(&mut cursor) {
        let out = if matches!(child.kind(), "rescue" | "ensure") { &mut handlers } else { &mut body };
        lowering.lower_into(child, Role::Item, out);
    }
    let span = lowering.span(node);
    let mut children = vec![(Role::Body, Node::with(Kind::Block, span, body))];
    children.append(&mut handlers);
    Node::with(Kind::Block, span, vec![(Role::Item, Node::with(Kind::Try, span, children))])
}

fn rescue_modifier(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let body = lowering.lower_one(node.child_by_field_name("body")?)?;
    let handler = lowering.lower_one(node.child_by_field_name("handler")?)?;
    let span = lowering.span(node);
    let catch =
        Node::with(Kind::Catch, span, vec![(Role::Body, Node::with(Kind::Block, span, vec![(Role::Item, handler)]))]);
    let body = Node::with(Kind::Block, span, vec![(Role::Item, body)]);
    Some(Node::with(Kind::Try, span, vec![(Role::Body, body), (Role::Item, catch)]))
}

/// `be > 3` becomes a call of `be >`, which the vocabulary knows as a matcher.
fn comparison_matcher(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let left = node.child_by_field_name("left")?;
    if lowering.source(left) != "be" {
        return None;
    }
    let operator = lowering.source(node.child_by_field_name("operator")?).to_owned();
    let right = lowering.lower_one(node.child_by_field_name("right")?)?;
    let span = lowering.span(node);
    Some(Node::with(
        Kind::Call,
        span,
        vec![(Role::Callee, Node::name(&format!("be {operator}"), span)), (Role::Argument, right)],
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_heredoc_identifiers_are_refused_and_ordinary_ones_are_not() {
        assert!(refuses(&format!("x = <<{}\n", "A".repeat(300))).is_some());
        assert!(refuses("x = <<~SQL\n  select 1\nSQL\nlist << 'a long string that is only appended'\n").is_none());
    }
}
