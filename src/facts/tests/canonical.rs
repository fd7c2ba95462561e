//! One form for demands that frameworks spell differently.

use super::chain::{Chain, is_word_operator};
use super::emit::{Draft, part, strip_await};
use super::model::CheckKind;
use super::reader::Reader;
use super::rows::rows_of;
use super::vocabulary::{ArgumentRole, Form};
use crate::lang::{Kind, Node, Role};

impl<'a> Reader<'_, 'a> {
    /// One form for demands that frameworks spell differently; none where a boolean expression was taken apart instead.
    pub fn canonical(&mut self, mut draft: Draft) -> Option<Draft> {
        let equality = matches!(draft.kind, CheckKind::Equal | CheckKind::Identical | CheckKind::Loose);
        if draft.kind == CheckKind::Equal && draft.tolerance.is_some() {
            draft.kind = CheckKind::Approximate;
            return Some(draft);
        }
        if equality && draft.expected.len() == 1 {
            let constant = is_constant(&draft.subject) && draft.expected[0].is(Kind::Call);
            if constant || draft.subject.is_literal() && !draft.expected[0].is_literal() {
                std::mem::swap(&mut draft.subject, &mut draft.expected[0]);
            }
            let expected = strip_await(&draft.expected[0]).clone();
            if expected.is(Kind::Bool) && (self.file().vocabulary.typed_truth || self.is_boolean(&draft.subject)) {
                let positive = draft.positive == (&*expected.text == "true");
                self.condition_owned(&draft.subject.clone(), positive, draft.span);
                return None;
            }
            if is_nowhere(&expected) {
                // `text.find("bob") != npos`
                if let Some(drafts) = self.predicate(&draft.subject, !draft.positive, draft.span, 0) {
                    drafts.into_iter().for_each(|inner| self.emit(inner));
                    return None;
                }
            }
            if expected.is(Kind::Text) && expected.text.is_empty() || expected.number() == Some(0.0) {
                // A difference that has to be empty: `cmp.Diff(want, got) == ""`, `strcmp(want, got) == 0`.
                let resolved = self.scope.resolve(&draft.subject);
                if let Some(drafts) = self.difference_drafts(&resolved, draft.positive, draft.span) {
                    drafts.into_iter().for_each(|inner| self.emit(inner));
                    return None;
                }
            }
            if !draft.positive && expected.is(Kind::Null) {
                if self.file().vocabulary.error_values && is_error(&draft.subject) {
                    return Some(Draft { kind: CheckKind::Throws, positive: true, expected: Vec::new(), ..draft });
                }
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
        if let Some(whole) = self.non_empty(&draft) {
            let zero = Node::leaf(Kind::Number, "0", draft.span);
            return Some(Draft {
                kind: CheckKind::Length,
                positive: false,
                subject: whole,
                expected: vec![zero],
                ..draft
            });
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
        // `err.Error() == "disk is full"` is about an error's message.
        let textual =
            matches!(draft.kind, CheckKind::Equal | CheckKind::Contains | CheckKind::Matches | CheckKind::Prefix);
        if draft.positive
            && textual
            && let Some(error) = error_of(&draft.subject).cloned()
        {
            let expected = draft.expected.iter().map(|message| part("message", message)).collect();
            return Some(Draft { kind: CheckKind::Throws, subject: error, expected, ..draft });
        }
        if draft.kind == CheckKind::Contains
            && rows_of(&draft.subject).is_some()
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
                    .is_some_and(|spec| spec.form != Form::Check(CheckKind::Length) || spec.constant.is_some())
            }
            _ => false,
        }
    }

    /// `len(x) > 0`, `len(x) >= 1`, `len(x) != 0`: the container that must not be empty.
    fn non_empty(&self, draft: &Draft) -> Option<Node> {
        let bound = draft.expected.first().and_then(Node::number);
        let says_so = match (draft.kind, draft.positive) {
            (CheckKind::Greater, true) => bound == Some(0.0),
            (CheckKind::AtLeast, true) => bound == Some(1.0),
            (CheckKind::Equal | CheckKind::Identical | CheckKind::Loose, false) => bound == Some(0.0),
            _ => false,
        };
        self.measured(&draft.subject).filter(|_| says_so)
    }

    /// `len(x)`, `x.length`: the container that is measured.
    fn measured(&self, node: &Node) -> Option<Node> {
        let node = strip_await(node);
        let chain = Chain::of(node);
        let spec = self.file().vocabulary.predicates.get(&self.known_path(&chain))?;
        if spec.form != Form::Check(CheckKind::Length) || spec.constant.is_some() {
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

/// The error of Go's `err.Error()`.
fn error_of(node: &Node) -> Option<&Node> {
    let callee = node.child(Role::Callee).filter(|callee| node.is(Kind::Call) && callee.is(Kind::Member))?;
    let bare = node.child(Role::Argument).is_none() && &*callee.text == "Error";
    callee.child(Role::Receiver).filter(|_| bare)
}

/// A name that says it holds an error.
fn is_error(node: &Node) -> bool {
    // `err2` is one as much as `err`.
    let name = node.text.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_');
    node.is(Kind::Name) && (name.ends_with("err") || name.ends_with("Err") || name == "error")
}

/// What a search gives that finds nothing: `npos`, `end()`.
fn is_nowhere(node: &Node) -> bool {
    match node.kind {
        Kind::Call if node.children.len() == 1 => {
            node.child(Role::Callee).is_some_and(|callee| matches!(&*callee.text, "end" | "cend"))
        }
        Kind::Name | Kind::Member => node.text.rsplit('.').next() == Some("npos"),
        _ => false,
    }
}

/// A name as constants and variants have it: `Level::Debug`, `http.StatusOK`.
fn is_constant(node: &Node) -> bool {
    let starts_high =
        |text: &str| text.rsplit(['.', ':']).next().is_some_and(|last| last.starts_with(char::is_uppercase));
    match node.kind {
        Kind::Name => node.text.len() > 1 && starts_high(&node.text) && node.text.contains(['.', ':', '_']),
        Kind::Member => starts_high(&node.text) && node.child(Role::Receiver).is_some_and(|of| of.is(Kind::Name)),
        _ => false,
    }
}
