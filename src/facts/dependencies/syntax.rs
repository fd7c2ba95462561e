//! What manifests that are programs have in common: their neutral tree.

use super::Manifest;
use crate::facts::document::Malformed;
use crate::lang::{self, Kind, Node, Role};

/// Parses a program text as that language, and has a manifest read off its tree.
pub(super) fn read(
    language: &str,
    bytes: &[u8],
    visit: impl FnOnce(&Node, &mut Manifest),
) -> Result<Manifest, Malformed> {
    let fail = |why: String| Malformed { format: "program text", line: None, why };
    let language = lang::by_name(language).ok_or_else(|| fail("this build does not read the language".into()))?;
    let parsed = language.parse(bytes).map_err(|error| fail(error.to_string()))?;
    // What is missing at the end is missing behind the last line.
    let last = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count();
    let last = u32::try_from(last).unwrap_or(u32::MAX).max(1);
    let unread_line = parsed.unread.first().map(|span| span.line.min(last));
    let mut manifest = Manifest { unread_line, ..Manifest::default() };
    visit(&parsed.root, &mut manifest);
    Ok(manifest)
}

/// The name that a call calls: of `a.b(…)` the `b`.
pub(super) fn callee(call: &Node) -> Option<&str> {
    let callee = call.child(Role::Callee).filter(|_| call.is(Kind::Call))?;
    matches!(callee.kind, Kind::Name | Kind::Member).then_some(&*callee.text)
}

/// The text of a string literal or symbol, its colon left away.
pub(super) fn literal(node: &Node) -> Option<&str> {
    node.is(Kind::Text).then(|| node.text.strip_prefix(':').unwrap_or(&node.text))
}

/// String arguments that have no name.
pub(super) fn literals(call: &Node) -> impl Iterator<Item = &str> {
    call.children_in(Role::Argument).filter_map(literal)
}

/// A named argument's value, written `name: value`, `name = value` or `:name => value`.
pub(super) fn named<'a>(call: &'a Node, name: &str) -> Option<&'a Node> {
    call.nodes().find_map(|node| match node.kind {
        Kind::Keyword if &*node.text == name => node.child(Role::Value),
        Kind::Pair => {
            let left = node.child(Role::Left)?;
            let key = literal(left).or_else(|| left.is(Kind::Name).then_some(&*left.text))?;
            if key == name { node.child(Role::Value) } else { None }
        }
        _ => None,
    })
}

pub(super) fn named_text<'a>(call: &'a Node, name: &str) -> Option<&'a str> {
    literal(named(call, name)?)
}
