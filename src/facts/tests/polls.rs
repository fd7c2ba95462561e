//! Loops that wait for something, and loops that try again.

use super::reader::Reader;
use super::rows::rows_of;
use super::scope::Scope;
use crate::lang::{Kind, Node, Role};

/// A loop that looks, sleeps and looks again.
pub const POLL: &str = "poll";
/// A loop that does something again until it works.
pub const RETRY_LOOP: &str = "loop";
/// The same with a pause: its whole length is the poll's.
pub const PACED_LOOP: &str = "paced-loop";

/// What must hold for another round.
pub fn condition(node: &Node) -> Option<&Node> {
    node.child(Role::Condition).or_else(|| {
        let head = node.children.iter().filter(|(role, _)| *role == Role::Item).map(|(_, child)| child);
        head.filter(|child| !child.is(Kind::Block)).find(|child| matches!(child.kind, Kind::Binary | Kind::Call))
    })
}

/// How many rounds a loop has at most, where that is written.
pub fn repetitions(node: &Node, scope: &Scope) -> Option<f64> {
    if let Some(iterable) = node.child(Role::Iterable) {
        let resolved = scope.resolve(iterable);
        return rows_of(&resolved).map(|rows| rows.len() as f64).or_else(|| range(&resolved));
    }
    let condition = condition(node)?;
    counter_limit(condition, scope, 0).or_else(|| range(&scope.resolve(condition)))
}

/// `i < 10`, alone or with more: the number.
fn counter_limit(condition: &Node, scope: &Scope, depth: usize) -> Option<f64> {
    if !condition.is(Kind::Binary) || depth > 8 {
        return None;
    }
    let (left, right) = (condition.child(Role::Left)?, condition.child(Role::Right)?);
    let number = |node: &Node| scope.resolve(node).number();
    match &*condition.text {
        "&&" => counter_limit(left, scope, depth + 1).or_else(|| counter_limit(right, scope, depth + 1)),
        "<" | "<=" | "!=" | "!==" if left.is(Kind::Name) => number(right),
        ">" | ">=" if right.is(Kind::Name) => number(left),
        _ => None,
    }
}

/// `range(3)`, `1..10`, `1 to 3`.
fn range(node: &Node) -> Option<f64> {
    let mut numbers = Vec::new();
    let mut known = true;
    node.walk(&mut |n| match n.kind {
        Kind::Number => numbers.extend(n.number()),
        Kind::Name => known &= matches!(&*n.text, "range" | "xrange" | "_" | "i" | "attempt"),
        Kind::Other | Kind::Binary | Kind::Call | Kind::Unary => {}
        _ => known = false,
    });
    match numbers.as_slice() {
        [count] if known => Some(*count),
        [from, to] if known && to > from => {
            let inclusive = node.is(Kind::Binary) && matches!(&*node.text, ".." | "to" | "..." | "..=");
            Some(to - from + if inclusive && *from > 0.0 { 1.0 } else { 0.0 })
        }
        _ => None,
    }
}

/// `10.times { … }`, `repeat(10) { … }`: a call that is a loop.
pub fn repetitions_of_call(node: &Node) -> Option<f64> {
    let callee = node.child(Role::Callee)?;
    let has_body = node.children_in(Role::Argument).any(|argument| argument.is(Kind::Lambda));
    match callee.kind {
        Kind::Member if &*callee.text == "times" && has_body => callee.child(Role::Receiver)?.number(),
        Kind::Name if &*callee.text == "repeat" && has_body => node.child(Role::Argument)?.number(),
        _ => None,
    }
}

/// Whether a loop ends before its last round when something holds.
pub fn leaves_early(node: &Node) -> bool {
    fn leaves(node: &Node, depth: usize) -> bool {
        depth < 40
            && match node.kind {
                Kind::Return => true,
                Kind::Jump => node.text.contains("break") || node.text.contains("return"),
                // What leaves an inner loop or function stays in this one.
                Kind::Function | Kind::Loop => false,
                _ => node.nodes().any(|child| leaves(child, depth + 1)),
            }
    }
    let more_than_a_counter =
        condition(node).is_some_and(|condition| condition.is(Kind::Binary) && &*condition.text == "&&");
    more_than_a_counter || node.nodes().any(|child| leaves(child, 0))
}

/// The largest number written in an options value: `{ count: 3, delay: 10 }` has it under a name that counts.
pub fn largest(node: &Node) -> Option<f64> {
    match node.kind {
        Kind::Map => node
            .nodes()
            .filter(|pair| pair.child(Role::Left).is_some_and(|key| counts(&key.text)))
            .filter_map(|pair| pair.child(Role::Value).and_then(Node::number))
            .reduce(f64::max),
        Kind::Call => {
            let numbers = node.children_in(Role::Argument).filter_map(Node::number);
            numbers.reduce(f64::max)
        }
        _ => None,
    }
}

fn counts(key: &str) -> bool {
    matches!(key, "count" | "runMode" | "openMode" | "attempts" | "limit" | "max" | "retries" | "times")
}

impl Reader<'_, '_> {
    /// Whether a round's failure is caught and the next round begun.
    pub fn tries_again(&self, node: &Node) -> bool {
        let mut again = false;
        let bodies = node.children_in(Role::Body).chain(node.children_in(Role::Argument));
        for body in bodies {
            body.walk(&mut |n| {
                if n.is(Kind::Try) && !again {
                    again = n.nodes().filter(|child| child.is(Kind::Catch)).any(|catch| self.lets_pass(catch));
                }
            });
        }
        again
    }

    /// A handler that does not always throw on.
    fn lets_pass(&self, catch: &Node) -> bool {
        let Some(body) = catch.child(Role::Body) else { return true };
        let last = if body.is(Kind::Block) { body.nodes().last() } else { Some(body) };
        last.is_none_or(|last| !last.is(Kind::Throw) && !last.is(Kind::Return) && !self.always_fails(last))
    }
}
