//! A value that passes now and did not before, where one can be named.

use crate::facts::tests::{Check, CheckKind};
use crate::lang::{Kind, Node};

/// A value accepted by the new kind of demand and refused by the old equality.
pub fn between(old: &Check, new: &Check) -> Option<String> {
    if !old.positive {
        return None;
    }
    if !new.positive {
        // Anything but the one value that is still refused.
        let refused = new.resolved_expected.first().and_then(Node::number)?;
        return shifted(refused, 1.0, old.resolved_expected.first().and_then(Node::number));
    }
    let expected = old.resolved_expected.first()?;
    let number = expected.number();
    let bound = new.resolved_expected.first().and_then(Node::number);
    match new.kind {
        CheckKind::Greater => shifted(bound?, 1.0, number),
        CheckKind::AtLeast => shifted(bound?, 0.0, number),
        CheckKind::Less => shifted(bound?, -1.0, number),
        CheckKind::AtMost => shifted(bound?, 0.0, number),
        CheckKind::Truth | CheckKind::Present => match expected.kind {
            Kind::Number => Some(if number == Some(1.0) { "2".into() } else { "1".into() }),
            Kind::Text => Some("\"x\"".into()),
            Kind::List => Some("[0]".into()),
            _ => None,
        },
        CheckKind::Contains => {
            let part = new.resolved_expected.first()?;
            part.is(Kind::Text).then(|| format!("{:?}", format!("{}…", part.text)))
        }
        CheckKind::Approximate => {
            let tolerance = new.tolerance.as_ref().and_then(|t| t.value)?;
            Some(format!("{}", number? + tolerance / 2.0))
        }
        CheckKind::OneOf => {
            let list = new.resolved_expected.first()?;
            list.nodes().find(|value| *value != expected).map(text)
        }
        CheckKind::Length if expected.is(Kind::List) => Some("a list of that length with other elements".into()),
        _ => None,
    }
}

fn shifted(bound: f64, by: f64, not: Option<f64>) -> Option<String> {
    let value = bound + by;
    let value = if Some(value) == not { value + if by == 0.0 { 1.0 } else { by } } else { value };
    Some(format!("{value}"))
}

pub fn between_bounds(from: f64, to: f64) -> Option<String> {
    let middle = f64::midpoint(from, to);
    let whole = middle.round();
    let inside = |value: f64| value > from.min(to) && value < from.max(to);
    Some(format!("{}", if inside(whole) { whole } else { middle }))
}

pub fn off_by(check: &Check, from: f64, to: f64) -> Option<String> {
    let expected = check.resolved_expected.first().and_then(Node::number)?;
    Some(format!("{}", expected + f64::midpoint(from, to)))
}

/// A node as people would write it, roughly.
pub fn text(node: &Node) -> String {
    match node.kind {
        Kind::Text => format!("{:?}", node.text),
        _ => node.words().join(" "),
    }
}
