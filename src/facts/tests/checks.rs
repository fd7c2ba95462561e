//! From calls to checks, by the vocabulary.

use super::chain::{Chain, named};
use super::emit::{Draft, part};
use super::model::{CheckKind, Hurdle, HurdleKind, Tolerance};
use super::reader::Reader;
use super::time;
use super::vocabulary::{ArgumentRole, Form, Spec};
use crate::lang::{Kind, Node, Role, Span};

impl<'a> Reader<'_, 'a> {
    /// Reads a call as a check; false when it is none.
    pub fn check_call(&mut self, chain: &Chain<'a>, node: &'a Node, block: Option<Node>) -> bool {
        let vocabulary = self.file().vocabulary;
        for (at, segment) in chain.segments.iter().enumerate() {
            let path = self.unalias(chain.path(at)).into_iter().map(str::to_owned).collect::<Vec<_>>();
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            let Some(spec) = vocabulary.checks.get(&path) else { continue };
            let arguments = segment.arguments.as_deref().unwrap_or_default();
            match spec.form {
                Form::Fluent if segment.arguments.is_some() => {
                    let subject = arguments.first().map(|subject| (*subject).clone());
                    let Some(subject) = subject else { continue };
                    return self.fluent(chain, at + 1, &subject, spec, node);
                }
                Form::Postfix => {
                    let Some(subject) = chain.receiver(at).cloned() else { continue };
                    if at + 1 == chain.segments.len() && segment.arguments.is_some() && !spec.roles.is_empty() {
                        let matcher = arguments.first().copied();
                        if let Some(matcher) = matcher {
                            self.matcher(&subject, matcher, !spec.negative, node.span);
                        }
                        return true;
                    }
                    return self.fluent(chain, at + 1, &subject, spec, node);
                }
                Form::Noise | Form::Not | Form::Project | Form::Fluent => {}
                _ => {
                    if segment.arguments.is_none() && !spec.roles.is_empty() {
                        continue;
                    }
                    let receiver = chain.receiver(at).cloned();
                    self.apply(spec, receiver, arguments, &segment.types, node.span, true, block.clone());
                    return true;
                }
            }
        }
        false
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
                Form::Matcher => {
                    let sign = positive != spec.negative;
                    let depth = self.hurdles.len();
                    self.hurdles.extend(again(spec));
                    for argument in arguments {
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
        for segment in &chain.segments {
            let Some(spec) = vocabulary.matchers.word(segment.name) else { continue };
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
                _ => {
                    self.apply(spec, Some(subject.clone()), arguments, &segment.types, span, positive, None);
                    found = true;
                }
            }
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

    /// Reads the arguments by their roles.
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
        let mut subject = None;
        let mut expected = Vec::new();
        let mut parts = Vec::new();
        let mut tolerance = None;
        let mut matcher = None;
        let positional: Vec<&'a Node> = arguments.iter().copied().filter(|n| !n.is(Kind::Keyword)).collect();
        let mut given: Vec<(ArgumentRole, &'a Node)> = Vec::new();
        let roles = match spec.roles.as_slice() {
            [ArgumentRole::Ignored, rest @ ..] if !self.has_handle(&positional) => rest,
            all => all,
        };
        for (at, argument) in positional.iter().enumerate() {
            match roles.get(at).or_else(|| roles.last().filter(|role| **role == ArgumentRole::Rest)) {
                Some(role) => given.push((*role, argument)),
                None => break,
            }
        }
        for (name, role) in &spec.keywords {
            if let Some(value) = named(arguments, name) {
                // The value lives as long as the argument it is part of.
                given.extend(arguments.iter().find_map(|a| find_named(a, name)).map(|node| (*role, node)));
                let _ = value;
            }
        }
        for (role, argument) in given {
            match role {
                ArgumentRole::Subject => subject = Some(argument.clone()),
                ArgumentRole::Expected | ArgumentRole::Rest => expected.push(argument.clone()),
                ArgumentRole::Tolerance => tolerance = Some(self.tolerance(argument, false)),
                ArgumentRole::Digits => tolerance = Some(self.tolerance(argument, true)),
                ArgumentRole::Type => parts.push(part("type", argument)),
                ArgumentRole::Pattern => {
                    parts.push(part(if is_class_like(argument) { "type" } else { "message" }, argument))
                }
                ArgumentRole::Block => subject = Some(self.block_subject(argument, false)),
                ArgumentRole::Matcher => matcher = Some(argument),
                ArgumentRole::Ignored | ArgumentRole::Options => {}
            }
        }
        if let Form::Check(CheckKind::Throws | CheckKind::Type | CheckKind::ExactType) = spec.form {
            parts.extend(types.iter().map(|kind| part("type", kind)));
        }
        if let Some(block) = block {
            subject = Some(block);
        }
        if subject.is_none()
            && !spec.roles.iter().any(|role| matches!(role, ArgumentRole::Subject | ArgumentRole::Block))
        {
            subject = receiver;
        }
        let subject = subject.unwrap_or_else(|| Node::leaf(Kind::Other, "", span));
        let positive = positive != spec.negative;
        if let Some(matcher) = matcher {
            self.matcher(&subject, matcher, positive, span);
            return;
        }
        let depth = self.hurdles.len();
        self.hurdles.extend(spec.retried.then_some(Hurdle { kind: HurdleKind::Retried, what: None }));
        match spec.form {
            Form::Condition => self.condition_owned(&subject_of(arguments, &subject), positive, span),
            Form::Check(kind) => {
                if let Some(constant) = &spec.constant {
                    expected.push(constant_node(constant, span));
                }
                expected.extend(parts);
                self.emit(Draft { kind, positive, subject, expected, tolerance, span });
            }
            _ => {}
        }
        self.hurdles.truncate(depth);
    }

    /// Whether the first argument is what the test fails through, in languages that hand it around.
    fn has_handle(&self, positional: &[&Node]) -> bool {
        let handles = &self.file().vocabulary.handles;
        handles.is_empty()
            || positional.first().is_some_and(|first| handles.contains(&Chain::of(first).full_path().join(".")))
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

fn constant_node(word: &str, span: Span) -> Node {
    match word {
        "null" => Node::leaf(Kind::Null, "null", span),
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
