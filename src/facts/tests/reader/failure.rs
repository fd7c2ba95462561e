//! What fails by itself, and what drops a failure.

use super::Reader;
use crate::facts::tests::chain::Chain;
use crate::lang::{Kind, Node, Role};

impl<'a> Reader<'_, 'a> {
    /// Whether a block does nothing but fail.
    pub fn always_fails(&self, node: &Node) -> bool {
        let last = if node.is(Kind::Block) { node.nodes().last() } else { Some(node) };
        let Some(last) = last else { return false };
        if last.is(Kind::Throw) {
            // `throw e` hands on what was caught, `throw XCTSkip("…")` and `raise pytest.xfail("…")` fail nothing;
            // `raise AssertionError` names a class.
            let hands_on = |value: &Node| value.is(Kind::Name) && value.text.starts_with(char::is_lowercase);
            return last.nodes().next().is_some_and(|value| !hands_on(value) && !self.leaves(value));
        }
        if last.is(Kind::Return) && node.is(Kind::Block) {
            // `t.Errorf(…); return`
            let before = node.nodes().rev_second();
            return before.is_some_and(|before| self.is_fail(before))
                || last.nodes().next().is_some_and(|n| self.is_fail(n));
        }
        self.is_fail(last) || (node.is(Kind::Block) && node.nodes().any(|n| self.is_fail(n)) && !last.is(Kind::Return))
    }

    /// Whether what is thrown ends the test without failing it.
    fn leaves(&self, value: &Node) -> bool {
        let words = self.file().vocabulary.calls.get(&self.known_path(&Chain::of(value)));
        value.is(Kind::Call) && words.is_some_and(|words| matches!(words.first(), "skip" | "xfail"))
    }

    pub(super) fn is_fail(&self, node: &Node) -> bool {
        if !matches!(node.kind, Kind::Call | Kind::Await) {
            return false;
        }
        let chain = Chain::of(node);
        self.file().vocabulary.calls.get(&self.known_path(&chain)).is_some_and(|words| words.first() == "fail")
    }

    /// Whether a handler drops a failed assertion.
    pub(super) fn swallows(&self, catch: &Node) -> bool {
        let mut named = Vec::new();
        for kind in catch.children_in(Role::Type) {
            kind.walk(&mut |n| {
                if matches!(n.kind, Kind::Name | Kind::Member | Kind::Other) && !n.text.is_empty() {
                    named.push(n.text.to_string());
                }
            });
        }
        let broad = named.is_empty()
            || named.iter().any(|name| {
                let last = name.rsplit(['.', ':', '\\']).next().unwrap_or(name);
                matches!(
                    last,
                    "Exception"
                        | "BaseException"
                        | "AssertionError"
                        | "AssertionFailedError"
                        | "Throwable"
                        | "Error"
                        | "StandardError"
                        | "Assertion"
                        | "ExpectationFailedException"
                        | "ExpectationNotMetError"
                        | "ComparisonFailure"
                        | "AssertException"
                        | "AssertionException"
                )
            });
        let Some(body) = catch.child(Role::Body) else { return broad };
        let mut answers = false;
        let says = |n: &Node| self.is_check(n) && !asks_nothing(n, catch);
        body.walk(&mut |n| answers |= n.is(Kind::Throw) || self.is_fail(n) || self.is_skip(n) || says(n));
        broad && !answers
    }
}

/// A check in a handler that can only hold: of a constant, or that something was caught at all.
fn asks_nothing(check: &Node, catch: &Node) -> bool {
    let mut named = Vec::new();
    let mut asks = false;
    let mut reads = |node: &Node| asks |= matches!(node.kind, Kind::Index | Kind::Binary | Kind::Template);
    for argument in check.children_in(Role::Argument) {
        argument.walk(&mut reads);
        argument.walk(&mut |node| {
            if matches!(node.kind, Kind::Name | Kind::Member) {
                named.push(node.text.to_string());
            }
        });
    }
    // `expect(error)` has its argument further in.
    let mut receiver = check.child(Role::Callee).and_then(|callee| callee.child(Role::Receiver));
    while let Some(node) = receiver {
        named.extend(node.children_in(Role::Argument).flat_map(Node::words).map(str::to_owned));
        asks |= node.children_in(Role::Argument).any(|argument| !matches!(argument.kind, Kind::Name | Kind::Bool));
        receiver = node.child(Role::Callee).unwrap_or(node).child(Role::Receiver);
    }
    let caught: Vec<&str> = catch.nodes().filter(|node| !node.is(Kind::Block)).flat_map(Node::words).collect();
    let plain = |name: &String| {
        caught.contains(&name.as_str()) || matches!(name.as_str(), "toBeDefined" | "toBeTruthy" | "toBeNull" | "not")
    };
    !asks && check.words().len() <= 6 && named.iter().all(plain)
}

/// The element before the last.
trait SecondLast<'n> {
    fn rev_second(self) -> Option<&'n Node>;
}

impl<'n, I: Iterator<Item = &'n Node>> SecondLast<'n> for I {
    fn rev_second(self) -> Option<&'n Node> {
        let all: Vec<&Node> = self.collect();
        all.len().checked_sub(2).map(|at| all[at])
    }
}
