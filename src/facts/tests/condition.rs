//! Boolean expressions taken apart: what `assert a == b` demands is an equality.

use super::emit::{Draft, part, strip_await};
use super::model::{CheckKind, Tolerance};
use super::reader::Reader;
use super::time;
use crate::lang::{Kind, Node, Role, Span};

impl<'a> Reader<'_, 'a> {
    pub fn condition(&mut self, node: &'a Node, positive: bool, span: Span) {
        self.condition_owned(node, positive, span);
    }

    pub fn condition_owned(&mut self, node: &Node, positive: bool, span: Span) {
        for draft in self.drafts(node, positive, span, 0) {
            self.emit(draft);
        }
    }

    /// The demands that a boolean expression makes when it has to be true (or false).
    pub fn drafts(&self, node: &Node, positive: bool, span: Span, depth: usize) -> Vec<Draft> {
        let node = strip_await(node);
        let simple = |kind, positive, subject: &Node, expected: Vec<Node>| {
            vec![Draft { kind, positive, subject: subject.clone(), expected, tolerance: None, span }]
        };
        if depth > 12 {
            return simple(CheckKind::Truth, positive, node, Vec::new());
        }
        match node.kind {
            Kind::Unary if matches!(&*node.text, "!" | "not") => {
                if let Some(inner) = node.nodes().next() {
                    return self.drafts(inner, !positive, span, depth + 1);
                }
            }
            Kind::Binary => {
                if let (Some(left), Some(right)) = (node.child(Role::Left), node.child(Role::Right)) {
                    return self.comparison(&node.text, left, right, positive, span, depth);
                }
            }
            Kind::Call | Kind::Member => {
                if let Some(drafts) = self.predicate(node, positive, span, depth) {
                    return drafts;
                }
            }
            _ => {}
        }
        simple(CheckKind::Truth, positive, node, Vec::new())
    }

    fn comparison(
        &self,
        operator: &str,
        left: &Node,
        right: &Node,
        positive: bool,
        span: Span,
        depth: usize,
    ) -> Vec<Draft> {
        let one = |kind, positive, subject: &Node, expected: &Node| {
            vec![Draft {
                kind,
                positive,
                subject: subject.clone(),
                expected: vec![expected.clone()],
                tolerance: None,
                span,
            }]
        };
        // `a.compareTo(b) > 0` reads as `a > b`.
        if matches!(operator, "==" | "!=" | "<" | "<=" | ">" | ">=")
            && right.number() == Some(0.0)
            && let Some((one, other)) = ordered(left)
        {
            return self.comparison(operator, one, other, positive, span, depth);
        }
        let bound = |kind: CheckKind| {
            let kind = if positive { kind } else { opposite_bound(kind) };
            // `10 < x` reads as `x > 10`.
            if self.looks_expected(left) && !self.looks_expected(right) {
                one(mirrored_bound(kind), true, right, left)
            } else {
                one(kind, true, left, right)
            }
        };
        match operator {
            "==" if positive => {
                self.approximate(left, right, span).unwrap_or_else(|| one(CheckKind::Equal, true, left, right))
            }
            "==" => one(CheckKind::Equal, false, left, right),
            "!=" => one(CheckKind::Equal, !positive, left, right),
            "===" => one(CheckKind::Identical, positive, left, right),
            "is" if matches!(right.kind, Kind::Null | Kind::Bool) => one(CheckKind::Equal, positive, left, right),
            "is not" if matches!(right.kind, Kind::Null | Kind::Bool) => one(CheckKind::Equal, !positive, left, right),
            "is" | "!is" if self.file().vocabulary.typed_truth => {
                let expected = vec![part("type", right)];
                let positive = positive == (operator == "is");
                vec![Draft { kind: CheckKind::Type, positive, subject: left.clone(), expected, tolerance: None, span }]
            }
            "is" => one(CheckKind::Identical, positive, left, right),
            "!==" => one(CheckKind::Identical, !positive, left, right),
            "is not" => one(CheckKind::Identical, !positive, left, right),
            "<" | "<=" if positive && self.difference(left).is_some() => {
                let (a, b) = self.difference(left).unwrap_or((left, right));
                let value = time::amount(&self.scope.resolve(right));
                let tolerance = Some(Tolerance { value, text: right.words().join(" ") });
                vec![Draft {
                    kind: CheckKind::Approximate,
                    positive,
                    subject: a.clone(),
                    expected: vec![b.clone()],
                    tolerance,
                    span,
                }]
            }
            ">" => bound(CheckKind::Greater),
            ">=" => bound(CheckKind::AtLeast),
            "<" => bound(CheckKind::Less),
            "<=" => bound(CheckKind::AtMost),
            "in" | "not in" => {
                let positive = positive == (operator == "in");
                let listed = super::rows::rows_of(right).is_some() && !left.is_literal();
                if listed {
                    one(CheckKind::OneOf, positive, left, right)
                } else {
                    one(CheckKind::Contains, positive, right, left)
                }
            }
            "instanceof" | "isa" => {
                vec![Draft {
                    kind: CheckKind::Type,
                    positive,
                    subject: left.clone(),
                    expected: vec![part("type", right)],
                    tolerance: None,
                    span,
                }]
            }
            // `guard let port = server.port`: it is there.
            "let" if left.is(Kind::Name) && left.text.starts_with(char::is_lowercase) => {
                simple_presence(right, positive, span)
            }
            "let" => {
                vec![Draft {
                    kind: CheckKind::Type,
                    positive,
                    subject: right.clone(),
                    expected: vec![left.clone()],
                    tolerance: None,
                    span,
                }]
            }
            "=~" | "!~" => one(CheckKind::Matches, positive == (operator == "=~"), left, right),
            "&&" if positive => {
                let mut both = self.drafts(left, true, span, depth + 1);
                both.extend(self.drafts(right, true, span, depth + 1));
                both
            }
            // Not both: `!(a || b)` is `!a && !b`.
            "||" if !positive => {
                let mut both = self.drafts(left, false, span, depth + 1);
                both.extend(self.drafts(right, false, span, depth + 1));
                both
            }
            "||" | "&&" => self.alternatives(operator, left, right, positive, span),
            _ => {
                let whole = Node::binary(operator, left.clone(), right.clone());
                let kind = CheckKind::Truth;
                vec![Draft { kind, positive, subject: whole, expected: Vec::new(), tolerance: None, span }]
            }
        }
    }

    /// `a == 1 || a == 2` demands one of a list; anything else any of several demands.
    fn alternatives(&self, operator: &str, left: &Node, right: &Node, positive: bool, span: Span) -> Vec<Draft> {
        let mut parts = Vec::new();
        collect(operator, left, &mut parts);
        collect(operator, right, &mut parts);
        let drafts: Vec<Draft> = parts.iter().flat_map(|part| self.drafts(part, positive, span, 1)).collect();
        let subject = drafts.first().map(|draft| draft.subject.clone());
        let same = drafts.iter().all(|draft| {
            draft.kind == CheckKind::Equal
                && draft.positive
                && Some(&draft.subject) == subject.as_ref()
                && draft.expected.len() == 1
        });
        if let (true, Some(subject)) = (same, subject.clone()) {
            let values = drafts.into_iter().flat_map(|draft| draft.expected).map(|value| (Role::Item, value)).collect();
            let list = Node::with(Kind::List, span, values);
            return vec![Draft {
                kind: CheckKind::OneOf,
                positive: true,
                subject,
                expected: vec![list],
                tolerance: None,
                span,
            }];
        }
        let subject = subject.unwrap_or_else(|| left.clone());
        let expected =
            parts.into_iter().map(|part| if positive { part.clone() } else { Node::unary("!", part.clone()) });
        vec![Draft {
            kind: CheckKind::AnyOf,
            positive: true,
            subject,
            expected: expected.collect(),
            tolerance: None,
            span,
        }]
    }
}

