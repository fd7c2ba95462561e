//! Checks that say their demand after their subject: `expect(x).not.toBe(3)`, `assertThat(x, is(3))`.

use super::chain::Chain;
use super::checks::Call;
use super::emit::Draft;
use super::model::{Check, CheckKind, Hurdle, HurdleKind, Tolerance};
use super::reader::Reader;
use super::thrown::Thrown;
use super::vocabulary::{ArgumentRole, Form, Spec};
use crate::lang::{Kind, Node, Role, Span};

/// A chain being read from its subject on.
struct Fluent {
    subject: Node,
    positive: bool,
    thrown: Thrown,
    asynchronous: bool,
    tolerance: Option<Tolerance>,
}

impl<'a> Reader<'_, 'a> {
    /// The matchers that follow a subject.
    pub fn fluent(&mut self, chain: &Chain<'a>, from: usize, subject: &Node, start: &Spec, node: &'a Node) -> bool {
        let given = from.checked_sub(1).and_then(|at| chain.segments[at].arguments.as_deref()).unwrap_or_default();
        let thrown = Thrown::started(start, given, node.span);
        let subject = if thrown.expected { self.block_subject(subject, false) } else { subject.clone() };
        let mut state =
            Fluent { subject, positive: !start.negative, thrown, asynchronous: start.asynchronous, tolerance: None };
        let before = self.reading.checks.len();
        let depth = self.hurdles.len();
        self.hurdles.extend(again(start));
        self.leading_words(chain, from, start, &mut state);
        for at in from..chain.segments.len() {
            self.word(chain, from, at, &mut state, node);
        }
        if state.thrown.expected {
            let pending = state.asynchronous && self.demands_await();
            let depth = self.hurdles.len();
            self.hurdles.extend(pending.then_some(Hurdle { kind: HurdleKind::NotAwaited, what: None }));
            self.emit_thrown(state.thrown, state.subject, state.positive, node.span);
            self.hurdles.truncate(depth);
        }
        self.hurdles.truncate(depth);
        self.loosen_equality(before, state.tolerance);
        self.note_steps(before, chain);
        // A subject without a matcher demands nothing, but it is no helper either.
        true
    }

    /// `a should not be b`: the first word after the verb stands as its argument.
    fn leading_words(&mut self, chain: &Chain<'a>, from: usize, start: &Spec, state: &mut Fluent) {
        if start.form != Form::Postfix || from >= chain.segments.len() {
            return;
        }
        let words = chain.segments[from - 1].arguments.iter().flatten().filter(|word| word.is(Kind::Name));
        for word in words {
            match self.file().vocabulary.matchers.word(&word.text).map(|spec| spec.form) {
                Some(Form::Not) => state.positive = !state.positive,
                Some(Form::Project) => state.subject = project(&state.subject, &word.text, &[], word.span),
                _ => {}
            }
        }
    }

    fn word(&mut self, chain: &Chain<'a>, from: usize, at: usize, state: &mut Fluent, node: &'a Node) {
        let vocabulary = self.file().vocabulary;
        let segment = &chain.segments[at];
        let arguments = segment.arguments.as_deref().unwrap_or_default();
        let Some(spec) = vocabulary.matchers.word(segment.name) else {
            if segment.arguments.is_some() && !segment.name.is_empty() && !self.leaves_out(segment.name, None) {
                // A matcher we don't know, or a step to a part of the subject.
                if at + 1 == chain.segments.len() {
                    let children = arguments.iter().map(|n| (*n).clone()).collect();
                    self.emit_opaque(segment.name, state.subject.clone(), children, state.positive, node.span);
                } else {
                    state.subject = project(&state.subject, segment.name, arguments, node.span);
                }
                self.inner(arguments);
            }
            return;
        };
        state.asynchronous |= spec.asynchronous;
        let pending = state.asynchronous && self.demands_await();
        match spec.form {
            Form::Not => state.positive = !state.positive,
            Form::Tolerance => state.tolerance = arguments.first().map(|given| self.tolerance(given, false)),
            Form::Noise | Form::Alternative => self.inner(arguments),
            Form::Retried => {
                let block = chain.segments[..from]
                    .iter()
                    .flat_map(|s| s.arguments.iter().flatten())
                    .chain(arguments)
                    .find(|n| n.is(Kind::Lambda));
                for body in block.into_iter().flat_map(|block| block.children_in(Role::Body)) {
                    self.under(HurdleKind::Retried, None, |reader| reader.visit(body));
                }
            }
            Form::Project => {
                state.thrown.step(segment.name);
                if !state.thrown.expected || state.thrown.left {
                    state.subject = project(&state.subject, segment.name, arguments, node.span);
                }
            }
            Form::Named => {
                let asked = project(&state.subject, segment.name, arguments, node.span);
                self.condition_owned(&asked, state.positive, node.span);
            }
            Form::Matcher => {
                let sign = state.positive != spec.negative;
                let depth = self.hurdles.len();
                self.hurdles.extend(again(spec));
                for argument in arguments.iter().take(spec.roles.len().max(1)) {
                    self.demanded(spec, &state.subject, argument, sign, node.span);
                }
                self.hurdles.truncate(depth);
            }
            _ => {
                if segment.arguments.is_none() && !spec.roles.is_empty() && spec.constant.is_none() {
                    return;
                }
                if spec.form == Form::Check(CheckKind::Throws) && spec.roles.contains(&ArgumentRole::Block) {
                    // `assertThatExceptionOfType(X.class).isThrownBy(…)`
                    if let Some(block) = arguments.iter().find(|n| n.is(Kind::Lambda)).or(arguments.first()) {
                        state.subject = self.block_subject(block, false);
                        let named = chain.segments.first().filter(|_| !state.thrown.expected);
                        state.thrown.expected = true;
                        state.thrown.of_types(named.map(|first| first.types.as_slice()).unwrap_or_default());
                        state.thrown.of_types(&segment.types);
                        return;
                    }
                }
                if state.thrown.take(spec, segment.name, arguments, &segment.types) {
                    return;
                }
                if state.thrown.expected && spec.form == Form::Check(CheckKind::Completes) {
                    state.thrown.expected = false;
                }
                let depth = self.hurdles.len();
                self.hurdles.extend(pending.then_some(Hurdle { kind: HurdleKind::NotAwaited, what: None }));
                let call = Call::of(Some(state.subject.clone()), segment, node.span);
                self.apply(spec, &Call { positive: state.positive, ..call });
                self.hurdles.truncate(depth);
            }
        }
    }

    /// `Is.EqualTo(3).Within(0.1)`, `isWithin(0.1).of(3)`
    fn loosen_equality(&mut self, from: usize, tolerance: Option<Tolerance>) {
        let Some(tolerance) = tolerance else { return };
        for check in self.reading.checks[from..].iter_mut().filter(|check| check.kind == CheckKind::Equal) {
            check.kind = CheckKind::Approximate;
            check.tolerance = Some(tolerance.clone());
        }
    }

    /// Functions among arguments that hold checks of their own: `satisfies(x -> …)`.
    fn inner(&mut self, arguments: &[&'a Node]) {
        for lambda in arguments.iter().filter(|argument| argument.is(Kind::Lambda)) {
            let bodies: Vec<&Node> = lambda.children_in(Role::Body).collect();
            let before = std::mem::replace(&mut self.awaited, true);
            self.branch(&bodies, None);
            self.awaited = before;
        }
    }

    /// A matcher where only matchers can stand, or a value where both can: `is(3)`, `is(not(3))`.
    fn demanded(&mut self, spec: &Spec, subject: &Node, given: &'a Node, positive: bool, span: Span) {
        if spec.roles.contains(&ArgumentRole::Value) {
            self.value(subject, given, positive, span);
        } else {
            self.matcher(subject, given, positive, span);
        }
    }

    /// What a subject should be: a value, unless it is written as a matcher.
    pub fn value(&mut self, subject: &Node, given: &'a Node, positive: bool, span: Span) {
        let mut draft = Draft {
            kind: CheckKind::Equal,
            positive,
            subject: subject.clone(),
            expected: vec![given.clone()],
            tolerance: None,
            span,
        };
        if given.is(Kind::Binary) && matches!(&*given.text, "plusOrMinus" | "+-" | "+/-") {
            draft.kind = CheckKind::Approximate;
            draft.expected = given.child(Role::Left).cloned().into_iter().collect();
            draft.tolerance = given.child(Role::Right).map(|node| self.tolerance(node, false));
        } else if self.is_matcher(given) {
            self.matcher(subject, given, positive, span);
            return;
        }
        self.emit(draft);
    }

    fn is_matcher(&self, node: &Node) -> bool {
        let bound = node.is(Kind::Binary) && matches!(&*node.text, "<" | "<=" | ">" | ">=");
        let chain = Chain::of(node);
        let Some(first) = chain.segments.first().filter(|_| chain.root.is_none()) else { return false };
        let known = self.file().vocabulary.matchers.word(first.name).filter(|spec| {
            matches!(spec.form, Form::Check(_) | Form::Not | Form::Matcher | Form::Project) || first.name.len() > 3
        });
        bound && node.child(Role::Left).is_some_and(|left| &*left.text == "be")
            || known.is_some_and(|spec| {
                first.arguments.is_some() || chain.segments.len() == 1 && node.is(Kind::Name) && spec.roles.is_empty()
            })
    }

    /// A matcher given as an argument: `eq(5)`, `is(not(empty()))`, `Is.Not.EqualTo(5)`.
    pub fn matcher(&mut self, subject: &Node, matcher: &'a Node, positive: bool, span: Span) {
        let vocabulary = self.file().vocabulary;
        // `be > 3`
        if matcher.is(Kind::Binary)
            && matches!(&*matcher.text, "<" | "<=" | ">" | ">=")
            && let Some(bound) = matcher.child(Role::Right)
        {
            let comparison = Node::binary(&matcher.text, subject.clone(), bound.clone());
            self.condition_owned(&comparison, positive, span);
            return;
        }
        let chain = Chain::of(matcher);
        let mut positive = positive;
        let mut found = false;
        let mut subject = subject.clone();
        let mut thrown = Thrown::default();
        let (mut tolerance, before) = (None, self.reading.checks.len());
        let mut alternative = None;
        let whole = subject.clone();
        // What later segments may still add to: `be_within(0.1).of(5)`.
        let mut open: Option<Draft> = None;
        for (at, segment) in chain.segments.iter().enumerate() {
            let row = vocabulary.matchers.get(&chain.path(at)).or_else(|| vocabulary.matchers.word(segment.name));
            let Some(spec) = row else { continue };
            let arguments = segment.arguments.as_deref().unwrap_or_default();
            match spec.form {
                Form::Not => {
                    positive = !positive;
                    if let Some(inner) = arguments.first() {
                        self.matcher(&subject, inner, positive, span);
                        found = true;
                    }
                }
                Form::Matcher => {
                    for inner in arguments {
                        let from = self.reading.checks.len();
                        self.demanded(spec, &subject, inner, positive != spec.negative, span);
                        self.reading.checks[from..].iter_mut().for_each(|check| put_inside(check, spec, span));
                        found = true;
                    }
                    if let Some(variant) = spec.constant.as_deref().filter(|_| arguments.is_empty()) {
                        let subject = subject.clone();
                        let expected = vec![Node::name(variant, span)];
                        self.emit(Draft { kind: CheckKind::Type, positive, subject, expected, tolerance: None, span });
                        found = true;
                    }
                }
                Form::Operator => {
                    self.operator(&subject, arguments, positive, span);
                    found = true;
                }
                Form::Project => {
                    thrown.step(segment.name);
                    if !thrown.expected || thrown.left {
                        subject = project(&subject, segment.name, arguments, span);
                    }
                }
                Form::Alternative => alternative = alternative.or_else(|| arguments.first().copied()),
                Form::Noise => {}
                Form::Tolerance => tolerance = arguments.first().map(|given| self.tolerance(given, false)),
                Form::Named => {
                    let asked = project(&subject, segment.name, arguments, span);
                    self.condition_owned(&asked, positive, span);
                    found = true;
                }
                Form::Expects => {
                    self.expectation(spec, Some(subject.clone()), &chain, at, positive, span);
                    found = true;
                    break;
                }
                Form::Amend(kind) => {
                    if let Some(draft) = &mut open {
                        let given = self.given(spec, arguments, &segment.types, span);
                        if let Some(kind) = kind {
                            (draft.kind, draft.positive) = (kind, positive);
                        }
                        draft.expected.extend(given.expected);
                        draft.tolerance = given.tolerance.or(draft.tolerance.take());
                    }
                }
                _ => {
                    found = true;
                    if !thrown.take(spec, segment.name, arguments, &segment.types) {
                        let call = Call { positive, ..Call::of(Some(subject.clone()), segment, span) };
                        let next = self.draft(spec, &call);
                        if let Some(draft) = std::mem::replace(&mut open, next) {
                            self.emit(draft);
                        }
                    }
                }
            }
        }
        if let Some(draft) = open {
            self.emit(draft);
        }
        if let Some(other) = alternative {
            // Either is enough.
            self.reading.checks.truncate(before);
            let expected = vec![matcher.clone(), other.clone()];
            let (kind, subject) = (CheckKind::AnyOf, whole.clone());
            self.emit(Draft { kind, positive, subject, expected, tolerance: None, span });
            return;
        }
        self.loosen_equality(before, tolerance);
        for segment in &chain.segments {
            self.note_left_out(before, segment.arguments.as_deref().unwrap_or_default());
        }
        self.note_steps(before, &chain);
        if thrown.expected {
            let block = self.block_subject(&whole, false);
            self.emit_thrown(thrown, block, positive, span);
        }
        if !found {
            let known = matches!(matcher.kind, Kind::Call | Kind::Member) && !matcher.is_literal();
            if known && chain.root.is_none() {
                self.emit_opaque("matches", subject, vec![matcher.clone()], positive, span);
            } else {
                let draft = Draft {
                    kind: CheckKind::Equal,
                    positive,
                    subject,
                    expected: vec![matcher.clone()],
                    tolerance: None,
                    span,
                };
                self.emit(draft);
            }
        }
    }
}

