//! Values inside of something that says nothing of them: `Some(5)`, `escape(actual) == escape(expected)`.

use crate::facts::tests::{Check, CheckKind};
use crate::lang::{Kind, Node, Role};

/// The check without the function that both of its sides go through, where that only writes them in another way.
pub(super) fn both_sides(check: &Check) -> Option<Check> {
    let [expected] = check.expected.as_slice() else { return None };
    let (outer, subject) = argument(&check.subject)?;
    let (same, value) = argument(expected)?;
    if outer != same || !is_faithful(&outer.text) {
        return None;
    }
    let resolved = |node: &Node, inner: &Node| argument(node).map_or_else(|| inner.clone(), |(_, inner)| inner.clone());
    Some(Check {
        resolved_subject: resolved(&check.resolved_subject, subject),
        resolved_expected: check.resolved_expected.iter().map(|node| resolved(node, value)).collect(),
        subject: subject.clone(),
        expected: vec![value.clone()],
        ..check.clone()
    })
}

/// Functions that keep different values different.
fn is_faithful(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["escape", "quote", "encode", "serialize", "stringify", "repr", "inspect", "dump"]
        .iter()
        .any(|word| name.contains(word))
}

/// A function and what it is given, where that is one value.
fn argument(node: &Node) -> Option<(&Node, &Node)> {
    let mut given = node.children_in(Role::Argument);
    match (node.child(Role::Callee), given.next(), given.next()) {
        (Some(callee), Some(only), None) if node.is(Kind::Call) && !only.is(Kind::Keyword) => Some((callee, only)),
        _ => None,
    }
}

/// Two checks on what is inside of an optional on one side only: `Some(true)` was expected and `true` is now.
pub(super) fn contents(old: &Check, new: &Check) -> Option<(Check, Check)> {
    let is_equal = |check: &Check| matches!(check.kind, CheckKind::Equal | CheckKind::Identical);
    let asks = |check: &Check| is_equal(check) || check.kind == CheckKind::Truth;
    if !asks(old) || !asks(new) {
        return None;
    }
    fn unwrap(check: &Check) -> Option<&Node> {
        check.resolved_expected.first().filter(|_| check.kind != CheckKind::Truth).and_then(content)
    }
    match (unwrap(old), unwrap(new)) {
        (Some(value), None) => Some((plain(old, value), new.clone())),
        (None, Some(value)) => Some((old.clone(), plain(new, value))),
        _ => None,
    }
}

fn content(node: &Node) -> Option<&Node> {
    let (callee, value) = argument(node)?;
    let name = callee.text.rsplit('.').next().unwrap_or_default();
    matches!(name, "Some" | "Ok" | "Just" | "Right" | "Success" | "of" if name != "of" || is_optional(callee))
        .then_some(value)
}

/// `Optional.of`
fn is_optional(callee: &Node) -> bool {
    callee.child(Role::Receiver).is_some_and(|of| of.text.starts_with("Optional"))
}

/// The same demand on the bare value; of a truth value, that it is so.
fn plain(check: &Check, value: &Node) -> Check {
    let bare = Check { expected: vec![value.clone()], resolved_expected: vec![value.clone()], ..check.clone() };
    if !value.is(Kind::Bool) {
        return bare;
    }
    let positive = check.positive == (&*value.text == "true");
    Check { kind: CheckKind::Truth, positive, expected: Vec::new(), resolved_expected: Vec::new(), ..bare }
}
