//! Matchers by their verdict: what always answers yes demands nothing.

use super::Reader;
use crate::facts::tests::chain::Chain;
use crate::facts::tests::emit::Draft;
use crate::facts::tests::gate;
use crate::facts::tests::model::{CheckKind, Gate};
use crate::lang::{Kind, Node, Role};

impl<'a> Reader<'_, 'a> {
    /// One check that stands for the verdict of a matcher, unless that is always the same.
    pub fn answers(&mut self, function: &Node, body: &'a Node) {
        let mut verdicts = Vec::new();
        if self.file().answering.contains(&function.span.start) {
            returned(body, true, &mut verdicts);
        }
        // `match { |actual| actual.total == expected }` inside of a matcher's definition.
        body.walk_in(&mut |node| {
            let inner = node.children_in(Role::Argument).find(|argument| argument.is(Kind::Lambda));
            if let Some(inner) = inner.filter(|_| node.is(Kind::Call))
                && self.file().vocabulary.calls.get(&Chain::of(node).full_path()).is_some_and(|w| w.first() == "answer")
            {
                inner.children_in(Role::Body).for_each(|body| returned(body, true, &mut verdicts));
            }
        });
        let vocabulary = self.file().vocabulary;
        let open = verdicts.iter().map(|verdict| self.scope.resolve(passed(verdict))).find(|verdict| {
            // A refusal on the way is one that can be reached; an assent says nothing.
            let assents = verdict.is(Kind::Bool) && verdict.text.eq_ignore_ascii_case("true");
            !(assents || verdict.is(Kind::Null)) && gate::judge(verdict, vocabulary) != Gate::Always
        });
        if let (Some(_), Some(written)) = (open, verdicts.first()) {
            let subject = Node::name("the answer", written.span);
            let (span, expected) = (written.span, Vec::new());
            self.emit(Draft { kind: CheckKind::Truth, positive: true, subject, expected, tolerance: None, span });
        }
    }
}

/// What a body may answer: every `return`, or its last expression.
fn returned<'n>(node: &'n Node, last: bool, verdicts: &mut Vec<&'n Node>) {
    match node.kind {
        Kind::Return => verdicts.extend(node.nodes().next()),
        Kind::Lambda | Kind::Function | Kind::Class => {}
        Kind::Block => {
            let count = node.children.len();
            for (at, statement) in node.nodes().enumerate() {
                returned(statement, last && at + 1 == count, verdicts);
            }
        }
        Kind::If | Kind::Try | Kind::Catch | Kind::Loop | Kind::Match | Kind::Arm | Kind::With | Kind::Other => {
            for (role, child) in &node.children {
                if !matches!(role, Role::Condition | Role::Target | Role::Iterable) {
                    returned(child, last && *role != Role::Value, verdicts);
                }
            }
        }
        _ if last => verdicts.push(node),
        _ => {}
    }
}

/// The part of an answer that says yes or no: `{ pass, message }`, `(ok, err)`, `MatcherResult(passed, …)`.
fn passed(verdict: &Node) -> &Node {
    match verdict.kind {
        Kind::Map => {
            let pass = |pair: &&Node| {
                matches!(pair.kind, Kind::Pair) && pair.child(Role::Left).is_some_and(|key| &*key.text == "pass")
            };
            let pair = verdict.nodes().find(pass).and_then(|pair| pair.child(Role::Value));
            pair.or_else(|| verdict.nodes().find(|n| &*n.text == "pass")).unwrap_or(verdict)
        }
        Kind::List => verdict.nodes().next().unwrap_or(verdict),
        _ => verdict,
    }
}
