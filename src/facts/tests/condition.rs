//! Boolean expressions taken apart: what `assert a == b` demands is an equality.

use super::chain::{Chain, is_word_operator};
use super::checks::{Draft, part, strip_await};
use super::model::{CheckKind, Tolerance};
use super::reader::Reader;
use super::time;
use super::vocabulary::{ArgumentRole, Form};
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
                let listed = super::reader::rows_of(right).is_some() && !left.is_literal();
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

    /// A call inside a condition that says what is compared.
    fn predicate(&self, node: &Node, positive: bool, span: Span, depth: usize) -> Option<Vec<Draft>> {
        let chain = Chain::of(node);
        let path = self.known_path(&chain);
        let spec = self.file().vocabulary.predicates.get(&path)?;
        let last = chain.last()?;
        let arguments = last.arguments.as_deref().unwrap_or_default();
        let positive = positive != spec.negative;
        let mut subject = None;
        let mut expected = Vec::new();
        let mut tolerance = None;
        for (at, argument) in arguments.iter().filter(|n| !n.is(Kind::Keyword)).enumerate() {
            match spec.roles.get(at).or_else(|| spec.roles.last().filter(|role| **role == ArgumentRole::Rest)) {
                Some(ArgumentRole::Subject) => subject = Some((*argument).clone()),
                Some(ArgumentRole::Expected | ArgumentRole::Rest) => expected.push((*argument).clone()),
                Some(ArgumentRole::Type) => expected.push(part("type", argument)),
                Some(ArgumentRole::Tolerance) => {
                    let value = time::amount(&self.scope.resolve(argument));
                    tolerance = Some(Tolerance { value, text: argument.words().join(" ") });
                }
                _ => {}
            }
        }
        for (name, role) in &spec.keywords {
            if let (ArgumentRole::Tolerance, Some(argument)) = (role, super::chain::named(arguments, name)) {
                let value = time::amount(&self.scope.resolve(argument));
                tolerance = Some(Tolerance { value, text: argument.words().join(" ") });
            }
        }
        if subject.is_none() {
            subject = chain.receiver(chain.segments.len() - 1).cloned();
        }
        let subject = subject?;
        match spec.form {
            Form::Condition => Some(self.drafts(&subject, positive, span, depth + 1)),
            // A length by itself is no demand: `len(x)` is truth of non-emptiness.
            Form::Check(CheckKind::Length) => None,
            Form::Check(kind) => {
                if let Some(constant) = &spec.constant {
                    expected.push(Node::name(constant, span));
                }
                if kind == CheckKind::OneOf && expected.iter().all(|n| super::reader::rows_of(n).is_none()) {
                    return Some(vec![Draft {
                        kind: CheckKind::Contains,
                        positive,
                        subject: expected.pop()?,
                        expected: vec![subject],
                        tolerance,
                        span,
                    }]);
                }
                if kind == CheckKind::Contains
                    && super::reader::rows_of(&subject).is_some()
                    && expected.len() == 1
                    && !expected[0].is_literal()
                {
                    let listed = subject;
                    return Some(vec![Draft {
                        kind: CheckKind::OneOf,
                        positive,
                        subject: expected.pop()?,
                        expected: vec![listed],
                        tolerance,
                        span,
                    }]);
                }
                Some(vec![Draft { kind, positive, subject, expected, tolerance, span }])
            }
            _ => None,
        }
    }

    /// `a == approx(b)`
    fn approximate(&self, left: &Node, right: &Node, span: Span) -> Option<Vec<Draft>> {
        for (subject, other) in [(left, right), (right, left)] {
            let chain = Chain::of(other);
            let spec = self.file().vocabulary.matchers.get(&self.known_path(&chain));
            let Some(last) = chain.last() else { continue };
            let (Some(spec), Some(arguments)) = (spec, last.arguments.as_deref()) else { continue };
            if spec.form != Form::Check(CheckKind::Approximate) {
                continue;
            }
            let tolerances: Vec<f64> = spec
                .keywords
                .iter()
                .filter_map(|(name, _)| super::chain::named(arguments, name))
                .filter_map(|node| time::amount(&self.scope.resolve(node)))
                .collect();
            let text = spec
                .keywords
                .iter()
                .filter_map(|(name, _)| {
                    Some(format!("{name}={}", super::chain::named(arguments, name)?.words().join(" ")))
                })
                .collect::<Vec<_>>()
                .join(" ");
            let tolerance =
                (!text.is_empty()).then_some(Tolerance { value: tolerances.into_iter().reduce(f64::max), text });
            let expected = arguments.first().map(|n| (*n).clone()).into_iter().collect();
            return Some(vec![Draft {
                kind: CheckKind::Approximate,
                positive: true,
                subject: subject.clone(),
                expected,
                tolerance,
                span,
            }]);
        }
        None
    }

    /// `abs(a - b)`: the two numbers.
    fn difference<'n>(&self, node: &'n Node) -> Option<(&'n Node, &'n Node)> {
        let chain = Chain::of(node);
        let last = chain.last()?;
        if !matches!(last.name, "abs" | "Abs" | "fabs" | "absolute") {
            return None;
        }
        let inner = match last.arguments.as_deref()? {
            [only] => *only,
            [] => chain.receiver(chain.segments.len() - 1).or(chain.root)?,
            _ => return None,
        };
        if inner.is(Kind::Binary) && &*inner.text == "-" {
            return Some((inner.child(Role::Left)?, inner.child(Role::Right)?));
        }
        None
    }

    /// One form for demands that frameworks spell differently; none where a boolean expression was taken apart instead.
    pub fn canonical(&mut self, mut draft: Draft) -> Option<Draft> {
        let equality = matches!(draft.kind, CheckKind::Equal | CheckKind::Identical | CheckKind::Loose);
        if equality && draft.expected.len() == 1 {
            if draft.subject.is_literal() && !draft.expected[0].is_literal() {
                std::mem::swap(&mut draft.subject, &mut draft.expected[0]);
            }
            let expected = strip_await(&draft.expected[0]).clone();
            if expected.is(Kind::Bool) && self.is_boolean(&draft.subject) {
                let positive = draft.positive == (&*expected.text == "true");
                self.condition_owned(&draft.subject.clone(), positive, draft.span);
                return None;
            }
            if !draft.positive && expected.is(Kind::Null) {
                return Some(Draft { kind: CheckKind::Present, positive: true, expected: Vec::new(), ..draft });
            }
            if draft.positive && expected.is(Kind::Regex) {
                draft.kind = CheckKind::Matches;
                return Some(draft);
            }
            if let Some(wildcard) = self.wildcard(&expected) {
                return Some(Draft { kind: wildcard.0, expected: wildcard.1, ..draft });
            }
            if draft.positive
                && draft.subject.is(Kind::Member)
                && matches!(&*draft.subject.text, "call_count" | "callCount" | "await_count")
                && let Some(mock) = draft.subject.child(Role::Receiver).cloned()
            {
                return Some(Draft { kind: CheckKind::CalledTimes, subject: mock, ..draft });
            }
            if let Some(whole) = self.measured(&draft.subject)
                && draft.positive
            {
                draft.subject = whole;
                draft.kind = CheckKind::Length;
            }
        }
        if draft.kind == CheckKind::Truth && draft.expected.is_empty() && self.is_boolean(&draft.subject) {
            let subject = draft.subject.clone();
            let drafts = self.drafts(&subject, draft.positive, draft.span, 0);
            if drafts.iter().all(|d| d.kind != CheckKind::Truth) {
                for inner in drafts {
                    self.emit(inner);
                }
                return None;
            }
        }
        if draft.kind == CheckKind::Contains
            && super::reader::rows_of(&draft.subject).is_some()
            && draft.expected.len() == 1
            && !draft.expected[0].is_literal()
        {
            std::mem::swap(&mut draft.subject, &mut draft.expected[0]);
            draft.kind = CheckKind::OneOf;
        }
        if draft.kind == CheckKind::Throws {
            draft.subject = self.block_subject(&draft.subject, false);
        }
        Some(draft)
    }

    /// An expected value that stands for many: `expect.objectContaining({…})`, `mock.ANY`.
    fn wildcard(&self, expected: &Node) -> Option<(CheckKind, Vec<Node>)> {
        let chain = Chain::of(expected);
        let path = self.known_path(&chain);
        if path.len() < 2 {
            return None;
        }
        let spec = self.file().vocabulary.matchers.get(&path)?;
        let Form::Check(kind) = spec.form else { return None };
        if kind == CheckKind::Approximate {
            return None;
        }
        let arguments = chain.last()?.arguments.as_deref().unwrap_or_default();
        Some((kind, arguments.iter().map(|n| (*n).clone()).collect()))
    }

    fn is_boolean(&self, node: &Node) -> bool {
        let node = strip_await(node);
        match node.kind {
            Kind::Unary => matches!(&*node.text, "!" | "not"),
            Kind::Binary => {
                matches!(&*node.text, "==" | "!=" | "===" | "!==" | "<" | "<=" | ">" | ">=" | "&&" | "||")
                    || (is_word_operator(&node.text)
                        && !matches!(&*node.text, "as" | "until" | "to" | "div" | "mod" | "xor"))
            }
            Kind::Call => {
                let chain = Chain::of(node);
                self.file()
                    .vocabulary
                    .predicates
                    .get(&self.known_path(&chain))
                    .is_some_and(|spec| spec.form != Form::Check(CheckKind::Length))
            }
            _ => false,
        }
    }

    /// `len(x)`, `x.length`: the container that is measured.
    fn measured(&self, node: &Node) -> Option<Node> {
        let node = strip_await(node);
        let chain = Chain::of(node);
        let spec = self.file().vocabulary.predicates.get(&self.known_path(&chain))?;
        if spec.form != Form::Check(CheckKind::Length) {
            return None;
        }
        let last = chain.last()?;
        match last.arguments.as_deref() {
            Some([only]) if spec.roles.first() == Some(&ArgumentRole::Subject) => Some((*only).clone()),
            Some([]) | None if spec.roles.is_empty() => chain.receiver(chain.segments.len() - 1).cloned(),
            _ => None,
        }
    }
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
