//! From calls to checks, by the vocabulary.

use super::chain::{Chain, named};
use super::emit::{Draft, part};
use super::model::{CheckKind, Hurdle, HurdleKind, Tolerance};
use super::reader::Reader;
use super::time;
use super::vocabulary::{ArgumentRole, Form, Spec, glob};
use crate::lang::{Kind, Node, Role, Span};

impl<'a> Reader<'_, 'a> {
    /// Reads a call as a check; false when it is none.
    pub fn check_call(&mut self, chain: &Chain<'a>, node: &'a Node, block: Option<Node>) -> bool {
        let vocabulary = self.file().vocabulary;
        // What the checks of a chain look at, where several follow each other: `get("/").assertOk().assertSee("x")`.
        let mut looked_at: Option<Option<Node>> = None;
        for (at, segment) in chain.segments.iter().enumerate() {
            let path = self.unalias(chain.path(at)).into_iter().map(str::to_owned).collect::<Vec<_>>();
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            let Some(spec) = vocabulary.checks.get(&path) else { continue };
            let arguments = segment.arguments.as_deref().unwrap_or_default();
            let receiver = || looked_at.clone().unwrap_or_else(|| chain.receiver(at).map(unwrapped).cloned());
            match spec.form {
                Form::Fluent if spec.constant.is_some() => {
                    // The subject is what the suite says it is: `is_expected`.
                    let subject = Node::name(spec.constant.as_deref().unwrap_or_default(), node.span);
                    return self.fluent(chain, at + 1, &subject, spec, node);
                }
                Form::Fluent if spec.roles.first() == Some(&ArgumentRole::Rest) && !self.has_matcher(chain, at + 1) => {
                    // `request(app).get("/").expect(200)`
                    let receiver = receiver();
                    let equal = Spec { form: Form::Check(CheckKind::Equal), ..spec.clone() };
                    self.apply(&equal, receiver.clone(), arguments, &segment.types, node.span, true, None);
                    looked_at = Some(receiver);
                }
                Form::Fluent if segment.arguments.is_some() => {
                    let Some(subject) = arguments.first().map(|subject| (*subject).clone()) else { continue };
                    return self.fluent(chain, at + 1, &subject, spec, node);
                }
                Form::Postfix => {
                    let implied = spec.constant.as_deref().map(|name| Node::name(name, node.span));
                    let Some(subject) = receiver().or(implied) else { continue };
                    match arguments.split_first() {
                        Some((chainer, rest)) if spec.roles.is_empty() && chainer.is(Kind::Text) => {
                            self.chainer(&subject, &chainer.text, rest, node.span);
                            looked_at = Some(Some(subject));
                        }
                        Some((matcher, _)) if at + 1 == chain.segments.len() && !spec.roles.is_empty() => {
                            self.matcher(&subject, matcher, !spec.negative, node.span);
                            return true;
                        }
                        _ => return self.fluent(chain, at + 1, &subject, spec, node),
                    }
                }
                Form::Noise | Form::Not | Form::Project | Form::Fluent => {}
                Form::Expects => {
                    self.expectation(spec, receiver(), chain, at, true, node.span);
                    return true;
                }
                _ => {
                    if segment.arguments.is_none() && !spec.roles.is_empty() {
                        continue;
                    }
                    let receiver = receiver();
                    self.apply(spec, receiver.clone(), arguments, &segment.types, node.span, true, block.clone());
                    looked_at = Some(receiver);
                }
            }
        }
        looked_at.is_some()
    }

    /// Whether a matcher follows somewhere in a chain.
    fn has_matcher(&self, chain: &Chain<'a>, from: usize) -> bool {
        chain.segments[from..].iter().any(|segment| self.file().vocabulary.matchers.word(segment.name).is_some())
    }

    /// Matchers that are written in a text: `should("have.text", "x")`.
    fn chainer(&mut self, subject: &Node, text: &str, arguments: &[&'a Node], span: Span) {
        let vocabulary = self.file().vocabulary;
        let mut positive = true;
        let mut last = None;
        for word in text.split('.') {
            match vocabulary.matchers.word(word) {
                Some(spec) if spec.form == Form::Not => positive = !positive,
                Some(spec) if spec.form == Form::Noise => {}
                found => last = Some((word, found)),
            }
        }
        match last {
            Some((_, Some(spec))) => {
                self.apply(spec, Some(subject.clone()), arguments, &[], span, positive, None);
            }
            Some((word, None)) => {
                let given = arguments.iter().map(|n| (*n).clone()).collect();
                self.emit_opaque(word, subject.clone(), given, positive, span);
            }
            None => {}
        }
    }

    /// The matchers that follow a subject.
    fn fluent(&mut self, chain: &Chain<'a>, from: usize, subject: &Node, start: &Spec, node: &'a Node) -> bool {
        let vocabulary = self.file().vocabulary;
        let mut subject = subject.clone();
        let mut positive = !start.negative;
        let mut asynchronous = start.asynchronous;
        let awaited = self.awaited || !vocabulary.awaits;
        let from_hurdle = self.hurdles.len();
        let again = |spec: &Spec| spec.retried.then_some(Hurdle { kind: HurdleKind::Retried, what: None });
        self.hurdles.extend(again(start));
        for segment in &chain.segments[from..] {
            let arguments = segment.arguments.as_deref().unwrap_or_default();
            let Some(spec) = vocabulary.matchers.word(segment.name) else {
                if segment.arguments.is_some() && !segment.name.is_empty() {
                    // A matcher we don't know, or a step to a part of the subject.
                    if std::ptr::eq(segment.node, chain.segments.last().map_or(node, |last| last.node)) {
                        let children = arguments.iter().map(|n| (*n).clone()).collect();
                        self.emit_opaque(segment.name, subject.clone(), children, positive, node.span);
                    } else {
                        subject = project(&subject, segment.name, arguments, node.span);
                    }
                }
                continue;
            };
            asynchronous |= spec.asynchronous;
            let pending = asynchronous && !awaited;
            match spec.form {
                Form::Not => positive = !positive,
                Form::Noise => {}
                Form::Retried => {
                    let block = chain.segments[..from]
                        .iter()
                        .flat_map(|s| s.arguments.iter().flatten())
                        .find(|n| n.is(Kind::Lambda));
                    for body in block.into_iter().flat_map(|block| block.children_in(Role::Body)) {
                        self.under(HurdleKind::Retried, None, |reader| reader.visit(body));
                    }
                }
                Form::Project => subject = project(&subject, segment.name, arguments, node.span),
                Form::Named => {
                    let asked = project(&subject, segment.name, arguments, node.span);
                    self.condition_owned(&asked, positive, node.span);
                }
                Form::Matcher => {
                    let sign = positive != spec.negative;
                    let depth = self.hurdles.len();
                    self.hurdles.extend(again(spec));
                    for argument in arguments.iter().take(spec.roles.len().max(1)) {
                        self.matcher(&subject, argument, sign, node.span);
                    }
                    self.hurdles.truncate(depth);
                }
                _ => {
                    if segment.arguments.is_none() && !spec.roles.is_empty() && spec.constant.is_none() {
                        continue;
                    }
                    let hurdle = pending.then_some(Hurdle { kind: HurdleKind::NotAwaited, what: None });
                    let depth = self.hurdles.len();
                    self.hurdles.extend(hurdle);
                    self.apply(spec, Some(subject.clone()), arguments, &segment.types, node.span, positive, None);
                    self.hurdles.truncate(depth);
                }
            }
        }
        self.hurdles.truncate(from_hurdle);
        // A subject without a matcher demands nothing, but it is no helper either.
        true
    }

    /// A matcher given as an argument: `eq(5)`, `is(not(empty()))`, `Is.Not.EqualTo(5)`.
    pub fn matcher(&mut self, subject: &Node, matcher: &'a Node, positive: bool, span: Span) {
        let vocabulary = self.file().vocabulary;
        let chain = Chain::of(matcher);
        let mut positive = positive;
        let mut found = false;
        let mut subject = subject.clone();
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
                        self.matcher(&subject, inner, positive != spec.negative, span);
                        found = true;
                    }
                }
                Form::Operator => {
                    self.operator(&subject, arguments, positive, span);
                    found = true;
                }
                Form::Project => subject = project(&subject, segment.name, &[], span),
                Form::Noise => {}
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
                        let given = self.given(spec, arguments, span);
                        if let Some(kind) = kind {
                            (draft.kind, draft.positive) = (kind, positive);
                        }
                        draft.expected.extend(given.expected);
                        draft.tolerance = given.tolerance.or(draft.tolerance.take());
                    }
                }
                _ => {
                    let next = self.draft(spec, Some(subject.clone()), arguments, &segment.types, span, positive, None);
                    if let Some(draft) = std::mem::replace(&mut open, next) {
                        self.emit(draft);
                    }
                    found = true;
                }
            }
        }
        if let Some(draft) = open {
            self.emit(draft);
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

    /// `BeNumerically(">=", 5)`, `BeNumerically("~", 0.5, 0.01)`
    fn operator(&mut self, subject: &Node, arguments: &[&'a Node], positive: bool, span: Span) {
        let [operator, value, more @ ..] = arguments else { return };
        if &*operator.text == "~" {
            let tolerance = more.first().map(|more| self.tolerance(more, false));
            let expected = vec![(*value).clone()];
            self.emit(Draft {
                kind: CheckKind::Approximate,
                positive,
                subject: subject.clone(),
                expected,
                tolerance,
                span,
            });
            return;
        }
        let comparison = Node::binary(&operator.text, subject.clone(), (*value).clone());
        self.condition_owned(&comparison, positive, span);
    }

    /// Reads a call's arguments by their roles and keeps the check.
    #[expect(clippy::too_many_arguments, reason = "the parts of one call, used in one place")]
    pub fn apply(
        &mut self,
        spec: &Spec,
        receiver: Option<Node>,
        arguments: &[&'a Node],
        types: &[&Node],
        span: Span,
        positive: bool,
        block: Option<Node>,
    ) {
        let depth = self.hurdles.len();
        self.hurdles.extend(spec.retried.then_some(Hurdle { kind: HurdleKind::Retried, what: None }));
        if let Some(draft) = self.draft(spec, receiver, arguments, types, span, positive, block) {
            self.emit(draft);
        }
        self.hurdles.truncate(depth);
        if spec.form == Form::Check(CheckKind::Throws) {
            // What is checked of the error: `XCTAssertThrowsError(try save()) { error in … }`.
            let more = arguments.iter().filter(|n| !n.is(Kind::Keyword)).skip(spec.roles.len());
            for lambda in more.filter(|more| more.is(Kind::Lambda)) {
                let bodies: Vec<&'a Node> = lambda.children_in(Role::Body).collect();
                self.branch(&bodies, None);
            }
        }
    }

    /// What a call demands; none where a boolean expression was taken apart instead.
    #[expect(clippy::too_many_arguments, reason = "the parts of one call, used in one place")]
    fn draft(
        &mut self,
        spec: &Spec,
        receiver: Option<Node>,
        arguments: &[&'a Node],
        types: &[&Node],
        span: Span,
        positive: bool,
        block: Option<Node>,
    ) -> Option<Draft> {
        let mut given = self.given(spec, arguments, span);
        if let Form::Check(CheckKind::Throws | CheckKind::Type | CheckKind::ExactType) = spec.form {
            given.expected.extend(types.iter().map(|kind| part("type", kind)));
        }
        let mut subject = block.or(given.subject);
        if subject.is_none()
            && !spec.roles.iter().any(|role| matches!(role, ArgumentRole::Subject | ArgumentRole::Block))
        {
            subject = receiver;
        }
        let subject = subject.unwrap_or_else(|| Node::leaf(Kind::Other, "", span));
        let positive = positive != spec.negative;
        if let Some(matcher) = given.matcher {
            self.matcher(&subject, matcher, positive, span);
            return None;
        }
        let positional = || arguments.iter().filter(|n| !n.is(Kind::Keyword));
        match spec.form {
            Form::Condition => self.condition_owned(&subject_of(arguments, &subject), positive, span),
            Form::Compare => {
                let (operator, right) = (positional().nth(1)?, positional().nth(2)?);
                let operator = operator.text.trim_matches([':', '\'', '"']);
                let whole = Node::binary(operator, subject, (*right).clone());
                self.condition_owned(&whole, positive, span);
            }
            Form::Predicate => {
                let question = positional().nth(1)?.text.trim_start_matches(':');
                let rest: Vec<&Node> = positional().skip(2).copied().collect();
                self.condition_owned(&project(&subject, question, &rest, span), positive, span);
            }
            Form::Check(kind) => {
                let (expected, tolerance) = (given.expected, given.tolerance);
                return Some(Draft { kind, positive, subject, expected, tolerance, span });
            }
            _ => {}
        }
        None
    }

    /// Whether the first argument is what the test fails through, in languages that hand it around.
    fn has_handle(&self, positional: &[&Node]) -> bool {
        let handles = &self.file().vocabulary.handles;
        handles.is_empty()
            || positional.first().is_some_and(|first| {
                let path = Chain::of(first).full_path().join(".");
                handles.iter().any(|handle| glob(handle, &path))
            })
    }

    /// A call's arguments by their roles.
    pub(super) fn given(&self, spec: &Spec, arguments: &[&'a Node], span: Span) -> Given<'a> {
        let positional: Vec<&'a Node> = arguments.iter().copied().filter(|n| !n.is(Kind::Keyword)).collect();
        let named = match spec.roles.as_slice() {
            [ArgumentRole::Ignored, rest @ ..] if !self.has_handle(&positional) => rest,
            all => all,
        };
        let rest = named.last().copied().filter(|role| *role == ArgumentRole::Rest);
        let mut roles: Vec<(ArgumentRole, &'a Node)> = Vec::new();
        for (at, argument) in positional.into_iter().enumerate() {
            match named.get(at).copied().or(rest) {
                Some(role) => roles.push((role, argument)),
                None => break,
            }
        }
        for argument in arguments.iter().filter(|n| n.is(Kind::Keyword)) {
            if let Some(role) = rest.filter(|_| !spec.keywords.iter().any(|(name, _)| *name == *argument.text)) {
                roles.push((role, argument));
            }
        }
        for (name, role) in &spec.keywords {
            roles.extend(arguments.iter().find_map(|argument| find_named(argument, name)).map(|node| (*role, node)));
        }
        let mut given = Given::default();
        let mut parts = Vec::new();
        for (role, argument) in roles {
            let role = match role {
                // A block in the place of a type or message: `assert_raises(Empty) { … }`.
                ArgumentRole::Type | ArgumentRole::Pattern if argument.is(Kind::Lambda) => ArgumentRole::Block,
                role => role,
            };
            match role {
                ArgumentRole::Subject => given.subject = Some(argument.clone()),
                ArgumentRole::Expected | ArgumentRole::Rest => given.expected.push(argument.clone()),
                ArgumentRole::Tolerance => given.tolerance = Some(self.tolerance(argument, false)),
                ArgumentRole::Digits => given.tolerance = Some(self.tolerance(argument, true)),
                ArgumentRole::Type => parts.push(part("type", argument)),
                ArgumentRole::Pattern => {
                    parts.push(part(if is_class_like(argument) { "type" } else { "message" }, argument))
                }
                ArgumentRole::Part(name) => parts.push(part(name, argument)),
                ArgumentRole::Block => given.subject = Some(self.block_subject(argument, false)),
                ArgumentRole::Matcher => given.matcher = Some(argument),
                ArgumentRole::Ignored | ArgumentRole::Options => {}
            }
        }
        given.expected.extend(spec.constant.as_ref().map(|constant| {
            let value = constant_node(constant, span);
            match spec.roles.first() {
                Some(ArgumentRole::Part(name)) => part(name, &value),
                _ => value,
            }
        }));
        given.expected.extend(parts);
        given
    }

    fn tolerance(&self, node: &Node, digits: bool) -> Tolerance {
        let resolved = self.scope.resolve(node);
        let value = time::amount(&resolved).or_else(|| {
            // `within(0.1)`, `offset(1.0)`
            let chain = Chain::of(&resolved);
            chain.last().and_then(|last| last.arguments.as_ref()?.first().and_then(|n| time::amount(n)))
        });
        let value = if digits { value.map(|digits| 0.5 * 10f64.powf(-digits)) } else { value };
        Tolerance { value, text: node.words().join(" ") }
    }
}

/// What stands in the parentheses of minitest's `_(value)`.
fn unwrapped(receiver: &Node) -> &Node {
    let arguments: Vec<&Node> = receiver.children_in(Role::Argument).collect();
    match (receiver.child(Role::Callee), arguments.as_slice()) {
        (Some(callee), [only]) if callee.is(Kind::Name) && matches!(&*callee.text, "_" | "value" | "expect") => only,
        _ => receiver,
    }
}

/// Arguments by their roles; parts of an exception or of an expected call follow the expected values.
#[derive(Default)]
pub(super) struct Given<'a> {
    subject: Option<Node>,
    pub(super) expected: Vec<Node>,
    tolerance: Option<Tolerance>,
    matcher: Option<&'a Node>,
}

fn find_named<'n>(argument: &'n Node, name: &str) -> Option<&'n Node> {
    named(&[argument], name)
}

fn subject_of(arguments: &[&Node], subject: &Node) -> Node {
    if subject.text.is_empty() && subject.children.is_empty() {
        return arguments.first().map_or_else(|| subject.clone(), |n| (*n).clone());
    }
    subject.clone()
}

fn is_class_like(node: &Node) -> bool {
    let last = match node.kind {
        Kind::Name => node.text.rsplit('.').next().unwrap_or_default(),
        Kind::Member => &*node.text,
        Kind::List => return node.nodes().all(is_class_like),
        _ => return false,
    };
    last.starts_with(char::is_uppercase) && last.chars().any(char::is_lowercase)
}

pub(super) fn constant_node(word: &str, span: Span) -> Node {
    match word {
        "null" | "undefined" => Node::leaf(Kind::Null, word, span),
        "true" | "false" => Node::leaf(Kind::Bool, word, span),
        "empty" => Node::with(Kind::List, span, Vec::new()),
        number if number.starts_with(|c: char| c.is_ascii_digit()) => Node::leaf(Kind::Number, number, span),
        other => Node::name(other, span),
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
