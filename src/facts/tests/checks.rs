//! From calls to checks, by the vocabulary.

use super::arguments::is_text;
use super::chain::{Chain, Segment};
use super::emit::{Draft, is_class_like, part};
use super::fluent::project;
use super::model::{CheckKind, Hurdle, HurdleKind, Tolerance};
use super::reader::Reader;
use super::time;
use super::vocabulary::{ArgumentRole, Form, Spec};
use crate::lang::{Kind, Node, Role, Span};

/// A call of the vocabulary, with what it is about.
pub struct Call<'c, 'a> {
    /// What stands before it.
    pub receiver: Option<Node>,
    pub arguments: &'c [&'a Node],
    pub types: &'c [&'a Node],
    pub span: Span,
    /// False after a "not".
    pub positive: bool,
    /// The body that runs inside of it.
    pub block: Option<Node>,
}

impl<'c, 'a> Call<'c, 'a> {
    pub fn of(receiver: Option<Node>, segment: &'c Segment<'a>, span: Span) -> Self {
        let arguments = segment.arguments.as_deref().unwrap_or_default();
        Self { receiver, arguments, types: &segment.types, span, positive: true, block: None }
    }
}

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
                Form::Fluent if spec.constant.is_some() && !spec.roles.contains(&ArgumentRole::Type) => {
                    // The subject is what the suite says it is: `is_expected`.
                    let subject = Node::name(spec.constant.as_deref().unwrap_or_default(), node.span);
                    return self.fluent(chain, at + 1, &subject, spec, node);
                }
                Form::Fluent if spec.roles.first() == Some(&ArgumentRole::Rest) && !self.has_matcher(chain, at + 1) => {
                    // `request(app).get("/").expect(200)`
                    let receiver = receiver();
                    let equal = Spec { form: Form::Check(CheckKind::Equal), ..spec.clone() };
                    let named = arguments.first().filter(|n| n.is(Kind::Text)).map_or("status", |name| &*name.text);
                    let asked = receiver.as_ref().map(|receiver| project(receiver, named, &[], node.span));
                    self.apply(&equal, &Call::of(asked, segment, node.span));
                    looked_at = Some(receiver);
                }
                Form::Fluent if segment.arguments.is_some() => {
                    let last = at + 1 == chain.segments.len();
                    if last && arguments.iter().skip(1).any(|argument| is_demand(argument)) {
                        // Somebody's own function of that name: `expect("vapor", passes: .email)`.
                        self.emit_opaque(segment.name, node.clone(), Vec::new(), true, node.span);
                        return true;
                    }
                    if spec.roles.contains(&ArgumentRole::Matcher) && last {
                        match arguments {
                            [reason, condition] if is_text(reason) => {
                                self.condition_owned(&(*condition).clone(), !spec.negative, node.span);
                                return true;
                            }
                            [.., subject, matcher] => {
                                self.matcher(&(*subject).clone(), matcher, !spec.negative, node.span);
                                return true;
                            }
                            _ => {}
                        }
                    }
                    let implied = || spec.constant.as_ref().map(|_| Node::leaf(Kind::Other, "", node.span));
                    let Some(subject) = arguments.first().map(|subject| (*subject).clone()).or_else(implied) else {
                        continue;
                    };
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
                            if matcher.is(Kind::Lambda) {
                                // `x.should { it.size shouldBe 3 }`
                                self.callback(matcher);
                            } else {
                                self.matcher(&subject, matcher, !spec.negative, node.span);
                            }
                            return true;
                        }
                        _ => return self.fluent(chain, at + 1, &subject, spec, node),
                    }
                }
                Form::Interaction => {
                    if self.interaction(spec, chain, at, node.span) {
                        return true;
                    }
                }
                Form::Chainer => {
                    let (Some((chainer, rest)), Some(subject)) = (arguments.split_first(), receiver()) else {
                        continue;
                    };
                    if chainer.is(Kind::Text) {
                        self.chainer(&subject, &chainer.text, rest, node.span);
                        looked_at = Some(Some(subject));
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
                    let asked = match &receiver {
                        Some(receiver) if spec.apart => Some(project(receiver, segment.name, &[], node.span)),
                        other => other.clone(),
                    };
                    let pending = spec.asynchronous && self.demands_await();
                    let depth = self.hurdles.len();
                    self.hurdles.extend(pending.then_some(Hurdle { kind: HurdleKind::NotAwaited, what: None }));
                    self.apply(spec, &Call { block: block.clone(), ..Call::of(asked, segment, node.span) });
                    self.hurdles.truncate(depth);
                    self.nested(arguments);
                    looked_at = Some(receiver);
                }
            }
        }
        looked_at.is_some()
    }

    /// Whether nobody waits here for what comes later.
    pub fn demands_await(&self) -> bool {
        self.file().vocabulary.awaits && !self.file().waits && !self.awaited
    }

    /// Checks that hand on what they checked: `Assert.IsType<X>(Assert.Single(items))`.
    fn nested(&mut self, arguments: &[&'a Node]) {
        for argument in arguments {
            let mut waiting = vec![*argument];
            while let Some(node) = waiting.pop() {
                if node.is(Kind::Call) && self.is_plain_check(node) {
                    self.visit(node);
                } else if !node.is(Kind::Lambda) {
                    waiting.extend(node.nodes());
                }
            }
        }
    }

    fn is_plain_check(&self, node: &Node) -> bool {
        let chain = Chain::of(node);
        let spec = self.file().vocabulary.checks.get(&self.known_path(&chain));
        spec.is_some_and(|spec| matches!(spec.form, Form::Check(_)))
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
                let receiver = Some(subject.clone());
                self.apply(spec, &Call { receiver, arguments, types: &[], span, positive, block: None });
            }
            Some((word, None)) => {
                let given = arguments.iter().map(|n| (*n).clone()).collect();
                self.emit_opaque(word, subject.clone(), given, positive, span);
            }
            None => {}
        }
    }

    /// `BeNumerically(">=", 5)`, `BeNumerically("~", 0.5, 0.01)`
    pub fn operator(&mut self, subject: &Node, arguments: &[&'a Node], positive: bool, span: Span) {
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
    pub fn apply(&mut self, spec: &Spec, call: &Call<'_, 'a>) {
        let (from, depth) = (self.reading.checks.len(), self.hurdles.len());
        self.hurdles.extend(spec.retried.then_some(Hurdle { kind: HurdleKind::Retried, what: None }));
        if let Some(draft) = self.draft(spec, call) {
            self.emit(draft);
        }
        self.note_left_out(from, call.arguments);
        self.hurdles.truncate(depth);
        if spec.form == Form::Check(CheckKind::Throws) {
            // What is checked of the error: `XCTAssertThrowsError(try save()) { error in … }`.
            let more = call.arguments.iter().filter(|n| !n.is(Kind::Keyword)).skip(spec.roles.len());
            for lambda in more.filter(|more| more.is(Kind::Lambda)) {
                let bodies: Vec<&'a Node> = lambda.children_in(Role::Body).collect();
                self.branch(&bodies, None);
            }
        }
    }

    /// What a call demands; none where a boolean expression was taken apart instead.
    pub fn draft(&mut self, spec: &Spec, call: &Call<'_, 'a>) -> Option<Draft> {
        let (arguments, span) = (call.arguments, call.span);
        let mut given = self.given(spec, arguments, call.types, span);
        if let Form::Check(CheckKind::Throws | CheckKind::Type | CheckKind::ExactType) = spec.form {
            given.expected.extend(call.types.iter().map(|kind| part("type", kind)));
        }
        let mut subject = call.block.clone().or(given.subject);
        if subject.is_none()
            && !spec.roles.iter().any(|role| matches!(role, ArgumentRole::Subject | ArgumentRole::Block))
        {
            subject = call.receiver.clone();
        }
        let subject = subject.unwrap_or_else(|| Node::leaf(Kind::Other, "", span));
        let positive = call.positive != spec.negative;
        if let Some(value) = given.value {
            self.value(&subject, value, positive, span);
            return None;
        }
        if let Some(matcher) = given.matcher.filter(|matcher| !is_text(matcher)) {
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
                let near = tolerance.as_ref().is_some_and(Tolerance::is_number);
                let kind = if kind == CheckKind::Equal && near { CheckKind::Approximate } else { kind };
                return Some(Draft { kind, positive, subject, expected, tolerance, span });
            }
            _ => {}
        }
        None
    }

    /// A call's arguments by their roles.
    pub(super) fn given(&self, spec: &Spec, arguments: &[&'a Node], types: &[&Node], span: Span) -> Given<'a> {
        let roles = super::arguments::by_role(spec, arguments, types, &self.file().vocabulary.handles);
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
                ArgumentRole::Tolerance | ArgumentRole::Precision if self.is_message(argument) => {}
                ArgumentRole::Tolerance => given.tolerance = Some(self.tolerance(argument, false)),
                ArgumentRole::Precision => {
                    let whole = argument.is(Kind::Number) && !argument.text.contains('.');
                    given.tolerance = Some(self.tolerance(argument, whole));
                }
                ArgumentRole::Digits => given.tolerance = Some(self.tolerance(argument, true)),
                ArgumentRole::Type => parts.push(part("type", argument)),
                ArgumentRole::Pattern => {
                    parts.push(part(if is_class_like(argument) { "type" } else { "message" }, argument))
                }
                ArgumentRole::Part(name) => parts.push(part(name, argument)),
                ArgumentRole::Block => given.subject = Some(self.block_subject(argument, false)),
                ArgumentRole::Matcher => given.matcher = Some(argument),
                ArgumentRole::Value => given.value = Some(argument),
                ArgumentRole::Mentions => parts.push(part("mentions", argument)),
                ArgumentRole::Ignored | ArgumentRole::Options | ArgumentRole::MaybeMessage => {}
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

    /// A text or who makes one, by name too: `assertEquals(3, x, message)`.
    fn is_message(&self, argument: &Node) -> bool {
        let says = |node: &Node| is_text(node) || node.is(Kind::Lambda);
        let known = argument.is(Kind::Name).then(|| self.scope.get(&argument.text)).flatten();
        says(argument) || known.is_some_and(says) || self.is_local_function(argument)
    }

    pub fn tolerance(&self, node: &Node, digits: bool) -> Tolerance {
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

/// A labelled argument that is neither a message nor a place nor a limit.
fn is_demand(argument: &Node) -> bool {
    argument.is(Kind::Keyword) && !matches!(&*argument.text, "file" | "line" | "message" | "timeout" | "description")
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
    pub(super) tolerance: Option<Tolerance>,
    matcher: Option<&'a Node>,
    value: Option<&'a Node>,
}

fn subject_of(arguments: &[&Node], subject: &Node) -> Node {
    if subject.text.is_empty() && subject.children.is_empty() {
        return arguments.first().map_or_else(|| subject.clone(), |n| (*n).clone());
    }
    subject.clone()
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
