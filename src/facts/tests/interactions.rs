//! What a stand-in is asked afterwards: which call it saw, with what, how often.
//!
//! `verify(repo, times(2)).save(7)`, `repo.Received(2).Save(7)`, `repo.Verify(r => r.Save(7), Times.Exactly(2))` and
//! `verify(exactly = 2) { repo.save(7) }` demand the same: arguments and a count, kept as two checks.

use super::chain::{Chain, named};
use super::emit::Draft;
use super::model::CheckKind;
use super::reader::Reader;
use super::vocabulary::{ArgumentRole, Form, Spec};
use crate::lang::{Kind, Node, Role, Span};

/// How often a call is demanded.
struct Count {
    kind: CheckKind,
    number: Option<Node>,
}

impl<'a> Reader<'_, 'a> {
    /// Reads the interaction that starts at a segment; false where nothing is asked.
    pub fn interaction(&mut self, spec: &Spec, chain: &Chain<'a>, at: usize, span: Span) -> bool {
        let arguments = chain.segments[at].arguments.as_deref().unwrap_or_default();
        let block = arguments.iter().any(|argument| argument.is(Kind::Lambda));
        let mut count = self.count(spec, arguments, span);
        if block
            && arguments.len() == 1
            && spec.keywords.iter().all(|(name, _)| named(arguments, name).is_none())
            && !spec.roles.contains(&ArgumentRole::Block)
        {
            // `verify { repo.save(7) }` is content with once or more.
            count = Count { kind: CheckKind::Called, number: None };
        }
        let mut calls = Vec::new();
        let last = chain.segments.len() == at + 1;
        // `verify(Clock::now, times(2))`
        let reference =
            arguments.first().filter(|first| first.is(Kind::Member) && last && chain.receiver(at).is_some());
        if let Some(reference) = reference {
            calls.push(((*reference).clone(), Vec::new()));
        } else if spec.roles.contains(&ArgumentRole::Block) || last && block {
            for lambda in arguments.iter().filter(|argument| argument.is(Kind::Lambda)) {
                let parameter = lambda.child(Role::Parameter).map(|parameter| parameter.text.to_string());
                for body in lambda.children_in(Role::Body) {
                    let body = unwrapped(body);
                    let many: Vec<&Node> = if body.is(Kind::Block) { body.nodes().collect() } else { vec![body] };
                    calls.extend(many.into_iter().filter_map(|call| {
                        called(unwrapped(call)).map(|(target, given)| {
                            let mock = chain.receiver(at).filter(|_| parameter.is_some());
                            (replaced(target, parameter.as_deref(), mock), given)
                        })
                    }));
                }
            }
            if calls.is_empty() {
                return false;
            }
        } else {
            let mock = match spec.roles.first() {
                Some(ArgumentRole::Subject) => arguments.first().copied(),
                _ => chain.receiver(at),
            };
            let (Some(mock), Some(next)) = (mock, chain.segments.get(at + 1)) else { return false };
            let mut target = Node::with(Kind::Member, next.node.span, vec![(Role::Receiver, mock.clone())]);
            target.text = next.name.into();
            let given = next.arguments.iter().flatten().map(|argument| (*argument).clone()).collect();
            calls.push((target, given));
        }
        for (subject, given) in calls {
            self.demand_call(&count, subject, given, span);
        }
        true
    }

    fn demand_call(&mut self, count: &Count, subject: Node, given: Vec<Node>, span: Span) {
        let never = count.kind == CheckKind::CalledTimes
            && count.number.as_ref().and_then(Node::number).is_some_and(|number| number == 0.0);
        let draft = |kind, subject, expected| Draft { kind, positive: true, subject, expected, tolerance: None, span };
        if !never && !given.is_empty() {
            self.emit(draft(CheckKind::CalledWith, subject.clone(), given));
        }
        self.emit(draft(count.kind, subject, count.number.clone().into_iter().collect()));
    }

    /// The count among the arguments: `times(2)`, `Times.Once`, `2`, `exactly = 2`; else what the name implies.
    fn count(&self, spec: &Spec, arguments: &[&'a Node], span: Span) -> Count {
        let some = Count { kind: CheckKind::Called, number: None };
        let exactly = |number: Node| Count { kind: CheckKind::CalledTimes, number: Some(number) };
        for (name, role) in &spec.keywords {
            let Some(value) = named(arguments, name) else { continue };
            let kind = match role {
                ArgumentRole::Part("times") => CheckKind::CalledTimes,
                ArgumentRole::Part("at-least") => CheckKind::AtLeast,
                ArgumentRole::Part("at-most") => CheckKind::AtMost,
                _ => continue,
            };
            return Count { kind, number: Some(value.clone()) };
        }
        let positional: Vec<&Node> = arguments.iter().copied().filter(|n| !n.is(Kind::Keyword)).collect();
        let given = spec
            .roles
            .iter()
            .position(|role| *role == ArgumentRole::Part("times"))
            .and_then(|at| positional.get(at).copied())
            .filter(|n| !matches!(n.kind, Kind::Text | Kind::Template));
        let Some(given) = given else {
            return match spec.constant.as_deref().and_then(|number| number.parse::<u32>().ok()) {
                Some(number) => exactly(Node::leaf(Kind::Number, &number.to_string(), span)),
                None => some,
            };
        };
        let chain = Chain::of(given);
        let vocabulary = self.file().vocabulary;
        // `timeout(100).times(2)`: the last word that counts.
        for at in (0..chain.segments.len()).rev() {
            let path = chain.path(at);
            let found = vocabulary.matchers.get(&path).filter(|spec| match spec.form {
                Form::Check(kind) => kind == CheckKind::Called || kind == CheckKind::CalledTimes || kind.is_bound(),
                _ => false,
            });
            let Some(Spec { form: Form::Check(kind), constant, .. }) = found else { continue };
            let number = match constant {
                Some(number) if number == "none" => None,
                Some(number) => Some(Node::leaf(Kind::Number, number, span)),
                None => chain.segments[at].arguments.as_ref().and_then(|given| given.first()).map(|n| (*n).clone()),
            };
            return Count { kind: *kind, number };
        }
        match given.kind {
            Kind::Number | Kind::Name => exactly(given.clone()),
            _ => some,
        }
    }
}

fn unwrapped(node: &Node) -> &Node {
    match node.kind {
        Kind::Await | Kind::Return => node.nodes().next().map_or(node, unwrapped),
        _ => node,
    }
}

/// The target and the arguments of a call, or the member that was read.
fn called(node: &Node) -> Option<(Node, Vec<Node>)> {
    match node.kind {
        Kind::Call => {
            let given = node.children_in(Role::Argument).cloned().collect();
            Some((node.child(Role::Callee)?.clone(), given))
        }
        Kind::Member => Some((node.clone(), Vec::new())),
        Kind::Assign => {
            Some((node.child(Role::Target)?.clone(), node.child(Role::Value).cloned().into_iter().collect()))
        }
        _ => None,
    }
}

/// `r.Save` with the stand-in itself for the lambda's parameter.
fn replaced(mut target: Node, parameter: Option<&str>, mock: Option<&Node>) -> Node {
    if let (Some(parameter), Some(mock)) = (parameter, mock) {
        for (role, child) in &mut target.children {
            if *role == Role::Receiver && child.is(Kind::Name) && &*child.text == parameter {
                *child = mock.clone();
            }
        }
    }
    target
}
