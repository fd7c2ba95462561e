//! Stand-ins that are told how they will be called, in whatever order the parts are given.

use super::chain::Chain;
use super::emit::{Draft, part};
use super::fluent::project;
use super::model::CheckKind;
use super::reader::Reader;
use super::vocabulary::{Form, Spec};
use crate::lang::{Kind, Node, Role, Span};

impl<'a> Reader<'_, 'a> {
    /// `mock.expects(once()).method("m").with(1)`, `receive(:m).with(1).once`, `shouldReceive("m")->once()`.
    pub(super) fn expectation(
        &mut self,
        spec: &Spec,
        receiver: Option<Node>,
        chain: &Chain<'a>,
        at: usize,
        positive: bool,
        span: Span,
    ) {
        let mut parts = Vec::new();
        let mut method = None;
        for argument in chain.segments[at].arguments.iter().flatten() {
            match argument.kind {
                Kind::Text | Kind::Name if method.is_none() => method = Some(argument.text.to_string()),
                Kind::Call | Kind::Member => self.amendments(&Chain::of(argument), 0, span, &mut parts),
                _ => {}
            }
        }
        self.amendments(chain, at + 1, span, &mut parts);
        if let Some(at) = parts.iter().position(|part| &*part.text == "method") {
            method = parts.remove(at).child(Role::Value).map(|name| name.text.to_string());
        }
        let counted = |part: &Node| matches!(&*part.text, "times" | "at-least" | "at-most");
        let number = |name: &str, value: &str| part(name, &Node::leaf(Kind::Number, value, span));
        if !positive || spec.negative {
            parts.retain(|part| !counted(part));
            parts.push(number("times", "0"));
        } else if !parts.iter().any(counted) {
            match spec.constant.as_deref() {
                Some("any") => {}
                Some("some") => parts.push(number("at-least", "1")),
                _ => parts.push(number("times", "1")),
            }
        }
        let receiver = receiver.unwrap_or_else(|| Node::leaf(Kind::Other, "", span));
        let subject = match &method {
            Some(method) => project(&receiver, method.trim_start_matches(':'), &[], span),
            None => receiver,
        };
        self.emit(Draft { kind: CheckKind::Expects, positive: true, subject, expected: parts, tolerance: None, span });
    }

    /// What the segments of a chain add.
    fn amendments(&self, chain: &Chain<'a>, from: usize, span: Span, parts: &mut Vec<Node>) {
        let vocabulary = self.file().vocabulary;
        for segment in chain.segments.iter().skip(from) {
            let Some(spec) =
                vocabulary.matchers.get(&["", segment.name]).or_else(|| vocabulary.matchers.word(segment.name))
            else {
                continue;
            };
            if !matches!(spec.form, Form::Amend(_)) {
                continue;
            }
            let arguments = segment.arguments.as_deref().unwrap_or_default();
            if spec.constant.as_deref() == Some("arguments") {
                let items = arguments.iter().map(|n| (Role::Item, (*n).clone())).collect();
                parts.push(part("with", &Node::with(Kind::List, span, items)));
                continue;
            }
            parts.extend(self.given(spec, arguments, &[], span).expected.into_iter().filter(|n| n.is(Kind::Keyword)));
        }
    }
}