pub fn project(subject: &Node, name: &str, arguments: &[&Node], span: Span) -> Node {
    let mut member = Node::with(Kind::Member, span, vec![(Role::Receiver, subject.clone())]);
    member.text = name.into();
    if arguments.is_empty() {
        return member;
    }
    let mut children = vec![(Role::Callee, member)];
    children.extend(arguments.iter().map(|n| (Role::Argument, (*n).clone())));
    Node::with(Kind::Call, span, children)
}

/// A check that is tried again until it holds.
fn again(spec: &Spec) -> Option<Hurdle> {
    spec.retried.then_some(Hurdle { kind: HurdleKind::Retried, what: None })
}

/// What is asked of a variant's content is asked of the variant: `isRight(equalTo(3))` is `Right(3)`.
fn put_inside(check: &mut Check, spec: &Spec, span: Span) {
    let Some(variant) = spec.constant.as_deref() else { return };
    let wrapped = |value: &Node| {
        Node::with(Kind::Call, span, vec![(Role::Callee, Node::name(variant, span)), (Role::Argument, value.clone())])
    };
    if check.kind == CheckKind::Equal {
        check.expected = check.expected.iter().map(wrapped).collect();
        check.resolved_expected = check.resolved_expected.iter().map(wrapped).collect();
    } else {
        check.subject = project(&check.subject, variant, &[], span);
        check.resolved_subject = project(&check.resolved_subject, variant, &[], span);
    }
}