fn simple_presence(subject: &Node, positive: bool, span: Span) -> Vec<Draft> {
    let (subject, expected) = (subject.clone(), Vec::new());
    vec![Draft { kind: CheckKind::Present, positive, subject, expected, tolerance: None, span }]
}

fn collect<'n>(operator: &str, node: &'n Node, parts: &mut Vec<&'n Node>) {
    if node.is(Kind::Binary) && &*node.text == operator {
        node.nodes().for_each(|side| collect(operator, side, parts));
    } else {
        parts.push(node);
    }
}

fn opposite_bound(kind: CheckKind) -> CheckKind {
    match kind {
        CheckKind::Greater => CheckKind::AtMost,
        CheckKind::AtLeast => CheckKind::Less,
        CheckKind::Less => CheckKind::AtLeast,
        CheckKind::AtMost => CheckKind::Greater,
        other => other,
    }
}

fn mirrored_bound(kind: CheckKind) -> CheckKind {
    match kind {
        CheckKind::Greater => CheckKind::Less,
        CheckKind::AtLeast => CheckKind::AtMost,
        CheckKind::Less => CheckKind::Greater,
        CheckKind::AtMost => CheckKind::AtLeast,
        other => other,
    }
}

/// `a.compareTo(b)`: the two that are put in order.
fn ordered(node: &Node) -> Option<(&Node, &Node)> {
    let callee = node.child(Role::Callee).filter(|callee| callee.is(Kind::Member))?;
    let arguments: Vec<&Node> = node.children_in(Role::Argument).collect();
    match (&*callee.text, arguments.as_slice()) {
        ("compareTo" | "CompareTo" | "compare", [other]) => Some((callee.child(Role::Receiver)?, other)),
        _ => None,
    }
}
