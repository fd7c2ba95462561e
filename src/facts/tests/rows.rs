//! Rows that are written down: the elements of a list, a range, a table.

use super::chain::Chain;
use crate::lang::{Kind, Node, Role};

/// The elements of something that is written down.
pub fn rows_of(node: &Node) -> Option<Vec<&Node>> {
    match node.kind {
        Kind::List if !node.nodes().any(|n| n.is(Kind::Spread)) => Some(node.nodes().collect()),
        Kind::Unary => rows_of(node.nodes().next()?),
        Kind::Call => {
            let chain = Chain::of(node);
            let last = chain.last()?;
            let arguments = last.arguments.as_ref()?;
            match last.name {
                "vec!" | "listOf" | "List.of" | "asList" | "of" | "arrayOf" | "setOf" | "sequenceOf" => {
                    Some(arguments.to_vec())
                }
                // `new TheoryData<int, int> { { 1, 2 } }`, `List(1, 2)`
                "TheoryData" | "List" | "HashSet" | "Seq" | "Vector" | "Set" | "Array" => match arguments.as_slice() {
                    [only] if only.is(Kind::List) => rows_of(only),
                    many => Some(many.to_vec()),
                },
                "iter" | "into_iter" | "iter_mut" | "values" | "stream" | "each" if arguments.is_empty() => {
                    let callee = node.child(Role::Callee)?;
                    rows_of(callee.child(Role::Receiver)?)
                }
                "tuple" | "list" | "iter!" | "sorted" => rows_of(arguments.first()?),
                _ => None,
            }
        }
        _ => None,
    }
}

/// A range with written bounds: `range(3)`, `0..10`.
pub(super) fn counts(node: &Node) -> bool {
    let mut only_numbers = true;
    let mut any = false;
    node.walk(&mut |n| match n.kind {
        Kind::Number => any |= n.number().is_some_and(|n| n > 0.0),
        Kind::Name => only_numbers &= matches!(&*n.text, "range" | "xrange"),
        Kind::Text | Kind::Member | Kind::Map => only_numbers = false,
        _ => {}
    });
    any && only_numbers
}

/// A parameter's name or pattern.
pub fn parameter_pattern(parameter: &Node) -> &Node {
    match parameter.kind {
        Kind::Parameter => parameter
            .children
            .iter()
            .find(|(role, _)| matches!(role, Role::Name | Role::Left | Role::Item))
            .map_or(parameter, |(_, inner)| inner),
        _ => parameter,
    }
}

/// What each element is called in a block: its first parameter, or all of them where elements are spread over them.
pub fn element_pattern(lambda: &Node, spread: bool) -> Option<Node> {
    let parameters: Vec<&Node> = lambda.children_in(Role::Parameter).map(parameter_pattern).collect();
    match parameters.as_slice() {
        [first, _, ..] if spread => {
            let names = parameters.iter().map(|name| (Role::Item, (*name).clone())).collect();
            Some(Node::with(Kind::List, first.span, names))
        }
        [first, ..] => Some((*first).clone()),
        [] => None,
    }
}
