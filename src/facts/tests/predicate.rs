//! Calls inside a condition that say what is compared: `isinstance(x, C)`, `abs(a - b)`, `approx(b)`.

use super::chain::{Chain, named};
use super::checks::constant_node;
use super::emit::{Draft, part};
use super::model::{CheckKind, Tolerance};
use super::reader::Reader;
use super::rows::rows_of;
use super::time;
use super::vocabulary::{ArgumentRole, Form};
use crate::lang::{Kind, Node, Role, Span};

impl<'a> Reader<'_, 'a> {
    /// What a call demands whose result is empty where two values are the same.
    pub(super) fn difference_drafts(&self, node: &Node, empty: bool, span: Span) -> Option<Vec<Draft>> {
        let chain = Chain::of(node);
        let spec = self.file().vocabulary.predicates.get(&self.known_path(&chain))?;
        if !spec.negative || spec.form != Form::Check(CheckKind::Equal) {
            return None;
        }
        self.predicate(node, !empty, span, 0)
    }

    /// A call inside a condition that says what is compared.
    pub(super) fn predicate(&self, node: &Node, positive: bool, span: Span, depth: usize) -> Option<Vec<Draft>> {
        let chain = Chain::of(node);
        let path = self.known_path(&chain);
        if let Some(range) = range_of(&chain) {
            let [subject, low, high] = range.map(Clone::clone);
            let expected = vec![low, high];
            return Some(vec![Draft { kind: CheckKind::Between, positive, subject, expected, tolerance: None, span }]);
        }
        let spec = self.file().vocabulary.predicates.get(&path)?;
        let last = chain.last()?;
        let arguments = last.arguments.as_deref().unwrap_or_default();
        let positive = positive != spec.negative;
        let mut subject = None;
        let mut expected = Vec::new();
        let mut tolerance = None;
        let mut loosely = false;
        let repeats = |role: &&ArgumentRole| matches!(role, ArgumentRole::Rest | ArgumentRole::Options);
        for (at, argument) in arguments.iter().filter(|n| !n.is(Kind::Keyword)).enumerate() {
            match spec.roles.get(at).or_else(|| spec.roles.last().filter(repeats)) {
                Some(ArgumentRole::Options) => loosely |= leaves_out(&self.scope.resolve(argument)),
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
            if let (ArgumentRole::Tolerance, Some(argument)) = (role, named(arguments, name)) {
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
            Form::Check(CheckKind::Length) if spec.constant.is_none() => None,
            Form::Check(kind) => {
                let kind = if loosely { CheckKind::Normalised } else { kind };
                if let Some(constant) = &spec.constant {
                    expected.push(constant_node(constant, span));
                }
                if kind == CheckKind::OneOf && expected.iter().all(|n| rows_of(n).is_none()) {
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
                    && rows_of(&subject).is_some()
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
    pub(super) fn approximate(&self, left: &Node, right: &Node, span: Span) -> Option<Vec<Draft>> {
        for (subject, other) in [(left, right), (right, left)] {
            let chain = Chain::of(other);
            let of = |at: usize| self.file().vocabulary.matchers.get(&self.unalias(chain.path(at)));
            let approximate = |at: &usize| of(*at).is_some_and(|spec| spec.form == Form::Check(CheckKind::Approximate));
            let Some(at) = (0..chain.segments.len()).find(approximate) else { continue };
            let (Some(spec), Some(arguments)) = (of(at), chain.segments[at].arguments.as_deref()) else { continue };
            let named = spec.keywords.iter().filter_map(|(name, _)| Some((name.as_str(), named(arguments, name)?)));
            // `Approx(0.5).margin(0.1)`
            let following = chain.segments[at + 1..]
                .iter()
                .filter_map(|segment| Some((segment.name, *segment.arguments.as_deref()?.first()?)));
            let given: Vec<(&str, &Node)> = named.chain(following).collect();
            let values = given.iter().filter_map(|(_, node)| time::amount(&self.scope.resolve(node)));
            let value = values.reduce(f64::max);
            let text: Vec<String> =
                given.iter().map(|(name, node)| format!("{name}={}", node.words().join(" "))).collect();
            let tolerance = (!text.is_empty()).then(|| Tolerance { value, text: text.join(" ") });
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
    pub(super) fn difference<'n>(&self, node: &'n Node) -> Option<(&'n Node, &'n Node)> {
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
}

/// An option of a comparison that makes more values equal: `cmpopts.IgnoreFields(…)`.
fn leaves_out(option: &Node) -> bool {
    let chain = Chain::of(option);
    let named = chain.last().is_some_and(|last| {
        ["Ignore", "Sort", "Equate", "Filter", "Comparer", "Transformer"].iter().any(|verb| last.name.starts_with(verb))
    });
    named || matches!(option.kind, Kind::List | Kind::Spread) && option.nodes().any(leaves_out)
}

/// A function of one's own whose name says that its first argument lies between the others.
fn range_of<'n>(chain: &Chain<'n>) -> Option<[&'n Node; 3]> {
    let last = chain.last()?;
    let [subject, low, high] = last.arguments.as_deref()? else { return None };
    let name = last.name.to_ascii_lowercase().replace('_', "");
    matches!(&*name, "between" | "isbetween" | "inrange" | "isinrange" | "withinrange")
        .then_some([*subject, *low, *high])
}
