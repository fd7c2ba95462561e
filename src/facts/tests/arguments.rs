//! Which argument of a check plays which role.

use super::chain::{Chain, named};
use super::vocabulary::{ArgumentRole, Spec, glob};
use crate::lang::{Kind, Node, Role};

/// The arguments with their roles: by position, by name, and by what they are where a language lets them move.
pub fn by_role<'a>(
    spec: &Spec,
    arguments: &[&'a Node],
    types: &[&Node],
    handles: &[String],
) -> Vec<(ArgumentRole, &'a Node)> {
    let mut positional: Vec<&'a Node> = arguments.iter().copied().filter(|n| !n.is(Kind::Keyword)).collect();
    let mut roles = spec.roles.clone();
    // What the test fails through is not handed to a method of something that has it already.
    let handed = |first: &Node| {
        let path = Chain::of(first).full_path().join(".");
        handles.iter().any(|handle| glob(handle, &path))
    };
    if roles.first() == Some(&ArgumentRole::Ignored)
        && !handles.is_empty()
        && !positional.first().is_some_and(|n| handed(n))
    {
        roles.remove(0);
    }
    if roles.first() == Some(&ArgumentRole::MaybeMessage) {
        roles.remove(0);
        if leads_with_message(&roles, &positional) {
            positional.remove(0);
        }
    }
    // `Contains(items, item => …)`: the container comes first where a predicate follows.
    if roles.starts_with(&[ArgumentRole::Expected, ArgumentRole::Subject])
        && positional.get(1).is_some_and(|n| n.is(Kind::Lambda))
    {
        positional.swap(0, 1);
    }
    // `IsType<X>(value)`: the type is given elsewhere.
    if !types.is_empty() {
        roles.retain(|role| *role != ArgumentRole::Type);
    }
    let mut given = Vec::new();
    for (at, argument) in positional.iter().enumerate() {
        match roles.get(at).or_else(|| roles.last().filter(|role| **role == ArgumentRole::Rest)) {
            // `assertFails("why") { … }`: the block comes last.
            Some(ArgumentRole::Block) if !argument.is(Kind::Lambda) => {
                let block = positional[at + 1..].iter().find(|n| n.is(Kind::Lambda));
                given.push((ArgumentRole::Block, block.copied().unwrap_or(argument)));
            }
            // `Catch(() => …)`: no type is given.
            Some(ArgumentRole::Type) if argument.is(Kind::Lambda) && roles.contains(&ArgumentRole::Block) => {
                given.push((ArgumentRole::Block, *argument));
                break;
            }
            Some(role) => given.push((*role, *argument)),
            None => break,
        }
    }
    // Named arguments that no row knows belong to an open list.
    if roles.last() == Some(&ArgumentRole::Rest) {
        let unknown = |n: &&&Node| n.is(Kind::Keyword) && !spec.keywords.iter().any(|(name, _)| *name == *n.text);
        given.extend(arguments.iter().filter(unknown).map(|argument| (ArgumentRole::Rest, *argument)));
    }
    for (name, role) in &spec.keywords {
        given.extend(arguments.iter().find_map(|argument| named(&[argument], name)).map(|value| (*role, value)));
    }
    for (name, role) in [("expected", ArgumentRole::Expected), ("actual", ArgumentRole::Subject)] {
        if roles.contains(&role)
            && !spec.keywords.iter().any(|(known, _)| known == name)
            && let Some(argument) = arguments.iter().find(|n| n.is(Kind::Keyword) && &*n.text == name)
            && let Some(value) = argument.child(Role::Value)
        {
            given.push((role, value));
        }
    }
    given
}

/// `assertEquals("why", 3, x)` against `assertEquals("a", x, "why")`.
fn leads_with_message(roles: &[ArgumentRole], positional: &[&Node]) -> bool {
    let needed = roles.iter().filter(|role| **role != ArgumentRole::Tolerance).count();
    positional.first().is_some_and(|first| is_text(first))
        && positional.get(needed).is_some_and(|last| !is_text(last) && !last.is(Kind::Lambda))
}

/// A string, or one that is put together.
pub fn is_text(node: &Node) -> bool {
    match node.kind {
        Kind::Text | Kind::Template => true,
        Kind::Binary => &*node.text == "+" && node.nodes().any(is_text),
        Kind::Call => node.child(Role::Callee).is_some_and(|callee| matches!(&*callee.text, "format" | "formatted")),
        _ => false,
    }
}
