//! How much a check demands by itself.

use super::expects;
use crate::facts::tests::{Check, CheckKind, HurdleKind};
use crate::lang::{Kind, Node, Role};

/// How much a check demands, on the scale of the documentation: 100 is one value, 0 is nothing.
pub fn level(check: &Check) -> u8 {
    if is_vacuous(check) {
        return 0;
    }
    if compares_itself(check) {
        return 20;
    }
    let of_kind = match check.kind {
        CheckKind::Identical => 100,
        CheckKind::Equal | CheckKind::Snapshot | CheckKind::CalledOnceWith => 95,
        CheckKind::Loose => 90,
        CheckKind::Normalised => 85,
        CheckKind::Approximate | CheckKind::CalledWith => 80,
        CheckKind::Partial | CheckKind::FullMatch => 75,
        CheckKind::Prefix | CheckKind::Suffix => 70,
        CheckKind::Contains | CheckKind::Matches => 65,
        CheckKind::OneOf | CheckKind::AnyOf | CheckKind::CalledTimes => 60,
        CheckKind::Between => 55,
        // Less than an exact size.
        kind if kind.is_bound() && measures(&check.subject) => 42,
        CheckKind::Greater | CheckKind::AtLeast | CheckKind::Less | CheckKind::AtMost => 50,
        CheckKind::Length => 45,
        CheckKind::ExactType => 40,
        CheckKind::Type | CheckKind::Opaque => 35,
        CheckKind::HasKey => {
            if check.expected.len() > 1 {
                90
            } else {
                30
            }
        }
        CheckKind::Present => 25,
        CheckKind::Called => 25,
        CheckKind::Truth => 20,
        CheckKind::Expects => expects::level(check),
        CheckKind::Throws => 25 + 15 * u8::try_from(check.expected.len().min(3)).unwrap_or(3),
        CheckKind::Completes => 10,
        CheckKind::Fail => 20,
        CheckKind::Count => 10,
    };
    if check.positive {
        return of_kind;
    }
    match check.kind {
        CheckKind::Truth | CheckKind::Present => of_kind,
        CheckKind::Called => 60,
        CheckKind::Equal | CheckKind::Identical if check.expected.first().is_some_and(|n| n.is(Kind::Null)) => 25,
        CheckKind::Throws => 10,
        // Not empty.
        CheckKind::Length if is_zero(check) => 25,
        // Comparable to the falseness of a question: `not in` says as much as `!includes(…)`.
        _ => 20,
    }
}

/// A size: `len(x)`, `x.length`.
pub(super) fn measures(node: &Node) -> bool {
    let name = match node.kind {
        Kind::Member => &*node.text,
        Kind::Call => node.child(Role::Callee).map_or("", |callee| &*callee.text),
        _ => "",
    };
    matches!(name.rsplit('.').next(), Some("len" | "length" | "size" | "count" | "Count" | "Length" | "Size"))
}

/// Kinds that different frameworks use for one demand.
pub fn family(kind: CheckKind) -> CheckKind {
    match kind {
        CheckKind::Identical | CheckKind::Loose => CheckKind::Equal,
        CheckKind::ExactType => CheckKind::Type,
        other => other,
    }
}

/// Nothing certain keeps it from running.
pub fn is_reached(check: &Check) -> bool {
    !check
        .hurdles
        .iter()
        .any(|hurdle| matches!(hurdle.kind, HurdleKind::Unreachable | HurdleKind::NotAwaited | HurdleKind::Swallowed))
}

/// `f() == f()` demands only that two calls agree.
pub(super) fn compares_itself(check: &Check) -> bool {
    matches!(check.kind, CheckKind::Equal | CheckKind::Identical | CheckKind::Loose)
        && check.expected.first().is_some_and(|expected| *expected == check.subject)
}

fn calls(node: &Node) -> bool {
    let mut found = false;
    node.walk(&mut |inner| found |= inner.is(Kind::Call));
    found
}

/// True whatever the code does.
fn is_vacuous(check: &Check) -> bool {
    match check.kind {
        CheckKind::Equal | CheckKind::Identical | CheckKind::Loose => {
            check.positive && compares_itself(check) && !calls(&check.subject)
        }
        CheckKind::Truth => {
            let literal = matches!(
                check.subject.kind,
                Kind::Bool | Kind::Number | Kind::Text | Kind::List | Kind::Map | Kind::Template
            );
            literal && (check.subject.is_literal() || matches!(check.subject.kind, Kind::List | Kind::Map))
        }
        CheckKind::Contains | CheckKind::Prefix | CheckKind::Suffix => {
            check.positive && check.expected.first().is_some_and(|n| n.is(Kind::Text) && n.text.is_empty())
        }
        CheckKind::AtLeast => {
            check.expected.first().and_then(Node::number) == Some(0.0)
                && check.subject.words().iter().any(|w| matches!(*w, "len" | "length" | "size" | "count"))
        }
        CheckKind::AnyOf => check.expected.iter().any(|n| n.is(Kind::Bool) && &*n.text == "true"),
        _ => false,
    }
}

pub(super) fn is_zero(check: &Check) -> bool {
    check.expected.first().and_then(Node::number) == Some(0.0)
}
