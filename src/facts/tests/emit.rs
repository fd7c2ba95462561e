//! Drafts of checks, and the checks that become of them.

use super::gate::asks_the_machine;
use super::model::{Check, CheckKind, HurdleKind, Tolerance};
use super::reader::{Reader, lines};
use crate::lang::{Kind, Node, Role, Span};

/// The parts of a check before it is brought into canonical form.
pub struct Draft {
    pub kind: CheckKind,
    pub positive: bool,
    pub subject: Node,
    pub expected: Vec<Node>,
    pub tolerance: Option<Tolerance>,
    pub span: Span,
}
impl<'a> Reader<'_, 'a> {
    /// What runs inside a block that is expected to throw: one statement stands for itself.
    pub fn block_subject(&self, block: &Node, without_last: bool) -> Node {
        let body = match block.kind {
            Kind::Lambda => block.child(Role::Body).unwrap_or(block),
            _ => block,
        };
        if !body.is(Kind::Block) {
            return body.clone();
        }
        let mut statements: Vec<&Node> = body.nodes().collect();
        if without_last {
            statements.pop();
        }
        match statements.as_slice() {
            [only] => match only.kind {
                Kind::Return | Kind::Await => only.nodes().next().map_or_else(|| (*only).clone(), Node::clone),
                Kind::Assign => only.child(Role::Value).map_or_else(|| (*only).clone(), Node::clone),
                _ => (*only).clone(),
            },
            many => {
                let children = many.iter().map(|statement| (Role::Item, (*statement).clone())).collect();
                Node::with(Kind::Block, body.span, children)
            }
        }
    }

    pub fn emit_throws(&mut self, subject: Node, kind: Option<&Node>, span: Span) {
        let expected = kind.map(|kind| part("type", kind)).into_iter().collect();
        self.emit(Draft { kind: CheckKind::Throws, positive: true, subject, expected, tolerance: None, span });
    }

    /// One of the variants that a `match` lets pass.
    pub fn emit_variants(&mut self, value: &Node, passing: &[&Node], span: Span) {
        let patterns: Vec<&Node> = passing.iter().flat_map(|arm| arm.children_in(Role::Target)).collect();
        self.emit_variants_of(value, &patterns, span);
    }

    pub fn emit_variants_of(&mut self, value: &Node, patterns: &[&Node], span: Span) {
        let mut expected = Vec::new();
        for pattern in patterns {
            flatten_alternatives(pattern, &mut expected);
        }
        let kind = if expected.len() > 1 { CheckKind::AnyOf } else { CheckKind::Type };
        self.emit(Draft { kind, positive: true, subject: value.clone(), expected, tolerance: None, span });
    }

    pub fn emit_opaque(&mut self, name: &str, subject: Node, mut expected: Vec<Node>, positive: bool, span: Span) {
        expected.insert(0, Node::name(name, span));
        self.emit(Draft { kind: CheckKind::Opaque, positive, subject, expected, tolerance: None, span });
    }

    /// Brings a draft into canonical form and keeps it; of two expected values, each under its condition.
    pub fn emit(&mut self, draft: Draft) {
        match draft.expected.as_slice() {
            [only] if only.is(Kind::Choice) => self.emit_choice(&draft, &only.clone()),
            _ => self.emit_one(draft),
        }
    }

    /// `assert x == (1 if legacy else 2)`
    fn emit_choice(&mut self, draft: &Draft, choice: &Node) {
        let condition = choice.child(Role::Condition).map(|condition| self.scope.resolve(condition));
        let opposite = condition.clone().map(|condition| Node::unary("!", condition));
        let of_the_machine = condition.as_ref().is_some_and(asks_the_machine);
        for (role, what) in [(Role::Then, condition), (Role::Else, opposite)] {
            for value in choice.children_in(role) {
                let draft = Draft {
                    expected: vec![value.clone()],
                    subject: draft.subject.clone(),
                    tolerance: draft.tolerance.clone(),
                    ..*draft
                };
                if of_the_machine {
                    self.emit(draft);
                } else {
                    self.under(HurdleKind::Condition, what.clone(), |reader| reader.emit(draft));
                }
            }
        }
    }

    fn emit_one(&mut self, draft: Draft) {
        self.report_noted(&draft);
        let Some(mut draft) = self.canonical(draft) else { return };
        if self.is_symmetric(draft.kind) && draft.expected.len() == 1 {
            let expected = &draft.expected[0];
            if self.looks_expected(&draft.subject) && !self.looks_expected(expected) {
                std::mem::swap(&mut draft.subject, &mut draft.expected[0]);
            }
        }
        // The test case itself is no subject: `$this->expectException(…)` is about whatever follows.
        if draft.kind == CheckKind::Throws && matches!(&*draft.subject.text, "this" | "self" | "static" | "cls") {
            draft.subject = Node::leaf(Kind::Other, "", draft.span);
        }
        let resolved = self.scope.resolve(&draft.subject);
        let resolved_subject = if resolved.is_literal() { draft.subject.clone() } else { resolved };
        let resolved_expected = draft.expected.iter().map(|node| self.scope.resolve(node)).collect();
        let (path, lines, text) = match &self.entered {
            Some(call) => (call.path.clone(), call.lines, call.text.clone()),
            None => (self.path(), lines(draft.span), self.excerpt(draft.span)),
        };
        let check = Check {
            kind: draft.kind,
            positive: draft.positive,
            subject: strip_await(&draft.subject).clone(),
            expected: draft.expected,
            resolved_subject,
            resolved_expected,
            tolerance: draft.tolerance,
            leaves_out: Vec::new(),
            by_machine: false,
            hurdles: self.hurdles.clone(),
            path,
            lines,
            text,
            via: self.via(),
            outside: self.entered.as_ref().map(|call| call.name.clone()),
            row: self.row,
        };
        // Type and message of one expected exception in two calls: `expectException`, `expectExceptionMessage`.
        let anonymous = |check: &Check| check.subject.is(Kind::Other) && check.subject.children.is_empty();
        if check.kind == CheckKind::Throws
            && anonymous(&check)
            && let Some(before) = self.reading.checks.iter_mut().rfind(|c| c.kind == CheckKind::Throws && anonymous(c))
            && before.hurdles == check.hurdles
            && before.row == check.row
        {
            before.expected.extend(check.expected);
            before.resolved_expected.extend(check.resolved_expected);
            before.text.push_str("; ");
            before.text.push_str(&check.text);
            return;
        }
        self.reading.checks.push(check);
    }

    fn is_symmetric(&self, kind: CheckKind) -> bool {
        matches!(
            kind,
            CheckKind::Equal | CheckKind::Identical | CheckKind::Loose | CheckKind::Approximate | CheckKind::Normalised
        )
    }

    /// A literal, a constant, or a name that says so.
    pub fn looks_expected(&self, node: &Node) -> bool {
        if node.is_literal() {
            return true;
        }
        let name = match node.kind {
            Kind::Name | Kind::Member => node.text.to_ascii_lowercase(),
            Kind::Call | Kind::Unary => {
                return node.nodes().next().is_some_and(|inner| node.is(Kind::Unary) && self.looks_expected(inner));
            }
            _ => return false,
        };
        ["expected", "want", "wanted", "golden", "exp"]
            .iter()
            .any(|word| name == *word || name.starts_with(&format!("{word}_")))
            || name.starts_with("expected")
            || name.ends_with("_expected")
            || (node.is(Kind::Name)
                && self
                    .scope
                    .get(&node.text)
                    .is_some_and(|value| value.is_literal() && !matches!(value.kind, Kind::List | Kind::Map)))
    }
}

pub fn part(name: &str, value: &Node) -> Node {
    let mut made = Node::with(Kind::Keyword, value.span, vec![(Role::Value, value.clone())]);
    made.text = name.into();
    made
}

pub fn is_class_like(node: &Node) -> bool {
    let last = match node.kind {
        Kind::Name => node.text.rsplit('.').next().unwrap_or_default(),
        Kind::Member => &*node.text,
        Kind::List => return node.nodes().all(is_class_like),
        _ => return false,
    };
    last.starts_with(char::is_uppercase) && last.chars().any(char::is_lowercase)
}

pub fn strip_await(node: &Node) -> &Node {
    match node.kind {
        Kind::Await => node.child(Role::Value).map_or(node, strip_await),
        _ => node,
    }
}

fn flatten_alternatives(pattern: &Node, out: &mut Vec<Node>) {
    if pattern.is(Kind::Binary) && &*pattern.text == "|" {
        pattern.nodes().for_each(|side| flatten_alternatives(side, out));
    } else {
        out.push(pattern.clone());
    }
}
