//! Calls that decide whether a case runs.

use super::chain::{Chain, argument};
use super::emit::Draft;
use super::marks::Annotations;
use super::model::{CheckKind, MarkKind};
use super::reader::{Reader, is_declaration};
use super::vocabulary::{Form, Words, glob};
use crate::lang::{Kind, Node, Span};

impl<'a> Reader<'_, 'a> {
    /// Whether a chain declares a case of its own.
    pub fn declares(&self, chain: &Chain<'a>) -> bool {
        let Some(arguments) = chain.last().and_then(|last| last.arguments.as_deref()) else { return false };
        is_declaration(arguments)
            && arguments.first().is_some_and(|name| name.is(Kind::Text))
            && (0..chain.segments.len()).any(|at| self.file().vocabulary.declare.get(&chain.path(at)).is_some())
    }

    /// Whether a node is a check in itself.
    pub fn is_check(&self, node: &Node) -> bool {
        if !matches!(node.kind, Kind::Call | Kind::Member) {
            return false;
        }
        let chain = Chain::of(node);
        (0..chain.segments.len())
            .any(|at| self.file().vocabulary.checks.get(&chain.path(at)).is_some_and(|spec| spec.form != Form::Noise))
    }

    /// What a row of `calls` says about this place.
    pub fn run_words(&mut self, words: &Words, arguments: &[&'a Node], span: Span) {
        let given = words.0.iter().skip(1).find_map(|which| argument(arguments, which));
        match words.first() {
            "skip" | "xfail" | "focus" | "todo" => {
                if is_declaration(arguments) {
                    return;
                }
                let kind = mark_kind(words.first());
                // Of one row among several it says nothing about the others.
                let condition = self.present_condition().or_else(|| self.row.map(|_| Node::name("row", span)));
                self.mark(kind, condition, span);
            }
            "skip-if" | "run-if" | "xfail-if" => {
                if is_declaration(arguments) {
                    return;
                }
                let kind = if words.first() == "xfail-if" { MarkKind::ExpectedFailure } else { MarkKind::Skip };
                let written = |n: &&Node| !matches!(n.kind, Kind::Text | Kind::Template);
                let given = given.filter(written).or(arguments.iter().copied().find(written));
                let condition = given.map(|n| self.scope.resolve(n));
                let condition = match (condition, words.first()) {
                    (Some(condition), "run-if") => Some(Node::unary("!", condition)),
                    (condition, _) => condition,
                };
                let condition = match (self.present_condition(), condition) {
                    (Some(outer), Some(inner)) => Some(Node::binary("&&", outer, inner)),
                    (outer, inner) => outer.or(inner),
                };
                self.mark(kind, condition, span);
            }
            "mark" => {
                if let Some(value) = given.or(arguments.first().copied()) {
                    for mark in Annotations::of_value(value, self).marks {
                        let (outer, inner) = (self.present_condition(), mark.condition);
                        let condition = match (outer, inner) {
                            (Some(outer), Some(inner)) => Some(Node::binary("&&", outer, inner)),
                            (outer, inner) => outer.or(inner),
                        };
                        self.mark(mark.kind, condition, span);
                    }
                }
            }
            "collected"
                if given.or(arguments.first().copied()).is_some_and(|n| n.is(Kind::Bool) && &*n.text == "false") =>
            {
                self.mark(MarkKind::Skip, None, span);
            }
            _ => {}
        }
    }

    /// A statement that fails by itself where something goes wrong (`save().unwrap();`), or a call of something unknown
    /// that is given the means to fail the test.
    pub fn handed_on(&mut self, statement: &'a Node) {
        if !statement.is(Kind::Call) {
            return;
        }
        let chain = Chain::of(statement);
        let words = self.file().vocabulary.calls.get(&chain.full_path());
        if words.is_some_and(|words| words.first() == "succeeds") {
            let (subject, span) =
                (chain.receiver(chain.segments.len() - 1).unwrap_or(statement).clone(), statement.span);
            let kind = CheckKind::Completes;
            self.emit(Draft { kind, positive: true, subject, expected: Vec::new(), tolerance: None, span });
            return;
        }
        let Some(last) = chain.last() else { return };
        let handles = &self.file().vocabulary.handles;
        let is_handle = |node: &&Node| {
            let path = Chain::of(node).full_path().join(".");
            handles.iter().any(|handle| glob(handle, &path))
        };
        let known = self.library.function(self.file, last.name).is_some()
            || self.library.way(self.file, &chain.full_path().join(".")).is_some();
        if last.arguments.iter().flatten().any(is_handle) && !known {
            self.emit_opaque(last.name, statement.clone(), Vec::new(), true, statement.span);
        }
    }

    /// A call one of whose names says that it checks, of a function that isn't here.
    pub fn home_made(&mut self, chain: &Chain<'a>, node: &'a Node) -> bool {
        let named = chain.segments.iter().rev().filter(|segment| segment.arguments.is_some());
        named.into_iter().any(|segment| self.says_it_checks(segment.name, node))
    }

    /// Keeps a call as a check where a name says that it is one.
    pub fn says_it_checks(&mut self, name: &str, node: &'a Node) -> bool {
        let grouping = self.file().vocabulary.checks.word(name).is_some_and(|spec| spec.form == Form::Noise);
        let checks = is_home_made(name) && !grouping;
        if checks {
            self.emit_opaque(name, node.clone(), Vec::new(), true, node.span);
        }
        checks
    }
}

pub fn mark_kind(word: &str) -> MarkKind {
    match word {
        "xfail" => MarkKind::ExpectedFailure,
        "focus" => MarkKind::Focus,
        "todo" => MarkKind::Todo,
        _ => MarkKind::Skip,
    }
}

/// `IsEqualTo`, `HasCount`: asked for nothing but the answer, or of something that fails where it is no.
pub fn is_question(name: &str) -> bool {
    let begins = |word: &str| name.strip_prefix(word).is_some_and(|rest| rest.starts_with(char::is_uppercase));
    ["Is", "Are", "Has", "Does", "Equals", "Contains", "Throws"].into_iter().any(begins)
}

/// `assertFoo`, `expect_bar`, `ShouldHaveX`, `waitForY`: a verb and something that follows it.
pub fn is_home_made(name: &str) -> bool {
    const VERBS: [&str; 14] = [
        "assert",
        "expect",
        "verify",
        "check",
        "ensure",
        "should",
        "must",
        "require",
        "validate",
        "wait_for",
        "waitFor",
        "wait_until",
        "waitUntil",
        "run_assert",
    ];
    let begins = |verb: &str| {
        let first = name.get(..verb.len())?;
        // As a word of any case: `Should`, `EXPECT`, but not `eXpect`.
        let same = first == verb
            || first.eq_ignore_ascii_case(verb) && first.starts_with(char::is_uppercase) && first[1..] == verb[1..]
            || first == verb.to_ascii_uppercase();
        name[verb.len()..].chars().next().filter(|_| same).map(|next| next == '_' || next.is_uppercase())
    };
    VERBS.iter().any(|verb| begins(verb) == Some(true))
}
