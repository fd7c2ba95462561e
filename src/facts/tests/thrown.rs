//! An exception described over several words: `isInstanceOf(X.class).hasMessage("m")`, `Throws.TypeOf<X>().With.Message…`.

use super::emit::{Draft, is_class_like, part};
use super::model::CheckKind;
use super::reader::Reader;
use super::vocabulary::{ArgumentRole, Form, Spec};
use crate::lang::{Kind, Node, Span};

/// What has been said of the exception so far.
#[derive(Default)]
pub struct Thrown {
    pub expected: bool,
    parts: Vec<Node>,
    /// The next comparison is about the message.
    message: bool,
    /// What follows is about something else of the exception.
    pub left: bool,
}

impl Thrown {
    /// Starts from a call that says so: `assertThatThrownBy(…)`, `assertThatExceptionOfType(X.class)`.
    pub fn started(start: &Spec, arguments: &[&Node], span: Span) -> Self {
        let says = start.roles.iter().any(|role| matches!(role, ArgumentRole::Block | ArgumentRole::Type));
        let mut thrown = Self { expected: says, ..Self::default() };
        if start.roles.first() == Some(&ArgumentRole::Type)
            && start.constant.is_none()
            && let Some(kind) = arguments.first()
        {
            thrown.parts.push(part("type", kind));
        }
        if let Some(kind) = start.constant.as_ref().filter(|_| says) {
            thrown.parts.push(part("type", &Node::name(kind, span)));
        }
        thrown
    }

    pub fn of_types(&mut self, types: &[&Node]) {
        self.parts.extend(types.iter().map(|kind| part("type", kind)));
    }

    /// Takes a word of the description; false where it is about something else.
    pub fn take(&mut self, spec: &Spec, name: &str, arguments: &[&Node], types: &[&Node]) -> bool {
        let Form::Check(kind) = spec.form else { return false };
        if self.left || spec.negative {
            return false;
        }
        match kind {
            CheckKind::Throws => {
                self.expected = true;
                self.parts.extend(types.iter().map(|kind| part("type", kind)));
                if let Some(constant) = &spec.constant
                    && let Some(at) = types.first().or(arguments.first())
                {
                    self.parts.push(part("type", &Node::name(constant, at.span)));
                }
                for (role, argument) in spec.roles.iter().zip(arguments) {
                    match role {
                        ArgumentRole::Mentions => self.parts.push(part("mentions", argument)),
                        ArgumentRole::Pattern if is_class_like(argument) => self.parts.push(part("type", argument)),
                        ArgumentRole::Pattern => self.message(argument),
                        ArgumentRole::Type => self.parts.push(part("type", argument)),
                        ArgumentRole::Expected => self.parts.push(part(name, argument)),
                        _ => {}
                    }
                }
                true
            }
            CheckKind::Type | CheckKind::ExactType if self.expected => {
                let kinds = if types.is_empty() { arguments } else { types };
                self.parts.extend(kinds.iter().map(|kind| part("type", kind)));
                true
            }
            CheckKind::Equal | CheckKind::Identical if self.message => {
                arguments.iter().for_each(|argument| self.message(argument));
                true
            }
            CheckKind::Contains | CheckKind::Prefix | CheckKind::Suffix | CheckKind::Matches if self.message => {
                self.parts.extend(arguments.iter().map(|argument| part("mentions", argument)));
                true
            }
            _ => false,
        }
    }

    /// A step to a part of the exception.
    pub fn step(&mut self, name: &str) {
        if self.expected {
            self.message = matches!(name, "Message" | "message" | "hasMessageThat");
            self.left = !self.message;
        }
    }

    /// Stars at the ends of a wildcard mean that a part is enough.
    fn message(&mut self, argument: &Node) {
        let starred = argument.is(Kind::Text) && (argument.text.starts_with('*') || argument.text.ends_with('*'));
        if starred && argument.text.len() > 1 {
            let text = argument.text.trim_matches('*').to_owned();
            self.parts.push(part("mentions", &Node { text: text.into(), ..argument.clone() }));
        } else {
            self.parts.push(part("message", argument));
        }
    }
}

impl Reader<'_, '_> {
    pub fn emit_thrown(&mut self, thrown: Thrown, subject: Node, positive: bool, span: Span) {
        let draft = Draft { kind: CheckKind::Throws, positive, subject, expected: thrown.parts, tolerance: None, span };
        self.emit(draft);
    }
}
